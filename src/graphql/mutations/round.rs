//! Offering one need to several services at once.

use crate::actions::referral::{OfferToFirst, offer_to_first};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{ReferralOfferToFirstError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct RoundMutations;

#[Object]
impl RoundMutations {
    /// Sends two or three drafts of one case and one need at once, each to another service and on a consent of its own: all
    /// of them, or none. The first recipient to accept has it; the others are closed, and learn nothing of why.
    async fn referral_offer_to_first(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which drafts, and what the sender declares of all of them.")]
        input: ReferralOfferToFirstInput,
    ) -> Result<ReferralOfferToFirstPayload, ApiError> {
        let request = request(context);
        let drafts = input.referrals.iter().map(|draft| Ok((parse_id(&draft.referral_id)?, draft.expected_version)));
        let input = OfferToFirst {
            idempotency_key: input.idempotency_key,
            drafts: drafts.collect::<Result<_, ApiError>>()?,
            phone_called: input.phone_called,
            capacity_confirmed: input.capacity_confirmed,
        };
        let offered = offer_to_first(&request.context, &request.access, input).await;
        let (referrals, errors) = settle(offered, request.language)?;
        let referrals = referrals.map(|views| views.into_iter().map(Referral::from).collect());
        Ok(ReferralOfferToFirstPayload { referrals, errors })
    }
}

/// What offering to the first who accepts takes.
#[derive(InputObject)]
pub struct ReferralOfferToFirstInput {
    /// The caller's own key of this call: sent again, it gives the same referrals.
    idempotency_key: String,
    /// The drafts, two or three.
    referrals: Vec<OfferedDraftInput>,
    /// Every recipient was called first; an emergency needs it.
    #[graphql(default)]
    phone_called: bool,
    /// Send in spite of full services or unknown capacities.
    #[graphql(default)]
    capacity_confirmed: bool,
}

/// A draft to be offered with others.
#[derive(InputObject)]
pub struct OfferedDraftInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
}

/// The referrals that were sent, or why none was.
#[derive(SimpleObject)]
pub struct ReferralOfferToFirstPayload {
    /// The referrals of the round; null when they were not sent.
    referrals: Option<Vec<Referral>>,
    /// Why they were not sent.
    errors: Vec<ReferralOfferToFirstError>,
}
