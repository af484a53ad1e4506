//! What leaves Relais: what is told, to which endpoint, when it is tried again, and what came of it.
//!
//! Invariants: what is told is of which kind and about which object, never of its content. It is written in the commit of
//! what happened, and asked about once more before it is sent: what no longer holds is not sent. Its id stays the same
//! through every attempt, so that whoever receives it twice knows.

use super::code::code_list;
use super::id::{DeliveryId, Identifier as _, OrganizationId};
use super::lifecycle::{Event, Party, Status};
use super::sensitive::hidden_debug;
use super::time::Timestamp;

code_list! {
    /// By which way something is told.
    DeliveryChannel {
        Mail = "mail": "an e-mail to the role mailbox of a service",
        Webhook = "webhook": "a signed call of an organisation's own system",
    }
}

code_list! {
    /// What is told to an endpoint.
    DeliveryKind {
        ReferralOffered = "referral.offered": "a referral waits for an answer",
        ReferralReminded = "referral.reminded": "a referral still waits for its first sign",
        ReferralChanged = "referral.changed": "a referral is not as it was",
        ReferralClosed = "referral.closed": "a referral is over and needs nothing more",
        OfferChanged = "offer.changed": "an offer of a person to a service is not as it was",
        LinkRenewed = "link.renewed": "somebody asked for a new link",
        EndpointTested = "endpoint.tested": "somebody tries whether the endpoint is heard",
    }
}

impl DeliveryKind {
    /// What a change of a referral, which has led to this state, is to those who are told of it; `None` for what concerns
    /// nobody but the sender.
    pub const fn of_change(event: Event, status: Status) -> Option<Self> {
        match (event, status) {
            (Event::Create, _) | (_, Status::Draft) => None,
            (Event::Send, _) => Some(Self::ReferralOffered),
            (_, status) if status.is_terminal() => Some(Self::ReferralClosed),
            _ => Some(Self::ReferralChanged),
        }
    }
}

/// Whether what was to be told of a referral holds no longer, now that it is in this state.
pub const fn is_past(kind: DeliveryKind, status: Status) -> bool {
    match kind {
        // A recipient is not to learn that there was something that was taken back.
        DeliveryKind::ReferralOffered | DeliveryKind::ReferralChanged => {
            matches!(status, Status::Cancelled | Status::Withdrawn | Status::EnteredInError)
        }
        DeliveryKind::ReferralReminded => !matches!(status, Status::Requested),
        // Reopened meanwhile.
        DeliveryKind::ReferralClosed => !status.is_terminal(),
        DeliveryKind::OfferChanged | DeliveryKind::LinkRenewed | DeliveryKind::EndpointTested => false,
    }
}

/// Whether the mailbox of the service is written to when this happens: where somebody there has to look, and has not done it
/// themselves. What the sender records as told by the recipient is no news there.
pub fn concerns_mailbox(event: Event, party: Party) -> bool {
    use Event::{Answer, Cancel, CloseAcceptedElsewhere, Expire, HandOver, MarkError, Reopen, Send, WithdrawConsent};
    let asks_to_look = matches!(
        event,
        Send | Answer | Cancel | WithdrawConsent | Expire | CloseAcceptedElsewhere | MarkError | HandOver | Reopen
    );
    asks_to_look && party != Party::Recipient
}

code_list! {
    /// How far something is that is told to an endpoint.
    DeliveryStatus {
        Waiting = "waiting": "it is on its way, or is tried again",
        Delivered = "delivered": "the endpoint has taken it",
        Dropped = "dropped": "it was not to be sent any more",
        GivenUp = "given_up": "it was tried for as long as anything is",
    }
}

code_list! {
    /// What came of an attempt.
    AttemptResult {
        Taken = "taken": "the endpoint took it",
        Unreachable = "unreachable": "nobody answered there, or nobody who is to be trusted",
        TimedOut = "timed_out": "the answer was not complete in time",
        Refused = "refused": "the endpoint answered that it does not take it now",
        Rejected = "rejected": "the endpoint answered that it never takes it",
        Redirected = "redirected": "the endpoint pointed elsewhere, where nothing is sent",
        Gone = "gone": "the endpoint is there no more",
        Forbidden = "forbidden": "the address leads where nothing is sent",
        NotEncrypted = "not_encrypted": "the mail server offers no encryption",
        NoAddress = "no_address": "there is no address to write to",
        NotWanted = "not_wanted": "the partner wants no mail, only calls",
        Stopped = "stopped": "the project stands still, or the partner is not to be told",
        Past = "past": "what it says holds no longer",
        Fault = "fault": "it could not be made",
    }
}

impl AttemptResult {
    /// True for what the endpoint itself answered, or failed to: by that it is known whether it takes anything at all.
    pub const fn is_of_endpoint(self) -> bool {
        use AttemptResult::{
            Forbidden, Gone, NotEncrypted, Redirected, Refused, Rejected, Taken, TimedOut, Unreachable,
        };
        matches!(
            self,
            Taken | Unreachable | TimedOut | Refused | Rejected | Redirected | Gone | Forbidden | NotEncrypted
        )
    }
}

