//! Messages on a referral.

use super::referral::target;
use crate::actions::referral::{TypedAnswer, answer_question, ask, mark_messages_read, send_message};
use crate::domain::linter::Finding;
use crate::domain::message::{AnswerWord, Question, QuestionTemplate};
use crate::graphql::error::ApiError;
use crate::graphql::request::request;
use crate::graphql::scalars::Day as DayScalar;
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{
    ReferralAnswerQuestionError, ReferralAskError, ReferralMessageSendError, ReferralMessagesReadError, settle,
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};

#[derive(Default)]
pub struct MessageMutations;

#[Object]
impl MessageMutations {
    /// Asks the sender something before deciding on an acknowledged referral: a question of the list, or one in own words
    /// that neither tells nor asks who the person is.
    async fn referral_ask(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and what is asked.")] input: ReferralAskInput,
    ) -> Result<ReferralAskPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let asked = ask(&request.context, &request.access, target, input.question.read()).await;
        let (referral, errors) = settle(asked, request.language)?;
        Ok(ReferralAskPayload { referral: referral.map(Referral::from), errors })
    }

    /// Answers the recipient's question by a code, so that nothing is told that the offer does not tell.
    async fn referral_answer_question(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and the answer.")] input: ReferralAnswerQuestionInput,
    ) -> Result<ReferralAnswerQuestionPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let answered = answer_question(&request.context, &request.access, target, input.answer.read()).await;
        let (referral, errors) = settle(answered, request.language)?;
        Ok(ReferralAnswerQuestionPayload { referral: referral.map(Referral::from), errors })
    }

    /// Sends a short text to the other side of an accepted referral. What may tell of a person is sent and named.
    async fn referral_message_send(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and what is said.")] input: ReferralMessageSendInput,
    ) -> Result<ReferralMessageSendPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let sent = send_message(&request.context, &request.access, target, input.text.into()).await;
        let (sent, errors) = settle(sent, request.language)?;
        let (referral, warnings) = sent.map_or((None, Vec::new()), |(view, warnings)| (Some(view.into()), warnings));
        Ok(ReferralMessageSendPayload { referral, warnings, errors })
    }

    /// Marks what the other side has written as read.
    async fn referral_messages_read(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Of which referral, by the version that was read.")] input: ReferralMessagesReadInput,
    ) -> Result<ReferralMessagesReadPayload, ApiError> {
        let request = request(context);
        let target = target(&input.referral_id, input.expected_version)?;
        let marked = mark_messages_read(&request.context, &request.access, target).await;
        let (referral, errors) = settle(marked, request.language)?;
        Ok(ReferralMessagesReadPayload { referral: referral.map(Referral::from), errors })
    }
}

/// What asking takes.
#[derive(InputObject)]
pub struct ReferralAskInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// What is asked.
    question: QuestionInput,
}

/// What is asked: a question of the list or, where none fits, one in own words.
#[derive(OneofObject)]
pub enum QuestionInput {
    /// A question of the list.
    Template(QuestionTemplate),
    /// A question in own words, of at most 500 characters.
    Text(String),
}

impl QuestionInput {
    fn read(self) -> Question {
        match self {
            Self::Template(template) => Question::Template(template),
            Self::Text(text) => Question::Text(text.into()),
        }
    }
}

/// What answering a question takes.
#[derive(InputObject)]
pub struct ReferralAnswerQuestionInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// The answer, of the kind that the question asks for.
    answer: QuestionAnswerInput,
}

/// A coded answer.
#[derive(OneofObject)]
pub enum QuestionAnswerInput {
    /// One of a few words.
    Word(AnswerWord),
    /// A day, from today on for two years.
    Day(DayScalar),
    /// How many, from 0 to 20.
    Count(i32),
    /// A language, as a BCP 47 tag.
    Language(String),
}

impl QuestionAnswerInput {
    fn read(self) -> TypedAnswer {
        match self {
            Self::Word(word) => TypedAnswer::Word(word),
            Self::Day(day) => TypedAnswer::Day(day.0),
            Self::Count(count) => TypedAnswer::Count(count),
            Self::Language(tag) => TypedAnswer::Language(tag),
        }
    }
}

/// What sending a message takes.
#[derive(InputObject)]
pub struct ReferralMessageSendInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
    /// What is said, in at most 500 characters. No name, number or address of a person: these are said by phone.
    text: String,
}

/// What marking messages as read takes.
#[derive(InputObject)]
pub struct ReferralMessagesReadInput {
    /// The referral, an id beginning with `ref_`.
    referral_id: ID,
    /// The version that the caller has read.
    expected_version: i64,
}

/// The message as sent with its referral, what it may tell of a person, or why it was not sent.
#[derive(SimpleObject)]
pub struct ReferralMessageSendPayload {
    /// The referral after the act; null when it did not happen.
    referral: Option<Referral>,
    /// What in the text may tell of a person; it is sent all the same.
    warnings: Vec<Finding>,
    /// Why it did not happen.
    errors: Vec<ReferralMessageSendError>,
}

payloads! {
    /// The referral that waits for the answer, or why nothing was asked.
    ReferralAskPayload { referral: Referral, ReferralAskError }
    /// The referral with the answer, or why it was not answered.
    ReferralAnswerQuestionPayload { referral: Referral, ReferralAnswerQuestionError }
    /// The referral with its messages as read, or why they were not marked.
    ReferralMessagesReadPayload { referral: Referral, ReferralMessagesReadError }
}
