//! Referring without a consent.

use crate::actions::protection::overrides::{self, RequestOverride};
use crate::domain::consent::ContactRule;
use crate::domain::consent_override::{OverrideBasis, OverrideReason};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::consent_override::ConsentOverride;
use crate::graphql::user_errors::{
    ConsentOverrideConfirmError, ConsentOverrideRequestError, ConsentOverrideTakeBackError, settle,
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct ConsentOverrideMutations;

#[Object]
impl ConsentOverrideMutations {
    /// Asks to refer a case to one recipient without a consent. Somebody else confirms within four hours; whoever
    /// leads the project is told, and keeps it on a list.
    async fn consent_override_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which case, to whom, and why.")] input: ConsentOverrideRequestInput,
    ) -> Result<ConsentOverrideRequestPayload, ApiError> {
        let request = request(context);
        let asked = overrides::request(&request.context, &request.access, input.read()?).await;
        let (held, errors) = settle(asked, request.language)?;
        Ok(ConsentOverrideRequestPayload { consent_override: held.map(ConsentOverride), errors })
    }

    /// Confirms what somebody else of the team asked for; refused to who asked. For 24 hours a referral can be sent on
    /// it, whose recipient reads the offer, and nothing more by accepting it.
    async fn consent_override_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which override is confirmed.")] input: ConsentOverrideConfirmInput,
    ) -> Result<ConsentOverrideConfirmPayload, ApiError> {
        let request = request(context);
        let confirmed =
            overrides::confirm(&request.context, &request.access, parse_id(&input.consent_override_id)?).await;
        let (held, errors) = settle(confirmed, request.language)?;
        Ok(ConsentOverrideConfirmPayload { consent_override: held.map(ConsentOverride), errors })
    }

    /// Takes an override back, alone and at once: every open referral on it ends, and its recipient is asked to delete
    /// what it holds.
    async fn consent_override_take_back(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which override is taken back.")] input: ConsentOverrideTakeBackInput,
    ) -> Result<ConsentOverrideTakeBackPayload, ApiError> {
        let request = request(context);
        let taken =
            overrides::take_back(&request.context, &request.access, parse_id(&input.consent_override_id)?).await;
        let (held, errors) = settle(taken, request.language)?;
        Ok(ConsentOverrideTakeBackPayload { consent_override: held.map(ConsentOverride), errors })
    }
}

/// What asking for an override takes.
#[derive(InputObject)]
pub struct ConsentOverrideRequestInput {
    /// The caller's own key of this call: sent again, it gives the same override.
    idempotency_key: String,
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The one organisation that may be told, an id beginning with `org_`.
    recipient_id: ID,
    /// On what ground it rests.
    basis: OverrideBasis,
    /// Why nobody can be asked; it belongs to the ground.
    reason: OverrideReason,
    /// How the recipient may reach the person.
    #[graphql(default_with = "ContactRule::ViaCaseworker")]
    contact_rule: ContactRule,
}

impl ConsentOverrideRequestInput {
    fn read(self) -> Result<RequestOverride, ApiError> {
        Ok(RequestOverride {
            idempotency_key: self.idempotency_key,
            case_id: parse_id(&self.case_id)?,
            recipient_id: parse_id(&self.recipient_id)?,
            basis: self.basis,
            reason: self.reason,
            contact_rule: self.contact_rule,
        })
    }
}

/// What confirming an override takes.
#[derive(InputObject)]
pub struct ConsentOverrideConfirmInput {
    /// The override, an id beginning with `ovr_`.
    consent_override_id: ID,
}

/// What taking an override back takes.
#[derive(InputObject)]
pub struct ConsentOverrideTakeBackInput {
    /// The override, an id beginning with `ovr_`.
    consent_override_id: ID,
}

/// The override that was asked for, or why it was not.
#[derive(SimpleObject)]
pub struct ConsentOverrideRequestPayload {
    /// The override; null when it was not asked for.
    consent_override: Option<ConsentOverride>,
    /// Why it was not asked for.
    errors: Vec<ConsentOverrideRequestError>,
}

/// The override that was confirmed, or why it was not.
#[derive(SimpleObject)]
pub struct ConsentOverrideConfirmPayload {
    /// The override; null when it was not confirmed.
    consent_override: Option<ConsentOverride>,
    /// Why it was not confirmed.
    errors: Vec<ConsentOverrideConfirmError>,
}

/// The override that was taken back, or why it was not.
#[derive(SimpleObject)]
pub struct ConsentOverrideTakeBackPayload {
    /// The override; null when it was not taken back.
    consent_override: Option<ConsentOverride>,
    /// Why it was not taken back.
    errors: Vec<ConsentOverrideTakeBackError>,
}
