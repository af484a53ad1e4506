//! Consent: what a person agreed to have told, to whom, until when.
//!
//! Invariant: a consent names one recipient and the fields that may be told; consent for one recipient
//! never authorises another (P-03).

use super::code::code_list;
use super::directory::Service;
use super::id::{CaseId, ConsentId, OrganizationId, ProjectId, TeamId};
use super::profile::Language;
use super::refusal::{ConsentProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

code_list! {
    /// On what ground information may be told.
    ConsentBasis {
        SelfInformed = "self_informed": "informed consent of a person with capacity",
        GuardianPlusAssent = "guardian_plus_assent": "consent of the legal representative and assent of the child",
        ChildConsentMature = "child_consent_mature": "consent of a mature child of 15 to 17 without a safe caregiver",
        BestInterestsTwoPerson = "best_interests_two_person": "best interests of a child who cannot consent, recorded by two people",
        VitalInterest = "vital_interest": "no consent: a life is at risk and the person cannot decide, by two people for 24 hours",
        LegalDuty = "legal_duty": "no consent: the law orders a report, by two people for 24 hours",
    }
}

code_list! {
    /// How the consent was given.
    ConsentModality {
        Verbal = "verbal": "said aloud, not signed",
        Written = "written": "in writing; the paper stays on site",
        Interpreter = "interpreter": "through an interpreter",
        Remote = "remote": "by phone or online",
    }
}

code_list! {
    /// What was explained before the consent was given.
    Explained {
        Risks = "risks": "what may go wrong",
        Recipients = "recipients": "who will be told",
        RightToRefuse = "right_to_refuse": "the right to refuse",
        Withdrawal = "withdrawal": "the right to withdraw",
        Limits = "limits": "the limits of confidentiality",
        Consequences = "consequences": "the known consequences of turning to this service",
    }
}

code_list! {
    /// How the recipient may reach the person.
    ContactRule {
        NoContact = "no_contact": "do not contact",
        ViaCaseworker = "via_caseworker": "through the caseworker",
        SafeNumberByPhone = "safe_number_by_phone": "at a safe number told by phone",
        PersonWillCome = "person_will_come": "the person will come",
        CodeWord = "code_word": "by an agreed word",
    }
}

code_list! {
    /// A field of the case that a consent can allow to be told.
    ConsentField {
        AgeBand = "age_band": "the age, as a band",
        Gender = "gender": "the gender, as stated",
        Household = "household": "who is with the person",
        AdminStatus = "admin_status": "the administrative status, which is sensitive",
        Situation = "situation": "where the person lives now",
        Languages = "languages": "the languages spoken",
        Area = "area": "commune or district",
        ProtectionFlags = "protection_flags": "protection concerns that the service is specialised in",
        AgeBasis = "age_basis": "on what the age rests, for a legal need",
    }
}

impl ConsentBasis {
    /// True where nobody has consented: two people have allowed an offer, for a day (P-05).
    pub const fn is_override(self) -> bool {
        matches!(self, Self::VitalInterest | Self::LegalDuty)
    }

    /// True for the grounds that are for children only.
    pub const fn is_for_children(self) -> bool {
        matches!(self, Self::GuardianPlusAssent | Self::ChildConsentMature | Self::BestInterestsTwoPerson)
    }
}

/// A consent on record.
#[derive(Clone, PartialEq, Eq)]
pub struct Consent {
    /// Identifier.
    pub id: ConsentId,
    /// Version, 1 for a new one.
    pub version: i64,
    /// The case it belongs to.
    pub case_id: CaseId,
    /// The project of the case.
    pub project_id: ProjectId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// The ground.
    pub basis: ConsentBasis,
    /// What may be told.
    pub field_scope: Vec<ConsentField>,
    /// How it was given; nobody gives an override.
    pub modality: Option<ConsentModality>,
    /// The language in which it was explained; nobody explains an override.
    pub language: Option<Language>,
    /// What was explained.
    pub explained: Vec<Explained>,
    /// How the person may be reached.
    pub contact_rule: ContactRule,
    /// When it was given.
    pub obtained_at: Timestamp,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

hidden_debug!(Consent);

impl Consent {
    /// True while it is neither withdrawn nor lapsed.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.withdrawn_at.is_none() && now < self.expires_at
    }

    /// Refuses what is withdrawn or has lapsed, saying which.
    pub fn require_live(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.withdrawn_at.is_some() {
            Err(Refusal::consent(ConsentProblem::Withdrawn))
        } else if self.is_live(now) {
            Ok(())
        } else {
            Err(Refusal::consent(ConsentProblem::Expired))
        }
    }

    /// True where what is known to follow from asking the service was explained, or nothing is.
    pub fn covers_consequences_of(&self, service: &Service) -> bool {
        service.known_consequences.is_empty() || self.explained.contains(&Explained::Consequences)
    }

    /// True while an acceptance opens more than the offer. An override opens nothing: nobody has agreed to it (P-05).
    pub fn releases(&self, now: Timestamp) -> bool {
        self.is_live(now) && !self.basis.is_override()
    }

    /// True of an override that has run out: what it carried is not told any more.
    pub fn has_run_out(&self, now: Timestamp) -> bool {
        self.basis.is_override() && !self.is_live(now)
    }
}

/// Longest life of a consent, in days.
pub const LONGEST_DAYS: i64 = 365;

/// Days after which a consent lapses unless said otherwise: 90, for whoever is guarded as a child 30 (P-04, P-29).
pub const fn default_days(is_guarded_as_child: bool) -> i64 {
    if is_guarded_as_child { 30 } else { 90 }
}

/// What must have been explained whatever the service.
pub const ALWAYS_EXPLAINED: [Explained; 4] =
    [Explained::Risks, Explained::Recipients, Explained::RightToRefuse, Explained::Withdrawal];
