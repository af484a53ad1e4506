//! Offering a person to a service.

use super::{Doing, clock, find};
use crate::actions::idempotency::{check_key, fingerprint};
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
use crate::domain::partner_offer::{MOST_A_DAY, MOST_WAITING, PartnerOffer, PartnerOfferStatus};
use crate::domain::referral::Urgency;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{StoreError, Tx};

/// What offering a person takes.
#[derive(Clone, Hash)]
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

/// Offers a person to a service of another organisation. The same call sent again gives the same offer, and the same key with
/// another question is told apart: the offer's id is made of account and key, and it keeps a mark of what was asked. Both
/// are keyed, so that nothing is found by trying; a key of a call takes a project, which a partner need not have.
/// Once the offer has ended its mark is gone, and its key is used up.
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
    let key = context.store.offer_key().await?;
    let of_call = data_encoding::HEXLOWER.encode(&fingerprint(&key, &(account.id, &input.idempotency_key)));
    let id = PartnerOfferId::derived("offer", &of_call);
    let asked = data_encoding::HEXLOWER.encode(&fingerprint(&key, &input));
    let doing = Doing { context, actor: Some(account.id), now: context.now() };
    let made = context
        .store
        .write(async |tx| {
            if let Some(earlier) = tx.find_offer_asked(id).await? {
                return if earlier == asked { Ok(()) } else { Err(Refusal::KeyReused.into()) };
            }
            let offer = offered(context, tx, access, &input, id).await?;
            if !tx.insert_partner_offer(&offer, &asked).await? {
                // The same key came twice at once.
                let is_same = tx.find_offer_asked(id).await?.is_some_and(|earlier| earlier == asked);
                return if is_same { Ok(()) } else { Err(Refusal::KeyReused.into()) };
            }
            clock::list(tx, &offer, doing.now).await?;
            doing.tell_team(tx, &offer, NoticeKind::OfferReceived).await?;
            outbox::announce_offer(tx, &offer, false, doing.now).await?;
            let event = disclosure::act(access, doing.now, AuditAction::OfferMade, id.to_string());
            let event = AuditEvent { project_id: Some(offer.project_id), ..event };
            Ok::<_, ActionError>(tx.append_audit(&[event]).await?)
        })
        .await;
    match made {
        // An offer of this key has ended, and its row is gone: what was sealed with it stays unreadable.
        Err(ActionError::Internal(cause)) if matches!(cause.downcast_ref(), Some(StoreError::Erased)) => {
            Err(Refusal::KeyReused.into())
        }
        made => {
            made?;
            find(context, access, id).await
        }
    }
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
    // Locked: a freeze or a revocation at the same time comes before, or finds the offer; and each counts those before it.
    let project = tx.lock_project(reception.project_id).await?.ok_or_else(none_answers)?;
    // What a link must not read, it does not write either.
    let is_dangerous = access.confinement().is_some_and(|confined| confined.referral.is_some())
        || (access.confinement().is_some() && project.risk_profile == RiskProfile::Severe);
    let is_stopped = project.status != ProjectStatus::Active
        || tx.is_revoked(account.organization_id, project.id, None).await?
        || project.organization_id == account.organization_id
        // The service went to another organisation since.
        || project.organization_id != organization.id;
    if is_dangerous || is_stopped {
        return Err(none_answers());
    }
    let now = context.now();
    let (waiting, of_a_day) = tx.count_offers_of(account.organization_id, project.id, now.plus_days(-1)).await?;
    for (count, most, problem) in
        [(waiting, MOST_WAITING, InputProblem::OffersFull), (of_a_day, MOST_A_DAY, InputProblem::OffersOfDay)]
    {
        if count >= most {
            return Err(Refusal::input("serviceId", problem).into());
        }
    }
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
