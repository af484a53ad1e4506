//! The referral loop: draft, send, answer, end.

use super::disclosure::act;
use super::idempotency::Create;
use super::protection::require_project_at_work;
use super::{ActionError, Context, demand, hidden, referral_facts};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::case::CaseReference;
use crate::domain::demand::{DemandResult, result_of_decline};
use crate::domain::directory::{Document, Organization, Service};
use crate::domain::disclosure::Offer;
use crate::domain::id::{CaseId, ConsentId, LocationId, OrganizationId, ReferralId, ServiceId};
use crate::domain::lifecycle::{Event, Party, next};
use crate::domain::need::Need;
use crate::domain::referral::{
    Change, Command, DeclineCode, Detail, OutcomeCode, Referral, SendFacts, TimelineEntry, Urgency,
};
use crate::domain::refusal::{ConsentProblem, InputProblem, RecipientProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::referral_view::{ReferralView, show_refusal};
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, Selection, StoreError, Tx};

/// What drafting a referral takes.
#[derive(Clone, Hash)]
pub struct CreateReferral {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// The service to be asked.
    pub service_id: ServiceId,
    /// The place to be asked, where it matters.
    pub location_id: Option<LocationId>,
    /// The need.
    pub need: Need,
    /// How urgent it is; a near deadline raises it.
    pub urgency: Urgency,
    /// When the service must have begun at the latest.
    pub needed_by: Option<Timestamp>,
    /// The consent that carries it.
    pub consent_id: ConsentId,
}

/// Which referral, and the version on which the caller decided.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The referral.
    pub id: ReferralId,
    /// The version that the caller has read.
    pub expected_version: i64,
}

/// What an answer of a recipient says.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// It was received.
    Acknowledge,
    /// It is accepted in principle.
    Accept,
    /// It is declined.
    Decline(DeclineCode),
    /// The service began.
    Start(Timestamp),
    /// It is completed.
    Complete(OutcomeCode),
}

/// Drafts a referral of a case to a service.
pub async fn create(
    context: &Context,
    access: &Access,
    input: CreateReferral,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let create = Create::new(account, &input.idempotency_key, "referral_create", &input)?;
    let now = context.now();
    let id: ReferralId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            let scope = access.scope();
            let case = tx.find_case(&scope, input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
            let consent =
                tx.find_consent(&scope, input.consent_id).await?.ok_or_else(|| hidden(access, input.consent_id))?;
            let service = super::directory::kept_service(context, access, input.service_id)?;
            if consent.case_id != case.id {
                return Err(Refusal::consent(ConsentProblem::OtherCase).into());
            }
            let referral = draft(&input, account, &case, &service, id, now)?;
            let first = timeline_entry(&referral, account, Event::Create, Party::Sender, None);
            tx.insert_referral(&referral, &first).await?;
            tx.touch_case(case.id, now).await?;
            Ok(act(access, now, AuditAction::ReferralCreated, id.to_string()))
        })
        .await?;
    find(context, access, id).await
}

fn draft(
    input: &CreateReferral,
    account: &Account,
    case: &CaseReference,
    asked: &ServiceView,
    id: ReferralId,
    now: Timestamp,
) -> Result<Referral, ActionError> {
    let (service, organization) = (&asked.service, asked.organization.as_deref());
    let answers_need = service.needs.contains(&input.need) || service.need_families.contains(&input.need.family());
    if !answers_need {
        return Err(Refusal::input("need", InputProblem::NeedNotOffered).into());
    }
    if input.location_id.is_some_and(|location| service.places.iter().all(|place| place.id != location)) {
        return Err(Refusal::input("locationId", InputProblem::PlaceOfService).into());
    }
    if input.needed_by.is_some_and(|deadline| deadline <= now) {
        return Err(Refusal::input("neededBy", InputProblem::DeadlinePast).into());
    }
    if organization.is_some_and(|organization| !organization.may_receive_referrals()) {
        return Err(Refusal::Recipient(RecipientProblem::NeverARecipient).into());
    }
    Ok(Referral {
        id,
        version: 1,
        case_id: input.case_id,
        project_id: case.project_id,
        team_id: case.team_id,
        sender_id: account.organization_id,
        recipient_id: service.organization_id,
        service_id: service.id,
        location_id: input.location_id,
        need: input.need,
        urgency: input.urgency.raised_by_deadline(input.needed_by, now),
        needed_by: input.needed_by,
        consent_id: input.consent_id,
        status: next(None, Event::Create, Party::Sender).map_err(Refusal::from)?,
        status_at: now,
        requested_at: None,
        service_started_at: None,
        decline_code: None,
        outcome_code: None,
        offer: Offer::default(),
    })
}

