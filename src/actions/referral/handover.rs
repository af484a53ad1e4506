//! Handing a person over: by phone, in a joint interview, or by the slip that the person carries.

use super::answer_code::event;
use super::side::require_partner;
use super::write::{Actor, audit, write};
use super::{Target, decide, find_for_change, settle};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditPurpose};
use crate::domain::consent::Consent;
use crate::domain::lifecycle::Party;
use crate::domain::referral::{Change, Command, HandoverLimits, HandoverMode, Referral};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::slip::{Presented, SLIP_DAYS, SlipCode};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralView, SlipView, show_slip};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// Records that the case's team has handed the person over.
pub async fn hand_over(
    context: &Context,
    access: &Access,
    target: Target,
    mode: HandoverMode,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::FollowReferral)?;
    let now = context.now();
    let written = context
        .store
        .write(async |tx| {
            let (referral, _, limits) = find_for_handover(tx, access, target, Relation::Team).await?;
            let command = Command::HandOver { mode, limits };
            let change = decide(access, &referral, &command, Party::Sender, now)?;
            let changed = write(tx, &Actor::sender(account), referral, &change).await?;
            finish(tx, access, &changed, AuditPurpose::Care).await
        })
        .await;
    settle(context, access, target, written).await
}

/// Makes the slip that a person carries to the recipient of an accepted referral, in the place of any made before. Its
/// code is told once, here; it could be used as soon as it is told.
pub async fn create_slip(context: &Context, access: &Access, target: Target) -> Result<Visible<SlipView>, ActionError> {
    permit(access, Action::FollowReferral)?;
    let now = context.now();
    let mut chance = [0; 8];
    context.chance.fill(&mut chance);
    let code = SlipCode::from_chance(chance);
    let referral = context
        .store
        .write(async |tx| {
            let (referral, consent, limits) = find_for_handover(tx, access, target, Relation::Team).await?;
            decide_by_slip(access, &referral, limits, Party::Sender, now)?;
            consent.require_live(now)?;
            tx.save_slip(referral.id, code, now).await?;
            tx.touch_case(referral.case_id, now).await?;
            tx.append_audit(&[event(access, &referral, AuditAction::SlipMade, now)]).await?;
            Ok::<_, ActionError>(referral)
        })
        .await?;
    show_slip(access, &referral, code, now.plus_days(SLIP_DAYS)).ok_or(ActionError::NotVisible)
}

/// Takes a person over by the code of the slip that she carries. A code that opens nothing counts as one try, and
/// all are refused alike; what is no code at all counts as none.
pub async fn present_slip(
    context: &Context,
    access: &Access,
    target: Target,
    code: &str,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::AnswerReferral)?;
    let code = SlipCode::parse(code);
    let written =
        context.store.write(async |tx| present(tx, access, account, target, (code, context.now())).await).await;
    match written {
        Ok(false) => Err(Refusal::input("code", InputProblem::SlipCode).into()),
        written => settle(context, access, target, written.map(drop)).await,
    }
}

/// True when the person was handed over; the wrong try is committed as well.
async fn present(
    tx: &mut Tx,
    access: &Access,
    account: &Account,
    target: Target,
    (code, now): (Option<SlipCode>, Timestamp),
) -> Result<bool, ActionError> {
    let (referral, _, limits) = find_for_handover(tx, access, target, Relation::Recipient).await?;
    let change = decide_by_slip(access, &referral, limits, Party::Recipient, now)?;
    let presented = match code {
        Some(code) => tx.present_slip(referral.id, code, now).await?,
        None => Presented::Wrong,
    };
    if presented != Presented::Taken {
        tx.append_audit(&[event(access, &referral, AuditAction::SlipRefused, now)]).await?;
        return Ok(false);
    }
    let changed = write(tx, &Actor::recipient(account), referral, &change).await?;
    finish(tx, access, &changed, AuditPurpose::ReferralAnswer).await?;
    Ok(true)
}

async fn find_for_handover(
    tx: &mut Tx,
    access: &Access,
    target: Target,
    side: Relation,
) -> Result<(Referral, Consent, HandoverLimits), ActionError> {
    let referral = find_for_change(tx, access, target, side).await?;
    require_project_at_work(tx, access.account().and_then(|account| account.project_id)).await?;
    let consent = tx.lock_consent_of(&referral).await?.ok_or(ActionError::NotVisible)?;
    if side == Relation::Team {
        require_partner(tx, access, &referral).await?;
    }
    let project = tx.find_project(referral.project_id).await?.ok_or(ActionError::NotVisible)?;
    let limits = HandoverLimits { risk_profile: project.risk_profile, contact_rule: consent.contact_rule };
    Ok((referral, consent, limits))
}

/// A slip is a way of handing over that nobody chooses in an input: what forbids it concerns the referral.
fn decide_by_slip(
    access: &Access,
    referral: &Referral,
    limits: HandoverLimits,
    party: Party,
    now: Timestamp,
) -> Result<Change, Refusal> {
    let command = Command::HandOver { mode: HandoverMode::PersonCarriesSlip, limits };
    decide(access, referral, &command, party, now).map_err(|refusal| match refusal {
        Refusal::Input { problem, .. } => Refusal::input("referralId", problem),
        refusal => refusal,
    })
}

/// Whom somebody has handed over carries no slip that opens anything.
async fn finish(tx: &mut Tx, access: &Access, changed: &Referral, purpose: AuditPurpose) -> Result<(), ActionError> {
    tx.delete_slip(changed.id).await?;
    tx.touch_case(changed.case_id, changed.status_at).await?;
    audit(tx, access, changed, purpose).await
}
