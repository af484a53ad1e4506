//! The referral: one need of one case, put to one service.
//!
//! [`Referral::decide`] is the only way to change a state: a command of somebody, at a time, either
//! becomes a [`Change`] or a typed [`Refusal`]; [`Referral::apply`] then does what was decided.

mod codes;
mod proof;
mod round;
mod sending;
mod sheet;
mod timeline;
mod urgency;

pub use codes::{
    Attestation, CancelReason, Channel, DeclineCode, ErrorReason, HandoverMode, OutcomeCode, ReferralKind, Urgency,
};
pub use proof::{Attested, Proof, proof};
pub use round::check_round;
pub use sending::{Asked, SendFacts, Sent, Vetting};
pub use sheet::SheetProblem;
pub use timeline::{TimelineEntry, first_clarification, has_reply_as_told, last_attested_at};

use super::account::RiskProfile;
use super::clocks::Deadlines;
use super::code::CodeList as _;
use super::consent::{Consent, ContactRule};
use super::disclosure::Offer;
use super::id::{CaseId, ConsentId, LocationId, OrganizationId, ProjectId, ReferralId, RoundId, ServiceId, TeamId};
use super::lifecycle::{Event, Party, Status, next};
use super::need::Need;
use super::refusal::{InputProblem, Refusal};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

/// A referral.
#[derive(Clone, PartialEq, Eq)]
pub struct Referral {
    /// Identifier.
    pub id: ReferralId,
    /// Version, 1 for a new one, one more with every change.
    pub version: i64,
    /// What it asks of the recipient.
    pub kind: ReferralKind,
    /// The first referral of this need's chain: itself, unless it was rerouted.
    pub chain_id: ReferralId,
    /// The referral in whose place it was made.
    pub reroute_of: Option<ReferralId>,
    /// The ended referral that it asks about, for a follow-up.
    pub follows: Option<ReferralId>,
    /// The round in which it was sent, together with others of the same need.
    pub round_id: Option<RoundId>,
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
    /// When it was sent, or told by a call.
    pub requested_at: Option<Timestamp>,
    /// How it reached the recipient; `None` for a draft.
    pub channel: Option<Channel>,
    /// What is due when, as it was fixed when it was sent; `None` for a draft.
    pub deadlines: Option<Deadlines>,
    /// When the service began, as told.
    pub service_started_at: Option<Timestamp>,
    /// Why it was declined.
    pub decline_code: Option<DeclineCode>,
    /// What became of it.
    pub outcome_code: Option<OutcomeCode>,
    /// Days until a place is expected, counted from when it was put on the waiting list.
    pub expected_wait_days: Option<i64>,
    /// How the person was handed over.
    pub handover_mode: Option<HandoverMode>,
    /// What the offer tells of the person, fixed when it is sent.
    pub offer: Offer,
}

hidden_debug!(Referral);

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
    /// Ask a question before deciding.
    Ask,
    /// Answer the question.
    Answer,
    /// Put it on a waiting list.
    Waitlist {
        /// Days until a place is expected.
        expected_wait_days: i64,
    },
    /// Decline it.
    Decline {
        /// Why.
        code: DeclineCode,
        /// Whether it is the person who has told it to the sender.
        as_told_by_person: bool,
    },
    /// Hand the person over.
    HandOver {
        /// How.
        mode: HandoverMode,
        /// What forbids some ways.
        limits: HandoverLimits,
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
    /// Record that nothing came of it.
    NotRealise {
        /// Why.
        outcome: OutcomeCode,
    },
    /// Cancel it.
    Cancel {
        /// Why.
        reason: CancelReason,
    },
    /// End it because the person has withdrawn the consent. Nobody is asked why.
    WithdrawConsent,
    /// End it because nobody answered in time.
    Expire,
    /// End it because another recipient of the same need accepted first.
    CloseAcceptedElsewhere,
    /// Ask another recipient in its place.
    Reroute,
    /// Take it up again.
    Reopen {
        /// The consent as it stands now.
        consent: &'a Consent,
    },
    /// Mark it as entered in error.
    MarkError {
        /// Why.
        reason: ErrorReason,
    },
    /// Take it away from a recipient that was revoked.
    RevokePartner,
}

