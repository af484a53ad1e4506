//! The referral: one need of one case, put to one service.
//!
//! [`Referral::decide`] is the only way to change a state: a command of somebody, at a time, either
//! becomes a [`Change`] or a typed [`Refusal`]; [`Referral::apply`] then does what was decided.

use super::case::CaseReference;
use super::code::code_list;
use super::consent::Consent;
use super::directory::{CapacityStatus, KnownConsequence, Organization, Place, Service, ServiceStatus, Specialisation};
use super::disclosure::Offer;
use super::id::{AccountId, CaseId, ConsentId, LocationId, OrganizationId, ProjectId, ReferralId, ServiceId, TeamId};
use super::lifecycle::{Event, Party, Status, next};
use super::need::Need;
use super::refusal::{ConsentProblem, InputProblem, RecipientProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::{Date, Timestamp};

code_list! {
    /// How urgent a referral is.
    Urgency {
        Emergency = "emergency": "life, safety or a clinical window",
        Urgent = "urgent": "serious harm if delayed by days",
        Normal = "normal": "no harm from waiting days",
        LongTrack = "long_track": "a procedure of months, such as an evacuation",
    }
}

impl Urgency {
    /// The urgency that a deadline asks for at least: urgent when it lies less than 72 hours ahead.
    pub fn raised_by_deadline(self, needed_by: Option<Timestamp>, now: Timestamp) -> Self {
        match needed_by {
            Some(deadline) if deadline.hours_since(now) < 72 => self.min(Self::Urgent),
            _ => self,
        }
    }
}

code_list! {
    /// Why a referral was declined.
    DeclineCode {
        Full = "full": "no place now",
        NotEligibleAge = "not_eligible_age": "outside the ages taken",
        NotEligibleGender = "not_eligible_gender": "outside the genders taken",
        NotEligibleStatus = "not_eligible_status": "outside the administrative statuses taken",
        NotEligibleArea = "not_eligible_area": "outside the area served",
        NotEligibleOther = "not_eligible_other": "outside the public for another reason",
        ServiceNotOffered = "service_not_offered": "the service does not do this: the directory is wrong",
        ServiceSuspended = "service_suspended": "stopped for a time",
        NoLanguage = "no_language": "no common language nor interpreter",
        InsufficientInfo = "insufficient_info": "the offer does not say enough",
        Duplicate = "duplicate": "already followed there",
        UnsafeForProvider = "unsafe_for_provider": "not safe for the service",
        ConflictOfInterest = "conflict_of_interest": "a conflict of interest at the recipient",
        NeedsIdentityBeforeAccept = "needs_identity_before_accept": "asks for the identity before accepting",
        NotInterested = "not_interested": "the person no longer wants it",
        Afraid = "afraid": "the person is afraid of it",
        AlreadyServed = "already_served": "the person got it elsewhere",
        NoShow = "no_show": "the person did not come",
        Unreachable = "unreachable": "the person was not reached",
        MovedAway = "moved_away": "the person has left the area",
        CannotTravel = "cannot_travel": "the person has no means, or no safe way, to come",
    }
}

code_list! {
    /// What became of an accepted referral.
    OutcomeCode {
        ServiceReceived = "service_received": "the service asked for was given",
        ServicePartial = "service_partial": "part of it was given",
        Ongoing = "ongoing": "follow-up continues, the referral is closed",
        NotReceivedCapacity = "not_received_capacity": "accepted but not given for want of a place",
        NotReceivedIneligible = "not_received_ineligible": "accepted but not given: outside the public after all",
        NotReceivedNoShow = "not_received_no_show": "accepted but not given: the person did not come",
        NotReceivedUnreachable = "not_received_unreachable": "accepted but not given: the person was not reached",
        NotReceivedDuplicate = "not_received_duplicate": "accepted but not given: already followed there",
        NotReceivedConflict = "not_received_conflict": "accepted but not given: conflict of interest",
        PersonDeclined = "person_declined": "the person chose not to go on",
        PersonDetainedOrExpelled = "person_detained_or_expelled": "arrested, detained or removed",
        PersonTransferredCountry = "person_transferred_country": "moved to another country",
        Evacuated = "evacuated": "departed through an evacuation",
        Died = "died": "the person has died",
        LostToFollowUp = "lost_to_follow_up": "no news after the review",
        HarmReported = "harm_reported": "the referral caused harm",
        UnknownAfterReview = "unknown_after_review": "neither side knows",
    }
}

impl OutcomeCode {
    /// True for the outcomes of a referral that was completed; the others are of one not realised.
    pub const fn is_of_completion(self) -> bool {
        matches!(
            self,
            Self::ServiceReceived | Self::ServicePartial | Self::Ongoing | Self::Evacuated | Self::HarmReported
        )
    }

    /// True when the need counts as met.
    pub const fn meets_the_need(self) -> bool {
        matches!(self, Self::ServiceReceived | Self::ServicePartial)
    }
}

code_list! {
    /// Why a sender cancels a referral.
    CancelReason {
        NoLongerNeeded = "no_longer_needed": "the need is met, or is no more",
        PersonDeclined = "person_declined": "the person does not want it",
        OtherRecipient = "other_recipient": "another recipient is asked instead",
        NotSafe = "not_safe": "it is not safe to go on",
        NoAnswer = "no_answer": "the recipient does not answer",
    }
}

code_list! {
    /// Why a referral should never have been.
    ErrorReason {
        WrongCase = "wrong_case": "it is of another case",
        WrongService = "wrong_service": "it was meant for another service",
        Duplicate = "duplicate": "it was entered twice",
        Trial = "trial": "it was entered to try something out",
    }
}

/// A referral.
#[derive(Clone, PartialEq, Eq)]
pub struct Referral {
    /// Identifier.
    pub id: ReferralId,
    /// Version, 1 for a new one, one more with every change.
    pub version: i64,
    /// The case it is made for.
    pub case_id: CaseId,
    /// The sending project.
    pub project_id: ProjectId,
    /// The team of the case, as it is now.
    pub team_id: TeamId,
    /// The sending organisation.
    pub sender_id: OrganizationId,
    /// The receiving organisation.
    pub recipient_id: OrganizationId,
    /// The service asked.
    pub service_id: ServiceId,
    /// The place asked, where it matters.
    pub location_id: Option<LocationId>,
    /// The need.
    pub need: Need,
    /// The urgency.
    pub urgency: Urgency,
    /// When the service must have begun at the latest.
    pub needed_by: Option<Timestamp>,
    /// The consent that carries it.
    pub consent_id: ConsentId,
    /// The state.
    pub status: Status,
    /// Since when it is in this state.
    pub status_at: Timestamp,
    /// When it was sent.
    pub requested_at: Option<Timestamp>,
    /// When the service began, as told.
    pub service_started_at: Option<Timestamp>,
    /// Why it was declined.
    pub decline_code: Option<DeclineCode>,
    /// What became of it.
    pub outcome_code: Option<OutcomeCode>,
    /// What the offer tells of the person, fixed when it is sent.
    pub offer: Offer,
}

hidden_debug!(Referral);

/// Whether an organisation may receive electronic referrals (guard G3).
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
    /// The consent that the referral names.
    pub consent: &'a Consent,
    /// The service; `None` when it is gone from the directory.
    pub service: Option<&'a Service>,
    /// The receiving organisation; `None` when it is gone.
    pub organization: Option<&'a Organization>,
    /// Its vetting.
    pub vetting: Vetting,
    /// True when the sender was trained about gender-based violence.
    pub sender_is_trained: bool,
    /// True when the sender has called first.
    pub phone_called: bool,
    /// True when the sender sends in spite of a full service or an unknown capacity.
    pub capacity_confirmed: bool,
}

