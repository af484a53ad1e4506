//! Sending a draft, or recording that its recipient was called.

use super::write::{Actor, audit, write};
use super::{Target, decide, find_for_change, settle};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context, demand};
use crate::domain::audit::AuditPurpose;
use crate::domain::case::CaseReference;
use crate::domain::demand::DemandResult;
use crate::domain::directory::{Document, Organization, Service};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::lifecycle::Party;
use crate::domain::referral::{Channel, Command, Referral, SendFacts};
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, Tx};

/// What the sender declares when sending.
#[derive(Clone, Copy)]
pub struct SendDeclarations {
    /// How it reaches the recipient.
    pub channel: Channel,
    /// The recipient was called first.
    pub phone_called: bool,
    /// Sent in spite of a full service or an unknown capacity.
    pub capacity_confirmed: bool,
}

/// Sends a draft. The guards of sending are decided on rows read in the same transaction.
pub async fn send(
    context: &Context,
    access: &Access,
    target: Target,
    declared: SendDeclarations,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let now = context.now();
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Team).await?;
            require_project_at_work(tx, account.project_id).await?;
            let (case, changed) = send_draft(context, tx, access, referral, declared).await?;
            record_need(context, tx, &case, &changed).await?;
            tx.touch_case(case.id, now).await?;
            audit(tx, access, &changed, AuditPurpose::Care).await
        })
        .await;
    settle(context, access, target, written).await
}

/// Sends one draft; the need that it brings is for the caller to record.
pub(super) async fn send_draft(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    draft: Referral,
    declared: SendDeclarations,
) -> Result<(CaseReference, Referral), ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let (scope, now) = (access.scope(), context.now());
    let case = tx.find_case(&scope, draft.case_id).await?.ok_or(ActionError::NotVisible)?;
    // Locked, so that a withdrawal at the same time comes before or after, and never between.
    let consent = tx.lock_consent(&scope, draft.consent_id).await?.ok_or(ActionError::NotVisible)?;
    let (service, organization) = find_recipient(tx, draft.service_id, draft.recipient_id).await?;
    let facts = SendFacts {
        case: &case,
        consent: &consent,
        service: service.as_ref(),
        organization: organization.as_ref(),
        channel: declared.channel,
        vetting: tx.find_vetting(draft.recipient_id).await?,
        sender_is_trained: account.is_trained,
        phone_called: declared.phone_called,
        capacity_confirmed: declared.capacity_confirmed,
    };
    let change = decide(access, &draft, &Command::Send(facts), Party::Sender, now)?;
    let sent = write(tx, &Actor::sender(account), draft, &change).await?;
    tx.project_key(sent.project_id, KeyPurpose::Alias, context.chance.key()).await?;
    Ok((case, sent))
}

/// Records the need behind a referral just sent, not decided yet.
pub(super) async fn record_need(
    context: &Context,
    tx: &mut Tx,
    case: &CaseReference,
    sent: &Referral,
) -> Result<(), ActionError> {
    let seen = demand::Seen {
        id: context.fresh_id(),
        need: sent.need,
        area: demand::area_of(case)?,
        referral_id: Some(sent.id),
        result: DemandResult::Pending,
    };
    demand::insert(context, tx, case, &seen, sent.status_at).await
}

pub(in crate::actions) async fn find_recipient(
    tx: &mut Tx,
    service: ServiceId,
    organization: OrganizationId,
) -> Result<(Option<Service>, Option<Organization>), ActionError> {
    let service = match tx.find_document(&service.to_string()).await? {
        Some(Document::Service(service)) => Some(service),
        _ => None,
    };
    let organization = match tx.find_document(&organization.to_string()).await? {
        Some(Document::Organization(organization)) => Some(organization),
        _ => None,
    };
    Ok((service, organization))
}
