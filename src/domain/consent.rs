//! Consent: what a person agreed to have told, to whom, until when.
//!
//! Invariant: a consent names one recipient and the fields that may be told; consent for one recipient
//! never authorises another (P-03).

mod ages;
mod purpose;
mod third_country;

pub use ages::{Giving, check_giving, usual_basis};
pub use purpose::ConsentPurpose;
pub use third_country::{country_of, leaves_protection};

use super::code::code_list;
use super::directory::{KnownConsequence, Service};
use super::freeze::two_people;
use super::id::{AccountId, CaseId, ConsentId, ConversationId, OrganizationId, ProjectId, TeamId};
use super::profile::Language;
use super::refusal::{ConsentProblem, ProtectionProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

/// Days before it lapses at which a consent is announced to lapse, and from which on a new one takes its place.
pub const LAPSING_DAYS: i64 = 7;

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
    }
}

code_list! {
    /// Who gave the consent.
    ConsentGiver {
        Person = "person": "the person concerned",
        Guardian = "guardian": "the legal representative",
        Caregiver = "caregiver": "the caregiver, who is not the legal representative",
        TrustedAdult = "trusted_adult": "another adult whom the child trusts",
    }
}

code_list! {
    /// What the child said for whom somebody else consents.
    Assent {
        Yes = "yes": "the child agrees",
        No = "no": "the child does not agree",
        NotCapable = "not_capable": "it was explained to the child, who cannot tell",
        NotApplicable = "not_applicable": "the person consents, and nobody in the person's place",
    }
}

code_list! {
    /// What the person said of one recipient of a conversation.
    RecipientAnswer {
        Accepted = "accepted": "may be told",
        Refused = "refused": "must not be told",
    }
}

code_list! {
    /// Who carried the words between two languages.
    Interpreting {
        None = "none": "nobody: there was a common language",
        Staff = "staff": "somebody of the team",
        External = "external": "an interpreter who was present",
        Phone = "phone": "an interpreter by phone",
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

    /// True where one person records what counts once another has confirmed it.
    pub const fn takes_two(self) -> bool {
        matches!(self, Self::BestInterestsTwoPerson)
    }

    /// Days after which it lapses at the latest; what two people decide is looked at again within a week.
    pub const fn longest_days(self) -> i64 {
        if self.takes_two() { 7 } else { 365 }
    }

    /// True for the grounds that are for children only.
    pub const fn is_for_children(self) -> bool {
        matches!(self, Self::GuardianPlusAssent | Self::ChildConsentMature | Self::BestInterestsTwoPerson)
    }
}

/// A consent on record. Those of one conversation name up to three recipients, in the order that the person wants.
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
    /// The conversation in which it was given.
    pub conversation_id: ConversationId,
    /// Which of the conversation's recipients it names, counted from 1.
    pub position: i64,
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// The ground.
    pub basis: ConsentBasis,
    /// What for.
    pub purpose: ConsentPurpose,
    /// Who gave it; nobody where two people decided.
    pub given_by: Option<ConsentGiver>,
    /// What the child said, where somebody else consents.
    pub assent: Assent,
    /// What may be told.
    pub field_scope: Vec<ConsentField>,
    /// How it was given; nobody gives an override.
    pub modality: Option<ConsentModality>,
    /// The language in which it was explained; nobody explains an override.
    pub language: Option<Language>,
    /// Who interpreted.
    pub interpreter: Interpreting,
    /// What was explained.
    pub explained: Vec<Explained>,
    /// The known consequences that were explained, one by one.
    pub consequences: Vec<KnownConsequence>,
    /// Organisations that must not be told.
    pub restrictions: Vec<OrganizationId>,
    /// That the recipient's country protects data less was explained, and accepted (P-23).
    pub third_country_acknowledged: bool,
    /// How the person may be reached.
    pub contact_rule: ContactRule,
    /// When it was given.
    pub obtained_at: Timestamp,
    /// Who recorded it.
    pub obtained_by: AccountId,
    /// When a second person confirmed it; no ground needs that but the best interests of a child.
    pub confirmed_at: Option<Timestamp>,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
}

hidden_debug!(Consent);

impl Consent {
    /// True while it is neither withdrawn nor lapsed, and waits for nobody.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.require_live(now).is_ok()
    }

    /// Refuses what is withdrawn, has lapsed or waits for a second person, saying which.
    pub fn require_live(&self, now: Timestamp) -> Result<(), Refusal> {
        let problem = if self.withdrawn_at.is_some() {
            ConsentProblem::Withdrawn
        } else if now >= self.expires_at {
            ConsentProblem::Expired
        } else if self.waits_for_second_person() {
            ConsentProblem::Unconfirmed
        } else {
            return Ok(());
        };
        Err(Refusal::consent(problem))
    }

    /// True of what one person recorded and nobody else has confirmed, where it takes two.
    pub fn waits_for_second_person(&self) -> bool {
        self.basis.takes_two() && self.confirmed_at.is_none()
    }

    /// Lets `account`, who must be somebody else than who recorded it, confirm what takes two people.
    pub fn check_confirming(&self, account: AccountId, now: Timestamp) -> Result<(), Refusal> {
        if !self.waits_for_second_person() {
            return Err(Refusal::Protection(ProtectionProblem::AlreadyConfirmed));
        }
        two_people(self.obtained_by, account)?;
        let confirmed = Self { confirmed_at: Some(now), ..self.clone() };
        if confirmed.is_live(now) { Ok(()) } else { Err(Refusal::Protection(ProtectionProblem::ConsentEnded)) }
    }

    /// What is known to follow from asking the service, and was not explained.
    pub fn unexplained_of(&self, service: &Service) -> Vec<KnownConsequence> {
        service.known_consequences.iter().copied().filter(|known| !self.consequences.contains(known)).collect()
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

/// Days after which a consent lapses unless said otherwise: 90, for whoever is guarded as a child 30 (P-04, P-29).
pub const fn default_days(is_guarded_as_child: bool) -> i64 {
    if is_guarded_as_child { 30 } else { 90 }
}

/// What must have been explained whatever the service.
pub const ALWAYS_EXPLAINED: [Explained; 4] =
    [Explained::Risks, Explained::Recipients, Explained::RightToRefuse, Explained::Withdrawal];

/// Most recipients of one conversation: who was asked about more has agreed to none of them.
pub const MOST_RECIPIENTS: usize = 3;
