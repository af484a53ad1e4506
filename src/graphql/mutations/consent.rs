//! Recording a consent, or a conversation about several, and confirming what takes two people.

use crate::actions::consent::{
    Conversation, NamedRecipient, RecordConsent, RecordConversation, record, record_conversation,
};
use crate::actions::protection::consents::confirm;
use crate::domain::consent::{
    Assent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose, ContactRule, Explained,
    Interpreting, RecipientAnswer,
};
use crate::domain::directory::KnownConsequence;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::types::consent::Consent;
use crate::graphql::user_errors::{ConsentConfirmError, ConsentConversationRecordError, ConsentRecordError, settle};
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

    /// Records what a person said of up to three organisations in one conversation: a consent for each that the person
    /// accepted, in the order that the person wants; whom the person refused must not be told.
    async fn consent_conversation_record(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was said.")] input: ConsentConversationRecordInput,
    ) -> Result<ConsentConversationRecordPayload, ApiError> {
        let request = request(context);
        let recorded = record_conversation(&request.context, &request.access, input.read()?).await;
        let (consents, errors) = settle(recorded, request.language)?;
        let consents = consents.map(|consents| consents.into_iter().map(Consent).collect());
        Ok(ConsentConversationRecordPayload { consents, errors })
    }

    /// Confirms what somebody else has recorded in a child's best interests; refused to who recorded it. Somebody of the
    /// case's team does so, or who leads the project. Until then it carries nothing, and it lapses within seven days.
    async fn consent_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which consent is confirmed.")] input: ConsentConfirmInput,
    ) -> Result<ConsentConfirmPayload, ApiError> {
        let request = request(context);
        let confirmed = confirm(&request.context, &request.access, parse_id(&input.consent_id)?).await;
        let (consent, errors) = settle(confirmed, request.language)?;
        Ok(ConsentConfirmPayload { confirmed: consent.is_some(), consent: consent.flatten().map(Consent), errors })
    }
}

/// What is said once in a conversation, and the fields beside it.
macro_rules! said {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[$field_doc:meta])+ $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(InputObject)]
        pub struct $name {
            $($(#[$field_doc])+ $field: $type,)*
            /// The ground of the consent; each age has its own.
            basis: ConsentBasis,
            /// Who gives it; by default whoever usually does on this ground.
            giver: Option<ConsentGiver>,
            /// What the child says, where somebody else consents.
            #[graphql(default_with = "Assent::NotApplicable")]
            assent: Assent,
            /// How it was given.
            modality: ConsentModality,
            /// The language in which it was explained, as a BCP 47 tag.
            language: String,
            /// Who carried the words between two languages.
            #[graphql(default_with = "Interpreting::None")]
            interpreter: Interpreting,
            /// What was explained: at least the risks, the recipients, the right to refuse and withdrawal.
            explained: Vec<Explained>,
            /// Organisations that must not be told, ids beginning with `org_`.
            #[graphql(default)]
            restriction_ids: Vec<ID>,
            /// How the recipient may reach the person.
            #[graphql(default_with = "ContactRule::ViaCaseworker")]
            contact_rule: ContactRule,
            /// When it lapses, at most 365 days ahead; after 90 days unless said, for children after 30. Within 7 where
            /// two people decide.
            expires_at: Option<DateTime>,
        }

        impl $name {
            pub(super) fn conversation(&self) -> Result<Conversation, ApiError> {
                Ok(Conversation {
                    basis: self.basis,
                    given_by: self.giver,
                    assent: self.assent,
                    modality: self.modality,
                    language: self.language.clone(),
                    interpreter: self.interpreter,
                    explained: self.explained.clone(),
                    restrictions: self.restriction_ids.iter().map(parse_id).collect::<Result<_, _>>()?,
                    contact_rule: self.contact_rule,
                    expires_at: self.expires_at.as_ref().map(|time| time.0),
                })
            }
        }
    )+};
}