hidden_debug!(SendFacts<'a>);

/// What somebody wants to do with a referral.
#[derive(Clone, Copy)]
pub enum Command<'a> {
    /// Send it.
    Send(SendFacts<'a>),
    /// Acknowledge it.
    Acknowledge,
    /// Accept it in principle. On a lapsed consent this holds the place and releases nothing
    /// (ruling R12): what the recipient may read is decided when it is read.
    Accept,
    /// Decline it.
    Decline {
        /// Why.
        code: DeclineCode,
    },
    /// Record that the service began.
    Start {
        /// When it began.
        service_started_at: Timestamp,
    },
    /// Complete it.
    Complete {
        /// What became of it.
        outcome: OutcomeCode,
    },
    /// Cancel it.
    Cancel {
        /// Why.
        reason: CancelReason,
    },
    /// End it because the person has withdrawn the consent. Nobody is asked why.
    WithdrawConsent,
    /// Mark it as entered in error.
    MarkError {
        /// Why.
        reason: ErrorReason,
    },
}

hidden_debug!(Command<'a>);

impl Command<'_> {
    /// The event that the command asks for.
    pub const fn event(&self) -> Event {
        match self {
            Self::Send(_) => Event::Send,
            Self::Acknowledge => Event::Acknowledge,
            Self::Accept => Event::Accept,
            Self::Decline { .. } => Event::Decline,
            Self::Start { .. } => Event::Start,
            Self::Complete { .. } => Event::Complete,
            Self::Cancel { .. } => Event::Cancel,
            Self::WithdrawConsent => Event::WithdrawConsent,
            Self::MarkError { .. } => Event::MarkError,
        }
    }
}

/// What was decided.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// What happens.
    pub event: Event,
    /// The state after.
    pub status: Status,
    /// When.
    pub at: Timestamp,
    /// What belongs to the event.
    pub detail: Detail,
}

