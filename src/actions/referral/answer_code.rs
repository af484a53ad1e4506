//! The code by which who came by a link proves to be at the directory's number.

use super::side::require_partner;
use super::{Target, find_for_change};
use crate::actions::disclosure::act;
use crate::actions::{ActionError, Context};
use crate::domain::account::RiskProfile;
use crate::domain::answer_code::{AnswerCode, answer_code_expiry};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::lifecycle::Status;
use crate::domain::referral::Referral;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::{AnswerCodeView, show_answer_code};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;

/// Makes the code that the case's team speaks to the directory's number of the recipient of an accepted referral, in the
/// place of any made before. It is told once, here.
pub async fn create_answer_code(
    context: &Context,
    access: &Access,
    target: Target,
) -> Result<Visible<AnswerCodeView>, ActionError> {
    permit(access, Action::FollowReferral)?;
    let now = context.now();
    let (mut chance, mut salt) = ([0; 8], [0; 16]);
    context.chance.fill(&mut chance);
    context.chance.fill(&mut salt);
    let (code, salt) = (AnswerCode::from_chance(chance), data_encoding::HEXLOWER.encode(&salt));
    let (referral, expires_at) = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Team).await?;
            let consent = tx.lock_consent_of(&referral).await?.ok_or(ActionError::NotVisible)?;
            require_partner(tx, access, &referral).await?;
            require_accepted(&referral)?;
            consent.require_live(now)?;
            let project = tx.find_project(referral.project_id).await?;
            let risk = project.map_or(RiskProfile::Severe, |project| project.risk_profile);
            let expires_at = answer_code_expiry(risk, now);
            tx.save_answer_code(referral.id, (code, &salt), (now, expires_at)).await?;
            tx.touch_case(referral.case_id, now).await?;
            tx.append_audit(&[event(access, &referral, AuditAction::AnswerCodeMade, now)]).await?;
            Ok::<_, ActionError>((referral, expires_at))
        })
        .await?;
    show_answer_code(access, &referral, code, expires_at).ok_or(ActionError::NotVisible)
}

/// There is something to be read beyond the offer, by a recipient that reads it here.
fn require_accepted(referral: &Referral) -> Result<(), Refusal> {
    let is_accepted = matches!(referral.status, Status::Accepted | Status::HandedOver | Status::InService);
    if is_accepted && referral.is_told_electronically() {
        Ok(())
    } else {
        Err(Refusal::input("referralId", InputProblem::NotAccepted))
    }
}

/// The audit event of an act on a referral that leaves its state as it was.
pub(in crate::actions) fn event(
    access: &Access,
    referral: &Referral,
    action: AuditAction,
    now: Timestamp,
) -> AuditEvent {
    AuditEvent {
        project_id: Some(referral.project_id),
        consent_id: Some(referral.consent_id),
        ..act(access, now, action, referral.id.to_string())
    }
}
