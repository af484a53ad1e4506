//! The referral loop.

use crate::actions::referral::{
    Answer, CreateReferral, RerouteReferral, SendDeclarations, Target, Told, answer, create, reroute, send,
};
use crate::domain::need::Need;
use crate::domain::referral::{Channel, DeclineCode, OutcomeCode, ReferralKind, Urgency};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{
    FromUserError, ReferralAcceptError, ReferralAcknowledgeError, ReferralCompleteError, ReferralCreateError,
    ReferralDeclineError, ReferralNotRealiseError, ReferralRerouteError, ReferralSendError, ReferralStartError,
    ReferralWaitlistError, settle,
};
use async_graphql::{Context, ID, InputObject, Object};

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

    /// Asks another recipient in the place of one who declined, never answered or did not give the service: drafts the
    /// referral and sends it at once. Unless the caller says otherwise it is the next one whom the person has named in the
    /// same conversation; anybody else needs a new consent.
    async fn referral_reroute(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, whom to ask now, and what the sender declares.")] input: ReferralRerouteInput,
    ) -> Result<ReferralReroutePayload, ApiError> {
        let request = request(context);
        let rerouted = reroute(&request.context, &request.access, input.read()?).await;
        let (referral, errors) = settle(rerouted, request.language)?;
        Ok(ReferralReroutePayload { referral: referral.map(Referral::from), errors })
    }

    /// Acknowledges a referral: received, not yet decided. Like every answer it is given by who answers for the recipient,
    /// or recorded by the case's team as it was told.
    async fn referral_acknowledge(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral is acknowledged.")] input: ReferralAcknowledgeInput,
    ) -> Result<ReferralAcknowledgePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, (Answer::Acknowledge, input.told_by_person)).await?;
        Ok(ReferralAcknowledgePayload { referral, errors })
    }

    /// Accepts a referral in principle. Only now the alias and what else the consent allows are told.
    async fn referral_accept(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral is accepted.")] input: ReferralAcceptInput,
    ) -> Result<ReferralAcceptPayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, (Answer::Accept, input.told_by_person)).await?;
        Ok(ReferralAcceptPayload { referral, errors })
    }

    /// Puts a referral on the recipient's waiting list, with the wait that it expects. The sender is free to ask others.
    async fn referral_waitlist(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and for how long.")] input: ReferralWaitlistInput,
    ) -> Result<ReferralWaitlistPayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let waitlist = Answer::Waitlist(input.expected_wait_days);
        let (referral, errors) = answered(context, target, (waitlist, input.told_by_person)).await?;
        Ok(ReferralWaitlistPayload { referral, errors })
    }

    /// Declines a referral with a code, which goes to the sender and never by itself to the person.
    async fn referral_decline(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and why.")] input: ReferralDeclineInput,
    ) -> Result<ReferralDeclinePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) = answered(context, target, (Answer::Decline(input.code), input.told_by_person)).await?;
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
        let (referral, errors) = answered(context, target, (Answer::Start(started_at), input.told_by_person)).await?;
        Ok(ReferralStartPayload { referral, errors })
    }

    /// Ends a referral with its outcome.
    async fn referral_complete(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and what became of it.")] input: ReferralCompleteInput,
    ) -> Result<ReferralCompletePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let (referral, errors) =
            answered(context, target, (Answer::Complete(input.outcome), input.told_by_person)).await?;
        Ok(ReferralCompletePayload { referral, errors })
    }

    /// Ends a referral that was accepted and came to nothing, with its reason.
    async fn referral_not_realise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and why nothing came of it.")] input: ReferralNotRealiseInput,
    ) -> Result<ReferralNotRealisePayload, ApiError> {
        let target = target(&input.referral_id, input.expected_version)?;
        let not_realised = Answer::NotRealise(input.outcome);
        let (referral, errors) = answered(context, target, (not_realised, input.told_by_person)).await?;
        Ok(ReferralNotRealisePayload { referral, errors })
    }
}

pub(super) fn target(id: &ID, expected_version: i64) -> Result<Target, ApiError> {
    Ok(Target { id: parse_id(id)?, expected_version })
}

async fn answered<E: FromUserError>(
    context: &Context<'_>,
    target: Target,
    (answer_given, by_person): (Answer, bool),
) -> Result<(Option<Referral>, Vec<E>), ApiError> {
    let request = request(context);
    let told = Told { answer: answer_given, by_person };
    let (view, errors) = settle(answer(&request.context, &request.access, target, told).await, request.language)?;
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

/// What rerouting takes.
#[derive(InputObject)]
pub struct ReferralRerouteInput {
    /// The referral that came to nothing, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// The caller's own key of this call: sent again, it gives the same referral.
    idempotency_key: String,
    /// The service to be asked, an id beginning with `svc_`; by default the only one of the recipient for this need.
    service_id: Option<ID>,
    /// The consent that carries it, an id beginning with `con_`; by default the next one of the same conversation.
    consent_id: Option<ID>,
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

impl ReferralRerouteInput {
    fn read(self) -> Result<RerouteReferral, ApiError> {
        Ok(RerouteReferral {
            idempotency_key: self.idempotency_key,
            target: target(&self.referral_id, self.expected_version)?,
            service_id: self.service_id.as_ref().map(parse_id).transpose()?,
            consent_id: self.consent_id.as_ref().map(parse_id).transpose()?,
            declared: SendDeclarations {
                channel: self.channel,
                phone_called: self.phone_called,
                capacity_confirmed: self.capacity_confirmed,
            },
        })
    }
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
            /// The person has told it to the case's team, and not the recipient; the recipient cannot say so.
            #[graphql(default)]
            told_by_person: bool,
        }
    )+};
}

inputs! {
    /// What acknowledging takes.
    ReferralAcknowledgeInput {}
    /// What accepting takes.
    ReferralAcceptInput {}
    /// What putting on a waiting list takes.
    ReferralWaitlistInput {
        /// Days until a place is expected, 1 to 730.
        expected_wait_days: i64,
    }
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
    /// What ending without a service takes.
    ReferralNotRealiseInput {
        /// Why nothing came of it.
        outcome: OutcomeCode,
    }
}

payloads! {
    /// The draft, or why there is none.
    ReferralCreatePayload { referral: Referral, ReferralCreateError }
    /// The sent referral, or why it was not sent.
    ReferralSendPayload { referral: Referral, ReferralSendError }
    /// The new referral, sent, or why nobody else was asked.
    ReferralReroutePayload { referral: Referral, ReferralRerouteError }
    /// The acknowledged referral, or why it was not acknowledged.
    ReferralAcknowledgePayload { referral: Referral, ReferralAcknowledgeError }
    /// The accepted referral, or why it was not accepted.
    ReferralAcceptPayload { referral: Referral, ReferralAcceptError }
    /// The referral on its waiting list, or why it was not put there.
    ReferralWaitlistPayload { referral: Referral, ReferralWaitlistError }
    /// The declined referral, or why it was not declined.
    ReferralDeclinePayload { referral: Referral, ReferralDeclineError }
    /// The started referral, or why the start was not recorded.
    ReferralStartPayload { referral: Referral, ReferralStartError }
    /// The completed referral, or why it was not completed.
    ReferralCompletePayload { referral: Referral, ReferralCompleteError }
    /// The ended referral, or why it did not end.
    ReferralNotRealisePayload { referral: Referral, ReferralNotRealiseError }
}
