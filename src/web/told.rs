//! What has happened to a referral and what was written on it, in plain words.

use super::words::Words;
use crate::domain::code::CodeList as _;
use crate::domain::lifecycle::Event;
use crate::domain::referral::{DeclineCode, HandoverMode, OutcomeCode};
use crate::policy::message_view::MessageView;
use crate::policy::referral_view::{ReferralView, TimelineView};
use crate::policy::visible::Visible;

/// One step of a referral.
pub(super) struct Step {
    pub(super) at: String,
    pub(super) text: String,
    /// Whether it came after the page was opened from which somebody sent a form.
    pub(super) is_new: bool,
}

/// One message.
pub(super) struct Said {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) text: String,
    pub(super) is_read: bool,
}

/// The steps so far, oldest first; those behind the first `seen` are new.
pub(super) fn steps(words: Words, view: &Visible<ReferralView>, seen: Option<usize>) -> Vec<Step> {
    let entries = view.reveal(&view.timeline).map_or(&[][..], Vec::as_slice);
    let step = |(number, entry): (usize, &TimelineView)| Step {
        at: words.when(entry.at),
        text: text_of(words, entry),
        is_new: seen.is_some_and(|seen| number >= seen),
    };
    entries.iter().enumerate().map(step).collect()
}

fn text_of(words: Words, entry: &TimelineView) -> String {
    let code = entry.code.as_deref().and_then(|code| match entry.event {
        Event::Decline => DeclineCode::from_code(code).map(|code| words.code("decline", code)),
        Event::HandOver => HandoverMode::from_code(code).map(|mode| words.code("page-handover", mode)),
        Event::Complete | Event::NotRealise => OutcomeCode::from_code(code).map(|code| words.code("outcome", code)),
        _ => None,
    });
    let side = match entry.attested_by {
        Some(attested_by) => words.of_side("said", attested_by),
        None => words.of_side("side", entry.party),
    };
    let step = words.code("step", entry.event);
    match code {
        Some(code) => words.with("step-with-code", &[("step", step), ("code", code), ("by", side)]),
        None => words.with("step-by", &[("step", step), ("by", side)]),
    }
}

/// What was written, oldest first.
pub(super) fn messages(words: Words, view: &Visible<ReferralView>) -> Vec<Said> {
    let messages = view.reveal(&view.messages).map_or(&[][..], Vec::as_slice);
    let said = |message: &MessageView| Said {
        at: words.when(message.sent_at),
        by: words.of_side("side", message.author),
        text: content(words, message),
        is_read: message.author == words.reader || message.read_at.is_some(),
    };
    messages.iter().map(said).collect()
}

fn content(words: Words, message: &MessageView) -> String {
    let question = message.question.filter(|_| message.is_told_in_words).map(|code| words.code("question", code));
    let parts = [
        question,
        message.answer.map(|answer| words.code("reply", answer)),
        message.answer_day.map(|day| day.to_string()),
        message.answer_count.map(|count| count.to_string()),
        message.answer_language.as_ref().map(|tag| words.language_name(tag)),
        message.text.as_ref().map(|text| text.expose().clone()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
