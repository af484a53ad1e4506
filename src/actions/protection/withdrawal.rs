//! Ending what a person no longer wants, what the sender no longer needs, and what should never have been.
//!
//! Invariant: nothing blocks a withdrawal (P-07): no version, no state, no frozen project, no lapsed consent; and
//! nobody is asked why. It takes the same lock as a sending, so that of the two the later one knows the earlier.

use super::overrides::{take_back_refused, tell_taken_back};
use super::project::leaders_of;
use super::{Notify, deletion};
use crate::actions::disclosure::act;
use crate::actions::erasure::{Shredding, decide_shredding, shred_referral};
use crate::actions::referral::{Actor, Target, audit, decide, find_for_change, settle, write};
use crate::actions::{ActionError, Context, consent, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::consent::{Consent, ConsentBasis};
use crate::domain::demand::{DemandResult, effect_of};
use crate::domain::id::{CaseId, ConsentId, OrganizationId};
use crate::domain::lifecycle::Party;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{CancelReason, Command, ErrorReason, Referral};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::person_view::ConsentView;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Withdraws a consent, and with it every open referral that rests on it. Withdrawn again, it stays as it is.
pub async fn withdraw(context: &Context, access: &Access, id: ConsentId) -> Result<Visible<ConsentView>, ActionError> {
    let account = permit(access, Action::WithdrawConsent)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let consent = tx.lock_consent(&access.scope(), id).await?.ok_or(ActionError::NotVisible)?;
            end_withdrawn(context, tx, access, account, &consent, now).await
        })
        .await?;
    consent::find(context, access, id).await
}

/// Withdraws what lets anybody be told of a case, or only these organisations where some are named: the person says it once,
/// and not for each consent. What the law orders stays.
pub async fn withdraw_for_case(
    context: &Context,
    access: &Access,
    case: CaseId,
    named: Option<&[OrganizationId]>,
) -> Result<(), ActionError> {
    let account = permit(access, Action::WithdrawConsent)?;
    let now = context.now();
    context
        .store
        .write(async |tx| {
            let case = tx.find_case(&access.scope(), case).await?.ok_or_else(|| hidden(access, case))?;
            let told: Vec<OrganizationId> = match named {
                Some(named) => named.to_vec(),
                None => {
                    let consents = tx.lock_consents_of_case(&access.scope(), case.id).await?;
                    consents.iter().map(|consent| consent.recipient_id).collect()
                }
            };
            withdraw_from(context, tx, access, account, (case.id, &told), now).await
        })
        .await
}

/// Withdraws whatever lets these organisations be told of a case: whom a person refuses in a conversation she takes back
/// from what she had agreed to before.
pub(in crate::actions) async fn withdraw_from(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    account: &Account,
    (case, refused): (CaseId, &[OrganizationId]),
    now: Timestamp,
) -> Result<(), ActionError> {
    let mut taken_back = tx.lock_consents_of_case(&access.scope(), case).await?;
    // What the law orders is not hers to take back, and waits for nobody's word.
    let is_hers = |consent: &Consent| consent.basis != ConsentBasis::LegalDuty;
    taken_back.retain(|consent| refused.contains(&consent.recipient_id) && is_hers(consent));
    // All rounds and referrals before any case, need or trail, as everywhere.
    for consent in &taken_back {
        tx.lock_rounds_on(consent.id).await?;
    }
    for consent in &taken_back {
        tx.lock_open_referrals_on(consent.id).await?;
    }
    let mut overrides = Vec::new();
    for recipient in refused {
        overrides.extend(take_back_refused(tx, access, case, *recipient, now).await?);
    }
    for consent in &taken_back {
        end_withdrawn(context, tx, access, account, consent, now).await?;
    }
    tell_taken_back(context, tx, access, &overrides, now).await
}

