//! What the words of Services Advisor mean in our need codes.
//!
//! An indicator gets a code only where it is the same thing as the code; where it is near a code
//! without being the same it gets the family, which matches as "to confirm" (ruling R19). A women's safe
//! space is a centre for activities and no safe house, and so on: a wrong code sends people to a
//! closed door.

use crate::domain::code_set::CodeSet;
use crate::domain::directory::Specialisation;
use crate::domain::need::{Need, NeedFamily};
use Meaning::{Code, Family, Gbv, Nothing};

/// What one indicator or activity tells.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    /// The same thing as this need.
    Code(Need),
    /// Within this family, no more.
    Family(NeedFamily),
    /// For survivors of gender-based violence, without saying what is given.
    Gbv,
    /// In no family, whatever its sector.
    Nothing,
}

/// What a row answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    /// Needs told precisely.
    pub needs: CodeSet<Need>,
    /// Families told without a need in them.
    pub families: CodeSet<NeedFamily>,
    /// Specialisations told by the names of the indicators.
    pub specialisations: CodeSet<Specialisation>,
}

/// Sectors, in English and Arabic as the feeds write them.
const SECTORS: [(&str, NeedFamily); 20] = [
    ("protection", NeedFamily::Prot),
    ("الحماية", NeedFamily::Prot),
    ("cash", NeedFamily::Social),
    ("نقد", NeedFamily::Social),
    ("education", NeedFamily::Social),
    ("التعليم", NeedFamily::Social),
    ("livelihoods", NeedFamily::Social),
    ("سبل العيش", NeedFamily::Social),
    ("nfi", NeedFamily::Basic),
    ("المواد غير الغذائية", NeedFamily::Basic),
    ("wash", NeedFamily::Basic),
    ("المياه والصرف الصحي", NeedFamily::Basic),
    ("food", NeedFamily::Basic),
    ("الغذاء", NeedFamily::Basic),
    ("health", NeedFamily::Health),
    ("الصحة", NeedFamily::Health),
    ("shelter", NeedFamily::Shelter),
    ("المأوى", NeedFamily::Shelter),
    ("nutrition", NeedFamily::Health),
    ("التغذية", NeedFamily::Health),
];