hidden_debug!(Change);

/// What belongs to an event beyond its time.
#[derive(Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    None,
    /// The offer, fixed at sending.
    Offer(Offer),
    /// Why it was declined.
    Decline(DeclineCode),
    /// When the service began.
    Start(Timestamp),
    /// What became of it.
    Outcome(OutcomeCode),
    /// Why it was cancelled.
    Cancel(CancelReason),
    /// Why it was in error.
    Error(ErrorReason),
}

hidden_debug!(Detail);

/// One line of a timeline.
#[derive(Clone, PartialEq, Eq)]
pub struct TimelineEntry {
    /// The referral.
    pub referral_id: ReferralId,
    /// The version that the change made.
    pub version: i64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// On whose behalf.
    pub party: Party,
    /// Who did it.
    pub actor_id: AccountId,
    /// The actor's organisation.
    pub organization_id: OrganizationId,
    /// The decline or outcome code that belongs to it.
    pub code: Option<String>,
}

hidden_debug!(TimelineEntry);

impl Referral {
    /// Decides a command of `party` at `now`; changes nothing.
    pub fn decide(&self, command: &Command<'_>, party: Party, now: Timestamp) -> Result<Change, Refusal> {
        let event = command.event();
        let status = next(Some(self.status), event, party)?;
        let detail = match command {
            Command::Send(facts) => Detail::Offer(self.offer_to_send(facts, now)?),
            Command::Acknowledge | Command::Accept | Command::WithdrawConsent => Detail::None,
            Command::Cancel { reason } => Detail::Cancel(*reason),
            Command::MarkError { reason } => Detail::Error(*reason),
            Command::Decline { code } => Detail::Decline(*code),
            Command::Start { service_started_at } => {
                // A recipient knows the hour of the sending: by which starts are refused it must not
                // find out more (P-08).
                let earliest = self.requested_at.unwrap_or(self.status_at).start_of_hour();
                if *service_started_at > now || *service_started_at < earliest {
                    return Err(Refusal::input("serviceStartedAt", InputProblem::StartInFuture));
                }
                Detail::Start(*service_started_at)
            }
            Command::Complete { outcome } if !outcome.is_of_completion() => {
                return Err(Refusal::input("outcome", InputProblem::OutcomeOfEvent));
            }
            Command::Complete { outcome } => Detail::Outcome(*outcome),
        };
        Ok(Change { event, status, at: now, detail })
    }

    /// The referral after a change that was decided for it.
    #[must_use]
    pub fn apply(mut self, change: &Change) -> Self {
        self.version += 1;
        self.status = change.status;
        self.status_at = change.at;
        match &change.detail {
            Detail::None | Detail::Cancel(_) => {}
            // A tombstone: that there was something, and nothing of what it was.
            Detail::Error(_) => {
                self.offer = Offer::default();
                self.needed_by = None;
                self.service_started_at = None;
                self.decline_code = None;
                self.outcome_code = None;
            }
            Detail::Offer(offer) => {
                self.offer = offer.clone();
                self.requested_at = Some(change.at);
            }
            Detail::Decline(code) => self.decline_code = Some(*code),
            Detail::Start(started_at) => self.service_started_at = Some(*started_at),
            Detail::Outcome(code) => self.outcome_code = Some(*code),
        }
        self
    }

