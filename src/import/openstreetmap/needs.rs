//! What the tags of OpenStreetMap mean in our need codes.
//!
//! A tag gets a code only where it is the same thing as the code; where it is near one it gets the family,
//! which matches as "to confirm" (ruling R19).

use super::Tags;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::Specialisation;
use crate::domain::need::{Need, NeedFamily};
use Meaning::{Code, Family};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Meaning {
    Code(Need),
    Family(NeedFamily),
}

/// What a feature answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub needs: CodeSet<Need>,
    pub families: CodeSet<NeedFamily>,
    pub specialisations: CodeSet<Specialisation>,
}

/// Keys that make a feature a place of service, the more telling first: the value names it where it has no name.
pub(super) const KINDS: [&str; 5] = ["social_facility", "healthcare", "amenity", "office", "emergency"];

const TAGS: [(&str, &str, Meaning); 42] = [
    ("amenity", "hospital", Code(Need::HealthHospital)),
    ("healthcare", "hospital", Code(Need::HealthHospital)),
    ("amenity", "clinic", Code(Need::HealthPrimary)),
    ("amenity", "doctors", Code(Need::HealthPrimary)),
    ("healthcare", "clinic", Code(Need::HealthPrimary)),
    ("healthcare", "doctor", Code(Need::HealthPrimary)),
    ("healthcare", "doctors", Code(Need::HealthPrimary)),
    ("healthcare", "centre", Code(Need::HealthPrimary)),
    ("healthcare", "midwife", Code(Need::HealthSrh)),
    ("healthcare", "birthing_centre", Code(Need::HealthSrh)),
    ("healthcare", "psychotherapist", Code(Need::MhpssCounselling)),
    ("healthcare", "counselling", Family(NeedFamily::Mhpss)),
    ("amenity", "pharmacy", Family(NeedFamily::Health)),
    ("amenity", "dentist", Family(NeedFamily::Health)),
    ("amenity", "health_post", Code(Need::HealthPrimary)),
    ("healthcare:speciality", "psychiatry", Code(Need::MhpssPsychiatry)),
    ("healthcare:speciality", "gynaecology", Code(Need::HealthSrh)),
    ("healthcare:speciality", "addiction_medicine", Code(Need::HealthAddiction)),
    ("healthcare:speciality", "tuberculosis", Code(Need::HealthTb)),
    ("office", "lawyer", Family(NeedFamily::Legal)),
    ("office", "notary", Family(NeedFamily::Legal)),
    ("office", "ngo", Family(NeedFamily::Social)),
    ("office", "charity", Family(NeedFamily::Social)),
    ("social_facility", "shelter", Code(Need::ShelterEmergencyNight)),
    ("social_facility", "food_bank", Code(Need::BasicFood)),
    ("social_facility", "soup_kitchen", Code(Need::BasicFood)),
    ("amenity", "food_bank", Code(Need::BasicFood)),
    ("amenity", "soup_kitchen", Code(Need::BasicFood)),
    ("amenity", "food_sharing", Code(Need::BasicFood)),
    ("social_facility", "clothing_bank", Code(Need::BasicNfi)),
    ("social_facility", "group_home", Family(NeedFamily::Shelter)),
    ("social_facility", "outreach", Family(NeedFamily::Social)),
    ("social_facility", "day_care", Family(NeedFamily::Social)),
    ("amenity", "shower", Code(Need::BasicHygiene)),
    ("amenity", "toilets", Code(Need::BasicHygiene)),
    ("amenity", "public_bath", Code(Need::BasicHygiene)),
    ("amenity", "drinking_water", Family(NeedFamily::Basic)),
    ("amenity", "give_box", Family(NeedFamily::Basic)),
    ("amenity", "refugee_site", Family(NeedFamily::Shelter)),
    ("amenity", "social_centre", Family(NeedFamily::Social)),
    ("amenity", "social_facility", Family(NeedFamily::Social)),
    ("amenity", "language_school", Code(Need::SocialSchool)),
];

/// What the tags of a feature answer; a family is held only where no need of it is told.
pub(super) fn answer(tags: &Tags) -> Answer {
    let mut answer = Answer::default();
    for (key, value, meaning) in TAGS {
        if tags.values(key).any(|told| told == value) {
            match meaning {
                Code(need) => answer.needs.push(need),
                Family(family) => answer.families.push(family),
            }
        }
    }
    if tags.get("healthcare").is_some() && answer.needs.is_empty() {
        answer.families.push(NeedFamily::Health);
    }
    by_public(tags, &mut answer);
    answer.families.retain(|family| !answer.needs.iter().any(|need| need.family() == *family));
    if answer.families.len() > 1 || !answer.needs.is_empty() {
        // `amenity=social_facility` only says that the other tags say what it is.
        answer.families.retain(|family| *family != NeedFamily::Social);
    }
    answer
}

/// For whom it is decides what a shelter or a day centre is.
fn by_public(tags: &Tags, answer: &mut Answer) {
    let is_for = |public: &str| tags.values("social_facility:for").any(|told| told == public);
    let is = |kind: &str| tags.values("social_facility").any(|told| told == kind);
    if is("shelter") {
        let other = if is_for("abused") {
            Some(Need::ShelterWomenSafe)
        } else if is_for("juvenile") || is_for("child") || is_for("orphan") {
            Some(Need::ShelterMinor)
        } else {
            None
        };
        if let Some(other) = other {
            answer.needs.retain(|need| *need != Need::ShelterEmergencyNight);
            answer.needs.push(other);
        }
    } else if is_for("abused") {
        answer.needs.push(Need::ProtGbvCaseManagement);
    }
    if is_for("abused") {
        answer.specialisations.push(Specialisation::Gbv);
    }
    if is_for("victim") {
        answer.needs.push(Need::ProtTrafficking);
    }
    if (is("day_care") || is("outreach")) && is_for("homeless") {
        answer.needs.push(Need::SocialDayCentre);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_mean_a_code_a_family_or_nothing() {
        for (tags, needs, families) in [
            ("amenity=hospital", &[Need::HealthHospital][..], &[][..]),
            ("amenity=clinic healthcare=clinic", &[Need::HealthPrimary], &[]),
            ("amenity=pharmacy", &[], &[NeedFamily::Health]),
            ("healthcare=laboratory", &[], &[NeedFamily::Health]),
            ("healthcare=psychotherapist", &[Need::MhpssCounselling], &[]),
            ("office=lawyer", &[], &[NeedFamily::Legal]),
            ("amenity=social_facility", &[], &[NeedFamily::Social]),
            ("amenity=social_facility social_facility=shelter", &[Need::ShelterEmergencyNight], &[]),
            ("social_facility=shelter social_facility:for=abused", &[Need::ShelterWomenSafe], &[]),
            ("social_facility=shelter social_facility:for=juvenile", &[Need::ShelterMinor], &[]),
            ("social_facility=outreach social_facility:for=abused;women", &[Need::ProtGbvCaseManagement], &[]),
            ("social_facility=day_care social_facility:for=homeless", &[Need::SocialDayCentre], &[]),
            ("social_facility=food_bank amenity=social_facility", &[Need::BasicFood], &[]),
            ("amenity=shower", &[Need::BasicHygiene], &[]),
            ("amenity=bank", &[], &[]),
        ] {
            let pairs = tags.split(' ').filter_map(|tag| tag.split_once('='));
            let tags_read = Tags::of(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
            let found = answer(&tags_read);
            assert_eq!((found.needs, found.families), (needs.to_vec().into(), families.to_vec().into()), "{tags}");
        }
    }
}
