//! Sending a draft, or recording that its recipient was called.

use super::write::{Actor, audit, write};
use super::{Sender, Target, decide, find_for_change, settle};
use crate::actions::directory::kept_service;
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context, demand};
use crate::domain::account::Project;
use crate::domain::audit::AuditPurpose;
use crate::domain::case::CaseReference;
use crate::domain::clocks::Calendar;
use crate::domain::country::CountryCode;
use crate::domain::demand::DemandResult;
use crate::domain::directory::{Document, Organization, Service};
use crate::domain::id::{OrganizationId, ServiceId};
use crate::domain::lifecycle::Party;
use crate::domain::need::Need;
use crate::domain::referral::{Asked, Channel, Command, Referral, ReferralKind, SendFacts};
use crate::domain::refusal::{InputProblem, RecipientProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, Tx};

/// What the sender declares when sending.
#[derive(Clone, Copy, Hash)]
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
    let sender = Sender { context, access, account, now };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Team).await?;
            require_project_at_work(tx, account.project_id).await?;
            sender.send(tx, referral, declared).await
        })
        .await;
    settle(context, access, target, written).await
}

impl Sender<'_> {
    /// Sends a draft that stands in this transaction, under all guards of sending, with the need that it brings.
    pub(super) async fn send(
        &self,
        tx: &mut Tx,
        draft: Referral,
        declared: SendDeclarations,
    ) -> Result<(), ActionError> {
        let (case, sent) = self.send_draft(tx, draft, declared).await?;
        // Who asks about an ended referral asks for nothing new.
        if sent.kind != ReferralKind::FollowUp {
            self.record_need(tx, &case, &sent).await?;
        }
        tx.touch_case(case.id, self.now).await?;
        audit(tx, self.access, &sent, AuditPurpose::Care).await
    }

    /// Sends a draft; the need that it brings is for the caller to record.
    pub(super) async fn send_draft(
        &self,
        tx: &mut Tx,
        draft: Referral,
        declared: SendDeclarations,
    ) -> Result<(CaseReference, Referral), ActionError> {
        let Self { context, access, account, now } = *self;
        let scope = access.scope();
        let case = tx.find_case(&scope, draft.case_id).await?.ok_or(ActionError::NotVisible)?;
        let project = tx.find_project(draft.project_id).await?.ok_or(ActionError::NotVisible)?;
        // Locked, so that a withdrawal at the same time comes before or after, and never between.
        let consent = tx.lock_consent(&scope, draft.consent_id).await?.ok_or(ActionError::NotVisible)?;
        let (service, organization) = find_recipient(tx, draft.service_id, draft.recipient_id).await?;
        let facts = SendFacts {
            case: &case,
            project: &project,
            consent: &consent,
            is_restricted: tx.is_restricted_since(&consent).await?,
            service: service.as_ref(),
            organization: organization.as_ref(),
            channel: declared.channel,
            vetting: tx.find_vetting(draft.recipient_id).await?,
            is_revoked: tx.is_revoked(draft.recipient_id, draft.project_id, account.project_id).await?,
            sender_is_trained: account.is_trained,
            phone_called: declared.phone_called,
            capacity_confirmed: declared.capacity_confirmed,
            calendar: &calendar_of(context, &project)?,
        };
        let change = decide(access, &draft, &Command::Send(facts), Party::Sender, now)?;
        let sent = write(tx, &Actor::sender(account), draft, &change).await?;
        tx.project_key(sent.project_id, KeyPurpose::Alias, context.chance.key()).await?;
        Ok((case, sent))
    }

    /// Records the need behind a referral just sent, not decided yet.
    pub(super) async fn record_need(
        &self,
        tx: &mut Tx,
        case: &CaseReference,
        sent: &Referral,
    ) -> Result<(), ActionError> {
        let seen = demand::Seen {
            id: self.context.fresh_id(),
            need: sent.need,
            area: demand::area_of(case)?,
            referral_id: Some(sent.id),
            result: DemandResult::Pending,
        };
        demand::insert(self.context, tx, case, &seen, sent.status_at).await
    }
}

/// The calendar by which a project's clocks run: its own days, and the public holidays of its country as they are known.
pub(in crate::actions) fn calendar_of(context: &Context, project: &Project) -> Result<Calendar, ActionError> {
    let calendars = context.directory.calendars();
    let public = CountryCode::parse(&project.country).ok().and_then(|country| calendars.of(country));
    Calendar::new(project.calendar.clone(), public).map_err(|error| ActionError::Internal(error.into()))
}

async fn find_recipient(
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

/// The service that somebody names, as it stands in this transaction, with its organisation: one that answers the need, and
/// that may be asked now.
pub(in crate::actions) async fn askable(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    (service, need): (ServiceId, Need),
) -> Result<(Service, Organization), ActionError> {
    let known = kept_service(context, access, service)?;
    let (service, organization) = find_recipient(tx, known.service.id, known.service.organization_id).await?;
    let gone = || ActionError::from(Refusal::Recipient(RecipientProblem::ServiceNotOpen));
    let (service, organization) = (service.ok_or_else(gone)?, organization.ok_or_else(gone)?);
    if !service.needs.contains(&need) && !service.need_families.contains(&need.family()) {
        return Err(Refusal::input("need", InputProblem::NeedNotOffered).into());
    }
    let asked = Asked {
        need,
        location_id: None,
        service: &service,
        organization: &organization,
        sender_is_trained: access.account().is_some_and(|account| account.is_trained),
    };
    asked.check(context.now().date())?;
    Ok((service, organization))
}
