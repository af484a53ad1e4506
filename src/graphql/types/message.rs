//! Messages on a referral.

use crate::domain::lifecycle::Party;
use crate::domain::message::{AnswerWord, MessageKind, QuestionTemplate};
use crate::domain::profile::Language;
use crate::graphql::request::request;
use crate::graphql::scalars::{DateTime, Day};
use crate::i18n::{code_key, text};
use crate::policy::message_view::MessageView;
use async_graphql::{Context, Description, ID, Object};

/// A message on a referral: a coded question or answer before acceptance, a short text after it. It is read by the two
/// sides only.
#[derive(Description)]
pub struct Message(pub MessageView);

#[Object(use_type_description)]
impl Message {
    /// Identifier, beginning with `msg_`.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Which side wrote it.
    async fn author(&self) -> Party {
        self.0.author
    }

    /// What it is.
    async fn kind(&self) -> MessageKind {
        self.0.kind
    }

    /// The question of the list; null for one in own words, and for what is no question.
    async fn question(&self) -> Option<QuestionTemplate> {
        self.0.question
    }

    /// The question of the list in the language asked for.
    async fn question_in_words(&self, context: &Context<'_>) -> Option<String> {
        let question = self.0.question.filter(|_| self.0.is_told_in_words)?;
        Some(text(request(context).language, &code_key("question", question)))
    }

    /// The answer, where it is a word.
    async fn answer(&self) -> Option<AnswerWord> {
        self.0.answer
    }

    /// The answer, where it is a day.
    async fn answer_day(&self) -> Option<Day> {
        self.0.answer_day.map(Day)
    }

    /// The answer, where it is a count.
    async fn answer_count(&self) -> Option<u8> {
        self.0.answer_count
    }

    /// The answer, where it is a language, as a BCP 47 tag.
    async fn answer_language(&self) -> Option<&str> {
        self.0.answer_language.as_ref().map(Language::as_str)
    }

    /// The text; the recipient reads the sender's only while the referral is accepted and its consent is live.
    async fn text(&self) -> Option<&String> {
        self.0.text.as_ref().map(|text| text.expose())
    }

    /// When it was sent; for the recipient the hour.
    async fn sent_at(&self) -> DateTime {
        DateTime(self.0.sent_at)
    }

    /// When the other side marked it as read; for the recipient the hour.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(DateTime)
    }

    /// When it is deleted; null while the referral is open, and for the recipient, who reads none once it has ended.
    async fn purge_at(&self) -> Option<DateTime> {
        self.0.purge_at.map(DateTime)
    }
}
