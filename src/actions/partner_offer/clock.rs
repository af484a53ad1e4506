//! What is due of an offer by itself: its one job reminds, ends it, and makes unreadable what it told of the person.

use super::Doing;
use crate::actions::jobs::Outcome;
use crate::actions::retention::by_the_house;
use crate::actions::{ActionError, Context, outbox};
use crate::domain::account::Role;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::erasure::ErasureUnit;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{Identifier as _, PartnerOfferId};
use crate::domain::job::{JobKind, JobResult, name_of};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::partner_offer::{OfferDue, PartnerOffer};
use crate::domain::time::Timestamp;
use crate::store::{Leased, NextRun, Tx};

/// Hours after which an offer to a frozen project asks again.
const FROZEN_HOURS: i64 = 1;

/// Lists when something is due of an offer next: of one that has ended at once, because what it told is to go. Once a freeze
/// has moved it, the job finds that it is not due yet.
pub(super) async fn list(tx: &mut Tx, offer: &PartnerOffer, now: Timestamp) -> Result<(), ActionError> {
    let due_at = offer.due(&[], now).map_or(now, |(_, at)| at);
    let name = name_of(JobKind::PartnerOffer, &offer.id.to_string());
    Ok(tx.move_job(&name, JobKind::PartnerOffer, due_at).await?)
}

/// The run of the job of an offer. It asks the domain again in the transaction in which it acts, and gives its lease back in
/// the same commit, so that a second run changes nothing, and what an act has made due meanwhile stays due.
pub(in crate::actions) async fn fire_as_job(context: &Context, leased: &Leased) -> Result<Outcome, ActionError> {
    let Ok(id) = PartnerOfferId::parse(leased.job.object()) else { return Ok(Outcome::Over) };
    let now = context.now();
    let has_ended = context.store.write(async |tx| {
        let Some(offer) = tx.lock_partner_offer(id).await? else { return Ok(true) };
        let Some(project) = tx.find_project(offer.project_id).await? else { return Ok(true) };
        let freezes = tx.list_freezes_of_project(project.id).await?;
        let Some((due, at)) = offer.due(&freezes, now) else { return Ok(true) };
        let is_at_work = project.status == ProjectStatus::Active;
        let is_due = is_at_work && at <= now;
        let after = if is_due { offer.clone().after(due, now) } else { offer };
        let next = match after.due(&freezes, now) {
            _ if !is_at_work => now.plus_hours(FROZEN_HOURS),
            Some((_, at)) => at,
            // What it told of the person goes by the next run.
            None => now,
        };
        let result = if is_due { JobResult::Done } else { JobResult::Waits };
        if tx.settle_job(leased, NextRun::At(next), result, Some(now)).await? && is_due {
            fire(context, tx, due, &after).await?;
        }
        Ok::<_, ActionError>(false)
    });
    if !has_ended.await? {
        return Ok(Outcome::Settled(JobResult::Done));
    }
    context.store.shred(&[ErasureUnit::PartnerOffer(id)], now).await?;
    Ok(Outcome::Over)
}

/// Does what is due: the state, the notices, the audit event.
async fn fire(context: &Context, tx: &mut Tx, due: OfferDue, after: &PartnerOffer) -> Result<(), ActionError> {
    let doing = Doing { context, actor: None, now: context.now() };
    tx.update_partner_offer(after).await?;
    let kind = if due == OfferDue::Remind { NoticeKind::OfferWaits } else { NoticeKind::OfferEnded };
    doing.tell_team(tx, after, kind).await?;
    let lead = [Addressee::OfProject(after.project_id, Role::Coordinator)];
    doing.notify(after, kind, doing.now).send(tx, &lead).await?;
    let is_over = due != OfferDue::Remind;
    if is_over {
        doing.tell_partner(tx, after, kind).await?;
    }
    outbox::announce_offer(tx, after, is_over, doing.now).await?;
    let event = by_the_house(doing.now, after.project_id, AuditAction::OfferDue, after.id.to_string());
    Ok(tx.append_audit(&[AuditEvent { fields: vec!["status"], ..event }]).await?)
}