/// Seconds after an attempt that failed until the next one; after the last nothing more is tried. Published in the README;
/// the schedule of Svix, about 27.6 hours in all.
pub const SCHEDULE_SECONDS: [i64; 7] = [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000];

/// Days for which an endpoint may take nothing before it is told nothing more.
pub const FAILING_DAYS: i64 = 5;

/// Seconds for which the queue of an endpoint that has just failed leaves everything else to it alone.
pub const PAUSE_SECONDS: i64 = 5;

/// When something is tried again that has failed this many times: the schedule, up to a fifth later, and no sooner than the
/// endpoint asked for, as far as that is no more than twice the time. Never sooner: the last attempt has to come after a whole
/// day in which the endpoint was dead. `chance` is any number. `None` when it was tried for as long as anything is.
pub fn next_attempt_at(
    failures: usize,
    now: Timestamp,
    retry_after_seconds: Option<i64>,
    chance: u32,
) -> Option<Timestamp> {
    let planned = *SCHEDULE_SECONDS.get(failures.checked_sub(1)?)?;
    let milliseconds = planned * 1_000;
    let jitter = milliseconds * i64::from(chance % 201) / 1_000;
    let asked = retry_after_seconds.map_or(0, |seconds| seconds.clamp(planned, 2 * planned) * 1_000);
    let wait = (milliseconds + jitter).max(asked);
    Some(Timestamp::from_microseconds(now.microseconds() + wait * 1_000))
}

/// How the mailbox of a service is written to, as it was agreed with the partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailboxSettings {
    /// The language of its mails, by its BCP 47 tag; French where nobody has said.
    pub language: Option<String>,
    /// By what the partner tells our mails apart in its subjects.
    pub tag: Option<String>,
    /// True for a partner that gets no mail at all, and is only called.
    pub is_phone_only: bool,
}

/// The languages in which mails are written, by their BCP 47 tags.
pub const MAIL_LANGUAGES: [&str; 3] = ["fr", "en", "ar"];

/// Most characters of a tag.
pub const TAG_CHARACTERS: usize = 16;

/// Whether a text may be the tag of a mailbox: short, and of letters, digits, blanks and hyphens, so that it reads as a word of
/// the partner's own and holds neither a line nor an address.
pub fn is_tag(text: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-');
    !text.trim().is_empty() && text.chars().count() <= TAG_CHARACTERS && text.chars().all(is_plain)
}

/// Something to be told to one endpoint.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Identifier, the same through every attempt.
    pub id: DeliveryId,
    /// To which endpoint.
    pub queue_id: String,
    /// What it says.
    pub kind: DeliveryKind,
    /// About which object.
    pub object: String,
    /// Its place among all that is told of the object: the version of a referral.
    pub sequence: i64,
    /// When it happened.
    pub created_at: Timestamp,
    /// How often it was tried.
    pub attempts: i64,
    /// How far it is.
    pub status: DeliveryStatus,
    /// When it was told, or given up.
    pub settled_at: Option<Timestamp>,
}

hidden_debug!(Delivery, Told);

impl Delivery {
    /// Something that has just happened. Its id follows from what it says and when it happened, so that one act never lists
    /// the same twice, and what happens after a restore has another id than what was told before.
    pub fn new(queue_id: &str, kind: DeliveryKind, (object, sequence): (&str, i64), now: Timestamp) -> Self {
        Self {
            id: DeliveryId::derived(queue_id, &format!("{kind} {object} {sequence} {}", now.microseconds())),
            queue_id: queue_id.to_owned(),
            kind,
            object: object.to_owned(),
            sequence,
            created_at: now,
            attempts: 0,
            status: DeliveryStatus::Waiting,
            settled_at: None,
        }
    }
}

/// Queues that share places among those which are told beside each other: of a channel, those whose endpoints take what they
/// are told, or those whose endpoints fail. So however many are dead, they take no place from one that is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    /// By which way they are told.
    pub channel: DeliveryChannel,
    /// True for those whose endpoints have taken nothing lately.
    pub is_failing: bool,
}

impl Lane {
    /// Every lane. Who goes through them one after the other meets a queue that comes to be well once more, and one that
    /// comes to fail not again.
    pub const ALL: [Self; 4] = [
        Self { channel: DeliveryChannel::Webhook, is_failing: true },
        Self { channel: DeliveryChannel::Mail, is_failing: true },
        Self { channel: DeliveryChannel::Webhook, is_failing: false },
        Self { channel: DeliveryChannel::Mail, is_failing: false },
    ];
}

/// An endpoint, as its queue knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// The id of the service whose mailbox it is, or of the webhook.
    pub id: String,
    /// By which way it is told.
    pub channel: DeliveryChannel,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Since when it has taken nothing; `None` while it does.
    pub failing_since: Option<Timestamp>,
}

/// One attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// What came of it.
    pub result: AttemptResult,
    /// The status with which a webhook answered.
    pub http_status: Option<u16>,
    /// How long it took, in milliseconds.
    pub duration_milliseconds: i64,
}

