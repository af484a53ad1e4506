//! Words that tell what stands beside them, in folded letters, one table for each language. A new word is a new entry.
//!
//! Invariant: every entry reads as `words::fold` leaves it; a test holds that.

/// What one language says.
pub(super) struct Vocabulary {
    /// Titles written out, behind which a name stands at once.
    pub titles: &'static str,
    /// Titles cut short, behind which a full stop may stand before the name.
    pub short_titles: &'static str,
    /// What stands behind a title and is no name: roles, other titles, beginnings of a sentence, organisations; in Arabic,
    /// where no capital tells a name, also what people are said to be and to do.
    pub not_names: &'static str,
    /// What may stand between a title and the capital of a name.
    pub particles: &'static str,
    /// Words for a street that mean nothing else.
    pub streets: &'static str,
    /// Words for a street that mean something else too: a place in a shelter, a French lesson, a way to go.
    pub ambiguous_streets: &'static str,
    /// What stands between a street's kind and its name.
    pub street_links: &'static str,
    /// What is added to a number in a street.
    pub number_additions: &'static str,
    /// Houses, which have a number in their street.
    pub houses: &'static str,
    /// "Number", in words.
    pub number_words: &'static str,
    /// What a number in front of which it stands is not a house's: a line, a room, a time; and what parts two phrases.
    pub not_of_streets: &'static str,
    /// Words of birth.
    pub births: &'static str,
    /// Documents that are named after a birth, and carry dates of their own.
    pub birth_documents: &'static str,
    /// What turns an age at a date into a birthday.
    pub turning_an_age: &'static str,
    /// Years of age.
    pub years_of_age: &'static str,
    /// What makes a date behind it another one than that of a birth.
    pub other_dates: &'static str,
    /// Months, by all their names.
    pub months: &'static str,
    /// What stands inside of a date: "of", "the", "in the year".
    pub date_links: &'static str,
    /// What is made at a date, and numbered by year: laws, agreements, houses that were opened.
    pub acts: &'static str,
    /// Documents and registers that give a person a number.
    pub identities: &'static str,
    /// Registers that number organisations.
    pub organization_registers: &'static str,
    /// What is counted in large numbers, and money.
    pub counted: &'static str,
    /// Numbers from one on, in words.
    pub numerals: &'static str,
    /// Zero, with which a number is dictated that one dials.
    pub zeros: &'static str,
    /// The sign `@`, in words.
    pub at_signs: &'static str,
    /// The dot of an address, in words.
    pub dots: &'static str,
    /// Words cut short, whose full stop ends no sentence.
    pub abbreviations: &'static str,
}

/// All languages: nobody tells whose a text is, and many texts are in two.
pub(super) const LANGUAGES: [&Vocabulary; 3] = [&FRENCH, &ENGLISH, &ARABIC];

/// Streets of countries on the way, which texts of all languages leave in the language of the town; the name stands
/// behind them.
pub(super) const STREETS_ABROAD: &str = "via viale piazza corso vicolo calle plaza odos leoforos strada ulica";

/// Mail providers, by which a spelled-out address is told from a place where somebody is.
pub(super) const MAIL_PROVIDERS: &str = "gmail yahoo hotmail outlook live icloud protonmail proton orange free laposte \
        wanadoo sfr aol gmx جيميل ياهو هوتميل";

/// Units that stand at once behind or between digits: hours, doses, ordinals.
pub(super) const UNITS: &str = "h hr hrs am pm mn min mg ml kg km cm mm x j eme er th st nd rd";

