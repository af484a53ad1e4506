//! Referring somebody in one act.

use super::consent::ConversationInput;
use crate::actions::referral::{MakeReferral, NamedService, NewPerson, Referred, SendDeclarations, make};
use crate::domain::consent::{ConsentField, RecipientAnswer};
use crate::domain::directory::KnownConsequence;
use crate::domain::need::Need;
use crate::domain::profile::{AgeBasis, ProtectionFlag};
use crate::domain::referral::{Channel, Urgency};
use crate::domain::sensitive::Sensitive;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::scalars::DateTime;
use crate::graphql::search::ProfileInput;
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{ReferralMakeError, settle};
use async_graphql::{Context, ID, InputObject, Object, OneofObject};

#[derive(Default)]
pub struct ReferralMakeMutations;

#[Object]
impl ReferralMakeMutations {
    /// Refers somebody in one act, all of it or nothing: opens the case unless there is one, records what the person said
    /// of up to three services, drafts the referral to the first that the person accepted, and sends it, or records that it
    /// was called. Where a second person has to confirm the consent, the draft waits. Sent again under the same key after a
    /// connection was cut, it does nothing twice.
    async fn referral_make(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who is referred to whom, and what was said.")] input: ReferralMakeInput,
    ) -> Result<ReferralMakePayload, ApiError> {
        let request = request(context);
        let made = make(&request.context, &request.access, input.read()?).await.map(|made| made.referral);
        let (referral, errors) = settle(made, request.language)?;
        Ok(ReferralMakePayload { referral: referral.map(Referral::from), errors })
    }
}

/// What referring somebody in one act takes.
#[derive(InputObject)]
pub struct ReferralMakeInput {
    /// The caller's own key of this call: sent again, it gives the same referral.
    idempotency_key: String,
    /// Who is referred.
    subject: ReferralSubjectInput,
    /// The need; each service that the person accepted must answer it.
    need: Need,
    /// How urgent it is; a deadline within 72 hours, or a child alone without a place, raises it to urgent, and a
    /// clinical window to an emergency.
    #[graphql(default_with = "Urgency::Normal")]
    urgency: Urgency,
    /// When the service must have begun at the latest.
    needed_by: Option<DateTime>,
    /// What was said of all recipients.
    conversation: ConversationInput,
    /// One to three services of as many organisations, in the order that the person wants.
    recipients: Vec<ReferralRecipientInput>,
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

/// Who is referred: the person of a case that is open, or somebody for whom one is opened.
#[derive(OneofObject)]
pub enum ReferralSubjectInput {
    /// The case, an id beginning with `cas_`.
    CaseId(ID),
    /// What is known of the person.
    Person(ReferredPersonInput),
}

/// What is known of somebody for whom a case is opened.
#[derive(InputObject)]
pub struct ReferredPersonInput {
    /// What is known of the person; the area is needed, the rest may be unknown.
    profile: ProfileInput,
    /// On what the age rests, as far as known.
    age_basis: Option<AgeBasis>,
    /// Protection concerns, as far as known.
    #[graphql(default)]
    protection_flags: Vec<ProtectionFlag>,
    /// The team's own file number, with a digit in it; never a name.
    file_number: Option<String>,
    /// The team that follows the case, one of the viewer's; needed of who is of several.
    team_id: Option<ID>,
}

/// A service that was named to the person, and what the person said of it.
#[derive(InputObject)]
pub struct ReferralRecipientInput {
    /// The service, an id beginning with `svc_`.
    service_id: ID,
    /// The place to be asked, an id beginning with `loc_`, where it matters.
    location_id: Option<ID>,
    /// Whether its organisation may be told.
    answer: RecipientAnswer,
    /// What may be told; nothing of whom the person refused.
    #[graphql(default)]
    field_scope: Vec<ConsentField>,
    /// The known consequences of the service that were explained, one by one.
    #[graphql(default)]
    consequences: Vec<KnownConsequence>,
    /// That its country protects data less was explained, and accepted.
    #[graphql(default)]
    third_country_acknowledged: bool,
}

impl ReferralMakeInput {
    fn read(self) -> Result<MakeReferral, ApiError> {
        Ok(MakeReferral {
            idempotency_key: self.idempotency_key,
            person: self.subject.read()?,
            conversation: self.conversation.conversation()?,
            named: self.recipients.into_iter().map(ReferralRecipientInput::read).collect::<Result<_, _>>()?,
            need: self.need,
            urgency: self.urgency,
            needed_by: self.needed_by.map(|time| time.0),
            declared: SendDeclarations {
                channel: self.channel,
                phone_called: self.phone_called,
                capacity_confirmed: self.capacity_confirmed,
            },
        })
    }
}

impl ReferralSubjectInput {
    fn read(self) -> Result<Referred, ApiError> {
        Ok(match self {
            Self::CaseId(id) => Referred::Known(parse_id(&id)?),
            Self::Person(person) => Referred::New(NewPerson {
                profile: person.profile.into(),
                age_basis: person.age_basis,
                protection_flags: person.protection_flags,
                file_number: person.file_number.map(Sensitive::new),
                team_id: person.team_id.as_ref().map(parse_id).transpose()?,
            }),
        })
    }
}

impl ReferralRecipientInput {
    fn read(self) -> Result<NamedService, ApiError> {
        Ok(NamedService {
            service_id: parse_id(&self.service_id)?,
            location_id: self.location_id.as_ref().map(parse_id).transpose()?,
            answer: self.answer,
            field_scope: self.field_scope,
            consequences: self.consequences,
            third_country_acknowledged: self.third_country_acknowledged,
        })
    }
}

payloads! {
    /// The referral, sent or waiting as a draft for a second person, or why nothing was done.
    ReferralMakePayload { referral: Referral, ReferralMakeError }
}
