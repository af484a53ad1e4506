//! Asking for places, before anybody is spoken of.

use crate::actions::capacity_check::{AskForPlaces, answer, ask, close};
use crate::domain::capacity_check::CapacityAnswer;
use crate::domain::need::Need;
use crate::domain::referral::Urgency;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::capacity_check::CapacityCheck;
use crate::graphql::user_errors::{CapacityCheckAnswerError, CapacityCheckAskError, CapacityCheckCloseError, settle};
use async_graphql::{Context, ID, InputObject, Object};

#[derive(Default)]
pub struct CapacityCheckMutations;

#[Object]
impl CapacityCheckMutations {
    /// Asks a recipient whether it has places: for a need and a number of people, and for nobody in particular.
    async fn capacity_check_ask(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which service, and for how many until when.")] input: CapacityCheckAskInput,
    ) -> Result<CapacityCheckAskPayload, ApiError> {
        let request = request(context);
        let input = AskForPlaces {
            idempotency_key: input.idempotency_key,
            service_id: parse_id(&input.service_id)?,
            team_id: input.team_id.as_ref().map(parse_id).transpose()?,
            need: input.need,
            urgency: input.urgency,
            quantity: input.quantity,
            from: input.from.map(|time| time.0),
            until: input.until.0,
        };
        let (check, errors) = settle(ask(&request.context, &request.access, input).await, request.language)?;
        Ok(CapacityCheckAskPayload { capacity_check: check.map(CapacityCheck), errors })
    }

    /// Answers a question for places: for the recipient, or for the asking team as it was told by phone. The first answer
    /// counts.
    async fn capacity_check_answer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which question, and what is said.")] input: CapacityCheckAnswerInput,
    ) -> Result<CapacityCheckAnswerPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.capacity_check_id)?;
        let answered = answer(&request.context, &request.access, id, input.answer, input.available).await;
        let (check, errors) = settle(answered, request.language)?;
        Ok(CapacityCheckAnswerPayload { capacity_check: check.map(CapacityCheck), errors })
    }

    /// Closes a question for places, for the team that asked. One that nobody closes ends by itself.
    async fn capacity_check_close(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which question is closed.")] input: CapacityCheckCloseInput,
    ) -> Result<CapacityCheckClosePayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.capacity_check_id)?;
        let (check, errors) = settle(close(&request.context, &request.access, id).await, request.language)?;
        Ok(CapacityCheckClosePayload { capacity_check: check.map(CapacityCheck), errors })
    }
}

/// What asking for places takes.
#[derive(InputObject)]
pub struct CapacityCheckAskInput {
    /// The caller's own key of this call: sent again, it gives the same question.
    idempotency_key: String,
    /// The service to be asked, an id beginning with `svc_`.
    service_id: ID,
    /// The team that asks, an id beginning with `tea_`; needed by who is of several.
    team_id: Option<ID>,
    /// The need; the service must answer it.
    need: Need,
    /// How urgent it is.
    #[graphql(default_with = "Urgency::Normal")]
    urgency: Urgency,
    /// How many places, 1 to 500.
    quantity: i64,
    /// From when on; from now on unless said.
    from: Option<DateTime>,
    /// Until when, within seven days.
    until: DateTime,
}

/// What answering a question for places takes.
#[derive(InputObject)]
pub struct CapacityCheckAnswerInput {
    /// The question, an id beginning with `cap_`.
    capacity_check_id: ID,
    /// What is said.
    answer: CapacityAnswer,
    /// How many places are free, 1 to 500, where it is told; with yes or some only.
    available: Option<i64>,
}

/// What closing a question for places takes.
#[derive(InputObject)]
pub struct CapacityCheckCloseInput {
    /// The question, an id beginning with `cap_`.
    capacity_check_id: ID,
}

payloads! {
    /// The question, or why it was not asked.
    CapacityCheckAskPayload { capacity_check: CapacityCheck, CapacityCheckAskError }
    /// The answered question, or why it was not answered.
    CapacityCheckAnswerPayload { capacity_check: CapacityCheck, CapacityCheckAnswerError }
    /// The closed question, or why it was not closed.
    CapacityCheckClosePayload { capacity_check: CapacityCheck, CapacityCheckCloseError }
}
