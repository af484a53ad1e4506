//! Release stages: what a receiving service may know of a referral, and when.
//!
//! Before acceptance the recipient reads an offer that fits anybody; only acceptance opens more, and
//! never more than the consent's fields. Invariant: stages 2 and 3 need a consent that is live at the
//! time of reading (ruling R12).

use super::code::code_list;
use super::consent::{Consent, ConsentField};
use super::directory::{Eligibility, KnownConsequence, Service, Specialisation};
use super::id::{CaseId, Identifier, OrganizationId};
use super::lifecycle::Status;
use super::need::{Need, NeedFamily};
use super::profile::{AgeBasis, Profile, ProtectionFlag, Situation};
use super::sensitive::hidden_debug;
use super::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

code_list! {
    /// How far a referral is open to its recipient.
    Stage named "ReleaseStage" {
        Hidden = "hidden": "not sent, or blind: as if it did not exist",
        Offer = "offer": "the offer only",
        Accepted = "accepted": "accepted in principle",
        Handover = "handover": "accepted and handed over",
        Ended = "ended": "ended by an answer or for want of one, or sent without a consent more than a day ago: need, dates and own codes",
        Closed = "closed": "ended without a word why: nothing but that it is closed",
    }
}

/// The stage that a state opens to the recipient, with the consent as it is now.
pub fn stage(status: Status, consent_is_live: bool) -> Stage {
    match status {
        Status::Draft => Stage::Hidden,
        Status::Requested | Status::Acknowledged | Status::Clarifying | Status::Waitlisted => Stage::Offer,
        Status::Accepted | Status::HandedOver | Status::InService if !consent_is_live => Stage::Offer,
        Status::Accepted => Stage::Accepted,
        Status::HandedOver | Status::InService => Stage::Handover,
        Status::Completed | Status::Declined | Status::NotRealised | Status::Expired => Stage::Ended,
        Status::Cancelled | Status::Withdrawn | Status::EnteredInError => Stage::Closed,
    }
}

/// The stage that a state opens to the recipient on this consent, as it is now. On an override an acceptance opens
/// nothing, and once that has run out nothing of the person is told any more (P-05).
pub fn stage_on(status: Status, consent: &Consent, now: Timestamp) -> Stage {
    match stage(status, consent.releases(now)) {
        Stage::Offer if consent.has_run_out(now) => Stage::Ended,
        stage => stage,
    }
}

/// What an offer tells of the person: age band, languages and area, and beyond these only the
/// dimensions by which the service restricts its intake; detention never.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// The part of the profile that is told; the rest is absent.
    pub told: Profile,
}

hidden_debug!(Offer);

impl Offer {
    /// The offer of a profile to a service with this public.
    pub fn of(profile: &Profile, public: &Eligibility) -> Self {
        let situation = profile.situation.filter(|situation| *situation != Situation::Detention);
        let told = Profile {
            gender: profile.gender.filter(|_| !public.genders.is_empty()),
            household: profile.household.filter(|_| !public.households.is_empty()),
            admin_status: profile.admin_status.filter(|_| !public.admin_statuses.is_empty()),
            situation: situation.filter(|_| !public.situations.is_empty()),
            ..profile.clone()
        };
        Self { told }
    }

    /// The offer, as far as these fields go.
    #[must_use]
    pub fn within(&self, scope: &[ConsentField]) -> Self {
        let has = |field| scope.contains(&field);
        // Named one by one, so that a new field of the profile cannot be kept unnoticed.
        let Profile { age_band, gender, household, admin_status, situation, languages, area } = &self.told;
        let told = Profile {
            age_band: age_band.filter(|_| has(ConsentField::AgeBand)),
            gender: gender.filter(|_| has(ConsentField::Gender)),
            household: household.filter(|_| has(ConsentField::Household)),
            admin_status: admin_status.filter(|_| has(ConsentField::AdminStatus)),
            situation: situation.filter(|_| has(ConsentField::Situation)),
            languages: if has(ConsentField::Languages) { languages.clone() } else { Vec::new() },
            area: area.clone().filter(|_| has(ConsentField::Area)),
        };
        Self { told }
    }

    /// The fields that the offer tells: the consent must allow each.
    pub fn fields(&self) -> Vec<ConsentField> {
        // Named one by one, so that a new field of the profile cannot be told unnoticed.
        let Profile { age_band, gender, household, admin_status, situation, languages, area } = &self.told;
        [
            (age_band.is_some(), ConsentField::AgeBand),
            (gender.is_some(), ConsentField::Gender),
            (household.is_some(), ConsentField::Household),
            (admin_status.is_some(), ConsentField::AdminStatus),
            (situation.is_some(), ConsentField::Situation),
            (!languages.is_empty(), ConsentField::Languages),
            (area.is_some(), ConsentField::Area),
        ]
        .into_iter()
        .filter_map(|(told, field)| told.then_some(field))
        .collect()
    }
}

