//! Erasing a case, in steps that each can be done again: it is decided, its units are written into the ledger
//! and their keys destroyed, its rows go. Whatever stops the process in between, the next run finishes.

use super::retention::by_the_house;
use super::{ActionError, Context};
use crate::domain::audit::AuditAction;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{CaseId, ProjectId};
use crate::domain::retention::{Standstill, standstill};
use crate::domain::time::Timestamp;

/// What became of a case that a clock had found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Erasure {
    /// It is gone.
    Erased,
    /// Its clocks stand still.
    StandsStill(Standstill),
    /// It is not due: somebody was in contact meanwhile, or it is gone already.
    NotDue,
}

/// Erases a case unless somebody has been in contact since `before`. What speaks against it is read under a
/// lock: a hold that comes a moment later finds no case any more.
pub(super) async fn erase_case(context: &Context, id: CaseId, before: Timestamp) -> Result<Erasure, ActionError> {
    let now = context.now();
    let decided = context.store.write(async |tx| {
        if !tx.lock_case(id).await? {
            return Ok(Err(Erasure::NotDue));
        }
        let is_held = tx.is_held(id).await?;
        let Some(case) = tx.find_stale_case(id, before).await? else { return Ok(Err(Erasure::NotDue)) };
        if let Some(reason) = standstill(&case, is_held) {
            return Ok(Err(Erasure::StandsStill(reason)));
        }
        tx.decide_erasure(id, now).await?;
        Ok::<_, ActionError>(Ok(case.project_id))
    });
    match decided.await? {
        Ok(project_id) => finish(context, id, project_id).await.map(|()| Erasure::Erased),
        Err(kept) => Ok(kept),
    }
}

/// Finishes what was decided: the ledger and the keys first, so that a row that outlives them opens with
/// nothing; then the rows.
pub(super) async fn finish(context: &Context, case: CaseId, project_id: ProjectId) -> Result<(), ActionError> {
    let referrals = context.store.list_referrals_to_erase(case).await?;
    let mut units = vec![ErasureUnit::Case(case)];
    units.extend(referrals.into_iter().map(ErasureUnit::Referral));
    context.store.shred(&units, context.now()).await?;
    let event = by_the_house(context.now(), project_id, AuditAction::CaseErased, case.to_string());
    let erased = context.store.write(async |tx| {
        if tx.erase_case_rows(case).await? {
            tx.append_audit(std::slice::from_ref(&event)).await?;
        }
        Ok(())
    });
    erased.await
}
