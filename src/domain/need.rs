//! Needs: the eight families and their codes.

use super::code::{CodeList, code_list};

code_list! {
    /// The eight families of needs.
    NeedFamily {
        Health = "health": "medical care and access to health insurance",
        Mhpss = "mhpss": "mental health and psychosocial support",
        Prot = "prot": "protection from harm",
        Legal = "legal": "help with the law",
        Shelter = "shelter": "a place to sleep",
        Social = "social": "social support and money",
        Basic = "basic": "food, clothes, hygiene and transport",
        Sol = "sol": "registration, evacuation, resettlement and other durable solutions",
    }
}

code_list! {
    /// What a person needs, in one of the eight families.
    Need {
        HealthPrimary = "health.primary": "first-line consultation and medicines",
        HealthHospital = "health.hospital": "in-patient or specialist hospital care",
        HealthTb = "health.tb": "tuberculosis screening or treatment",
        HealthSrh = "health.srh": "pregnancy, contraception and STI care",
        HealthSexualViolenceCare = "health.sexual_violence_care": "clinical care after sexual violence, within 72 hours or 5 days",
        HealthAddiction = "health.addiction": "care for an addiction",
        HealthCoverage = "health.coverage": "opening health-insurance rights",
        MhpssCounselling = "mhpss.counselling": "counselling and psychological support",
        MhpssPsychiatry = "mhpss.psychiatry": "care by a psychiatrist",
        MhpssTortureRehab = "mhpss.torture_rehab": "multidisciplinary care for survivors of torture",
        ProtCaseManagement = "prot.case_management": "a named protection case worker",
        ProtUamAuthority = "prot.uam_authority": "child-welfare reception and assessment of age and isolation",
        ProtGuardian = "prot.guardian": "legal representative or ad hoc administrator of a child",
        ProtGbvCaseManagement = "prot.gbv_case_management": "specialised follow-up after gender-based violence",
        ProtTrafficking = "prot.trafficking": "identification and support of victims of trafficking",
        ProtDetentionFollowUp = "prot.detention_follow_up": "visit or follow-up of a detained person",
        ProtFamilyTracing = "prot.family_tracing": "restoring family links",
        ProtPhysicalSafety = "prot.physical_safety": "immediate move away from danger",
        LegalMinorityAppeal = "legal.minority_appeal": "appeal for recognition as a minor",
        LegalAsylum = "legal.asylum": "asylum application and appeal",
        LegalResidence = "legal.residence": "a residence permit or its renewal",
        LegalCivilDocumentation = "legal.civil_documentation": "civil status and identity documents",
        LegalVictimProcedure = "legal.victim_procedure": "complaint and protection of victims",
        LegalRemovalDefence = "legal.removal_defence": "defence against removal or detention",
        LegalMedicoLegalCertificate = "legal.medico_legal_certificate": "medico-legal report (Istanbul Protocol)",
        ShelterEmergencyNight = "shelter.emergency_night": "a bed tonight, adults",
        ShelterMinor = "shelter.minor": "accommodation of unaccompanied minors",
        ShelterWomenSafe = "shelter.women_safe": "safe house for women",
        ShelterFamily = "shelter.family": "accommodation for a family",
        ShelterMedical = "shelter.medical": "medical respite beds",
        ShelterCitizen = "shelter.citizen": "hosting by private persons",
        ShelterSquatSupport = "shelter.squat_support": "support to people in squats",
        SocialDayCentre = "social.day_centre": "day shelter, respite and activities",
        SocialAccompaniment = "social.accompaniment": "follow-up by a social worker",
        SocialDomiciliation = "social.domiciliation": "an administrative address for letters",
        SocialSchool = "social.school": "school enrolment or language course",
        SocialInterpreting = "social.interpreting": "interpreter or cultural mediator",
        SocialCash = "social.cash": "cash or vouchers",
        BasicFood = "basic.food": "food or meals",
        BasicNfi = "basic.nfi": "clothes, blankets and kits",
        BasicHygiene = "basic.hygiene": "showers, toilets and hygiene items",
        BasicTransport = "basic.transport": "transport to a service",
        SolUnhcrRegistration = "sol.unhcr_registration": "registration with UNHCR",
        SolEvacuation = "sol.evacuation": "humanitarian evacuation or corridor",
        SolEtm = "sol.etm": "emergency transit mechanism",
        SolResettlement = "sol.resettlement": "resettlement to a third country",
        SolFamilyReunion = "sol.family_reunion": "reunification with the family",
        SolReceptionOnArrival = "sol.reception_on_arrival": "reception after evacuation",
        SolVoluntaryReturn = "sol.voluntary_return": "information about voluntary return; never a target of pressure",
    }
}

impl Need {
    /// The family that the need belongs to.
    pub fn family(self) -> NeedFamily {
        let (family, _) = self.code().split_once('.').unwrap_or_default();
        NeedFamily::from_code(family).unwrap_or(NeedFamily::Social)
    }

    /// True for needs that tell of gender-based violence: only trained senders may look for or refer
    /// to such services (P-12, guard G6).
    pub fn concerns_gender_based_violence(self) -> bool {
        matches!(self, Self::HealthSexualViolenceCare | Self::ProtGbvCaseManagement | Self::ShelterWomenSafe)
    }

    /// True for needs whose counts tell of torture, trafficking, gender-based violence or detention:
    /// their small cells are hidden below 11 persons instead of 5 (P-18).
    pub fn is_sensitive_in_statistics(self) -> bool {
        self.concerns_gender_based_violence()
            || matches!(
                self,
                Self::MhpssTortureRehab
                    | Self::ProtTrafficking
                    | Self::ProtDetentionFollowUp
                    | Self::LegalVictimProcedure
                    | Self::LegalRemovalDefence
                    | Self::LegalMedicoLegalCertificate
            )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_need_has_the_family_of_its_code_and_every_family_has_needs() {
        for need in Need::ALL {
            assert!(need.code().starts_with(&format!("{}.", need.family().code())), "{need}");
        }
        for family in NeedFamily::ALL {
            assert!(Need::ALL.iter().any(|need| need.family() == *family), "{family}");
        }
        assert_eq!(Need::ALL.len(), 49);
        assert_eq!(Need::from_symbol("LEGAL_MINORITY_APPEAL"), Some(Need::LegalMinorityAppeal));
    }
}