/// The protection concerns that an accepted referral opens to a service: those that the consent allows
/// and the service is specialised in. A service that assesses age is told none (P-09).
pub fn flags_for(service: &Service, consent: &Consent, flags: &[ProtectionFlag]) -> Vec<ProtectionFlag> {
    let assesses_age = service.known_consequences.contains(&KnownConsequence::AgeAssessment);
    if assesses_age || !consent.field_scope.contains(&ConsentField::ProtectionFlags) {
        return Vec::new();
    }
    flags.iter().copied().filter(|flag| service.specialisations.iter().any(|field| field.concerns(*flag))).collect()
}

/// On what the age rests, as an accepted referral opens it: for a legal need, where the consent says so. Nobody else
/// is told any value, because who is told the others would know a contested age by being told none (P-29). A
/// service that assesses age makes up its own mind.
pub fn age_basis_for(
    service: &Service,
    need: Need,
    consent: &Consent,
    age_basis: Option<AgeBasis>,
) -> Option<AgeBasis> {
    let assesses_age = service.known_consequences.contains(&KnownConsequence::AgeAssessment);
    let is_told = need.family() == NeedFamily::Legal && consent.field_scope.contains(&ConsentField::AgeBasis);
    age_basis.filter(|_| is_told && !assesses_age)
}

impl Specialisation {
    /// Whether a service so specialised is strictly concerned by a protection flag.
    pub const fn concerns(self, flag: ProtectionFlag) -> bool {
        match self {
            Self::Gbv => matches!(flag, ProtectionFlag::Gbv | ProtectionFlag::Trafficking),
            Self::Child => matches!(flag, ProtectionFlag::ChildLabour | ProtectionFlag::Trafficking),
            Self::Torture => matches!(flag, ProtectionFlag::Torture | ProtectionFlag::DetentionSurvivor),
        }
    }
}

/// The pseudonym by which one organisation knows a case: the same organisation recognises a repeat, and
/// two organisations cannot join theirs. First 40 bits of HMAC-SHA-256 over case and organisation with
/// the project's key, in base32.
pub fn alias(project_key: &[u8], case: CaseId, organization: OrganizationId) -> String {
    let mac = keyed_hash(project_key, &[&case.bytes(), &organization.bytes()]);
    data_encoding::BASE32_NOPAD.encode(&mac[..5])
}

/// HMAC-SHA-256 over the parts, all but the last of a fixed length known to the caller.
pub(crate) fn keyed_hash(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

code_list! {
    /// How soon an answer is needed, as far as a recipient may know it.
    DeadlineBand {
        Under24Hours = "under_24_h": "within 24 hours of the request",
        Under72Hours = "under_72_h": "within 72 hours of the request",
        Under14Days = "under_14_d": "within 14 days of the request",
        Later = "later": "later than 14 days after the request",
    }
}

/// The band of a deadline, counted from the request so that it does not tell the hour by changing.
pub fn deadline_band(requested_at: Timestamp, needed_by: Timestamp) -> DeadlineBand {
    match needed_by.hours_since(requested_at) {
        ..24 => DeadlineBand::Under24Hours,
        24..72 => DeadlineBand::Under72Hours,
        72..336 => DeadlineBand::Under14Days,
        _ => DeadlineBand::Later,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList;
    use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household};

    #[test]
    fn an_offer_tells_a_restricted_dimension_and_no_other() {
        let profile = Profile {
            age_band: Some(AgeBand::From15To17),
            gender: Some(Gender::Woman),
            household: Some(Household::UnaccompaniedChild),
            admin_status: Some(AdminStatus::MinorInAppeal),
            situation: Some(Situation::Detention),
            ..Profile::default()
        };
        let open = Offer::of(&profile, &Eligibility::default());
        assert_eq!(open.fields(), [ConsentField::AgeBand]);
        let public = Eligibility {
            admin_statuses: [AdminStatus::MinorInAppeal].into(),
            situations: [Situation::Detention].into(),
            ..Eligibility::default()
        };
        assert_eq!(Offer::of(&profile, &public).fields(), [ConsentField::AgeBand, ConsentField::AdminStatus]);
    }

    #[test]
    fn no_state_opens_more_than_the_offer_without_a_live_consent() {
        for status in Status::ALL {
            let lapsed = stage(*status, false);
            assert!(!matches!(lapsed, Stage::Accepted | Stage::Handover), "{status}");
        }
        assert_eq!(stage(Status::Accepted, true), Stage::Accepted);
    }

    #[test]
    fn two_organisations_know_a_case_by_names_they_cannot_join() {
        let case = CaseId::from_bytes([1; 16]);
        let (one, other) = (OrganizationId::from_bytes([2; 16]), OrganizationId::from_bytes([3; 16]));
        assert_eq!(alias(b"key", case, one), alias(b"key", case, one));
        assert_ne!(alias(b"key", case, one), alias(b"key", case, other));
        assert_ne!(alias(b"key", case, one), alias(b"another", case, one));
        assert_eq!(alias(b"key", case, one).len(), 8);
    }
}