/// What the sender declares when sending.
#[derive(Clone, Copy, Debug)]
pub struct SendDeclarations {
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
            let scope = access.scope();
            let case = tx.find_case(&scope, referral.case_id).await?.ok_or(ActionError::NotVisible)?;
            // Locked, so that a withdrawal at the same time comes before or after, and never between.
            let consent = tx.lock_consent(&scope, referral.consent_id).await?.ok_or(ActionError::NotVisible)?;
            let (service, organization) = find_recipient(tx, referral.service_id, referral.recipient_id).await?;
            let facts = SendFacts {
                case: &case,
                consent: &consent,
                service: service.as_ref(),
                organization: organization.as_ref(),
                vetting: tx.find_vetting(referral.recipient_id).await?,
                sender_is_trained: account.is_trained,
                phone_called: declared.phone_called,
                capacity_confirmed: declared.capacity_confirmed,
            };
            let change = decide(access, &referral, &Command::Send(facts), Party::Sender, now)?;
            let area = demand::area_of(&case)?;
            let changed = write(tx, account, Party::Sender, referral, &change).await?;
            tx.project_key(changed.project_id, KeyPurpose::Alias, context.chance.key()).await?;
            let seen = demand::Seen {
                id: context.fresh_id(),
                need: changed.need,
                area,
                referral_id: Some(changed.id),
                result: DemandResult::Pending,
            };
            demand::insert(context, tx, &case, &seen, now).await?;
            tx.touch_case(case.id, now).await?;
            audit(tx, access, &changed, AuditPurpose::Care).await
        })
        .await;
    settle(context, access, target, written).await
}

/// Answers a referral that the viewer's organisation has received.
pub async fn answer(
    context: &Context,
    access: &Access,
    target: Target,
    answer: Answer,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::AnswerReferral)?;
    let now = context.now();
    let command = match answer {
        Answer::Acknowledge => Command::Acknowledge,
        Answer::Accept => Command::Accept,
        Answer::Decline(code) => Command::Decline { code },
        Answer::Start(service_started_at) => Command::Start { service_started_at },
        Answer::Complete(outcome) => Command::Complete { outcome },
    };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Recipient).await?;
            require_project_at_work(tx, account.project_id).await?;
            let change = decide(access, &referral, &command, Party::Recipient, now)?;
            let changed = write(tx, account, Party::Recipient, referral, &change).await?;
            if let Some(result) = demand_result(&change.detail) {
                tx.settle_demand(changed.id, result).await?;
            }
            tx.touch_case(changed.case_id, now).await?;
            audit(tx, access, &changed, AuditPurpose::ReferralAnswer).await
        })
        .await;
    settle(context, access, target, written).await
}

/// What an answer makes of the need behind the referral; `None` leaves it as it is.
fn demand_result(detail: &Detail) -> Option<DemandResult> {
    match detail {
        Detail::Decline(code) => Some(result_of_decline(*code)),
        Detail::Outcome(outcome) if outcome.meets_the_need() => Some(DemandResult::Met),
        _ => None,
    }
}

/// The referral with this id.
pub async fn find(context: &Context, access: &Access, id: ReferralId) -> Result<Visible<ReferralView>, ActionError> {
    permit(access, Action::ReadReferral)?;
    let referral = context.store.find_referral(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
    let mut views = referral_facts::show(context, access, &[referral]).await?;
    views.pop().ok_or_else(|| hidden(access, id))
}

/// Which list of referrals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Those that the viewer's organisation has received.
    Received,
    /// Those that the viewer's project has made.
    Sent,
}

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// Only open ones, only ended ones, or both.
    pub open: Option<bool>,
    /// Only those of one case; for lists of sent referrals.
    pub case_id: Option<CaseId>,
    /// Only those behind this one.
    pub after: Option<ReferralId>,
    /// At most this many.
    pub limit: usize,
}

