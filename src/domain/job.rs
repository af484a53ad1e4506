//! Work that is due at a time and done by whichever node takes its lease first.
//!
//! Invariant: a job that fires asks again whether there is something to do, so that a late or a double
//! run changes nothing. To add a kind: its code here, its row of [`PERIODIC`] when it comes back or
//! of [`ONCE`] when it is done once for an object, its arm in `actions::jobs`.

use super::code::code_list;
use super::time::Timestamp;

code_list! {
    /// What a job does.
    JobKind {
        AuditHeads = "audit_heads": "signs the heads of the audit trail that are due",
        Retention = "retention": "ends what has been kept for as long as it may be",
        ReferralShred = "referral_shred": "makes unreadable what was entered in error",
        GlassReview = "glass_review": "tells who leads a project that a broken glass has waited too long for its review",
        AnsweringFigures = "answering_figures": "counts how partners answered, once a month is over",
        ReferralTimer = "referral_timer": "does what is due of a referral by itself",
        PartnerRevocation = "partner_revocation": "finishes what the revocation of a partner takes away",
        PartnerOffer = "partner_offer": "does what is due of a partner's offer by itself",
    }
}

code_list! {
    /// What the last run of a job came to.
    JobResult {
        Done = "done": "it was done",
        Refused = "refused": "it waits for somebody to confirm the clock",
        Failed = "failed": "it failed, and is tried again",
        Waits = "waits": "its time has not come, and it asks again later",
    }
}

/// A kind of work that comes back.
#[derive(Clone, Copy, Debug)]
pub struct Periodic {
    /// What is done; its code is the job's name.
    pub kind: JobKind,
    /// Seconds from one run to the next.
    pub every_seconds: i64,
    /// Seconds after which another node takes the work of one that fell silent.
    pub lease_seconds: i64,
}

/// Everything that comes back.
pub const PERIODIC: &[Periodic] = &[
    Periodic { kind: JobKind::AuditHeads, every_seconds: 60, lease_seconds: 60 },
    Periodic { kind: JobKind::Retention, every_seconds: 3600, lease_seconds: 1800 },
    // Once a month: it names its next time itself, and this is how often it is tried again while it fails.
    Periodic { kind: JobKind::AnsweringFigures, every_seconds: 3600, lease_seconds: 1800 },
];

/// A kind of work that is done once for each object that it is about. Its job is listed in the commit of the act
/// that makes it due, so that neither is there without the other.
#[derive(Clone, Copy, Debug)]
pub struct Once {
    /// What is done.
    pub kind: JobKind,
    /// Seconds after which another node takes the work of one that fell silent.
    pub lease_seconds: i64,
    /// Most seconds from one try to the next while it fails or has to wait.
    pub wait_seconds: i64,
}

/// Everything that is done once.
pub const ONCE: &[Once] = &[
    Once { kind: JobKind::ReferralShred, lease_seconds: 300, wait_seconds: 3600 },
    Once { kind: JobKind::GlassReview, lease_seconds: 300, wait_seconds: 3600 },
    Once { kind: JobKind::ReferralTimer, lease_seconds: 300, wait_seconds: 3600 },
    Once { kind: JobKind::PartnerRevocation, lease_seconds: 300, wait_seconds: 3600 },
    Once { kind: JobKind::PartnerOffer, lease_seconds: 300, wait_seconds: 3600 },
];

/// The name of the job that does this for an object: the same work is never listed twice.
pub fn name_of(kind: JobKind, object: &str) -> String {
    format!("{kind} {object}")
}

/// Seconds until a job that has failed this many times in a row is tried again: one minute, then twice
/// as long each time, never longer than its period.
pub fn back_off_seconds(failures: i64, every_seconds: i64) -> i64 {
    let doublings = failures.clamp(1, 20) - 1;
    every_seconds.min(60 << doublings)
}

/// One job, as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What it is: the code of a kind that comes back, or a kind and the object that it is about.
    pub name: String,
    /// What it does.
    pub kind: JobKind,
    /// When it is due.
    pub due_at: Timestamp,
    /// How often it was taken since it last ended well.
    pub attempts: i64,
    /// What its last run came to.
    pub last_result: Option<JobResult>,
    /// When it last ended well.
    pub last_done_at: Option<Timestamp>,
}

impl Job {
    /// The object that it is about; empty for what comes back.
    pub fn object(&self) -> &str {
        self.name.split_once(' ').map_or("", |(_, object)| object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;

    #[test]
    fn every_kind_comes_back_or_is_done_once() {
        for kind in JobKind::ALL {
            let periodic = PERIODIC.iter().filter(|periodic| periodic.kind == *kind).count();
            let once = ONCE.iter().filter(|once| once.kind == *kind).count();
            assert_eq!(periodic + once, 1, "{kind}");
        }
    }

    #[test]
    fn a_job_is_named_by_its_kind_and_its_object() {
        let job = |name: &str| Job {
            name: name.to_owned(),
            kind: JobKind::GlassReview,
            due_at: Timestamp::from_microseconds(0),
            attempts: 0,
            last_result: None,
            last_done_at: None,
        };
        assert_eq!(job(&name_of(JobKind::GlassReview, "gls_1")).object(), "gls_1");
        assert_eq!(job("retention").object(), "");
    }

    #[test]
    fn a_failing_job_is_tried_ever_more_seldom_but_once_a_period() {
        let waits: Vec<i64> = (0..9).map(|failures| back_off_seconds(failures, 3600)).collect();
        assert_eq!(waits, [60, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(back_off_seconds(1, 30), 30, "what comes back sooner is tried at its own pace");
        assert_eq!(back_off_seconds(i64::MAX, 3600), 3600);
    }

    #[test]
    fn a_lease_ends_before_the_next_run_but_one() {
        for row in PERIODIC {
            assert!(row.lease_seconds > 0 && row.lease_seconds <= row.every_seconds, "{}", row.kind);
        }
    }
}