/// Activities and indicators by [`normal`] name. The Arabic feed leaves many names in English, some
/// with single words replaced.
const NAMES: [(&str, Meaning); 76] = [
    // Health
    ("primary healthcare", Code(Need::HealthPrimary)),
    ("الرعاية الصحية الأولية", Code(Need::HealthPrimary)),
    ("secondary tertiary healthcare", Code(Need::HealthHospital)),
    ("الرعاية الصحية الثانوية الثلاثية", Code(Need::HealthHospital)),
    ("reproductive health", Code(Need::HealthSrh)),
    ("reproductive الصحة", Code(Need::HealthSrh)),
    ("interventions for alcohol substance use problems", Code(Need::HealthAddiction)),
    ("التدخلات لمشاكل تعاطي الكحول المخدرات", Code(Need::HealthAddiction)),
    ("medical services for survivors of gender based violence", Code(Need::HealthSexualViolenceCare)),
    // Mental health
    ("mental health care", Family(NeedFamily::Mhpss)),
    ("الرعاية الصحية العقلية", Family(NeedFamily::Mhpss)),
    ("psychosocial mental health", Family(NeedFamily::Mhpss)),
    ("الصحة النفسية و العقلية", Family(NeedFamily::Mhpss)),
    ("psychosocial support to classes groups of children at schools learning places", Family(NeedFamily::Mhpss)),
    ("الدعم النفسي والاجتماعي للصفوف مجموعات الأطفال في المدارس أماكن التعلم", Family(NeedFamily::Mhpss)),
    ("non pharmacological management of mental disorder", Family(NeedFamily::Mhpss)),
    ("الإدارة غير الدوائية للاضطراب العقلي", Family(NeedFamily::Mhpss)),
    ("basic counseling for groups or families", Code(Need::MhpssCounselling)),
    ("الاستشارة الأساسية للمجموعات أو عائلات", Code(Need::MhpssCounselling)),
    ("individual or group psychological debriefing", Code(Need::MhpssCounselling)),
    ("الموجز النفسي للفرد أو المجموعة", Code(Need::MhpssCounselling)),
    ("psychotherapy", Code(Need::MhpssCounselling)),
    ("العلاج النفسي", Code(Need::MhpssCounselling)),
    ("in patient mental health care", Code(Need::MhpssPsychiatry)),
    ("الرعاية الصحية العقلية للمرضى تحت العلاج بمستشفى", Code(Need::MhpssPsychiatry)),
    ("pharmacological management of mental disorder", Code(Need::MhpssPsychiatry)),
    ("الإدارة الدوائية للاضطراب العقلي", Code(Need::MhpssPsychiatry)),
    // Protection and law
    ("case management for survivors of gender based violence", Code(Need::ProtGbvCaseManagement)),
    ("multisectoral services for survivers of gender based violence", Gbv),
    ("multisectoral services for survivors of gender based violence", Gbv),
    ("family tracing and reunification for unaccompanied and or separated children", Code(Need::ProtFamilyTracing)),
    ("detentions emergency number visits", Code(Need::ProtDetentionFollowUp)),
    ("رقم الطوارئ للإحتجاز زيارات", Code(Need::ProtDetentionFollowUp)),
    ("legal services", Family(NeedFamily::Legal)),
    ("الخدمات القانونية", Family(NeedFamily::Legal)),
    // Shelter
    ("shelter for survivors of gender based violence", Code(Need::ShelterWomenSafe)),
    ("المأوى for survivors of gender based violence", Code(Need::ShelterWomenSafe)),
    ("shelter for vulnerable families", Code(Need::ShelterFamily)),
    ("المأوى للأسرالمضطهدة", Code(Need::ShelterFamily)),
    ("alternative care for unaccompanied and or separated children", Family(NeedFamily::Shelter)),
    ("cash for rent", Family(NeedFamily::Shelter)),
    ("النقد للإيجار", Family(NeedFamily::Shelter)),
    // Cash
    ("financial assistance", Code(Need::SocialCash)),
    ("المساعدة المالية", Code(Need::SocialCash)),
    ("financial assistance to vulnerable families", Code(Need::SocialCash)),
    ("مساعدات مالية للأسر المضطهدة", Code(Need::SocialCash)),
    // Food
    ("distribution of food parcels", Code(Need::BasicFood)),
    ("توزيع الطرود الغذائية", Code(Need::BasicFood)),
    ("distribution of food parcels to vulnerable jordanians", Code(Need::BasicFood)),
    ("توزيع طرود غذائية للأردنيين الضعفاء", Code(Need::BasicFood)),
    ("food distribution", Code(Need::BasicFood)),
    ("توزيع المواد الغذائية", Code(Need::BasicFood)),
    (
        "distribution of vouchers to non camp refugees distribution of food items to non registered syrian refugees",
        Code(Need::BasicFood),
    ),
    ("توزيع قسائم للاجئين خارج المخيمات توزيع المواد الغذائية على اللاجئين السوريين غير المسجلين", Code(Need::BasicFood)),
    // Kits and clothes
    ("clothing", Code(Need::BasicNfi)),
    ("الملابس", Code(Need::BasicNfi)),
    ("core nfis", Code(Need::BasicNfi)),
    ("core المواد غير الغذائيةs", Code(Need::BasicNfi)),
    ("winterization items", Code(Need::BasicNfi)),
    ("مواد التحضير لفصل الشتاء", Code(Need::BasicNfi)),
    ("material assistance to vulnerable families", Code(Need::BasicNfi)),
    ("material المساعدة للأسر الضعيفة", Code(Need::BasicNfi)),
    // Hygiene
    ("hygiene kits and sanitary items", Code(Need::BasicHygiene)),
    ("مجموعة من مستلزمات النظافة والمواد الصحية", Code(Need::BasicHygiene)),
    ("distribution of hygiene kits", Code(Need::BasicHygiene)),
    ("توزيع أطقم مستلزمات النظافة", Code(Need::BasicHygiene)),
    ("replenishment of new comers hygiene kits", Code(Need::BasicHygiene)),
    ("تجديد أطقم النظافة للقادمين الجدد", Code(Need::BasicHygiene)),
    ("diaper distribution", Code(Need::BasicHygiene)),
    ("توزيع الحفاضات", Code(Need::BasicHygiene)),
    // Registration
    ("registration and reception centers facilities provision of documentation", Code(Need::SolUnhcrRegistration)),
    ("access to information and registration procedures", Family(NeedFamily::Sol)),
    // Works on roads and drains: no service that a person can be sent to
    ("drainage", Nothing),
    ("drainage and road improvement", Nothing),
    ("الصرف الصحي", Nothing),
    ("رفع مستوى الصرف الصحي وتحسين الطرق", Nothing),
];

