//! The questions that a recipient may ask before it decides, and the answers that they take.

use crate::domain::code::code_list;
use crate::domain::profile::Language;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Date;
use chrono::Days;

code_list! {
    /// What a recipient may ask before it decides. No question asks who the person is, nor how she is.
    QuestionTemplate {
        SpokenLanguage = "spoken_language": "in which language is she to be received",
        InterpreterNeeded = "interpreter_needed": "is an interpreter needed",
        EscortNeeded = "escort_needed": "does she need somebody to come with her",
        ComesAlone = "comes_alone": "can she come by herself",
        StepFreeNeeded = "step_free_needed": "does she need a place without steps",
        FareNeeded = "fare_needed": "does she need the fare",
        WorkingHours = "working_hours": "can she come on a weekday, during the day",
        RemotePossible = "remote_possible": "could a first talk be held at your office by phone or video",
        LatestDay = "latest_day": "by which day at the latest",
        DocumentAtHand = "document_at_hand": "is a document about this need at hand; not which, and no number",
        ChildrenAlong = "children_along": "how many children come with her",
        OtherServiceInvolved = "other_service_involved": "is another service already helping with this need",
        StillNeeded = "still_needed": "is it still needed",
    }
}

code_list! {
    /// An answer that is a word.
    AnswerWord {
        Yes = "yes": "it is so",
        No = "no": "it is not so",
        NotKnown = "not_known": "nobody knows it",
        AskByPhone = "ask_by_phone": "this is better said by phone: call the sender",
    }
}

/// Most that a count may tell.
const HIGHEST_COUNT: u8 = 20;
/// How far ahead a day may lie: a day that is told is one to come, and never one of birth.
const DAYS_AHEAD: Days = Days::new(730);

/// A coded answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// A word.
    Word(AnswerWord),
    /// A day to come.
    Day(Date),
    /// How many, from 0 to 20.
    Count(u8),
    /// A language.
    Language(Language),
}

hidden_debug!(Answer);

impl Answer {
    /// The word that it is.
    pub const fn word(&self) -> Option<AnswerWord> {
        if let Self::Word(word) = self { Some(*word) } else { None }
    }

    /// The day that it names.
    pub const fn day(&self) -> Option<Date> {
        if let Self::Day(day) = self { Some(*day) } else { None }
    }

    /// The count that it tells.
    pub const fn count(&self) -> Option<u8> {
        if let Self::Count(count) = self { Some(*count) } else { None }
    }

    /// The language that it names.
    pub fn language(&self) -> Option<Language> {
        if let Self::Language(language) = self { Some(language.clone()) } else { None }
    }

    /// Whether it is an answer to this question, or to one that is not of the list.
    pub(super) fn fits(&self, question: Option<QuestionTemplate>, today: Date) -> bool {
        use QuestionTemplate::{ChildrenAlong, LatestDay, SpokenLanguage};
        let is_of = |wanted| question.is_none_or(|question| question == wanted);
        match self {
            Self::Word(AnswerWord::NotKnown | AnswerWord::AskByPhone) => true,
            Self::Word(AnswerWord::Yes | AnswerWord::No) => {
                !matches!(question, Some(ChildrenAlong | LatestDay | SpokenLanguage))
            }
            Self::Day(day) => is_of(LatestDay) && *day >= today && Some(*day) <= today.checked_add_days(DAYS_AHEAD),
            Self::Count(count) => is_of(ChildrenAlong) && *count <= HIGHEST_COUNT,
            Self::Language(_) => is_of(SpokenLanguage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;
    use crate::domain::message::identity_asked;

    #[test]
    fn an_answer_fits_its_question() {
        let day = |text: &str| Answer::Day(text.parse().expect("a day"));
        let today = "2026-11-23".parse().expect("a day");
        use AnswerWord::{AskByPhone, No, NotKnown, Yes};
        use QuestionTemplate::{ChildrenAlong, EscortNeeded, LatestDay, SpokenLanguage};
        let language = || Answer::Language(Language::parse("ti").expect("a tag"));
        let rows = [
            (Answer::Word(Yes), Some(EscortNeeded), true),
            (Answer::Word(No), Some(LatestDay), false),
            (Answer::Word(NotKnown), Some(LatestDay), true),
            (Answer::Word(AskByPhone), Some(ChildrenAlong), true),
            (Answer::Count(20), Some(ChildrenAlong), true),
            (Answer::Count(21), Some(ChildrenAlong), false),
            (Answer::Count(2), Some(EscortNeeded), false),
            (language(), Some(SpokenLanguage), true),
            (language(), Some(ChildrenAlong), false),
            (day("2026-11-23"), Some(LatestDay), true),
            (day("2026-11-22"), Some(LatestDay), false),
            (day("2028-11-22"), Some(LatestDay), true),
            (day("2028-11-23"), Some(LatestDay), false),
            (day("1990-03-12"), None, false),
            (day("2026-12-01"), None, true),
            (Answer::Word(Yes), None, true),
        ];
        for (answer, question, fits) in rows {
            assert_eq!(answer.fits(question, today), fits, "{question:?}");
        }
    }

    #[test]
    fn no_question_of_the_list_asks_who_somebody_is() {
        for question in QuestionTemplate::ALL.iter().filter(|question| **question != QuestionTemplate::RemotePossible) {
            assert!(identity_asked(question.definition()).is_empty(), "{question}");
        }
    }
}
