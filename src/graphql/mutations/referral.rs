//! The referral loop.

use crate::actions::referral::{Answer, CreateReferral, SendDeclarations, Target, answer, create, send};
use crate::domain::need::Need;
use crate::domain::referral::{Channel, DeclineCode, OutcomeCode, ReferralKind, Urgency};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{
    FromUserError, ReferralAcceptError, ReferralAcknowledgeError, ReferralCompleteError, ReferralCreateError,
    ReferralDeclineError, ReferralSendError, ReferralStartError, settle,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct ReferralMutations;

#[Object]
impl ReferralMutations {
    /// Drafts a referral of a case to a service, under a consent. Nothing is told to anybody yet.
    async fn referral_create(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, service and need.")] input: ReferralCreateInput,
    ) -> Result<ReferralCreatePayload, ApiError> {
        let request = request(context);
        let created = create(&request.context, &request.access, input.read()?).await;
        let (referral, errors) = settle(created, request.language)?;
        Ok(ReferralCreatePayload { referral: referral.map(Referral::from), errors })
    }

    /// Sends a draft: the recipient reads the offer from now on. Or records that the recipient was called, and then
    /// nothing is sent. Refused without a live consent that names the recipient and every field that the offer tells.
    async fn referral_send(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and what the sender declares.")] input: ReferralSendInput,
    ) -> Result<ReferralSendPayload, ApiError> {
        let request = request(context);
        let declared = SendDeclarations {
            channel: input.channel,
            phone_called: input.phone_called,
            capacity_confirmed: input.capacity_confirmed,
        };
        let target = target(&input.referral_id, input.expected_version)?;
        let sent = send(&request.context, &request.access, target, declared).await;
        let (referral, errors) = settle(sent, request.language)?;
        Ok(ReferralSendPayload { referral: referral.map(Referral::from), errors })
    }

    /// Acknowledges a referral to the viewer's organisation: received, not yet decided.
    async fn referral_acknowledge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral is acknowledged.")] input: ReferralAcknowledgeInput,
    ) -> Result<ReferralAcknowledgePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, Answer::Acknowledge).await?;
        Ok(ReferralAcknowledgePayload { referral, errors })
    }

    /// Accepts a referral in principle. Only now the alias and what else the consent allows are told.
    async fn referral_accept(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral is accepted.")] input: ReferralAcceptInput,
    ) -> Result<ReferralAcceptPayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, Answer::Accept).await?;
        Ok(ReferralAcceptPayload { referral, errors })
    }

    /// Declines a referral with a code, which goes to the sender and never by itself to the person.
    async fn referral_decline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and why.")] input: ReferralDeclineInput,
    ) -> Result<ReferralDeclinePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, Answer::Decline(input.code)).await?;
        Ok(ReferralDeclinePayload { referral, errors })
    }

    /// Records that the service began.
    async fn referral_start(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and since when.")] input: ReferralStartInput,
    ) -> Result<ReferralStartPayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let started_at = input.service_started_at.map_or(request(context).now, |time| time.0);
        let (referral, errors) = answered(context, target, Answer::Start(started_at)).await?;
        Ok(ReferralStartPayload { referral, errors })
    }

    /// Ends a referral with its outcome.
    async fn referral_complete(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and what became of it.")] input: ReferralCompleteInput,
    ) -> Result<ReferralCompletePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, Answer::Complete(input.outcome)).await?;
        Ok(ReferralCompletePayload { referral, errors })
    }
}

pub(super) fn target(id: &ID, expected_version: i64) -> Result<Target, ApiError> {
    Ok(Target { id: parse_id(id)?, expected_version })
}

async fn answered<E: FromUserError>(
    context: &Context<'_>,
    target: Target,
    given: Answer,
) -> Result<(Option<Referral>, Vec<E>), ApiError> {
    let request = request(context);
    let (view, errors) = settle(answer(&request.context, &request.access, target, given).await, request.language)?;
    Ok((view.map(Referral::from), errors))
}

