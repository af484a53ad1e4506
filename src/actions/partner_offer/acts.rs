//! What both sides do with an offer: the team accepts, declines and says what came of it, the partner takes it back.

use super::{Doing, clock, find};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context, disclosure, hidden, outbox};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::id::PartnerOfferId;
use crate::domain::notice::NoticeKind;
use crate::domain::partner_offer::{OfferAct, PartnerOffer};
use crate::domain::refusal::Refusal;
use crate::domain::revocation::Revocation;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, StoreError, Tx};

/// Which offer, and the version on which the caller decided.
#[derive(Clone, Copy, Debug)]
pub struct OfferTarget {
    /// The offer.
    pub id: PartnerOfferId,
    /// The version that the caller has read.
    pub expected_version: i64,
}

/// Does something with an offer, for the side whose act it is.
pub async fn act(
    context: &Context,
    access: &Access,
    target: OfferTarget,
    act: OfferAct,
) -> Result<Visible<PartnerOfferView>, ActionError> {
    let (action, side) = match act {
        OfferAct::Withdraw => (Action::OfferPerson, Relation::Offering),
        _ => (Action::AnswerOffer, Relation::Team),
    };
    let account = permit(access, action)?;
    let doing = Doing { context, actor: Some(account.id), now: context.now() };
    let written = context
        .store
        .write(async |tx| {
            let found = tx.find_partner_offer(&access.scope(), target.id).await?;
            let offer = found.ok_or_else(|| hidden(access, target.id))?;
            if access.relation_to_offer(&offer) != side {
                return Err(ActionError::Forbidden);
            }
            if offer.version != target.expected_version {
                return Err(Refusal::Conflict { current_version: offer.version }.into());
            }
            require_project_at_work(tx, Some(offer.project_id)).await?;
            let changed = offer.acted(act, doing.now)?;
            if act == OfferAct::Accept {
                tx.project_key(changed.project_id, KeyPurpose::Alias, context.chance.key()).await?;
            }
            save(tx, &changed, doing.now).await?;
            match act {
                OfferAct::Withdraw => doing.tell_team(tx, &changed, NoticeKind::OfferEnded).await?,
                OfferAct::Complete(_) => doing.tell_partner(tx, &changed, NoticeKind::OfferEnded).await?,
                _ => doing.tell_partner(tx, &changed, NoticeKind::OfferAnswered).await?,
            }
            outbox::announce_offer(tx, &changed, side == Relation::Team, doing.now).await?;
            let event = disclosure::act(access, doing.now, AuditAction::OfferChanged, changed.id.to_string());
            let event = AuditEvent { project_id: Some(changed.project_id), fields: vec!["status"], ..event };
            Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
        })
        .await;
    match written {
        Err(ActionError::Internal(cause)) if matches!(cause.downcast_ref(), Some(StoreError::Stale)) => {
            let current = find(context, access, target.id).await?;
            Err(Refusal::Conflict { current_version: current.version }.into())
        }
        written => {
            written?;
            find(context, access, target.id).await
        }
    }
}

/// Writes an offer's next version, and when something is due of it next.
pub(super) async fn save(tx: &mut Tx, offer: &PartnerOffer, now: Timestamp) -> Result<(), ActionError> {
    tx.update_partner_offer(offer).await?;
    clock::list(tx, offer, now).await
}

/// Ends what a revoked partner has offered and the project has not answered, in the commit of the revocation. What was
/// accepted stays with the team, which has the person by then.
pub(in crate::actions) async fn end_with(
    context: &Context,
    tx: &mut Tx,
    revocation: &Revocation,
) -> Result<(), ActionError> {
    let doing = Doing { context, actor: revocation.revoked_by, now: revocation.revoked_at };
    for offer in tx.lock_waiting_offers_of(revocation.organization_id, revocation.project_id).await? {
        let ended = offer.acted(OfferAct::Withdraw, doing.now)?;
        save(tx, &ended, doing.now).await?;
        doing.tell_team(tx, &ended, NoticeKind::OfferEnded).await?;
        outbox::announce_offer(tx, &ended, false, doing.now).await?;
    }
    Ok(())
}
