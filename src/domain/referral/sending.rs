//! Sending: the guards of the domain reference (T2), decided on what stands in the same transaction.

use super::Referral;
use super::codes::{Channel, ReferralKind, Urgency};
use crate::domain::account::Project;
use crate::domain::case::CaseReference;
use crate::domain::clocks::{Calendar, Deadlines};
use crate::domain::consent::{Consent, ConsentBasis, Explained, country_of, leaves_protection};
use crate::domain::directory::{
    CapacityStatus, KnownConsequence, Organization, Place, Service, ServiceStatus, Specialisation,
};
use crate::domain::disclosure::Offer;
use crate::domain::id::LocationId;
use crate::domain::need::Need;
use crate::domain::refusal::{ConsentProblem, InputProblem, RecipientProblem, Refusal};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::{Date, Timestamp};

/// Whether an organisation may receive electronic referrals (guard G3). A call needs no vetting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Vetting {
    /// True once somebody has vetted it.
    pub is_vetted: bool,
    /// Last day of its information-sharing protocol.
    pub protocol_expires_on: Option<Date>,
}

impl Vetting {
    /// True when it may receive on `today`.
    pub fn is_in_force(&self, today: Date) -> bool {
        self.is_vetted && self.protocol_expires_on.is_some_and(|last| today <= last)
    }
}

/// Everything that the decision to send rests on, as it stands in the same transaction.
#[derive(Clone, Copy)]
pub struct SendFacts<'a> {
    /// The case.
    pub case: &'a CaseReference,
    /// The sending project.
    pub project: &'a Project,
    /// The consent that the referral names.
    pub consent: &'a Consent,
    /// Whether a later conversation says that the recipient must not be told.
    pub is_restricted: bool,
    /// The service; `None` when it is gone from the directory.
    pub service: Option<&'a Service>,
    /// The receiving organisation; `None` when it is gone.
    pub organization: Option<&'a Organization>,
    /// Its vetting.
    pub vetting: Vetting,
    /// Whether the project, or the one that follows the case for it, has revoked it.
    pub is_revoked: bool,
    /// How it reaches the recipient.
    pub channel: Channel,
    /// True when the sender was trained about gender-based violence.
    pub sender_is_trained: bool,
    /// True when the sender has called first.
    pub phone_called: bool,
    /// True when the sender sends in spite of a full service or an unknown capacity.
    pub capacity_confirmed: bool,
    /// The calendar by which the project's clocks run.
    pub calendar: &'a Calendar,
}

