//! Words that ask who somebody is, in French, English and Arabic: beside the linter, which looks for what tells it.
//!
//! A net like the linter: what it stops is asked again by a code, and what it misses is answered by a code.

use super::questions::QuestionTemplate;
use crate::domain::code::code_list;
use crate::domain::linter::Finding;
use crate::domain::words::{fold, words};

code_list! {
    /// What of a person's identity a question asks for.
    IdentityAsked {
        Name = "name": "the name of the person",
        BirthDate = "birth_date": "the date of birth",
        Contact = "contact": "a phone number or a mailbox of the person",
        Address = "address": "where the person lives",
        Document = "document": "the number or a copy of a document",
        Photo = "photo": "a photo of the person",
    }
}

/// The words, folded; several words of one entry are joined by `_` and have to follow each other.
const WORDS: [(IdentityAsked, &str); 6] = [
    (
        IdentityAsked::Name,
        "prenom prenoms patronyme nom_complet nom_et le_nom son_nom quel_nom nom_de_famille leur_nom \
         son_identite quelle_identite comment_appelle nom_et_prenom \
         full_name first_name last_name family_name surname her_name his_name their_name the_name name_and what_name \
         name_please initials called \
         اسم اسمه اسمها الاسم اسمهم واسم واسمها والاسم لقب اللقب لقبها كنيه الكنيه",
    ),
    (
        IdentityAsked::BirthDate,
        "naissance ne_quand nee_quand ne_en nee_en quel_age_exact birth birthday birthdate dob born \
         ميلاد الميلاد ميلادها ميلاده مواليد ولدت ولد",
    ),
    (
        IdentityAsked::Contact,
        "telephone tel portable numero_ou numero_de_telephone son_numero un_numero le_numero whatsapp joignable_ou \
         courriel son_mail adresse_mail email phone mobile telephone_number phone_number her_number his_number \
         their_number a_number cell_number telegram signal viber \
         هاتف الهاتف هاتفها هاتفه رقم الرقم رقمها رقمه جوال الجوال موبايل واتساب ايميل بريد",
    ),
    (
        IdentityAsked::Address,
        "adresse son_adresse domicile ou_habite ou_vit ou_dort ou_loge ou_reside address where_does_she where_does_he where_do_they \
         where_is_she where_is_he lives_where عنوان العنوان عنوانها عنوانه تسكن يسكن سكنها",
    ),
    (
        IdentityAsked::Document,
        "passeport identite recepisse numero_de_dossier numero_etranger agdref titre_de_sejour copie scan passport identity id \
         id_card id_number document_number copy جواز الجواز جوازها هويه الهويه هويتها بطاقه البطاقه نسخه",
    ),
    (
        IdentityAsked::Photo,
        "photo photos photographie selfie portrait picture pictures photograph صوره الصوره صورتها صورته صور",
    ),
];

/// What in a question asks who somebody is, each once, in the order of the list.
pub fn identity_asked(text: &str) -> Vec<IdentityAsked> {
    let folded = fold(text);
    let text = format!(" {} ", words(&folded).collect::<Vec<_>>().join(" "));
    let is_asked = |phrase: &str| text.contains(&format!(" {} ", phrase.replace('_', " ")));
    let asked = WORDS.iter().filter(|(_, phrases)| phrases.split_whitespace().any(is_asked));
    asked.map(|(asked, _)| *asked).collect()
}

/// The question of the list to ask instead: the one that comes nearest to what a recipient needs to know for it.
pub(super) fn instead_of(findings: &[Finding], asked: &[IdentityAsked]) -> QuestionTemplate {
    let of_asked = asked.first().map(|asked| match asked {
        IdentityAsked::Name => QuestionTemplate::OtherServiceInvolved,
        IdentityAsked::BirthDate | IdentityAsked::Document | IdentityAsked::Photo => QuestionTemplate::DocumentAtHand,
        IdentityAsked::Contact => QuestionTemplate::RemotePossible,
        IdentityAsked::Address => QuestionTemplate::ComesAlone,
    });
    let of_finding = findings.first().map(|finding| match finding {
        Finding::Phone | Finding::Email => QuestionTemplate::RemotePossible,
        Finding::BirthDate | Finding::IdentityNumber => QuestionTemplate::DocumentAtHand,
        Finding::StreetNumber => QuestionTemplate::ComesAlone,
        Finding::TitledName => QuestionTemplate::OtherServiceInvolved,
    });
    of_asked.or(of_finding).unwrap_or(QuestionTemplate::StillNeeded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_reads_as_folding_leaves_it() {
        for (asked, phrases) in WORDS {
            for phrase in phrases.split_whitespace() {
                let spaced = phrase.replace('_', " ");
                assert_eq!(fold(&spaced), spaced, "{asked}");
            }
        }
    }

    #[test]
    fn who_somebody_is_is_asked_in_three_languages_and_other_things_are_not() {
        use IdentityAsked::{Address, BirthDate, Contact, Document, Name, Photo};
        let rows: [(&str, &[IdentityAsked]); 24] = [
            ("full name and phone?", &[Name, Contact]),
            ("Nom complet ?", &[Name]),
            ("Nom et prénom, s'il vous plaît", &[Name]),
            ("Quel est son NOM ?", &[Name]),
            ("What is her name?", &[Name]),
            ("الاسم الكامل؟", &[Name]),
            ("ما اسمها ورقم هاتفها؟", &[Name, Contact]),
            ("Date de naissance ?", &[BirthDate]),
            ("When was she born?", &[BirthDate]),
            ("تاريخ الميلاد؟", &[BirthDate]),
            ("Un numéro où la joindre ?", &[Contact]),
            ("Her number?", &[Contact]),
            ("Où dort-elle ?", &[Address]),
            ("Adresse actuelle ?", &[Address]),
            ("ما العنوان؟", &[Address]),
            ("Copie du passeport ?", &[Document]),
            ("ID card?", &[Document]),
            ("صورة جواز السفر؟", &[Document, Photo]),
            ("Une photo ?", &[Photo]),
            ("Peut-elle venir mardi au nom de votre association ?", &[]),
            ("How many children come along?", &[]),
            ("Does the centre need step-free access?", &[]),
            ("Combien d'enfants ?", &[]),
            ("هل تستطيع الحضور وحدها؟", &[]),
        ];
        for (text, asked) in rows {
            assert_eq!(identity_asked(text), asked, "{text}");
        }
    }
}