const FRENCH: Vocabulary = Vocabulary {
    titles: "monsieur madame mademoiselle messieurs mesdames docteur docteure professeur professeure maitre soeur \
        frere pere cheikh imam pasteur tonton tata hadj hadja lalla",
    short_titles: "m mr mm mme mmes mlle mlles dr dre drs pr pre me",
    not_names: "le la les l un une il elle on ils elles nous vous je j c ce cette ca est et ou merci bonjour bonsoir \
        bien cordialement rendez rdv pouvez pourriez veuillez a au aux en de du des pour sur si voir avec \
        sans suite urgent svp ok oui non maire prefet prefete directeur directrice president presidente juge \
        procureur ministre msf mdm pass chu ofii ofpra cada huda hcr oim ase samu pmi cmp jesus noel",
    particles: "de du des d el al ben bin bint ould mint abou ait",
    streets: "rue avenue av ave boulevard bd bld blvd impasse allee chaussee ruelle venelle",
    ambiguous_streets: "place pl cours passage square quai route rte cite chemin voie villa esplanade promenade residence \
        lotissement faubourg rond sentier hameau mail montee parvis r",
    street_links: "de du des d la le les l saint sainte st ste general docteur et",
    number_additions: "bis ter quater b c a d",
    houses: "maison immeuble pavillon villa batiment bat logement",
    number_words: "numero n no num nr",
    not_of_streets: "ligne bus metro tram salle chambre bureau etage depuis pendant avec a pour",
    births: "nee nees naissance naiss nais anniversaire anniv ddn dn naquit natif native",
    birth_documents: "acte actes extrait extraits certificat copie jugement suppletif declaration maison prime nouveau \
        nouveaux premier mort",
    turning_an_age: "aura fete fetera atteindra atteint majeur majeure majorite deviendra",
    years_of_age: "ans an",
    other_dates: "rdv rendez entretien convocation convoque convoquee audience depuis arrive arrivee arrives prevue \
        prevu terme apres avant entre hospitalise hospitalisee vu vue attendu attendue attend consultation \
        visite recu recue passe passage demande revient",
    months: "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre janv fev fevr \
        avr juil sept oct nov dec",
    date_links: "de du l annee le en er eme mois",
    acts: "loi lois decret arrete convention ordonnance circulaire reglement directive accord protocole \
        instruction arret cesdh traite depuis cree creee fonde fondee ouvert ouverte signee signe entree \
        article code version statuts association jo journal",
    identities: "passeport agdref etranger cni identite identifiant recepisse sejour nir secu securite vitale dossier \
        ofpra cnda ofii ame matricule immatriculation hcr enregistrement allocataire caf permis ecrou visa \
        ipp ine eurodac dublin attestation ata assure puma css nni cin",
    organization_registers: "siret siren finess rna waldec ape agrement rcs tva",
    counted: "euro euros eur dollars dinars dirhams ouguiyas francs cfa personnes habitants enfants refugies \
        deplaces repas kits litres doses",
    numerals: "un une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize vingt \
        vingts trente quarante cinquante soixante septante nonante cent",
    zeros: "zero",
    at_signs: "arobase arobas arrobase chez",
    dots: "point",
    abbreviations: "naiss nais tel num numero appt ref doss ident pass immat nat",
};

const ENGLISH: Vocabulary = Vocabulary {
    titles: "hajj hajja hajji haj haji sayyid ustadh mister missus miss madam doctor professor sir lady sheikh sister brother father uncle auntie aunt \
        pastor reverend",
    short_titles: "mr mrs ms mx dr prof rev",
    not_names: "the a an on is was has he she they we you i it please thanks thank hello dear and or of in at for to \
        who can could will this that if no yes not unhcr iom ngo director president minister judge \
        organisation organization christmas",
    particles: "van von da di dos al el bin bint abu ter ibn mc mac",
    streets: "street road avenue lane boulevard st rd crescent highway",
    ambiguous_streets: "drive square close court way terrace place gardens row hill grove walk mews alley park",
    street_links: "the of",
    number_additions: "a b c d",
    houses: "house building bldg villa block home",
    number_words: "number no num nr",
    not_of_streets: "line bus room office floor for since with on in from the at to of off by people minutes hours km and \
        per new main beds families men women children patients",
    births: "born birth dob birthday birthdate bday",
    birth_documents: "certificate certificates registration registrations attendant plan control centre center act record \
        records extract rate weight",
    turning_an_age: "turns turning turned turn becomes reaches be",
    years_of_age: "years yo",
    other_dates: "appointment interview hearing since arrived arrives came due expected seen visit visited admitted \
        after before between until booked scheduled meeting consultation registered comes",
    months: "january february march april may june july august september october november december jan feb mar \
        apr jun jul aug sep sept oct nov dec",
    date_links: "of the in year st nd rd th",
    acts: "law act convention decree directive regulation agreement protocol treaty since founded created \
        opened established signed article section version resolution order",
    identities: "passport id identity identification nin unhcr case file registration visa permit licence license \
        asylum ssn national certificate refugee biometric proof",
    organization_registers: "charity vat company",
    counted: "euros dollars usd gbp pounds people persons inhabitants refugees children lyd tnd lbp meals litres \
        million",
    numerals: "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen \
        seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety double triple",
    zeros: "zero oh nought",
    at_signs: "at",
    dots: "dot",
    abbreviations: "tel num ref pass nat reg ident appt",
};

