//! Handing a person over, and taking a referral up again.

use super::referral::target;
use crate::actions::referral::{create_answer_code, create_slip, hand_over, present_slip, reopen};
use crate::domain::referral::HandoverMode;
use crate::graphql::error::ApiError;
use crate::graphql::request::request;
use crate::graphql::types::referral::{AnswerCode, HandoverSlip, Referral};
use crate::graphql::user_errors::{
    ReferralAnswerCodeCreateError, ReferralHandOverError, ReferralReopenError, ReferralSlipCreateError,
    ReferralSlipPresentError, settle,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct HandoverMutations;

#[Object]
impl HandoverMutations {
    /// Records that the person was handed over to the recipient that has accepted. The name is told by voice, after the
    /// call phrase, and never here.
    async fn referral_hand_over(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and how.")] input: ReferralHandOverInput,
    ) -> Result<ReferralHandOverPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let handed_over = hand_over(&request.context, &request.access, target, input.mode).await;
        let (referral, errors) = settle(handed_over, request.language)?;
        Ok(ReferralHandOverPayload { referral: referral.map(Referral::from), errors })
    }

    /// Makes the slip that the person carries to the recipient: a code that is used once, within 30 days, and tells
    /// nothing of anybody. Shown in this answer only; a new one takes the place of the last. Refused at severe risk.
    async fn referral_slip_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which referral.")] input: ReferralSlipCreateInput,
    ) -> Result<ReferralSlipCreatePayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let made = create_slip(&request.context, &request.access, target).await;
        let (slip, errors) = settle(made, request.language)?;
        Ok(ReferralSlipCreatePayload { slip: slip.map(HandoverSlip), errors })
    }

    /// Makes the code that the case's team speaks to the recipient of an accepted referral, on a call to the directory's
    /// number: who answers by a link types it to read more than the offer. It is used once, within 72 hours, at severe risk
    /// within 15 minutes, and five wrong tries void it. Shown in this answer only; a new one takes the place of the last.
    async fn referral_answer_code_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which referral.")] input: ReferralAnswerCodeCreateInput,
    ) -> Result<ReferralAnswerCodeCreatePayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let made = create_answer_code(&request.context, &request.access, target).await;
        let (answer_code, errors) = settle(made, request.language)?;
        Ok(ReferralAnswerCodeCreatePayload { answer_code: answer_code.map(AnswerCode), errors })
    }

    /// Takes a person over by the code of the slip that she carries. Whatever makes a code open nothing, the refusal is
    /// the same, and five wrong ones void the slip.
    async fn referral_slip_present(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which referral, and the code.")] input: ReferralSlipPresentInput,
    ) -> Result<ReferralSlipPresentPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let presented = present_slip(&request.context, &request.access, target, &input.code).await;
        let (referral, errors) = settle(presented, request.language)?;
        Ok(ReferralSlipPresentPayload { referral: referral.map(Referral::from), errors })
    }

    /// Takes up again a referral that was completed, or came to nothing: either side within 30 days, who leads the
    /// project also later. Refused without a live consent.
    async fn referral_reopen(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral is reopened.")] input: ReferralReopenInput,
    ) -> Result<ReferralReopenPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let reopened = reopen(&request.context, &request.access, target).await;
        let (referral, errors) = settle(reopened, request.language)?;
        Ok(ReferralReopenPayload { referral: referral.map(Referral::from), errors })
    }
}

/// What handing over takes.
#[derive(InputObject)]
pub struct ReferralHandOverInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// How the person was handed over.
    mode: HandoverMode,
}

/// What making a slip takes.
#[derive(InputObject)]
pub struct ReferralSlipCreateInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
}

/// What making a code to be spoken takes.
#[derive(InputObject)]
pub struct ReferralAnswerCodeCreateInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
}

/// What presenting a slip takes.
#[derive(InputObject)]
pub struct ReferralSlipPresentInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// The eight characters of the slip; case, blanks and dashes do not matter.
    code: String,
}

/// What reopening takes.
#[derive(InputObject)]
pub struct ReferralReopenInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
}

/// The slip, or why there is none.
#[derive(SimpleObject)]
pub struct ReferralSlipCreatePayload {
    /// The slip; null when none was made.
    slip: Option<HandoverSlip>,
    /// Why none was made.
    errors: Vec<ReferralSlipCreateError>,
}

/// The code to be spoken, or why there is none.
#[derive(SimpleObject)]
pub struct ReferralAnswerCodeCreatePayload {
    /// The code; null when none was made.
    answer_code: Option<AnswerCode>,
    /// Why none was made.
    errors: Vec<ReferralAnswerCodeCreateError>,
}

payloads! {
    /// The referral after the handover, or why there was none.
    ReferralHandOverPayload { referral: Referral, ReferralHandOverError }
    /// The referral after the handover, or why the code opens nothing.
    ReferralSlipPresentPayload { referral: Referral, ReferralSlipPresentError }
    /// The reopened referral, or why it stays closed.
    ReferralReopenPayload { referral: Referral, ReferralReopenError }
}