async fn end_withdrawn(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    account: &Account,
    consent: &Consent,
    now: Timestamp,
) -> Result<(), ActionError> {
    let id = consent.id;
    if !tx.withdraw_consent(id, now).await? {
        return Ok(());
    }
    tx.end_override_on(id, now).await?;
    end_open_referrals(context, tx, access, account, id, Some(DemandResult::PersonDeclined), now).await?;
    tx.purge_messages_on(id).await?;
    tx.touch_case(consent.case_id, now).await?;
    let notify = Notify {
        kind: NoticeKind::ConsentWithdrawn,
        object: id.to_string(),
        actor_id: Some(account.id),
        at: now,
        context,
    };
    notify.send(tx, &[Addressee::Team(consent.team_id)]).await?;
    let event = AuditEvent {
        project_id: Some(consent.project_id),
        consent_id: Some(id),
        ..act(access, now, AuditAction::ConsentWithdrawn, consent.case_id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}

/// Ends every open referral on what carried it, and asks its recipient to delete. `demand` is what that makes of the
/// need; without one it stays as it is.
pub(super) async fn end_open_referrals(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    account: &Account,
    consent: ConsentId,
    demand: Option<DemandResult>,
    now: Timestamp,
) -> Result<(), ActionError> {
    let purpose = if demand.is_some() { AuditPurpose::PersonRequest } else { AuditPurpose::Protection };
    tx.lock_rounds_on(consent).await?;
    let mut ended = Vec::new();
    for referral in tx.lock_open_referrals_on(consent).await? {
        let change = decide(access, &referral, &Command::WithdrawConsent, Party::Sender, now)?;
        let changed = write(tx, &Actor::of(Party::Sender, account), referral, &change).await?;
        if let Some(result) = demand {
            tx.settle_demand(changed.id, result).await?;
        }
        ended.push(changed);
    }
    // The case before the trail, as everywhere: of two acts on one case the later waits for the earlier, and not around it.
    if let Some(first) = ended.first() {
        tx.touch_case(first.case_id, now).await?;
    }
    for changed in ended {
        deletion::ask(context, tx, access, &changed, now).await?;
        audit(tx, access, &changed, purpose).await?;
    }
    Ok(())
}

/// How a sender or a coordinator closes a referral.
#[derive(Clone, Copy, Debug)]
pub enum Closing {
    /// It is not wanted any more.
    Cancel(CancelReason),
    /// It should never have been: its content is purged and a tombstone stays.
    MarkError(ErrorReason),
}

/// Closes a referral from the sending side. A frozen project may close too: it takes away, and tells nothing.
pub async fn close(
    context: &Context,
    access: &Access,
    target: Target,
    closing: Closing,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::CloseReferral)?;
    let now = context.now();
    let command = match closing {
        Closing::Cancel(reason) => Command::Cancel { reason },
        Closing::MarkError(reason) => Command::MarkError { reason },
    };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Coordinator).await?;
            let party = match access.relation_to_referral(&referral) {
                Relation::Team => Party::Sender,
                _ => Party::Coordinator,
            };
            let was_closed = referral.status.is_terminal();
            let change = decide(access, &referral, &command, party, now)?;
            let changed = write(tx, &Actor::of(party, account), referral, &change).await?;
            match (closing, effect_of(&change)) {
                (Closing::Cancel(_), Some(result)) => tx.settle_demand(changed.id, result).await?,
                (Closing::Cancel(_), None) => {}
                (Closing::MarkError(_), _) => tx.delete_demand_of(changed.id).await?,
            }
            tx.touch_case(changed.case_id, now).await?;
            if !was_closed {
                deletion::ask(context, tx, access, &changed, now).await?;
            }
            tell(context, tx, account, &changed, now).await?;
            let shredding = match closing {
                Closing::Cancel(_) => None,
                Closing::MarkError(_) => Some(decide_shredding(tx, changed.id, changed.case_id, now).await?),
            };
            let purpose = if party == Party::Coordinator { AuditPurpose::Coordination } else { AuditPurpose::Care };
            audit(tx, access, &changed, purpose).await?;
            Ok::<_, ActionError>(shredding)
        })
        .await;
    if matches!(written, Ok(Some(Shredding::Now)))
        && let Err(error) = shred_referral(context, target.id).await
    {
        // The mark stands, and so does the job that does it again.
        tracing::error!(%error, "what was entered in error can still be read; trying again");
    }
    settle(context, access, target, written.map(drop)).await
}

async fn tell(
    context: &Context,
    tx: &mut Tx,
    account: &Account,
    closed: &Referral,
    now: Timestamp,
) -> Result<(), ActionError> {
    let project = tx.find_project(closed.project_id).await?;
    let mut to = vec![Addressee::Team(closed.team_id)];
    to.extend(project.iter().flat_map(leaders_of));
    let notify = Notify {
        kind: NoticeKind::ReferralClosed,
        object: closed.id.to_string(),
        actor_id: Some(account.id),
        at: now,
        context,
    };
    notify.send(tx, &to).await
}
