//! Offering a person to a service, and answering.

use crate::actions::partner_offer::acts::{OfferTarget, act};
use crate::actions::partner_offer::make::{MakeOffer, make};
use crate::actions::partner_offer::reception;
use crate::domain::need::Need;
use crate::domain::partner_offer::OfferAct;
use crate::domain::referral::{DeclineCode, OutcomeCode, Urgency};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::search::ProfileInput;
use crate::graphql::types::partner_offer::PartnerOffer;
use crate::graphql::types::service::Service;
use crate::graphql::user_errors::{
    FromUserError, PartnerOfferAcceptError, PartnerOfferCompleteError, PartnerOfferDeclineError, PartnerOfferMakeError,
    PartnerOfferWithdrawError, ServiceReceptionSetError, settle,
};
use async_graphql::{Context, ID, InputObject, Object};

#[derive(Default)]
pub struct PartnerOfferMutations;

#[Object]
impl PartnerOfferMutations {
    /// Says which team answers what partners offer to a service of its organisation, or that none does any more. What was
    /// offered before is answered by whichever team did.
    async fn service_reception_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which service, and which team.")] input: ServiceReceptionSetInput,
    ) -> Result<ServiceReceptionSetPayload, ApiError> {
        let request = request(context);
        let service = parse_id(&input.service_id)?;
        let team = input.team_id.as_ref().map(parse_id).transpose()?;
        let set = reception::set(&request.context, &request.access, service, team).await;
        let (service, errors) = settle(set, request.language)?;
        Ok(ServiceReceptionSetPayload { service: service.map(Service), errors })
    }

    /// Offers a person to a service of another organisation, before anybody is named. The person must have agreed to it. Of the
    /// profile only what the service goes by is kept.
    async fn partner_offer_make(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which service, and for whom.")] input: PartnerOfferMakeInput,
    ) -> Result<PartnerOfferMakePayload, ApiError> {
        let request = request(context);
        let input = MakeOffer {
            idempotency_key: input.idempotency_key,
            service_id: parse_id(&input.service_id)?,
            need: input.need,
            urgency: input.urgency,
            profile: input.person.into(),
            person_agrees: input.agreed,
        };
        let (offer, errors) = settle(make(&request.context, &request.access, input).await, request.language)?;
        Ok(PartnerOfferMakePayload { partner_offer: offer.map(PartnerOffer::from), errors })
    }

    /// Takes an offer back, for the partner. What it told of the person goes with it.
    async fn partner_offer_withdraw(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer is taken back.")] input: PartnerOfferWithdrawInput,
    ) -> Result<PartnerOfferWithdrawPayload, ApiError> {
        let target = (&input.partner_offer_id, input.expected_version);
        let (partner_offer, errors) = done(context, target, OfferAct::Withdraw).await?;
        Ok(PartnerOfferWithdrawPayload { partner_offer, errors })
    }

    /// Takes the person, in principle: the partner reads whom to call, and both what to say first.
    async fn partner_offer_accept(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer is accepted.")] input: PartnerOfferAcceptInput,
    ) -> Result<PartnerOfferAcceptPayload, ApiError> {
        let target = (&input.partner_offer_id, input.expected_version);
        let (partner_offer, errors) = done(context, target, OfferAct::Accept).await?;
        Ok(PartnerOfferAcceptPayload { partner_offer, errors })
    }

    /// Does not take the person, and says why.
    async fn partner_offer_decline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer is declined, and why.")] input: PartnerOfferDeclineInput,
    ) -> Result<PartnerOfferDeclinePayload, ApiError> {
        let target = (&input.partner_offer_id, input.expected_version);
        let (partner_offer, errors) = done(context, target, OfferAct::Decline(input.code)).await?;
        Ok(PartnerOfferDeclinePayload { partner_offer, errors })
    }

    /// Says what came of an offer that was accepted.
    async fn partner_offer_complete(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which offer is over, and what came of it.")] input: PartnerOfferCompleteInput,
    ) -> Result<PartnerOfferCompletePayload, ApiError> {
        let target = (&input.partner_offer_id, input.expected_version);
        let (partner_offer, errors) = done(context, target, OfferAct::Complete(input.outcome)).await?;
        Ok(PartnerOfferCompletePayload { partner_offer, errors })
    }
}

async fn done<E: FromUserError>(
    context: &Context<'_>,
    (id, expected_version): (&ID, i64),
    offer_act: OfferAct,
) -> Result<(Option<PartnerOffer>, Vec<E>), ApiError> {
    let request = request(context);
    let target = OfferTarget { id: parse_id(id)?, expected_version };
    let acted = act(&request.context, &request.access, target, offer_act).await;
    let (offer, errors) = settle(acted, request.language)?;
    Ok((offer.map(PartnerOffer::from), errors))
}

/// What saying which team answers takes.
#[derive(InputObject)]
pub struct ServiceReceptionSetInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The team, an id beginning with `tea_`; none where nobody answers any more.
    team_id: Option<ID>,
}

/// What offering a person takes.
#[derive(InputObject)]
pub struct PartnerOfferMakeInput {
    /// The caller's own key of this call: sent again, it gives the same offer.
    idempotency_key: String,
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The need; the service must answer it.
    need: Need,
    /// How urgent it is.
    #[graphql(default_with = "Urgency::Normal")]
    urgency: Urgency,
    /// Whom it is for, as far as the service goes by it.
    person: ProfileInput,
    /// That the person agrees to being offered there: nobody is offered without their word.
    agreed: bool,
}

/// What taking an offer back takes.
#[derive(InputObject)]
pub struct PartnerOfferWithdrawInput {
    /// The offer, an id beginning with `pof_`.
    partner_offer_id: ID,
    /// The version that was read.
    expected_version: i64,
}

/// What accepting an offer takes.
#[derive(InputObject)]
pub struct PartnerOfferAcceptInput {
    /// The offer, an id beginning with `pof_`.
    partner_offer_id: ID,
    /// The version that was read.
    expected_version: i64,
}

/// What declining an offer takes.
#[derive(InputObject)]
pub struct PartnerOfferDeclineInput {
    /// The offer, an id beginning with `pof_`.
    partner_offer_id: ID,
    /// The version that was read.
    expected_version: i64,
    /// Why; a reason of the team's side.
    code: DeclineCode,
}

/// What completing an offer takes.
#[derive(InputObject)]
pub struct PartnerOfferCompleteInput {
    /// The offer, an id beginning with `pof_`.
    partner_offer_id: ID,
    /// The version that was read.
    expected_version: i64,
    /// What came of it.
    outcome: OutcomeCode,
}

payloads! {
    /// The service, or why it was not said.
    ServiceReceptionSetPayload { service: Service, ServiceReceptionSetError }
    /// The offer, or why it was not made.
    PartnerOfferMakePayload { partner_offer: PartnerOffer, PartnerOfferMakeError }
    /// The offer, or why it was not taken back.
    PartnerOfferWithdrawPayload { partner_offer: PartnerOffer, PartnerOfferWithdrawError }
    /// The accepted offer, or why it was not accepted.
    PartnerOfferAcceptPayload { partner_offer: PartnerOffer, PartnerOfferAcceptError }
    /// The declined offer, or why it was not declined.
    PartnerOfferDeclinePayload { partner_offer: PartnerOffer, PartnerOfferDeclineError }
    /// The completed offer, or why it was not completed.
    PartnerOfferCompletePayload { partner_offer: PartnerOffer, PartnerOfferCompleteError }
}
