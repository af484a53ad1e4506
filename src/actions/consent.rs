//! Consents: recording what a person agreed to.

use super::disclosure::act;
use super::idempotency::Create;
use super::input::language;
use super::protection::overrides;
use super::{ActionError, Context, hidden};
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::consent::{
    ALWAYS_EXPLAINED, Consent, ConsentBasis, ConsentField, ConsentModality, ContactRule, Explained, LONGEST_DAYS,
    default_days,
};
use crate::domain::id::{CaseId, ConsentId, OrganizationId};
use crate::domain::refusal::{InputProblem, RecipientProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::person_view::{ConsentView, show_consent};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;

/// What recording a consent takes.
#[derive(Clone, Hash)]
pub struct RecordConsent {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// The ground.
    pub basis: ConsentBasis,
    /// What may be told.
    pub field_scope: Vec<ConsentField>,
    /// How it was given.
    pub modality: ConsentModality,
    /// The language in which it was explained.
    pub language: String,
    /// What was explained.
    pub explained: Vec<Explained>,
    /// How the person may be reached.
    pub contact_rule: ContactRule,
    /// When it lapses; by default after 90 days, for children after 30.
    pub expires_at: Option<Timestamp>,
}

/// Records a consent for one recipient.
pub async fn record(
    context: &Context,
    access: &Access,
    input: RecordConsent,
) -> Result<Visible<ConsentView>, ActionError> {
    let account = permit(access, Action::RecordConsent)?;
    let create = Create::new(account, &input.idempotency_key, "consent_record", &input)?;
    let now = context.now();
    let id: ConsentId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            let case =
                tx.find_case(&access.scope(), input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
            let recipient = super::directory::organization(context, access, input.recipient_id)?;
            // Nobody can agree to the police being told (P-10).
            if !recipient.may_receive_referrals() {
                return Err(Refusal::Recipient(RecipientProblem::NeverARecipient).into());
            }
            let consent = checked(&input, &case, id, now)?;
            tx.insert_consent(&consent).await?;
            overrides::replace(context, tx, access, &consent, now).await?;
            tx.touch_case(case.id, now).await?;
            let event = act(access, now, AuditAction::ConsentRecorded, case.id.to_string());
            Ok(AuditEvent { consent_id: Some(id), ..event })
        })
        .await?;
    find(context, access, id).await
}

/// The consent with this id.
pub async fn find(context: &Context, access: &Access, id: ConsentId) -> Result<Visible<ConsentView>, ActionError> {
    permit(access, Action::RecordConsent)?;
    let consent = context.store.find_consent(&access.scope(), id).await?;
    consent.and_then(|consent| show_consent(access, &consent)).ok_or_else(|| hidden(access, id))
}

fn checked(input: &RecordConsent, case: &CaseReference, id: ConsentId, now: Timestamp) -> Result<Consent, Refusal> {
    if input.basis.is_override() {
        return Err(Refusal::input("basis", InputProblem::BasisNeedsTwo));
    }
    if input.basis.is_for_children() && !case.may_be_child() {
        return Err(Refusal::input("basis", InputProblem::BasisForAdult));
    }
    if input.field_scope.is_empty() {
        return Err(Refusal::input("fieldScope", InputProblem::ConsentScopeEmpty));
    }
    if ALWAYS_EXPLAINED.iter().any(|item| !input.explained.contains(item)) {
        return Err(Refusal::input("explained", InputProblem::ExplanationMissing));
    }
    let expires_at = input.expires_at.unwrap_or_else(|| now.plus_days(default_days(case.is_guarded_as_child())));
    if expires_at <= now || expires_at > now.plus_days(LONGEST_DAYS) {
        return Err(Refusal::input("expiresAt", InputProblem::ConsentExpiry));
    }
    Ok(Consent {
        id,
        version: 1,
        case_id: case.id,
        project_id: case.project_id,
        team_id: case.team_id,
        recipient_id: input.recipient_id,
        basis: input.basis,
        field_scope: input.field_scope.clone(),
        modality: Some(input.modality),
        language: Some(language("language", &input.language)?),
        explained: input.explained.clone(),
        contact_rule: input.contact_rule,
        obtained_at: now,
        expires_at,
        withdrawn_at: None,
    })
}