said! {
    /// What recording a consent takes.
    ConsentRecordInput {
        /// The caller's own key of this call: sent again, it gives the same consent.
        idempotency_key: String,
        /// The case, an id beginning with `cas_`.
        case_id: ID,
        /// The one organisation that may be told, an id beginning with `org_`.
        recipient_id: ID,
        /// What information is told for.
        #[graphql(default_with = "ConsentPurpose::Referral")]
        purpose: ConsentPurpose,
        /// What may be told.
        field_scope: Vec<ConsentField>,
        /// The known consequences of the service that were explained, one by one.
        #[graphql(default)]
        consequences: Vec<KnownConsequence>,
        /// That the recipient's country protects data less was explained, and accepted.
        #[graphql(default)]
        third_country_acknowledged: bool,
    }
    /// What recording a conversation takes.
    ConsentConversationRecordInput {
        /// The caller's own key of this call: sent again, it gives the same consent.
        idempotency_key: String,
        /// The case, an id beginning with `cas_`.
        case_id: ID,
        /// One to three organisations, in the order that the person wants.
        recipients: Vec<ConsentRecipientInput>,
    }
    /// What was said of all recipients of a conversation.
    ConversationInput {}
}

/// What a person said of one organisation.
#[derive(InputObject)]
pub struct ConsentRecipientInput {
    /// The organisation, an id beginning with `org_`.
    recipient_id: ID,
    /// Whether it may be told.
    answer: RecipientAnswer,
    /// What information is told for.
    #[graphql(default_with = "ConsentPurpose::Referral")]
    purpose: ConsentPurpose,
    /// What may be told; nothing of whom the person refused.
    #[graphql(default)]
    field_scope: Vec<ConsentField>,
    /// The known consequences of its service that were explained, one by one.
    #[graphql(default)]
    consequences: Vec<KnownConsequence>,
    /// That its country protects data less was explained, and accepted.
    #[graphql(default)]
    third_country_acknowledged: bool,
}

impl ConsentRecordInput {
    fn read(self) -> Result<RecordConsent, ApiError> {
        Ok(RecordConsent {
            conversation: self.conversation()?,
            case_id: parse_id(&self.case_id)?,
            recipient: NamedRecipient {
                recipient_id: parse_id(&self.recipient_id)?,
                field_scope: self.field_scope,
                purpose: self.purpose,
                consequences: self.consequences,
                third_country_acknowledged: self.third_country_acknowledged,
            },
            idempotency_key: self.idempotency_key,
        })
    }
}

impl ConsentConversationRecordInput {
    fn read(self) -> Result<RecordConversation, ApiError> {
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for named in &self.recipients {
            let recipient_id = parse_id(&named.recipient_id)?;
            match named.answer {
                RecipientAnswer::Refused => refused.push(recipient_id),
                RecipientAnswer::Accepted => accepted.push(NamedRecipient {
                    recipient_id,
                    field_scope: named.field_scope.clone(),
                    purpose: named.purpose,
                    consequences: named.consequences.clone(),
                    third_country_acknowledged: named.third_country_acknowledged,
                }),
            }
        }
        Ok(RecordConversation {
            conversation: self.conversation()?,
            case_id: parse_id(&self.case_id)?,
            accepted,
            refused,
            idempotency_key: self.idempotency_key,
        })
    }
}

/// What confirming a consent takes.
#[derive(InputObject)]
pub struct ConsentConfirmInput {
    /// The consent, an id beginning with `con_`.
    consent_id: ID,
}

/// The consent that was recorded, or why not.
#[derive(SimpleObject)]
pub struct ConsentRecordPayload {
    /// The consent; null when it was not recorded.
    consent: Option<Consent>,
    /// Why it was not recorded.
    errors: Vec<ConsentRecordError>,
}

/// The consents that a conversation came to, or why it was not recorded.
#[derive(SimpleObject)]
pub struct ConsentConversationRecordPayload {
    /// A consent for each organisation that the person accepted, in the order that the person wants; null when nothing was
    /// recorded.
    consents: Option<Vec<Consent>>,
    /// Why nothing was recorded.
    errors: Vec<ConsentConversationRecordError>,
}

/// The consent that was confirmed, or why it was not.
#[derive(SimpleObject)]
pub struct ConsentConfirmPayload {
    /// The consent, for the case's team; null to who leads the project, and when it was not confirmed.
    consent: Option<Consent>,
    /// Whether it is confirmed now.
    confirmed: bool,
    /// Why it was not confirmed.
    errors: Vec<ConsentConfirmError>,
}