/// What drafting a referral takes.
#[derive(InputObject)]
pub struct ReferralCreateInput {
    /// The caller's own key of this call: sent again, it gives the same referral.
    idempotency_key: String,
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The service to be asked, an id beginning with `svc_`.
    service_id: ID,
    /// The place to be asked, an id beginning with `loc_`, where it matters.
    location_id: Option<ID>,
    /// What it asks of the recipient.
    #[graphql(default_with = "ReferralKind::Referral")]
    kind: ReferralKind,
    /// The ended referral that it asks about, an id beginning with `ref_`; for a follow-up, and nothing else.
    follows: Option<ID>,
    /// The need; the service must answer it.
    need: Need,
    /// How urgent it is; a deadline within 72 hours, or a child alone without a place, raises it to urgent, and a
    /// clinical window to an emergency.
    #[graphql(default_with = "Urgency::Normal")]
    urgency: Urgency,
    /// When the service must have begun at the latest.
    needed_by: Option<DateTime>,
    /// The consent that carries it, an id beginning with `con_`.
    consent_id: ID,
}

impl ReferralCreateInput {
    fn read(self) -> Result<CreateReferral, ApiError> {
        Ok(CreateReferral {
            idempotency_key: self.idempotency_key,
            case_id: parse_id(&self.case_id)?,
            service_id: parse_id(&self.service_id)?,
            location_id: self.location_id.as_ref().map(parse_id).transpose()?,
            kind: self.kind,
            follows: self.follows.as_ref().map(parse_id).transpose()?,
            need: self.need,
            urgency: self.urgency,
            needed_by: self.needed_by.map(|time| time.0),
            consent_id: parse_id(&self.consent_id)?,
        })
    }
}

/// What sending takes.
#[derive(InputObject)]
pub struct ReferralSendInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// How it reaches the recipient. Who was called need not be vetted, reads nothing, and answers to the caller.
    #[graphql(default_with = "Channel::Electronic")]
    channel: Channel,
    /// The recipient was called first; an emergency needs it.
    #[graphql(default)]
    phone_called: bool,
    /// Send in spite of a full service or an unknown capacity.
    #[graphql(default)]
    capacity_confirmed: bool,
}

macro_rules! inputs {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(InputObject)]
        pub struct $name {
            /// The referral, an id beginning with `ref_`.
            referral_id: ID,
            /// The version that the caller has read.
            expected_version: i64,
            $($(#[doc = $field_doc])+ $field: $type,)*
        }
    )+};
}

inputs! {
    /// What acknowledging takes.
    ReferralAcknowledgeInput {}
    /// What accepting takes.
    ReferralAcceptInput {}
    /// What declining takes.
    ReferralDeclineInput {
        /// Why it is declined.
        code: DeclineCode,
    }
    /// What recording a start takes.
    ReferralStartInput {
        /// When the service began, between the sending and now; now unless said.
        service_started_at: Option<DateTime>,
    }
    /// What completing takes.
    ReferralCompleteInput {
        /// What became of it.
        outcome: OutcomeCode,
    }
}

macro_rules! payloads {
    ($($(#[doc = $doc:literal])+ $name:ident($error:ty))+) => {$(
        $(#[doc = $doc])+
        #[derive(SimpleObject)]
        pub struct $name {
            /// The referral after the act; null when it did not happen.
            referral: Option<Referral>,
            /// Why it did not happen.
            errors: Vec<$error>,
        }
    )+};
}

payloads! {
    /// The draft, or why there is none.
    ReferralCreatePayload(ReferralCreateError)
    /// The sent referral, or why it was not sent.
    ReferralSendPayload(ReferralSendError)
    /// The acknowledged referral, or why it was not acknowledged.
    ReferralAcknowledgePayload(ReferralAcknowledgeError)
    /// The accepted referral, or why it was not accepted.
    ReferralAcceptPayload(ReferralAcceptError)
    /// The declined referral, or why it was not declined.
    ReferralDeclinePayload(ReferralDeclineError)
    /// The started referral, or why the start was not recorded.
    ReferralStartPayload(ReferralStartError)
    /// The completed referral, or why it was not completed.
    ReferralCompletePayload(ReferralCompleteError)
}