    /// The referral on the person's own consent in place of an override: it tells no more than that allows.
    #[must_use]
    pub fn resting_on(mut self, consent: &Consent) -> Self {
        self.version += 1;
        self.consent_id = consent.id;
        self.offer = self.offer.within(&consent.field_scope);
        self
    }

    /// Checks guards G1 to G6 and G8 of sending, and gives the offer that they allow.
    fn offer_to_send(&self, facts: &SendFacts<'_>, now: Timestamp) -> Result<Offer, Refusal> {
        let organization = facts.organization.ok_or(Refusal::Recipient(RecipientProblem::ServiceNotOpen))?;
        let service = facts.service.ok_or(Refusal::Recipient(RecipientProblem::ServiceNotOpen))?;
        self.check_recipient(facts, organization, service, now)?;
        self.check_consent(facts.consent, service, now)?;
        let offer = Offer::of(&facts.case.profile, &service.eligibility);
        let missing: Vec<_> =
            offer.fields().into_iter().filter(|field| !facts.consent.field_scope.contains(field)).collect();
        if missing.is_empty() {
            Ok(offer)
        } else {
            Err(Refusal::Consent { problem: ConsentProblem::FieldsMissing, missing })
        }
    }

    fn check_consent(&self, consent: &Consent, service: &Service, now: Timestamp) -> Result<(), Refusal> {
        if consent.case_id != self.case_id {
            return Err(Refusal::consent(ConsentProblem::OtherCase));
        }
        if consent.recipient_id != self.recipient_id {
            return Err(Refusal::consent(ConsentProblem::OtherRecipient));
        }
        require_live(consent, now)?;
        // Whom nobody can ask nobody can explain to: the two people answer for it, but never for an assessment of age.
        let assesses_age = service.known_consequences.contains(&KnownConsequence::AgeAssessment);
        let is_answered_for = consent.basis.is_override() && !assesses_age;
        if !consent.covers_consequences_of(service) && !is_answered_for {
            return Err(Refusal::consent(ConsentProblem::ConsequencesNotExplained));
        }
        Ok(())
    }

    fn check_recipient(
        &self,
        facts: &SendFacts<'_>,
        organization: &Organization,
        service: &Service,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let capacity = service.capacity_status_at(now);
        let capacity_in_doubt = matches!(capacity, CapacityStatus::Full | CapacityStatus::Unknown);
        let needs_training = self.need.concerns_gender_based_violence() || service.concerns_gender_based_violence();
        let needs_specialist = self.need.concerns_gender_based_violence();
        let problem = if !organization.may_receive_referrals() {
            RecipientProblem::NeverARecipient
        } else if !facts.vetting.is_in_force(now.date()) {
            RecipientProblem::NotVetted
        } else if service.merged_into.is_some() {
            RecipientProblem::MergedElsewhere
        } else if is_marked(service, self.location_id) {
            RecipientProblem::DoNotUse
        } else if service.status != ServiceStatus::Open {
            RecipientProblem::ServiceNotOpen
        } else if needs_training && !facts.sender_is_trained {
            RecipientProblem::TrainingNeeded
        } else if needs_specialist && !service.specialisations.contains(&Specialisation::Gbv) {
            RecipientProblem::SpecialisationNeeded
        } else if self.urgency == Urgency::Emergency && !facts.phone_called {
            RecipientProblem::CallNeeded
        } else if capacity_in_doubt && !facts.capacity_confirmed {
            RecipientProblem::CapacityToConfirm
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

fn require_live(consent: &Consent, now: Timestamp) -> Result<(), Refusal> {
    if consent.withdrawn_at.is_some() {
        Err(Refusal::consent(ConsentProblem::Withdrawn))
    } else if consent.is_live(now) {
        Ok(())
    } else {
        Err(Refusal::consent(ConsentProblem::Expired))
    }
}
