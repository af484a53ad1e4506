//! Drafting a referral: what is asked of whom, for which case, on which consent.

use super::write::{Actor, insert};
use super::{Sender, find};
use crate::actions::disclosure::act;
use crate::actions::idempotency::Create;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::disclosure::Offer;
use crate::domain::id::{CaseId, ConsentId, LocationId, ReferralId, ServiceId};
use crate::domain::lifecycle::{Event, Party, Status, next};
use crate::domain::need::Need;
use crate::domain::referral::{Referral, ReferralKind, Urgency};
use crate::domain::refusal::{ConsentProblem, InputProblem, RecipientProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

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
    /// What it asks of the recipient.
    pub kind: ReferralKind,
    /// The ended referral that it asks about, for a follow-up.
    pub follows: Option<ReferralId>,
    /// The need.
    pub need: Need,
    /// How urgent it is; a near deadline raises it.
    pub urgency: Urgency,
    /// When the service must have begun at the latest.
    pub needed_by: Option<Timestamp>,
    /// The consent that carries it.
    pub consent_id: ConsentId,
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
    let sender = Sender { context, access, account, now };
    let id = create
        .once(context, id, async |tx| {
            let referral = sender.draft(tx, &input, id).await?;
            sender.insert(tx, &referral).await
        })
        .await?;
    find(context, access, id).await
}

impl Sender<'_> {
    /// A draft that may be written, and is not written yet.
    pub(super) async fn draft(
        &self,
        tx: &mut Tx,
        input: &CreateReferral,
        id: ReferralId,
    ) -> Result<Referral, ActionError> {
        let Self { context, access, account, now } = *self;
        let scope = access.scope();
        let case = tx.find_case(&scope, input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
        let consent =
            tx.find_consent(&scope, input.consent_id).await?.ok_or_else(|| hidden(access, input.consent_id))?;
        let service = crate::actions::directory::kept_service(context, access, input.service_id)?;
        if consent.case_id != case.id {
            return Err(Refusal::consent(ConsentProblem::OtherCase).into());
        }
        check_followed(tx, access, input).await?;
        draft(input, account, &case, &service, id, now)
    }

    /// Writes a draft; gives the audit event of it.
    pub(super) async fn insert(&self, tx: &mut Tx, draft: &Referral) -> Result<AuditEvent, ActionError> {
        insert(tx, &Actor::sender(self.account), draft).await?;
        tx.touch_case(draft.case_id, self.now).await?;
        Ok(act(self.access, self.now, AuditAction::ReferralCreated, draft.id.to_string()))
    }
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
        kind: input.kind,
        chain_id: id,
        reroute_of: None,
        follows: input.follows,
        round_id: None,
        case_id: input.case_id,
        project_id: case.project_id,
        team_id: case.team_id,
        sender_id: account.organization_id,
        recipient_id: service.organization_id,
        service_id: service.id,
        location_id: input.location_id,
        need: input.need,
        urgency: input.urgency.at_least_for(input.need, &case.profile, input.needed_by, now),
        needed_by: input.needed_by,
        consent_id: input.consent_id,
        status: next(None, Event::Create, Party::Sender).map_err(Refusal::from)?,
        status_at: now,
        requested_at: None,
        channel: None,
        deadlines: None,
        service_started_at: None,
        decline_code: None,
        outcome_code: None,
        expected_wait_days: None,
        handover_mode: None,
        offer: Offer::default(),
    })
}

/// A follow-up asks the same recipient about a referral of the same case that it had accepted; nothing else names one.
async fn check_followed(tx: &mut Tx, access: &Access, input: &CreateReferral) -> Result<(), ActionError> {
    let refused = || Refusal::input("follows", InputProblem::FollowedReferral);
    let is_follow_up = input.kind == ReferralKind::FollowUp;
    let Some(id) = input.follows else {
        return if is_follow_up { Err(refused().into()) } else { Ok(()) };
    };
    let followed = tx.find_referral(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
    if access.relation_to_referral(&followed) != Relation::Team {
        return Err(hidden(access, id));
    }
    let was_accepted = matches!(followed.status, Status::Completed | Status::NotRealised);
    let is_same = followed.case_id == input.case_id && followed.service_id == input.service_id;
    if is_follow_up && was_accepted && is_same { Ok(()) } else { Err(refused().into()) }
}