hidden_debug!(Command<'a>);

impl Command<'_> {
    /// The event that the command asks for.
    pub const fn event(&self) -> Event {
        match self {
            Self::Send(_) => Event::Send,
            Self::Acknowledge => Event::Acknowledge,
            Self::Accept => Event::Accept,
            Self::Ask => Event::Ask,
            Self::Answer => Event::Answer,
            Self::Waitlist { .. } => Event::Waitlist,
            Self::Decline { .. } => Event::Decline,
            Self::HandOver { .. } => Event::HandOver,
            Self::Start { .. } => Event::Start,
            Self::Complete { .. } => Event::Complete,
            Self::NotRealise { .. } => Event::NotRealise,
            Self::Cancel { .. } => Event::Cancel,
            Self::WithdrawConsent => Event::WithdrawConsent,
            Self::Expire => Event::Expire,
            Self::CloseAcceptedElsewhere => Event::CloseAcceptedElsewhere,
            Self::Reroute => Event::Reroute,
            Self::Reopen { .. } => Event::Reopen,
            Self::MarkError { .. } => Event::MarkError,
            Self::RevokePartner => Event::RevokePartner,
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
    /// What sending fixes.
    Sent(Sent),
    /// Days until a place is expected.
    Waitlist(i64),
    /// Why it was declined.
    Decline(DeclineCode),
    /// How the person was handed over.
    HandOver(HandoverMode),
    /// When the service began.
    Start(Timestamp),
    /// What became of it.
    Outcome(OutcomeCode),
    /// Why it was cancelled.
    Cancel(CancelReason),
    /// That it goes on after all.
    Reopen,
    /// Why it was in error.
    Error(ErrorReason),
}

impl Detail {
    /// The code that the timeline keeps of it.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::None | Self::Sent(_) | Self::Waitlist(_) | Self::Start(_) | Self::Reopen => None,
            Self::Decline(code) => Some(code.code()),
            Self::HandOver(mode) => Some(mode.code()),
            Self::Outcome(code) => Some(code.code()),
            Self::Cancel(reason) => Some(reason.code()),
            Self::Error(reason) => Some(reason.code()),
        }
    }
}

hidden_debug!(Detail);

/// Days after its end in which a referral may be reopened by both sides; later by a coordinator only (T16).
pub const REOPENING_DAYS: i64 = 30;
/// Longest wait that a waiting list may name, in days.
const LONGEST_WAIT_DAYS: i64 = 730;

impl Referral {
    /// Whether its recipient reads it in Relais. Whom somebody called reads nothing, whatever is recorded.
    pub fn is_told_electronically(&self) -> bool {
        self.channel == Some(Channel::Electronic)
    }

    /// Whether the wait that its recipient told, at this instant, goes beyond the time by which the service must have begun;
    /// false once nobody waits any more, `None` where no wait was told, or there is no such time.
    pub fn wait_exceeds_deadline(&self, told_at: Timestamp) -> Option<bool> {
        let is_waiting = self.status == Status::Waitlisted;
        let told = self.expected_wait_days.zip(self.needed_by);
        told.map(|(days, deadline)| is_waiting && told_at.plus_days(days) > deadline)
    }

    /// Decides a command of `party` at `now`; changes nothing.
    pub fn decide(&self, command: &Command<'_>, party: Party, now: Timestamp) -> Result<Change, Refusal> {
        let event = command.event();
        let status = next(Some(self.status), event, party)?;
        let detail = match command {
            Command::Send(facts) => Detail::Sent(self.sent(facts, now)?),
            Command::Acknowledge
            | Command::Accept
            | Command::Ask
            | Command::Answer
            | Command::WithdrawConsent
            | Command::Expire
            | Command::CloseAcceptedElsewhere
            | Command::Reroute
            | Command::RevokePartner => Detail::None,
            Command::Waitlist { expected_wait_days } => Detail::Waitlist(checked_wait(*expected_wait_days)?),
            Command::Decline { code, as_told_by_person } => {
                Detail::Decline(checked_side(*code, party, *as_told_by_person)?)
            }
            Command::HandOver { mode, limits } => Detail::HandOver(limits.checked(*mode)?),
            Command::Start { service_started_at } => Detail::Start(self.checked_start(*service_started_at, now)?),
            Command::Complete { outcome } if outcome.is_of_completion() => Detail::Outcome(*outcome),
            Command::NotRealise { outcome } if outcome.is_of_failure() => Detail::Outcome(*outcome),
            Command::Complete { .. } | Command::NotRealise { .. } => {
                return Err(Refusal::input("outcome", InputProblem::OutcomeOfEvent));
            }
            Command::Cancel { reason } => Detail::Cancel(*reason),
            Command::Reopen { consent } => {
                self.check_reopening(consent, party, now)?;
                Detail::Reopen
            }
            Command::MarkError { reason } => Detail::Error(*reason),
        };
        Ok(Change { event, status, at: now, detail })
    }

