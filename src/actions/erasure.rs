//! Erasing a case, in steps that each can be done again: it is decided, its units are written into the ledger
//! and their keys destroyed, its rows go. Whatever stops the process in between, the next run finishes.

use super::jobs::Outcome;
use super::retention::by_the_house;
use super::{ActionError, Context};
use crate::domain::audit::AuditAction;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{CaseId, Identifier as _, ProjectId, ReferralId};
use crate::domain::job::{JobKind, name_of};
use crate::domain::retention::{Standstill, standstill};
use crate::domain::time::Timestamp;
use crate::store::Tx;

/// Hours after which a referral of a held case is looked at again.
const HELD_HOURS: i64 = 1;

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

/// What becomes of the sealed content of a referral that was entered in error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shredding {
    /// It is made unreadable after the commit.
    Now,
    /// Its case is held (P-22): once the hold is lifted.
    Held,
}

/// Decides, in the commit that marks a referral as an error, that its content is made unreadable. The job does it
/// again when the process ends before [`shred_referral`] has. To be called once the case is locked.
pub(super) async fn decide_shredding(
    tx: &mut Tx,
    referral: ReferralId,
    case: CaseId,
    now: Timestamp,
) -> Result<Shredding, ActionError> {
    let (kind, name) = (JobKind::ReferralShred, name_of(JobKind::ReferralShred, &referral.to_string()));
    let is_held = tx.is_held(case).await?;
    let due_at = if is_held { now.plus_hours(HELD_HOURS) } else { now };
    tx.enlist_job(&name, kind, due_at).await?;
    Ok(if is_held { Shredding::Held } else { Shredding::Now })
}

/// Makes the content of a referral unreadable, as was decided; done again, it changes nothing.
pub(super) async fn shred_referral(context: &Context, referral: ReferralId) -> Result<(), ActionError> {
    context.store.shred(&[ErasureUnit::Referral(referral)], context.now()).await?;
    let name = name_of(JobKind::ReferralShred, &referral.to_string());
    context.store.write(async |tx| Ok(tx.end_job(&name).await?)).await
}

/// The run of the job, for whoever ended in between.
pub(super) async fn shred_as_job(context: &Context, referral: &str) -> Result<Outcome, ActionError> {
    let Ok(referral) = ReferralId::parse(referral) else { return Ok(Outcome::Over) };
    if context.store.is_referral_held(referral).await? {
        return Ok(Outcome::Waits(context.now().plus_hours(HELD_HOURS)));
    }
    context.store.shred(&[ErasureUnit::Referral(referral)], context.now()).await?;
    Ok(Outcome::Over)
}