/// A page of a list, with whether there is more behind it.
pub async fn list(
    context: &Context,
    access: &Access,
    list: List,
    part: Part,
) -> Result<(Vec<Visible<ReferralView>>, bool), ActionError> {
    permit(access, Action::ReadReferral)?;
    let scope = access.scope();
    let Part { open, case_id, after, limit } = part;
    let one_more =
        Selection { open, case_id, after, limit: i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1) };
    let mut referrals = match list {
        List::Received => context.store.list_received_referrals(&scope, one_more).await?,
        List::Sent => context.store.list_sent_referrals(&scope, one_more).await?,
    };
    let has_more = referrals.len() > limit;
    referrals.truncate(limit);
    Ok((referral_facts::show(context, access, &referrals).await?, has_more))
}

/// The referral as it stands in this transaction, seen from the side that the act needs.
pub(super) async fn find_for_change(
    tx: &mut Tx,
    access: &Access,
    target: Target,
    side: Relation,
) -> Result<Referral, ActionError> {
    let referral = tx.find_referral(&access.scope(), target.id).await?.ok_or_else(|| hidden(access, target.id))?;
    let may_answer = access.account().is_some_and(|account| account.organization_id == referral.recipient_id);
    match (access.relation_to_referral(&referral), side) {
        (Relation::Member | Relation::Anonymous, _) => Err(hidden(access, target.id)),
        (Relation::Team, Relation::Team) => Ok(()),
        (Relation::Team | Relation::Coordinator | Relation::ProtectionLead, Relation::Coordinator) => Ok(()),
        // Colleagues of one organisation refer to each other: the sender may then answer too.
        (_, Relation::Recipient) if may_answer => Ok(()),
        _ => Err(ActionError::Forbidden),
    }?;
    if referral.version == target.expected_version {
        Ok(referral)
    } else {
        Err(Refusal::Conflict { current_version: referral.version }.into())
    }
}

/// What the domain decides, refusing in the words that the viewer may hear.
pub(super) fn decide(
    access: &Access,
    referral: &Referral,
    command: &Command<'_>,
    party: Party,
    now: Timestamp,
) -> Result<Change, Refusal> {
    referral.decide(command, party, now).map_err(|refusal| show_refusal(access, referral, refusal))
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

/// Writes a decided change: the state and its line of the timeline. It comes before everything else that
/// the act writes, so that of two people at once the second is told of the first, and not by the key of
/// some other row that both would write.
pub(super) async fn write(
    tx: &mut Tx,
    account: &Account,
    party: Party,
    referral: Referral,
    change: &Change,
) -> Result<Referral, ActionError> {
    let changed = referral.apply(change);
    let code = match change.detail {
        Detail::Decline(code) => Some(code.to_string()),
        Detail::Outcome(code) => Some(code.to_string()),
        Detail::Cancel(reason) => Some(reason.to_string()),
        Detail::Error(reason) => Some(reason.to_string()),
        Detail::None | Detail::Offer(_) | Detail::Start(_) => None,
    };
    let entry = timeline_entry(&changed, account, change.event, party, code);
    tx.update_referral(&changed, &entry).await?;
    Ok(changed)
}

/// Writes the audit event of a change, last: the trail's head stays locked until the commit.
pub(super) async fn audit(
    tx: &mut Tx,
    access: &Access,
    changed: &Referral,
    purpose: AuditPurpose,
) -> Result<(), ActionError> {
    let event = AuditEvent {
        purpose,
        project_id: Some(changed.project_id),
        fields: vec!["status"],
        consent_id: Some(changed.consent_id),
        ..act(access, changed.status_at, AuditAction::ReferralChanged, changed.id.to_string())
    };
    Ok(tx.append_audit(&[event]).await?)
}

fn timeline_entry(
    referral: &Referral,
    account: &Account,
    event: Event,
    party: Party,
    code: Option<String>,
) -> TimelineEntry {
    TimelineEntry {
        referral_id: referral.id,
        version: referral.version,
        at: referral.status_at,
        event,
        party,
        actor_id: account.id,
        organization_id: account.organization_id,
        code,
    }
}

/// The view after a change, or the conflict with somebody who committed first.
pub(super) async fn settle(
    context: &Context,
    access: &Access,
    target: Target,
    written: Result<(), ActionError>,
) -> Result<Visible<ReferralView>, ActionError> {
    let lost_race = matches!(&written, Err(ActionError::Internal(cause)) if matches!(cause.downcast_ref(), Some(StoreError::Stale)));
    if lost_race {
        let current = find(context, access, target.id).await?;
        return Err(Refusal::Conflict { current_version: current.version }.into());
    }
    written?;
    find(context, access, target.id).await
}
