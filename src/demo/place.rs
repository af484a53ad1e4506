//! The nine places of the seeds: who works there, what is asked for, and what nobody there offers.

use crate::domain::need::Need;

/// A place of the seeds.
pub(super) struct Place {
    /// Its project in the command file, by which its accounts are called too.
    pub(super) project: &'static str,
    /// The country, as the project has it.
    pub(super) country: &'static str,
    /// How much of the work is done there.
    pub(super) share: u64,
    /// Latitude and longitude of the team.
    pub(super) near: (f64, f64),
    /// Where people live, the commonest first.
    pub(super) areas: &'static [&'static str],
    /// What people speak.
    pub(super) languages: &'static [&'static str],
    /// Needs that somebody answers, the commonest first.
    pub(super) needs: &'static [Need],
    /// Needs that mostly meet nothing, the commonest first.
    pub(super) gaps: &'static [Need],
}

impl Place {
    /// How far a team looks: where there is little, people go far.
    pub(super) fn reach_meters(&self) -> f64 {
        if self.country == "FR" { 100_000.0 } else { 450_000.0 }
    }
}

use Need::{
    BasicFood, BasicHygiene, BasicNfi, HealthAddiction, HealthCoverage, HealthHospital, HealthPrimary, HealthSrh,
    LegalAsylum, LegalCivilDocumentation, LegalMinorityAppeal, LegalRemovalDefence, LegalResidence, MhpssCounselling,
    MhpssPsychiatry, ProtCaseManagement, ProtFamilyTracing, ProtGuardian, ShelterEmergencyNight, ShelterFamily,
    ShelterMinor, SocialAccompaniment, SocialCash, SocialDayCentre, SocialDomiciliation, SocialInterpreting,
    SocialSchool, SolEvacuation, SolResettlement, SolUnhcrRegistration,
};

/// The places, from the busiest to the quietest.
pub(super) const PLACES: [Place; 9] = [
    Place {
        project: "paris",
        country: "FR",
        share: 30,
        near: (48.9068, 2.3758),
        areas: &["FR-93066", "FR-93066", "FR-93066", "FR-93001", "FR-75056"],
        languages: &["fr", "bm", "ar", "ps", "ti"],
        needs: &[
            ShelterEmergencyNight,
            LegalMinorityAppeal,
            HealthPrimary,
            SocialDomiciliation,
            LegalAsylum,
            MhpssCounselling,
            HealthCoverage,
            ShelterMinor,
            BasicFood,
            ProtGuardian,
        ],
        gaps: &[SocialCash, SolResettlement],
    },
    Place {
        project: "calais",
        country: "FR",
        share: 16,
        near: (50.9513, 1.8587),
        areas: &["FR-62193", "FR-62193", "FR-59271"],
        languages: &["ar", "ps", "ti", "en"],
        needs: &[LegalMinorityAppeal, BasicFood, BasicNfi, ShelterMinor, ShelterEmergencyNight, HealthCoverage],
        gaps: &[SocialSchool, HealthAddiction],
    },
    Place {
        project: "marseille",
        country: "FR",
        share: 12,
        near: (43.2989, 5.3766),
        areas: &["FR-13055", "FR-13055", "FR-13001"],
        languages: &["fr", "ar", "en"],
        needs: &[LegalMinorityAppeal, HealthPrimary, LegalResidence, HealthSrh, BasicHygiene, SocialSchool],
        gaps: &[SocialCash, ShelterFamily],
    },
    Place {
        project: "tripoli",
        country: "LY",
        share: 10,
        near: (32.8872, 13.1913),
        areas: &["LY-TB"],
        languages: &["ar", "ti", "en", "fr"],
        needs: &[HealthHospital, SolUnhcrRegistration, HealthSrh],
        gaps: &[ShelterFamily, SolEvacuation, ProtCaseManagement],
    },
    Place {
        project: "sicily",
        country: "IT",
        share: 8,
        near: (37.5079, 15.083),
        areas: &["IT-CT", "IT-CT", "IT-AG", "IT-PA"],
        languages: &["it", "en", "fr", "ar"],
        needs: &[LegalAsylum, HealthPrimary, MhpssPsychiatry, ProtGuardian, LegalRemovalDefence],
        gaps: &[SocialCash, SocialAccompaniment],
    },
    Place {
        project: "tunis",
        country: "TN",
        share: 8,
        near: (36.8002, 10.1706),
        areas: &["TN-11", "TN-11", "TN-61"],
        languages: &["fr", "ar", "en"],
        needs: &[LegalCivilDocumentation, BasicFood, HealthSrh, BasicNfi, ProtFamilyTracing],
        gaps: &[ShelterEmergencyNight, MhpssCounselling],
    },
    Place {
        project: "nouakchott",
        country: "MR",
        share: 6,
        near: (20.9309, -17.0347),
        areas: &["MR-08", "MR-08", "MR-NKC"],
        languages: &["fr", "ar", "wo", "bm"],
        needs: &[BasicFood, ProtFamilyTracing, HealthPrimary],
        gaps: &[ShelterFamily, LegalAsylum],
    },
    Place {
        project: "zuwara",
        country: "LY",
        share: 6,
        near: (32.9312, 12.0819),
        areas: &["LY-NQ"],
        languages: &["ar", "en", "fr"],
        needs: &[BasicNfi, BasicFood, SolUnhcrRegistration, MhpssCounselling],
        gaps: &[HealthHospital, LegalCivilDocumentation],
    },
    Place {
        project: "dakar",
        country: "SN",
        share: 4,
        near: (14.7167, -17.4677),
        areas: &["SN-DK"],
        languages: &["fr", "wo", "en"],
        needs: &[MhpssCounselling, ProtFamilyTracing, LegalCivilDocumentation],
        gaps: &[HealthPrimary, SocialInterpreting, SocialDayCentre],
    },
];
