//! Writing down what was refused (ASVS 16.3.2): acts that are not the viewer's, objects that are not there for
//! the viewer, and credentials that open nothing.
//!
//! Nobody may fill the disk by being refused: of one person's refusals ten a minute are written, and of all
//! unknown credentials together as many. An object's id is written only when there is such an object, so that
//! nothing typed stands in the trail; looking that up costs the same either way, so that nobody can tell by the
//! time that passes.

use super::disclosure::act;
use super::{ActionError, Context};
use crate::domain::audit::{AuditAction, AuditEvent, RefusalReason};
use crate::domain::code::CodeList;
use crate::domain::id::AccountId;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// So many refusals of one person are written in a minute.
const MOST_A_MINUTE: usize = 10;
const MICROSECONDS_PER_MINUTE: i64 = 60_000_000;

/// How many refusals of whom were written in this minute; nobody's are those of unknown credentials.
#[derive(Debug, Default)]
pub struct Counts(Mutex<(i64, HashMap<Option<AccountId>, usize>)>);

impl Counts {
    /// How many of so many may be written now; they count as written.
    fn admit(&self, who: Option<AccountId>, wanted: usize, now: Timestamp) -> usize {
        let minute = now.microseconds().div_euclid(MICROSECONDS_PER_MINUTE);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.0 != minute {
            *counts = (minute, HashMap::new());
        }
        let written = counts.1.entry(who).or_default();
        let admitted = wanted.min(MOST_A_MINUTE - *written);
        *written += admitted;
        admitted
    }
}

/// Writes down what this request was refused: objects that were not there for the viewer, and whether an act was
/// forbidden. A refusal tells nothing, so one that cannot be written down is logged and answered all the same.
pub async fn record(context: &Context, access: &Access, was_forbidden: bool) {
    let Some(account) = access.account() else { return };
    let mut refused: Vec<(RefusalReason, String)> =
        access.take_hidden().into_iter().map(|id| (RefusalReason::NotVisible, id)).collect();
    if was_forbidden {
        refused.push((RefusalReason::Forbidden, String::new()));
    }
    let now = context.now();
    refused.truncate(context.refusals.admit(Some(account.id), refused.len(), now));
    if refused.is_empty() {
        return;
    }
    let event = |reason: RefusalReason, object| AuditEvent {
        reason: Some(reason.code()),
        ..act(access, now, AuditAction::Refused, object)
    };
    let written = context
        .store
        .write(async |tx| {
            let mut events = Vec::new();
            for (reason, id) in &refused {
                let object = if tx.object_exists(id).await? { id.clone() } else { String::new() };
                events.push(event(*reason, object));
            }
            Ok::<_, ActionError>(tx.append_audit(&events).await?)
        })
        .await;
    tell(written);
}

/// Writes down that a credential opened nothing.
pub async fn record_failed_sign_in(context: &Context) {
    let now = context.now();
    if context.refusals.admit(None, 1, now) == 0 {
        return;
    }
    let event = AuditEvent {
        reason: Some(RefusalReason::SignInFailed.code()),
        ..AuditEvent::of_operator(now, AuditAction::Refused, String::new())
    };
    let append = async |tx: &mut crate::store::Tx| Ok::<_, ActionError>(tx.append_audit(&[event]).await?);
    tell(context.store.write(append).await);
}

fn tell(written: Result<(), ActionError>) {
    if let Err(error) = written {
        tracing::error!(%error, "a refusal could not be written into the audit trail");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Identifier;

    #[test]
    fn a_flood_of_refusals_is_cut_for_each_person_and_minute() {
        let counts = Counts::default();
        let (one, other) = (Some(AccountId::from_bytes([1; 16])), Some(AccountId::from_bytes([2; 16])));
        let now = Timestamp::from_microseconds(0);
        assert_eq!([counts.admit(one, 7, now), counts.admit(one, 7, now), counts.admit(one, 7, now)], [7, 3, 0]);
        assert_eq!((counts.admit(other, 1, now), counts.admit(None, 11, now), counts.admit(None, 1, now)), (1, 10, 0));
        let later = Timestamp::from_microseconds(MICROSECONDS_PER_MINUTE);
        assert_eq!(counts.admit(one, 20, later), 10);
    }
}
