//! The view of a message on a referral. All messages of a referral are one field of it, recorded as that.

use super::access::Access;
use super::looking::Looking;
use super::referral_view::ReferralFacts;
use super::table::{Mask, Sight};
use crate::domain::id::MessageId;
use crate::domain::lifecycle::Party;
use crate::domain::message::{Answer, AnswerWord, Message, MessageKind, QuestionTemplate, purge_at};
use crate::domain::profile::Language;
use crate::domain::referral::Referral;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::{Date, Timestamp};

/// A message as one side of its referral may read it.
#[derive(Clone)]
pub struct MessageView {
    /// Identifier.
    pub id: MessageId,
    /// Which side wrote it.
    pub author: Party,
    /// What it is.
    pub kind: MessageKind,
    /// The question of the list.
    pub question: Option<QuestionTemplate>,
    /// Whether the question may be told in words.
    pub is_told_in_words: bool,
    /// The answer, where it is a word.
    pub answer: Option<AnswerWord>,
    /// The answer, where it is a day.
    pub answer_day: Option<Date>,
    /// The answer, where it is a count.
    pub answer_count: Option<u8>,
    /// The answer, where it is a language.
    pub answer_language: Option<Language>,
    /// The text; for a recipient without a live consent the own side's only.
    pub text: Option<Sensitive<String>>,
    /// When it was sent; for a recipient the hour.
    pub sent_at: Timestamp,
    /// When the other side marked it as read; for a recipient the hour.
    pub read_at: Option<Timestamp>,
    /// When it is deleted; the sender's side only.
    pub purge_at: Option<Timestamp>,
}

hidden_debug!(MessageView);

/// What the schema promises of a message.
const PROMISED: [&str; 4] = ["Message.id", "Message.author", "Message.kind", "Message.sentAt"];

/// The messages on a referral, in their order. Whoever is held to the offer reads no texts, not even those of the own side:
/// after an acceptance they speak of a person.
pub(super) fn views(access: &Access, facts: &ReferralFacts<'_>, look: &Looking) -> Vec<MessageView> {
    let is_held = access.is_held_to_the_offer(facts.referral);
    let views = facts.messages.iter().filter_map(|message| view(look, facts.referral, message));
    views.map(|view| MessageView { text: view.text.filter(|_| !is_held), ..view }).collect()
}

fn view(look: &Looking, referral: &Referral, message: &Message) -> Option<MessageView> {
    if !look.sees_all(&PROMISED) {
        return None;
    }
    let by_the_hour = |name, time: Timestamp| match look.sight(name) {
        Sight::Absent => None,
        Sight::Masked(mask) => (mask == Mask::Hour).then(|| time.start_of_hour()),
        Sight::Shown => Some(time),
    };
    let content = &message.content;
    let answer = content.answer.as_ref();
    let text = match look.sight("Message.text") {
        Sight::Masked(Mask::OwnSide) => content.text.clone().filter(|_| message.author == Party::Recipient),
        sight => content.text.clone().filter(|_| sight == Sight::Shown),
    };
    Some(MessageView {
        id: message.id,
        author: message.author,
        kind: message.kind,
        question: look.value("Message.question", content.question),
        is_told_in_words: look.sees("Message.questionInWords"),
        answer: look.value("Message.answer", answer.and_then(Answer::word)),
        answer_day: look.value("Message.answerDay", answer.and_then(Answer::day)),
        answer_count: look.value("Message.answerCount", answer.and_then(Answer::count)),
        answer_language: look.value("Message.answerLanguage", answer.and_then(Answer::language)),
        text,
        sent_at: by_the_hour("Message.sentAt", message.sent_at)?,
        read_at: message.read_at.and_then(|time| by_the_hour("Message.readAt", time)),
        purge_at: look.value("Message.purgeAt", purge_at(referral)),
    })
}
