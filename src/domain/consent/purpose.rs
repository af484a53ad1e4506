//! What a consent is for, and which requests that carries.

use crate::domain::code::code_list;
use crate::domain::need::{Need, NeedFamily};
use crate::domain::referral::ReferralKind;

code_list! {
    /// What information is told for.
    ConsentPurpose {
        Referral = "referral": "to ask for a service",
        Transfer = "transfer": "to pass the responsibility for the person on",
        FamilyTracing = "family_tracing": "to look for the family",
        EvacuationFile = "evacuation_file": "to prepare an evacuation, a resettlement or a reunification",
        AdvocacyCase = "advocacy_case": "to tell the case in public or to authorities, as one among others",
        Reporting = "reporting": "to report to an authority or a donor",
    }
}

impl ConsentPurpose {
    /// True where a consent for this carries a request of this kind for this need. Taking over the responsibility is
    /// agreed to by name; a purpose beside the ordinary one carries its own needs only.
    pub fn carries(self, kind: ReferralKind, need: Need) -> bool {
        let is_transfer = kind == ReferralKind::Transfer;
        match self {
            Self::Transfer => is_transfer,
            Self::Referral => !is_transfer,
            Self::EvacuationFile => !is_transfer && need.family() == NeedFamily::Sol,
            Self::FamilyTracing => !is_transfer && need == Need::ProtFamilyTracing,
            Self::AdvocacyCase | Self::Reporting => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList;

    #[test]
    fn each_purpose_carries_its_own_requests_and_no_other() {
        use ConsentPurpose::{EvacuationFile, FamilyTracing, Referral, Transfer};
        let rows: [(ReferralKind, Need, &[ConsentPurpose]); 6] = [
            (ReferralKind::Referral, Need::LegalAsylum, &[Referral]),
            (ReferralKind::Redirection, Need::LegalAsylum, &[Referral]),
            (ReferralKind::FollowUp, Need::LegalAsylum, &[Referral]),
            (ReferralKind::Transfer, Need::SolEvacuation, &[Transfer]),
            (ReferralKind::Referral, Need::SolEvacuation, &[Referral, EvacuationFile]),
            (ReferralKind::Referral, Need::ProtFamilyTracing, &[Referral, FamilyTracing]),
        ];
        for (kind, need, expected) in rows {
            let carrying: Vec<_> =
                ConsentPurpose::ALL.iter().copied().filter(|purpose| purpose.carries(kind, need)).collect();
            assert_eq!(carrying, expected, "{kind} {need}");
        }
    }
}