hidden_debug!(SendFacts<'a>);

/// What sending fixes.
#[derive(Clone, PartialEq, Eq)]
pub struct Sent {
    /// What the offer tells of the person.
    pub offer: Offer,
    /// How it reached the recipient.
    pub channel: Channel,
    /// The urgency, raised to what the need asks for by now.
    pub urgency: Urgency,
    /// What is due when.
    pub deadlines: Deadlines,
}

hidden_debug!(Sent);

impl Referral {
    /// Checks the guards of sending, and gives what is fixed by it.
    pub(super) fn sent(&self, facts: &SendFacts<'_>, now: Timestamp) -> Result<Sent, Refusal> {
        let organization = facts.organization.ok_or(Refusal::Recipient(RecipientProblem::ServiceNotOpen))?;
        let service = facts.service.ok_or(Refusal::Recipient(RecipientProblem::ServiceNotOpen))?;
        // Whatever the channel: who answers the phone there may be somebody else by now.
        if facts.is_revoked {
            return Err(Refusal::Recipient(RecipientProblem::PartnerRevoked));
        }
        if self.needed_by.is_some_and(|deadline| deadline <= now) {
            return Err(Refusal::input("referralId", InputProblem::DeadlinePast));
        }
        // A draft may have waited, and what it was drafted on may be told better by now.
        let urgency = self.urgency.at_least_for(self.need, &facts.case.profile, self.needed_by, now);
        self.check_recipient(facts, organization, service, now)?;
        self.check_channel(facts, urgency, service, now)?;
        self.check_consent(facts, service, now)?;
        let offer = match self.kind {
            ReferralKind::Redirection => Offer::default(),
            _ => Offer::of(&facts.case.profile, &service.eligibility),
        };
        let missing: Vec<_> =
            offer.fields().into_iter().filter(|field| !facts.consent.field_scope.contains(field)).collect();
        if missing.is_empty() {
            let deadlines = Deadlines::at(facts.project.clocks.row(urgency), facts.calendar, now, self.needed_by);
            Ok(Sent { offer, channel: facts.channel, urgency, deadlines })
        } else {
            Err(Refusal::Consent { problem: ConsentProblem::FieldsMissing, missing })
        }
    }

    fn check_consent(&self, facts: &SendFacts<'_>, service: &Service, now: Timestamp) -> Result<(), Refusal> {
        let consent = facts.consent;
        if consent.case_id != self.case_id {
            return Err(Refusal::consent(ConsentProblem::OtherCase));
        }
        if consent.recipient_id != self.recipient_id {
            return Err(Refusal::consent(ConsentProblem::OtherRecipient));
        }
        consent.require_live(now)?;
        if facts.is_restricted {
            return Err(Refusal::consent(ConsentProblem::RecipientRestricted));
        }
        self.check_carried(consent, &facts.project.country, service)
    }

    /// Whether a consent carries what the referral asks of this service, for a project of this country: its purpose, the
    /// way out of Europe, and each consequence explained.
    pub fn check_carried(&self, consent: &Consent, country: &str, service: &Service) -> Result<(), Refusal> {
        let receives_in = country_of(service, self.location_id);
        if !consent.purpose.carries(self.kind, self.need) {
            Err(Refusal::consent(ConsentProblem::OtherPurpose))
        } else if leaves_protection(country, receives_in, self.need) && !may_leave(consent) {
            Err(Refusal::consent(ConsentProblem::ThirdCountry))
        } else {
            check_explained(consent, service)
        }
    }

    fn check_recipient(
        &self,
        facts: &SendFacts<'_>,
        organization: &Organization,
        service: &Service,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let asked = Asked {
            need: self.need,
            location_id: self.location_id,
            service,
            organization,
            sender_is_trained: facts.sender_is_trained,
        };
        asked.check(now.date())
    }

    /// What only holds for sending electronically: whoever was called has said whether there is room.
    fn check_channel(
        &self,
        facts: &SendFacts<'_>,
        urgency: Urgency,
        service: &Service,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let capacity = service.capacity_status_at(now);
        let capacity_in_doubt = matches!(capacity, CapacityStatus::Full | CapacityStatus::Unknown);
        let problem = if facts.channel == Channel::Call {
            return Ok(());
        } else if self.kind == ReferralKind::Redirection {
            RecipientProblem::ByCallOnly
        } else if !facts.vetting.is_in_force(now.date()) {
            RecipientProblem::NotVetted
        } else if urgency == Urgency::Emergency && !facts.phone_called {
            RecipientProblem::CallNeeded
        } else if capacity_in_doubt && !facts.capacity_confirmed {
            RecipientProblem::CapacityToConfirm
        } else {
            return Ok(());
        };
        Err(Refusal::Recipient(problem))
    }
}

/// Whether every known consequence of the service was explained. Whom nobody can ask nobody can explain to: the two people
/// answer for it, but never for an assessment of age.
fn check_explained(consent: &Consent, service: &Service) -> Result<(), Refusal> {
    let missing = consent.unexplained_of(service);
    let assesses_age = service.known_consequences.contains(&KnownConsequence::AgeAssessment);
    let is_answered_for = consent.basis.is_override() && !assesses_age;
    if missing.is_empty() || is_answered_for { Ok(()) } else { Err(Refusal::Consequences { missing }) }
}

/// Whether a consent carries a request into a country that protects data less (GDPR article 49): the risks were
/// explained and this one accepted by name, or a life is at risk.
fn may_leave(consent: &Consent) -> bool {
    let was_explained = consent.explained.contains(&Explained::Risks) && consent.third_country_acknowledged;
    was_explained || consent.basis == ConsentBasis::VitalInterest
}

/// What is asked of whom, as far as it decides whether this recipient may be asked at all, by whatever channel and
/// about whomever.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The need.
    pub need: Need,
    /// The place asked, where it matters.
    pub location_id: Option<LocationId>,
    /// The service.
    pub service: &'a Service,
    /// Its organisation.
    pub organization: &'a Organization,
    /// True when the sender was trained about gender-based violence.
    pub sender_is_trained: bool,
}

impl Asked<'_> {
    /// Checks whether the recipient may be asked on this day.
    pub fn check(&self, today: Date) -> Result<(), Refusal> {
        let (service, organization) = (self.service, self.organization);
        let needs_training = self.need.concerns_gender_based_violence() || service.concerns_gender_based_violence();
        let needs_specialist = self.need.concerns_gender_based_violence();
        let problem = if !organization.may_receive_referrals() {
            RecipientProblem::NeverARecipient
        } else if service.merged_into.is_some() {
            RecipientProblem::MergedElsewhere
        } else if is_marked(service, self.location_id) {
            RecipientProblem::DoNotUse
        } else if service.status != ServiceStatus::Open || service.has_closed_by(today) {
            RecipientProblem::ServiceNotOpen
        } else if needs_training && !self.sender_is_trained {
            RecipientProblem::TrainingNeeded
        } else if needs_specialist && !service.specialisations.contains(&Specialisation::Gbv) {
            RecipientProblem::SpecialisationNeeded
        } else {
            return Ok(());
        };
        Err(Refusal::Recipient(problem))
    }
}

/// Whether the service, or the place of it that the referral names, is marked as not to be used.
fn is_marked(service: &Service, location: Option<LocationId>) -> bool {
    let is_marked = |place: &Place| Some(place.id) == location && place.do_not_use;
    service.do_not_use || service.places.iter().any(is_marked)
}
