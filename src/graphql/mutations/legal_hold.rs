//! Setting and lifting legal holds.

use crate::actions::legal_hold::{SetLegalHold, lift, set};
use crate::domain::legal_hold::LegalHoldReason;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::Day;
use crate::graphql::types::legal_hold::LegalHold;
use crate::graphql::user_errors::{LegalHoldLiftError, LegalHoldSetError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct LegalHoldMutations;

#[Object]
impl LegalHoldMutations {
    /// Holds a case back from every retention clock, or renews its hold; for the protection lead. Sent again, it
    /// changes nothing but the day.
    async fn legal_hold_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The case, the reason and the day of review.")] input: LegalHoldSetInput,
    ) -> Result<LegalHoldSetPayload, ApiError> {
        let request = request(context);
        let input =
            SetLegalHold { case_id: parse_id(&input.case_id)?, reason: input.reason, review_on: input.review_on.0 };
        let (hold, errors) = settle(set(&request.context, &request.access, input).await, request.language)?;
        Ok(LegalHoldSetPayload { legal_hold: hold.map(LegalHold), errors })
    }

    /// Lifts the hold on a case: its clocks run from where they would be without it.
    async fn legal_hold_lift(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case is to go free.")] input: LegalHoldLiftInput,
    ) -> Result<LegalHoldLiftPayload, ApiError> {
        let request = request(context);
        let lifted = lift(&request.context, &request.access, parse_id(&input.case_id)?).await;
        let (hold, errors) = settle(lifted, request.language)?;
        Ok(LegalHoldLiftPayload { legal_hold: hold.map(LegalHold), errors })
    }
}

/// What holding a case takes.
#[derive(InputObject)]
pub struct LegalHoldSetInput {
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// Why it is held.
    reason: LegalHoldReason,
    /// The day by which somebody looks whether it is still needed: after today, at most a year ahead.
    review_on: Day,
}

/// The hold, or why there is none.
#[derive(SimpleObject)]
pub struct LegalHoldSetPayload {
    /// The hold; null when it was not set.
    legal_hold: Option<LegalHold>,
    /// Why it was not set.
    errors: Vec<LegalHoldSetError>,
}

/// What lifting a hold takes.
#[derive(InputObject)]
pub struct LegalHoldLiftInput {
    /// The case, an id beginning with `cas_`.
    case_id: ID,
}

/// The hold that was, or why it still is.
#[derive(SimpleObject)]
pub struct LegalHoldLiftPayload {
    /// The hold as it was; null when it was not lifted.
    legal_hold: Option<LegalHold>,
    /// Why it was not lifted.
    errors: Vec<LegalHoldLiftError>,
}
