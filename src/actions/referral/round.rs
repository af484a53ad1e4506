//! Putting one need to several services at once: the first to accept has it, and the others are closed.
//!
//! Locks are taken in one order everywhere: the round, its referrals, the need, the case, the trail.

use super::send::SendDeclarations;
use super::write::{Actor, audit, write};
use super::{Sender, Target, find, find_for_change};
use crate::actions::disclosure::act;
use crate::actions::idempotency::Create;
use crate::actions::protection::deletion;
use crate::actions::{ActionError, Context, hidden, referral_facts};
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::id::{ReferralId, RoundId};
use crate::domain::lifecycle::Status;
use crate::domain::referral::{Channel, Command, Referral, check_round};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{StoreError, Tx};

/// Drafts of the largest round.
const MOST_DRAFTS: usize = 3;

/// What offering to the first who accepts takes.
#[derive(Clone, Hash)]
pub struct OfferToFirst {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The drafts, with the versions that the caller has read.
    pub drafts: Vec<(ReferralId, i64)>,
    /// Every recipient was called first.
    pub phone_called: bool,
    /// Sent in spite of full services or unknown capacities.
    pub capacity_confirmed: bool,
}

/// Sends the drafts as one round: all of them, or none.
pub async fn offer_to_first(
    context: &Context,
    access: &Access,
    input: OfferToFirst,
) -> Result<Vec<Visible<ReferralView>>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let create = Create::new(account, &input.idempotency_key, "referral_offer_to_first", &input)?;
    let round: RoundId = context.fresh_id();
    let sender = Sender { context, access, account, now: context.now() };
    let offered = create.once(context, round, async |tx| send_round(&sender, tx, &input, round).await).await;
    if let Err(ActionError::Internal(cause)) = &offered
        && matches!(cause.downcast_ref(), Some(StoreError::Stale))
    {
        return Err(changed_meanwhile(context, access, &input).await?);
    }
    let referrals = context.store.list_round(&access.scope(), offered?).await?;
    let views = referral_facts::show(context, access, &referrals).await?;
    if views.is_empty() { Err(hidden(access, round)) } else { Ok(views) }
}

async fn send_round(
    sender: &Sender<'_>,
    tx: &mut Tx,
    input: &OfferToFirst,
    round: RoundId,
) -> Result<AuditEvent, ActionError> {
    let Sender { access, now, .. } = *sender;
    let declared = SendDeclarations {
        channel: Channel::Electronic,
        phone_called: input.phone_called,
        capacity_confirmed: input.capacity_confirmed,
    };
    if input.drafts.len() > MOST_DRAFTS {
        return Err(Refusal::input("referrals", InputProblem::RoundSize).into());
    }
    // In one order, so that two rounds of the same drafts wait for each other and not around each other.
    let mut targets: Vec<Target> = input
        .drafts
        .iter()
        .map(|(id, expected_version)| Target { id: *id, expected_version: *expected_version })
        .collect();
    targets.sort_by_key(|target| target.id);
    let mut drafts = Vec::new();
    for target in targets {
        drafts.push(find_for_change(tx, access, target, Relation::Team).await?);
    }
    check_round(&drafts)?;
    let mut sent = Vec::new();
    for draft in drafts {
        sent.push(sender.send_draft(tx, Referral { round_id: Some(round), ..draft }, declared).await?);
    }
    if let Some((case, first)) = sent.first() {
        tx.insert_round(round, case.id, first.project_id, now).await?;
        // One need, one record of it, whatever number of services is asked.
        sender.record_need(tx, case, first).await?;
        tx.touch_case(case.id, now).await?;
    }
    for (_, referral) in &sent {
        tx.join_round(referral.id, round).await?;
        audit(tx, access, referral, AuditPurpose::Care).await?;
    }
    let project_id = sent.first().map(|(_, referral)| referral.project_id);
    Ok(AuditEvent { project_id, ..act(access, now, AuditAction::RoundSent, round.to_string()) })
}

/// The conflict with somebody who committed first, by the version that one of the drafts has now.
async fn changed_meanwhile(
    context: &Context,
    access: &Access,
    input: &OfferToFirst,
) -> Result<ActionError, ActionError> {
    let mut current_version = 0;
    for (id, expected_version) in &input.drafts {
        let current = find(context, access, *id).await?.version;
        if current != *expected_version {
            current_version = current;
        }
    }
    Ok(Refusal::Conflict { current_version }.into())
}

/// After an acceptance in a round: it has the need, and what is undecided elsewhere is closed and asked to be deleted.
/// The caller has found the referral by [`find_for_change`], which locks its round. What is closed here is nobody's act:
/// nothing of it may stand among the acts of the recipient who has accepted.
pub(super) async fn close_others(context: &Context, tx: &mut Tx, changed: &Referral) -> Result<(), ActionError> {
    let Some(round) = changed.round_id.filter(|_| changed.status == Status::Accepted) else { return Ok(()) };
    let others = tx.lock_undecided_of_round(round, changed.id).await?;
    tx.win_round(round, changed.id).await?;
    tx.touch_case(changed.case_id, changed.status_at).await?;
    let actor = Actor::SYSTEM;
    for other in others {
        let change = other.decide(&Command::CloseAcceptedElsewhere, actor.party, changed.status_at)?;
        let closed = write(tx, &actor, other, &change).await?;
        deletion::ask_by_system(context, tx, &closed).await?;
        let event = AuditEvent {
            project_id: Some(closed.project_id),
            fields: vec!["status"],
            consent_id: Some(closed.consent_id),
            ..AuditEvent::of_operator(closed.status_at, AuditAction::ReferralChanged, closed.id.to_string())
        };
        tx.append_audit(&[event]).await?;
    }
    Ok(())
}