/// Something that the recipient of a referral was told, or is to be, as the sender reads it: whether it got there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// By which way.
    pub channel: DeliveryChannel,
    /// What it says.
    pub kind: DeliveryKind,
    /// How far it is.
    pub status: DeliveryStatus,
    /// How often it was tried.
    pub attempts: i64,
    /// What came of the last attempt; `None` before the first.
    pub result: Option<AttemptResult>,
    /// When it was tried last; before, when it was listed.
    pub at: Timestamp,
}

/// What is to become of something after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequel {
    /// Nothing more: the endpoint has it.
    Delivered,
    /// It is tried again at this time.
    TriedAgain(Timestamp),
    /// It was not tried at all, and is asked about again at this time.
    PutOff(Timestamp),
    /// It holds no longer, or is not to be sent.
    Dropped,
    /// It was tried for as long as anything is, or can never arrive.
    GivenUp,
}

impl Sequel {
    /// What follows of an attempt. `failures` counts this one.
    pub fn of(
        result: AttemptResult,
        failures: usize,
        now: Timestamp,
        retry_after_seconds: Option<i64>,
        chance: u32,
    ) -> Self {
        match result {
            AttemptResult::Taken => Self::Delivered,
            AttemptResult::Past | AttemptResult::NotWanted | AttemptResult::NoAddress => Self::Dropped,
            AttemptResult::Rejected | AttemptResult::Gone => Self::GivenUp,
            // Asked about again every hour, and no attempt: a project that works again tells what has waited.
            AttemptResult::Stopped => Self::PutOff(now.plus_hours(1)),
            _ => next_attempt_at(failures, now, retry_after_seconds, chance).map_or(Self::GivenUp, Self::TriedAgain),
        }
    }

    /// How far it is then.
    pub const fn status(self) -> DeliveryStatus {
        match self {
            Self::Delivered => DeliveryStatus::Delivered,
            Self::TriedAgain(_) | Self::PutOff(_) => DeliveryStatus::Waiting,
            Self::Dropped => DeliveryStatus::Dropped,
            Self::GivenUp => DeliveryStatus::GivenUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
    }

    #[test]
    fn it_is_tried_for_a_day_and_a_bit_and_then_given_up() {
        let wait = |failures| {
            next_attempt_at(failures, now(), None, 0).map(|at| (at.microseconds() - now().microseconds()) / 1_000_000)
        };
        let waits: Vec<_> = (0..9).map(wait).collect();
        let expected =
            [None, Some(5), Some(300), Some(1_800), Some(7_200), Some(18_000), Some(36_000), Some(36_000), None];
        assert_eq!(waits, expected);
        assert_eq!(SCHEDULE_SECONDS.iter().sum::<i64>(), 99_305, "about 27.6 hours, and no less by chance");
    }

    #[test]
    fn chance_puts_it_off_by_a_fifth_at_most_and_never_brings_it_forward() {
        let milliseconds = |chance| {
            let at = next_attempt_at(2, now(), None, chance).expect("it is tried again");
            (at.microseconds() - now().microseconds()) / 1_000
        };
        assert_eq!((milliseconds(0), milliseconds(100), milliseconds(200)), (300_000, 330_000, 360_000));
        assert!((0..2_000).map(milliseconds).all(|wait| (300_000..=360_000).contains(&wait)));
    }

    #[test]
    fn an_endpoint_puts_it_off_to_twice_the_time_at_most() {
        let seconds = |asked| {
            let at = next_attempt_at(2, now(), Some(asked), 0).expect("it is tried again");
            (at.microseconds() - now().microseconds()) / 1_000_000
        };
        for (asked, expected) in [(-1, 300), (0, 300), (450, 450), (3_600, 600), (1_000_000_000_000, 600)] {
            assert_eq!(seconds(asked), expected, "{asked}");
        }
    }

    #[test]
    fn what_happened_once_is_listed_once_and_tells_each_endpoint_by_another_id() {
        let told =
            |queue: &str, sequence| Delivery::new(queue, DeliveryKind::ReferralChanged, ("ref_1", sequence), now()).id;
        assert_eq!(told("whk_1", 2), told("whk_1", 2));
        assert_ne!(told("whk_1", 2), told("whk_2", 2));
        assert_ne!(told("whk_1", 2), told("whk_1", 3));
    }

    #[test]
    fn every_end_is_the_same_to_who_is_told() {
        for status in Status::ALL.iter().filter(|status| status.is_terminal()) {
            assert_eq!(DeliveryKind::of_change(Event::Cancel, *status), Some(DeliveryKind::ReferralClosed), "{status}");
        }
        assert_eq!(DeliveryKind::of_change(Event::Create, Status::Draft), None);
    }

    #[test]
    fn only_what_may_still_arrive_is_tried_again() {
        for result in AttemptResult::ALL {
            let sequel = Sequel::of(*result, 1, now(), None, 0);
            let is_again = matches!(sequel, Sequel::TriedAgain(_));
            use AttemptResult::{Fault, Forbidden, NotEncrypted, Redirected, Refused, TimedOut, Unreachable};
            let expected = [Fault, Forbidden, NotEncrypted, Redirected, Refused, TimedOut, Unreachable];
            assert_eq!(is_again, expected.contains(result), "{result}");
        }
    }
}