/// What a row of this sector, with this activity and these indicators, answers. A family is held only
/// where no need of it is told.
pub(super) fn answer<'a>(sector: Option<&str>, activity: &'a str, indicators: impl Iterator<Item = &'a str>) -> Answer {
    let mut answer = Answer::default();
    let mut is_none = false;
    for name in indicators.chain([activity]) {
        match meaning(name) {
            Some(Code(need)) => answer.needs.push(need),
            Some(Family(family)) => answer.families.push(family),
            Some(Gbv) => answer.specialisations.push(Specialisation::Gbv),
            Some(Nothing) => is_none = true,
            None => {}
        }
    }
    answer.families.retain(|family| !answer.needs.iter().any(|need| need.family() == *family));
    if answer.needs.is_empty() && answer.families.is_empty() && !is_none {
        answer.families.extend(sector.and_then(family_of_sector));
    }
    answer
}

fn meaning(name: &str) -> Option<Meaning> {
    let name = normal(name);
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, meaning)| *meaning)
}

fn family_of_sector(sector: &str) -> Option<NeedFamily> {
    let sector = normal(sector);
    SECTORS.iter().find(|(known, _)| *known == sector).map(|(_, family)| *family)
}

/// The name in lower case, without what stands in brackets and without punctuation: feeds write one
/// indicator with and without its commas and examples.
fn normal(name: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if c.is_alphanumeric() => kept.extend(c.to_lowercase()),
            _ => kept.push(if c == '\'' || c == '’' { '\'' } else { ' ' }),
        }
    }
    kept.replace('\'', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_name_is_normal_and_stands_once() {
        let names = NAMES.iter().map(|(name, _)| *name).chain(SECTORS.iter().map(|(name, _)| *name));
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            assert_eq!(normal(name), name);
            assert!(seen.insert(name), "{name}");
        }
    }

    #[test]
    fn spellings_of_one_indicator_are_one_name() {
        for (text, expected) in [
            ("Reproductive health (e.g. antenatal, postnatal [and] family planning)", "reproductive health"),
            ("Secondary/Tertiary healthcare", "secondary tertiary healthcare"),
            ("Replenishment of new comers' Hygiene Kits", "replenishment of new comers hygiene kits"),
            ("unclosed (bracket", "unclosed"),
            ("(all of it)", ""),
        ] {
            assert_eq!(normal(text), expected);
        }
    }

    #[test]
    fn codes_stand_only_where_the_thing_is_the_same() {
        for (sector, activity, indicators, needs, families, specialisations) in [
            (
                "HEALTH",
                "Health Services",
                &["Primary healthcare", "Immunization"][..],
                &[Need::HealthPrimary][..],
                &[][..],
                0,
            ),
            ("HEALTH", "Health Services", &["Immunization"], &[], &[NeedFamily::Health], 0),
            (
                "HEALTH",
                "Health Services",
                &["Primary healthcare", "Mental health care"],
                &[Need::HealthPrimary],
                &[NeedFamily::Mhpss],
                0,
            ),
            ("PROTECTION", "Women Safe Spaces", &["Women Safe Spaces"], &[], &[NeedFamily::Prot], 0),
            ("PROTECTION", "Protection Services", &["Legal services"], &[], &[NeedFamily::Legal], 0),
            (
                "PROTECTION",
                "Protection Services",
                &["Multisectoral services for survivers of gender-based violence (GBV)"],
                &[],
                &[NeedFamily::Prot],
                1,
            ),
            ("نقد", "المساعدة المالية", &[], &[Need::SocialCash], &[], 0),
            ("الصحة", "أخرى", &[], &[], &[NeedFamily::Health], 0),
            ("WASH", "Drainage", &["Drainage and road improvement"], &[], &[], 0),
            ("LOGISTICS", "Warehouse", &[], &[], &[], 0),
        ] {
            let found = answer(Some(sector), activity, indicators.iter().copied());
            assert_eq!(
                (found.needs, found.families, found.specialisations.len()),
                (needs.to_vec().into(), families.to_vec().into(), specialisations),
                "{activity}"
            );
        }
    }
}
