//! Persons who exist nowhere: coded facts as a team writes them down, and who consents for them.

use super::draw::Draw;
use super::place::Place;
use crate::actions::input::ProfileInput;
use crate::domain::consent::{Assent, ConsentBasis, ConsentModality};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, ProtectionFlag, Situation};
use crate::domain::referral::Urgency;

/// Who consents, on what ground.
#[derive(Clone, Copy)]
pub(super) struct Ground {
    pub(super) basis: ConsentBasis,
    pub(super) assent: Assent,
    pub(super) modality: ConsentModality,
}

/// A made-up person with what brings her here.
pub(super) struct Person {
    pub(super) profile: ProfileInput,
    pub(super) flags: Vec<ProtectionFlag>,
    pub(super) ground: Ground,
    pub(super) language: &'static str,
}

/// A person with this need, in this place.
pub(super) fn draw(draw: &Draw, place: &Place, need: Need) -> Person {
    let (age_band, household) = age_and_household(draw, need);
    let is_child = !matches!(age_band, AgeBand::From18To24 | AgeBand::From25To59 | AgeBand::From60);
    let languages = [draw.one(place.languages), draw.one(place.languages)];
    let language = languages[0].copied().unwrap_or("fr");
    let mut spoken: Vec<String> = languages.into_iter().flatten().map(|tag| (*tag).to_owned()).collect();
    spoken.dedup();
    let profile = ProfileInput {
        age_band: Some(age_band),
        gender: Some(gender(draw, need, household)),
        household: Some(household),
        admin_status: Some(admin_status(draw, place, need, is_child)),
        situation: draw.one(&SITUATIONS).copied(),
        languages: spoken,
        area: draw.one(place.areas).map(|code| (*code).to_owned()),
    };
    let flags = [(15, ProtectionFlag::Torture), (10, ProtectionFlag::Threat), (8, ProtectionFlag::DetentionSurvivor)];
    let flags = flags.into_iter().filter(|(hundred, _)| draw.in_hundred(*hundred)).map(|(_, flag)| flag).collect();
    let needs_interpreter = draw.in_hundred(40);
    Person { profile, flags, ground: ground(age_band, household, needs_interpreter), language }
}

const SITUATIONS: [Situation; 7] = [
    Situation::Street,
    Situation::Street,
    Situation::Squat,
    Situation::Camp,
    Situation::Hosted,
    Situation::Shelter,
    Situation::OwnLodging,
];

fn age_and_household(draw: &Draw, need: Need) -> (AgeBand, Household) {
    use Need::{LegalMinorityAppeal, ProtGuardian, ShelterEmergencyNight, ShelterFamily, ShelterMinor, SocialSchool};
    let adults = [AgeBand::From18To24, AgeBand::From18To24, AgeBand::From25To59, AgeBand::From25To59, AgeBand::From60];
    let adult = draw.one(&adults).copied().unwrap_or(AgeBand::From25To59);
    match need {
        LegalMinorityAppeal | ShelterMinor | ProtGuardian => (AgeBand::From15To17, Household::UnaccompaniedChild),
        ShelterFamily => (AgeBand::From25To59, Household::ParentWithChildren),
        SocialSchool if draw.in_hundred(50) => (AgeBand::From5To11, Household::AccompaniedChild),
        Need::HealthSrh if draw.in_hundred(60) => (AgeBand::From18To24, Household::Pregnant),
        ShelterEmergencyNight => (adult, Household::Alone),
        _ if draw.in_hundred(12) => (AgeBand::From12To14, Household::AccompaniedChild),
        _ if draw.in_hundred(15) => (adult, Household::ParentWithChildren),
        _ => (adult, Household::Alone),
    }
}

fn gender(draw: &Draw, need: Need, household: Household) -> Gender {
    let is_of_women = need == Need::HealthSrh || household == Household::Pregnant;
    if is_of_women || draw.in_hundred(35) { Gender::Woman } else { Gender::Man }
}

fn admin_status(draw: &Draw, place: &Place, need: Need, is_child: bool) -> AdminStatus {
    use AdminStatus::{AsylumSeeker, MinorInAppeal, Refugee, Undocumented, UnhcrRegistered};
    let (south, north) = ([Undocumented, Undocumented, UnhcrRegistered], [Undocumented, AsylumSeeker, Refugee]);
    let usual = if matches!(place.country, "FR" | "IT") { north } else { south };
    match need {
        Need::LegalMinorityAppeal => MinorInAppeal,
        Need::ShelterMinor | Need::ProtGuardian if is_child => MinorInAppeal,
        _ => draw.one(&usual).copied().unwrap_or(Undocumented),
    }
}

const fn ground(age_band: AgeBand, household: Household, needs_interpreter: bool) -> Ground {
    let said = if needs_interpreter { ConsentModality::Interpreter } else { ConsentModality::Verbal };
    let (basis, assent, modality) = match (age_band, household) {
        (AgeBand::From15To17, Household::UnaccompaniedChild) => {
            (ConsentBasis::ChildConsentMature, Assent::NotApplicable, said)
        }
        (AgeBand::From12To14, _) => (ConsentBasis::GuardianPlusAssent, Assent::Yes, ConsentModality::Written),
        (AgeBand::From0To4, _) => (ConsentBasis::GuardianPlusAssent, Assent::NotCapable, said),
        (AgeBand::From5To11 | AgeBand::From15To17, _) => (ConsentBasis::GuardianPlusAssent, Assent::Yes, said),
        _ => (ConsentBasis::SelfInformed, Assent::NotApplicable, said),
    };
    Ground { basis, assent, modality }
}

/// How urgent a need is said to be.
pub(super) fn urgency(draw: &Draw, need: Need) -> Urgency {
    let rows: [(u64, Urgency); 4] = match need.family() {
        NeedFamily::Shelter => {
            [(20, Urgency::Emergency), (50, Urgency::Urgent), (30, Urgency::Normal), (0, Urgency::LongTrack)]
        }
        NeedFamily::Health | NeedFamily::Prot => {
            [(5, Urgency::Emergency), (35, Urgency::Urgent), (60, Urgency::Normal), (0, Urgency::LongTrack)]
        }
        NeedFamily::Sol => {
            [(0, Urgency::Emergency), (5, Urgency::Urgent), (50, Urgency::Normal), (45, Urgency::LongTrack)]
        }
        _ => [(0, Urgency::Emergency), (15, Urgency::Urgent), (80, Urgency::Normal), (5, Urgency::LongTrack)],
    };
    draw.weighted(&rows, |row| row.0).map_or(Urgency::Normal, |row| row.1)
}
