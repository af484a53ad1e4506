//! Recording a consent.

use crate::actions::consent::{RecordConsent, record};
use crate::domain::consent::{ConsentBasis, ConsentField, ConsentModality, ContactRule, Explained};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::consent::Consent;
use crate::graphql::user_errors::{ConsentRecordError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct ConsentMutations;

#[Object]
impl ConsentMutations {
    /// Records what a person agreed to have told to one organisation. A consent for one recipient never
    /// authorises another.
    async fn consent_record(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was agreed.")] input: ConsentRecordInput,
    ) -> Result<ConsentRecordPayload, ApiError> {
        let request = request(context);
        let recorded = record(&request.context, &request.access, input.read()?).await;
        let (consent, errors) = settle(recorded, request.language)?;
        Ok(ConsentRecordPayload { consent: consent.map(Consent), errors })
    }
}

/// What recording a consent takes.
#[derive(InputObject)]
pub struct ConsentRecordInput {
    /// The caller's own key of this call: sent again, it gives the same consent.
    idempotency_key: String,
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The one organisation that may be told, an id beginning with `org_`.
    recipient_id: ID,
    /// The ground of the consent.
    basis: ConsentBasis,
    /// What may be told.
    field_scope: Vec<ConsentField>,
    /// How it was given.
    modality: ConsentModality,
    /// The language in which it was explained, as a BCP 47 tag.
    language: String,
    /// What was explained: at least the risks, the recipients, the right to refuse and withdrawal.
    explained: Vec<Explained>,
    /// How the recipient may reach the person.
    #[graphql(default_with = "ContactRule::ViaCaseworker")]
    contact_rule: ContactRule,
    /// When it lapses, at most 365 days ahead; after 90 days unless said, for children after 30.
    expires_at: Option<DateTime>,
}

impl ConsentRecordInput {
    fn read(self) -> Result<RecordConsent, ApiError> {
        Ok(RecordConsent {
            idempotency_key: self.idempotency_key,
            case_id: parse_id(&self.case_id)?,
            recipient_id: parse_id(&self.recipient_id)?,
            basis: self.basis,
            field_scope: self.field_scope,
            modality: self.modality,
            language: self.language,
            explained: self.explained,
            contact_rule: self.contact_rule,
            expires_at: self.expires_at.map(|time| time.0),
        })
    }
}

/// The consent that was recorded, or why not.
#[derive(SimpleObject)]
pub struct ConsentRecordPayload {
    /// The consent; null when it was not recorded.
    consent: Option<Consent>,
    /// Why it was not recorded.
    errors: Vec<ConsentRecordError>,
}
