//! Offering a person to a service.

use super::{Doing, clock, find};
use crate::actions::idempotency::check_key;
use crate::actions::input::ProfileInput;
use crate::actions::referral::{askable, calendar_of};
use crate::actions::{ActionError, Context, disclosure, outbox};
use crate::domain::account::RiskProfile;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::clocks::Deadlines;
use crate::domain::disclosure::Offer;
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{Identifier as _, PartnerOfferId, ServiceId};
use crate::domain::need::Need;
use crate::domain::notice::NoticeKind;
use crate::domain::partner_offer::{MOST_WAITING, PartnerOffer, PartnerOfferStatus};
use crate::domain::referral::Urgency;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

/// What offering a person takes.
#[derive(Clone)]
pub struct MakeOffer {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The service.
    pub service_id: ServiceId,
    /// The need.
    pub need: Need,
    /// How urgent it is.
    pub urgency: Urgency,
    /// Whom it is for; only what the service goes by is kept of it.
    pub profile: ProfileInput,
    /// That the person agrees to being offered there.
    pub person_agrees: bool,
}

/// Offers a person to a service of another organisation. The same call sent again gives the same offer: its id is of the key,
/// because a key of its own takes a project, which a partner need not have.
pub async fn make(
    context: &Context,
    access: &Access,
    input: MakeOffer,
) -> Result<Visible<PartnerOfferView>, ActionError> {
    let account = permit(access, Action::OfferPerson)?;
    check_key(&input.idempotency_key)?;
    if !input.person_agrees {
        return Err(Refusal::input("agreed", InputProblem::PersonAgrees).into());
    }
    let id = PartnerOfferId::derived("offer", &format!("{} {}", account.id, input.idempotency_key));
    let doing = Doing { context, actor: Some(account.id), now: context.now() };
    context
        .store
        .write(async |tx| {
            if let Some(earlier) = tx.lock_partner_offer(id).await? {
                let is_same = (earlier.service_id, earlier.need) == (input.service_id, input.need);
                return if is_same { Ok(()) } else { Err(Refusal::KeyReused.into()) };
            }
            let offer = offered(context, tx, access, &input, id).await?;
            if !tx.insert_partner_offer(&offer).await? {
                // The same call came twice at once.
                return Ok(());
            }
            clock::list(tx, &offer, doing.now).await?;
            doing.tell_team(tx, &offer, NoticeKind::OfferReceived).await?;
            outbox::announce_offer(tx, &offer, false, doing.now).await?;
            let event = disclosure::act(access, doing.now, AuditAction::OfferMade, id.to_string());
            let event = AuditEvent { project_id: Some(offer.project_id), ..event };
            Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
        })
        .await?;
    find(context, access, id).await
}

/// The offer that is to be made, by the rules that hold for sending to this service.
async fn offered(
    context: &Context,
    tx: &mut Tx,
    access: &Access,
    input: &MakeOffer,
    id: PartnerOfferId,
) -> Result<PartnerOffer, ActionError> {
    let account = permit(access, Action::OfferPerson)?;
    let (service, organization) = askable(context, tx, access, (input.service_id, input.need)).await?;
    let none_answers = || ActionError::from(Refusal::input("serviceId", InputProblem::NoReception));
    let reception = tx.find_reception(service.id).await?.ok_or_else(none_answers)?;
    let project = tx.find_project(reception.project_id).await?.ok_or_else(none_answers)?;
    // What a link must not read, it does not write either.
    let is_dangerous = access.confinement().is_some_and(|confined| confined.referral.is_some())
        || (access.confinement().is_some() && project.risk_profile == RiskProfile::Severe);
    let is_stopped = project.status != ProjectStatus::Active
        || tx.is_revoked(account.organization_id, project.id, None).await?
        || project.organization_id == account.organization_id;
    if is_dangerous || is_stopped {
        return Err(none_answers());
    }
    if tx.count_waiting_offers_of(account.organization_id, project.id).await? >= MOST_WAITING {
        return Err(Refusal::input("serviceId", InputProblem::OffersFull).into());
    }
    let now = context.now();
    let profile = input.profile.clone().into_profile()?;
    let urgency = input.urgency.at_least_for(input.need, &profile, None, now);
    let deadlines = Deadlines::at(project.clocks.row(urgency), &calendar_of(context, &project)?, now, None);
    Ok(PartnerOffer {
        id,
        version: 1,
        project_id: project.id,
        team_id: reception.team_id,
        receiver_id: organization.id,
        service_id: service.id,
        sender_id: account.organization_id,
        sender_service_id: access.confinement().map(|confined| confined.service),
        need: input.need,
        urgency,
        offer: Offer::of(&profile, &service.eligibility),
        offered_at: now,
        decide_by: deadlines.decide_by.unwrap_or(deadlines.acknowledge_by),
        expire_at: deadlines.expire_at,
        status: PartnerOfferStatus::Offered,
        status_at: now,
        reminded_at: None,
        decline_code: None,
        outcome_code: None,
    })
}