    /// A recipient knows the hour of the sending: by which starts are refused it must not find out more (P-08).
    fn checked_start(&self, started_at: Timestamp, now: Timestamp) -> Result<Timestamp, Refusal> {
        let earliest = self.requested_at.unwrap_or(self.status_at).start_of_hour();
        if started_at > now || started_at < earliest {
            return Err(Refusal::input("serviceStartedAt", InputProblem::StartInFuture));
        }
        Ok(started_at)
    }

    /// Guards of T16: a live consent (ruling R12), and after thirty days somebody who leads the project.
    fn check_reopening(&self, consent: &Consent, party: Party, now: Timestamp) -> Result<(), Refusal> {
        consent.require_live(now)?;
        let is_late = now >= self.status_at.plus_days(REOPENING_DAYS);
        if is_late && party != Party::Coordinator {
            return Err(Refusal::Transition { status: Some(self.status), event: Event::Reopen });
        }
        Ok(())
    }

    /// The referral after a change that was decided for it.
    #[must_use]
    pub fn apply(mut self, change: &Change) -> Self {
        self.version += 1;
        // Where the state stays it is as old as before: what counts from its end goes on counting.
        if self.status != change.status {
            self.status = change.status;
            self.status_at = change.at;
        }
        match &change.detail {
            Detail::None | Detail::Cancel(_) => {}
            // A tombstone: that there was something, and nothing of what it was.
            Detail::Error(_) => {
                self.offer = Offer::default();
                self.expected_wait_days = None;
                self.handover_mode = None;
                self.needed_by = None;
                self.deadlines = None;
                self.service_started_at = None;
                self.decline_code = None;
                self.outcome_code = None;
            }
            Detail::Sent(sent) => {
                self.offer = sent.offer.clone();
                self.channel = Some(sent.channel);
                self.deadlines = Some(sent.deadlines.clone());
                self.urgency = sent.urgency;
                self.requested_at = Some(change.at);
            }
            Detail::Waitlist(days) => self.expected_wait_days = Some(*days),
            Detail::Decline(code) => self.decline_code = Some(*code),
            Detail::HandOver(mode) => self.handover_mode = Some(*mode),
            Detail::Start(started_at) => self.service_started_at = Some(*started_at),
            Detail::Outcome(code) => self.outcome_code = Some(*code),
            Detail::Reopen => self.outcome_code = None,
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
}

/// Before it has accepted a recipient has met nobody: the person's reasons are not its to give. And a person who declines
/// tells her own reasons, not those of the recipient. What the sender knows by itself, or was told by phone, is of either side.
fn checked_side(code: DeclineCode, party: Party, as_told_by_person: bool) -> Result<DeclineCode, Refusal> {
    let is_of_other_side = if code.is_of_person() { party == Party::Recipient } else { as_told_by_person };
    if is_of_other_side { Err(Refusal::input("code", InputProblem::DeclineCodeSide)) } else { Ok(code) }
}

fn checked_wait(days: i64) -> Result<i64, Refusal> {
    if (1..=LONGEST_WAIT_DAYS).contains(&days) {
        Ok(days)
    } else {
        Err(Refusal::input("expectedWaitDays", InputProblem::ExpectedWait))
    }
}

/// What limits the ways in which a person can be handed over.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HandoverLimits {
    /// The risk profile of the sending project.
    pub risk_profile: RiskProfile,
    /// How the person may be reached.
    pub contact_rule: ContactRule,
}

hidden_debug!(HandoverLimits);

impl HandoverLimits {
    /// Paper that a person carries is a danger where she may be searched (P-25); and whom nobody may contact is handed
    /// over between the two sides, not sent there alone with a slip.
    pub fn checked(self, mode: HandoverMode) -> Result<HandoverMode, Refusal> {
        let problem = match (mode, self.risk_profile, self.contact_rule) {
            (HandoverMode::PersonCarriesSlip, RiskProfile::Severe, _) => InputProblem::SlipForbidden,
            (HandoverMode::PersonCarriesSlip, _, ContactRule::NoContact) => InputProblem::SlipWithoutContact,
            _ => return Ok(mode),
        };
        Err(Refusal::input("mode", problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_carried_only_where_that_is_safe_and_the_person_may_be_met() {
        for risk_profile in RiskProfile::ALL {
            for contact_rule in ContactRule::ALL {
                let limits = HandoverLimits { risk_profile: *risk_profile, contact_rule: *contact_rule };
                for mode in HandoverMode::ALL {
                    let may_carry = *risk_profile != RiskProfile::Severe && *contact_rule != ContactRule::NoContact;
                    let expected = *mode != HandoverMode::PersonCarriesSlip || may_carry;
                    assert_eq!(limits.checked(*mode).is_ok(), expected, "{mode}, {risk_profile}, {contact_rule}");
                }
            }
        }
    }
}
