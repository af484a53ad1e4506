//! Work that is due at a time and done by whichever node takes its lease first.
//!
//! Invariant: a job that fires asks again whether there is something to do, so that a late or a double
//! run changes nothing. To add a kind: its code here, its row of [`PERIODIC`] when it comes back, its
//! arm in `actions::jobs`.

use super::code::code_list;
use super::time::Timestamp;

code_list! {
    /// What a job does.
    JobKind {
        AuditHeads = "audit_heads": "signs the heads of the audit trail that are due",
        Retention = "retention": "ends what has been kept for as long as it may be",
    }
}

code_list! {
    /// What the last run of a job came to.
    JobResult {
        Done = "done": "it was done",
        Refused = "refused": "it waits for somebody to confirm the clock",
        Failed = "failed": "it failed, and is tried again",
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
];

/// The row of a kind that comes back.
pub fn periodic(kind: JobKind) -> Option<&'static Periodic> {
    PERIODIC.iter().find(|periodic| periodic.kind == kind)
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

#[cfg(test)]
mod tests {
    use super::*;

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
