//! What is due of an offer by itself: its one job reminds, ends it, and makes unreadable what it told of the person.

use super::Doing;
use super::acts::save;
use crate::actions::jobs::Outcome;
use crate::actions::retention::by_the_house;
use crate::actions::{ActionError, Context, outbox};
use crate::domain::account::Role;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::erasure::ErasureUnit;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{Identifier as _, PartnerOfferId};
use crate::domain::job::{JobKind, name_of};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::partner_offer::{OfferDue, PartnerOffer};
use crate::domain::time::Timestamp;
use crate::store::Tx;

/// Hours after which an offer to a frozen project asks again.
const FROZEN_HOURS: i64 = 1;

/// Lists when something is due of an offer next: of one that has ended at once, because what it told is to go.
pub(super) async fn list(tx: &mut Tx, offer: &PartnerOffer, now: Timestamp) -> Result<(), ActionError> {
    let due_at = offer.due(&[], now).map_or(now, |(_, at)| at);
    let name = name_of(JobKind::PartnerOffer, &offer.id.to_string());
    Ok(tx.move_job(&name, JobKind::PartnerOffer, due_at).await?)
}

/// What a run of the job comes to.
enum Next {
    Waits(Timestamp),
    Ended,
    Gone,
}

/// The run of the job of an offer. It asks the domain again, so that a second run changes nothing.
pub(in crate::actions) async fn fire_as_job(context: &Context, object: &str) -> Result<Outcome, ActionError> {
    let Ok(id) = PartnerOfferId::parse(object) else { return Ok(Outcome::Over) };
    let now = context.now();
    let next = context.store.write(async |tx| {
        let Some(offer) = tx.lock_partner_offer(id).await? else { return Ok(Next::Gone) };
        let Some(project) = tx.find_project(offer.project_id).await? else { return Ok(Next::Gone) };
        let freezes = tx.list_freezes_of_project(project.id).await?;
        match offer.due(&freezes, now) {
            None => Ok(Next::Ended),
            Some(_) if project.status != ProjectStatus::Active => Ok(Next::Waits(now.plus_hours(FROZEN_HOURS))),
            Some((due, at)) if at <= now => {
                let after = fire(context, tx, due, offer).await?;
                Ok(after.due(&freezes, now).map_or(Next::Ended, |(_, at)| Next::Waits(at)))
            }
            Some((_, at)) => Ok::<_, ActionError>(Next::Waits(at)),
        }
    });
    match next.await? {
        Next::Waits(until) => Ok(Outcome::Waits(until)),
        Next::Ended => {
            context.store.shred(&[ErasureUnit::PartnerOffer(id)], now).await?;
            Ok(Outcome::Over)
        }
        Next::Gone => Ok(Outcome::Over),
    }
}

/// Does what is due: the state, the notices, the audit event.
async fn fire(context: &Context, tx: &mut Tx, due: OfferDue, offer: PartnerOffer) -> Result<PartnerOffer, ActionError> {
    let doing = Doing { context, actor: None, now: context.now() };
    let after = offer.after(due, doing.now);
    save(tx, &after, doing.now).await?;
    let kind = if due == OfferDue::Remind { NoticeKind::OfferWaits } else { NoticeKind::OfferEnded };
    doing.tell_team(tx, &after, kind).await?;
    let lead = [Addressee::OfProject(after.project_id, Role::Coordinator)];
    doing.notify(&after, kind, doing.now).send(tx, &lead).await?;
    let is_over = due != OfferDue::Remind;
    if is_over {
        doing.tell_partner(tx, &after, kind).await?;
    }
    outbox::announce_offer(tx, &after, is_over, doing.now).await?;
    let event = by_the_house(doing.now, after.project_id, AuditAction::OfferDue, after.id.to_string());
    tx.append_audit(&[AuditEvent { fields: vec!["status"], ..event }]).await?;
    Ok(after)
}