const ARABIC: Vocabulary = Vocabulary {
    // "A lady" and "a doctor" without article are anybody; only the second is a title too.
    titles: "السيد السيده الانسه الدكتور الدكتوره دكتور دكتوره الاستاذ الاستاذه استاذ استاذه الشيخ الشيخه الحاج \
        الحاجه الاخ الاخت البروفيسور المحامي المحاميه المهندس المهندسه السي الست الطبيب الطبيبه",
    short_titles: "د ا م",
    not_names: "وصل وصلت حضر حضرت جا جات قال قالت يقول تقول يحتاج تحتاج احتاج احتاجت اتصل اتصلت يتصل تتصل يريد تريد \
        يرغب ترغب طلب طلبت يطلب تطلب ينتظر تنتظر انتظر انتظرت يعاني تعاني يعمل تعمل يسكن تسكن يوجد توجد ياتي \
        تاتي يصل تصل سيصل ستصل سيحضر ستحضر يحضر تحضر سياتي ستاتي كان كانت يكون تكون سيكون ستكون ليس ليست سوف \
        يمكن يمكنه يمكنها غادر غادرت وافق وافقت رفض رفضت يرفض ترفض خرج خرجت دخل دخلت يتكلم تتكلم يتحدث تتحدث \
        موجود موجوده متاح متاحه غايب غايبه حامل مريض مريضه جاهز جاهزه استقبل استقبلت يستقبل تستقبل اكد اكدت \
        فحص فحصت يفحص تفحص سيفحص لديه لديها معه معها المدير المديره المسوول المسووله المحترم المحترمه \
        المناوب المناوبه المختص المختصه المعالج المعالجه الطبيب الطبيبه المريض المريضه الحامل المذكور \
        المذكوره المعني المعنيه الريس الرييس الرييسه الوزير الوالي القاضي القاضيه المنسق المنسقه النفسي \
        النفسيه العام العامه المتخصص المتخصصه المشرف المشرفه المكلف المكلفه المتطوع المتطوعه الفاضل الفاضله \
        الكريم الكريمه العزيز العزيزه الجديد الجديده المترجم المترجمه المحامي المحاميه الاستاذ الاستاذه \
        الدكتور الدكتوره السيد السيده الانسه المتابع المتابعه المرافق المرافقه الشرعي الاجتماعي الاجتماعيه \
        المدني الموكل الموكله المداوم المداومه المقيم المقيمه الكبير الكبيره الصغير الصغيره الاكبر الذي التي \
        هذا هذه الان اليوم غدا امس الي عند بعد قبل منذ حتي لكن ايضا هنا هناك فقط كما حيث اذا متي وهو وهي وقد \
        ولم ولا ومن وفي فهو فهي نفسه نفسها وابنها وابنتها واطفالها وزوجها وابنه وابنته واطفاله وزوجته \
        وعايلتها وعايلته واسرتها واسرته لدي لمده للاسف غير عنده عندها عندهم له لها لهم اليه اليها عليه عليها منه منها فيه فيها به بها معهم بلا دون بحاجه بخير عبر خلال حول بدون ضمن تحت شكرا مرحبا تحيه",
    particles: "",
    streets: "شارع نهج زنقه زقاق جاده درب بولفار",
    ambiguous_streets: "طريق حي ساحه ممر سكه ميدان حاره",
    street_links: "",
    number_additions: "مكرر",
    houses: "منزل بيت دار عماره بنايه مبني المنزل البيت العماره البنايه المبني",
    number_words: "رقم عدد الرقم",
    not_of_streets: "خط الخط غرفه الغرفه مكتب المكتب طابق الطابق ساعه الساعه منذ في مع من قبل بعد علي الي حتي عند يوم \
        لمده حافله الحافله قاعه القاعه حوالي نحو عن",
    births: "مواليد ولد ولدت ميلاد الميلاد ميلاده ميلادها مولود مولوده المولود المولوده ولاده الولاده ولادته \
        ولادتها تولد المواليد ميلادي",
    birth_documents: "شهاده شهادات وثيقه عقد قيد مستخرج تسجيل حديث حديثي عيد موعد قاعه غرفه مضمون",
    turning_an_age: "يبلغ تبلغ سيبلغ ستبلغ يتم تتم سيتم ستتم يكمل تكمل سيكمل ستكمل",
    years_of_age: "سنه عاما عام سنوات الثامنه الرشد",
    other_dates: "موعد الموعد موعده موعدها مقابله المقابله جلسه الجلسه منذ وصل وصلت متوقع متوقعه المتوقع المتوقعه بعد \
        قبل بين زياره الزياره حضر حضرت دخل دخلت",
    months: "جانفي فيفري مارس افريل ماي جوان جويليه اوت سبتمبر اكتوبر نوفمبر ديسمبر يناير فبراير ابريل مايو يونيو \
        يوليو يوليوز اغسطس غشت شتنبر نونبر دجنبر يونيه يوليه شباط اذار نيسان ايار حزيران تموز اب ايلول تشرين \
        كانون محرم صفر ربيع جمادي رجب شعبان رمضان شوال",
    date_links: "من شهر سنه عام الاول الثاني الاخر لعام لسنه",
    acts: "قانون القانون مرسوم المرسوم اتفاقيه الاتفاقيه قرار القرار اتفاق معاهده بروتوكول منذ تاسست تاسس افتتح \
        افتتحت الماده ماده الفصل ظهير",
    identities: "جواز الجواز جوازه جوازها هويه الهويه هويته هويتها بطاقه البطاقه وطني الوطني ملف الملف ملفه ملفها \
        القيد قيد تسجيل التسجيل مفوضيه المفوضيه اقامه الاقامه التعريف ضمان الضمان تاشيره رخصه باسبور سفر \
        السفر مدني المدني لاجي اللاجي بطاقتها بطاقته قوميه القومي",
    organization_registers: "جمعيه الجمعيه",
    counted: "يورو دولار دينار درهم اوقيه ليره جنيه شخص نسمه لاجي طفل مليون",
    numerals: "واحد اثنان اثنين ثلاثه اربعه خمسه سته سبعه ثمانيه تسعه عشره عشرون عشرين ثلاثون ثلاثين اربعون اربعين \
        خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين",
    zeros: "صفر زيرو",
    at_signs: "ات",
    dots: "دوت نقطه",
    abbreviations: "",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::words::fold;

    #[test]
    fn every_word_reads_as_folding_leaves_it() {
        for words in LANGUAGES {
            let lists = [
                words.titles,
                words.short_titles,
                words.not_names,
                words.particles,
                words.streets,
                words.ambiguous_streets,
                words.street_links,
                words.number_additions,
                words.houses,
                words.number_words,
                words.not_of_streets,
                words.births,
                words.birth_documents,
                words.turning_an_age,
                words.years_of_age,
                words.other_dates,
                words.months,
                words.date_links,
                words.acts,
                words.identities,
                words.organization_registers,
                words.counted,
                words.numerals,
                words.zeros,
                words.at_signs,
                words.dots,
                words.abbreviations,
                STREETS_ABROAD,
                MAIL_PROVIDERS,
                UNITS,
            ];
            for word in lists.into_iter().flat_map(str::split_ascii_whitespace) {
                assert_eq!(fold(word), *word);
            }
        }
    }
}
