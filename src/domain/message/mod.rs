//! Messages on a referral: coded questions and answers before acceptance, short linted texts after it.
//!
//! Invariants: before acceptance a sender's words are codes only, so that nothing is told that the offer does not
//! tell; a recipient may type a question, which the linter and a list of words that ask who somebody is must both let
//! through. No question of the list asks who somebody is. A text that the linter would warn of is sent all the same once
//! the referral is accepted: a net, and no guarantee.
//! Start at [`Content`].

mod identity;
mod questions;

pub use identity::{IdentityAsked, identity_asked};
pub use questions::{Answer, AnswerWord, QuestionTemplate};

use super::code::code_list;
use super::disclosure::Stage;
use super::id::{MessageId, ReferralId};
use super::lifecycle::{Party, Status};
use super::linter::{Finding, KnownNumbers, findings};
use super::referral::Referral;
use super::refusal::{InputProblem, Refusal};
use super::retention::{RetentionClock, clock};
use super::sensitive::{Sensitive, hidden_debug};
use super::time::{Date, Timestamp};

/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 500;
/// Most messages of one referral, beyond which only a question that waits is answered: whoever needs more needs a phone.
pub const MOST_MESSAGES: i64 = 100;

code_list! {
    /// What a message is.
    MessageKind {
        Question = "question": "the recipient asks before it decides",
        Answer = "answer": "the sender answers the question",
        Info = "info": "either side writes, once the referral is accepted",
    }
}

/// One message.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// The referral it is on.
    pub referral_id: ReferralId,
    /// The version of the referral that it made, by which messages stand in their order.
    pub version: i64,
    /// Which side wrote it.
    pub author: Party,
    /// What it is.
    pub kind: MessageKind,
    /// What it says.
    pub content: Content,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// When the other side marked it as read.
    pub read_at: Option<Timestamp>,
}

/// What a message says: a question, an answer or a text.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// The question of the list.
    pub question: Option<QuestionTemplate>,
    /// The coded answer.
    pub answer: Option<Answer>,
    /// The text.
    pub text: Option<Sensitive<String>>,
}

hidden_debug!(Message, Content);

/// What a recipient asks before it decides.
#[derive(Clone)]
pub enum Question {
    /// A question of the list.
    Template(QuestionTemplate),
    /// A question in its own words.
    Text(Sensitive<String>),
}

hidden_debug!(Question);

impl Content {
    /// A question. One in own words is refused with whatever in it tells of a person or asks who she is, and with a
    /// question of the list to ask instead.
    pub fn question(question: Question, known: &KnownNumbers) -> Result<Self, Refusal> {
        let typed = match question {
            Question::Template(template) => return Ok(Self { question: Some(template), ..Self::default() }),
            Question::Text(typed) => typed,
        };
        let content = Self::text(typed)?;
        let (findings, asked) = (
            content.findings(known),
            content.text.as_ref().map_or_else(Vec::new, |text| identity_asked(text.expose())),
        );
        if findings.is_empty() && asked.is_empty() {
            return Ok(content);
        }
        let suggestion = identity::instead_of(&findings, &asked);
        Err(Refusal::Text { findings, asked, suggestion })
    }

    /// An answer to a question of the list, or to one in own words, which any answer may fit.
    pub fn answer(answer: Answer, question: Option<QuestionTemplate>, today: Date) -> Result<Self, Refusal> {
        if answer.fits(question, today) {
            Ok(Self { answer: Some(answer), ..Self::default() })
        } else {
            Err(Refusal::input("answer", InputProblem::AnswerOfQuestion))
        }
    }

    /// A text of the right length that people can have typed.
    pub fn text(typed: Sensitive<String>) -> Result<Self, Refusal> {
        let text = typed.expose();
        let problem = if text.trim().is_empty() {
            Some(InputProblem::TextEmpty)
        } else if text.chars().count() > LONGEST_TEXT {
            Some(InputProblem::MessageTooLong)
        } else if text.chars().any(|c| c.is_control() && c != '\n') {
            Some(InputProblem::UnusableText)
        } else {
            None
        };
        match problem {
            Some(problem) => Err(Refusal::input("text", problem)),
            None => Ok(Self { text: Some(typed), ..Self::default() }),
        }
    }

    /// What the linter finds in the text, each kind once.
    pub fn findings(&self, known: &KnownNumbers) -> Vec<Finding> {
        let hits = self.text.as_ref().map_or_else(Vec::new, |text| findings(text.expose(), known));
        let mut kinds: Vec<Finding> = hits.into_iter().map(|hit| hit.finding).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }
}

/// Refuses a text on a referral that is not accepted, or whose consent is no longer live, or whose recipient reads
/// nothing here. One refusal for all, so that it tells nobody why a referral was closed (ruling R10).
pub fn check_may_write(referral: &Referral, stage: Stage) -> Result<(), Refusal> {
    if referral.is_told_electronically() && matches!(stage, Stage::Accepted | Stage::Handover) {
        Ok(())
    } else {
        Err(Refusal::input("referralId", InputProblem::NotAcceptedNow))
    }
}

/// Whether the messages of a referral in this state are deleted at once: nobody speaks of it any more (P-07).
pub const fn ends_at_once(status: Status) -> bool {
    matches!(status, Status::Cancelled | Status::Withdrawn | Status::EnteredInError)
}

/// When the messages of a referral are deleted; `None` while it is open.
pub fn purge_at(referral: &Referral) -> Option<Timestamp> {
    let days = clock(RetentionClock::Message)?.days;
    referral.status.is_terminal().then(|| referral.status_at.plus_days(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Sensitive<String> {
        Sensitive::new(text.to_owned())
    }

    fn refused(question: &str) -> Option<(Vec<Finding>, Vec<IdentityAsked>, QuestionTemplate)> {
        let known = KnownNumbers::of(["+33199000001", "desk@example.org"]);
        match Content::question(Question::Text(typed(question)), &known) {
            Ok(_) => None,
            Err(Refusal::Text { findings, asked, suggestion }) => Some((findings, asked, suggestion)),
            Err(other) => panic!("{question}: {other:?}"),
        }
    }

    #[test]
    fn a_question_that_tells_or_asks_who_somebody_is_is_refused_with_another_to_ask() {
        use IdentityAsked::{Contact, Name};
        use QuestionTemplate::{ComesAlone, DocumentAtHand, OtherServiceInvolved, RemotePossible};
        let rows: [(&str, &[Finding], &[IdentityAsked], QuestionTemplate); 5] = [
            ("full name and phone?", &[], &[Name, Contact], OtherServiceInvolved),
            ("Joignable au 06 12 34 56 78 ?", &[Finding::Phone], &[], RemotePossible),
            ("née le 12/03/1990 ?", &[Finding::BirthDate], &[], DocumentAtHand),
            ("Elle dort au 12 rue Haute ?", &[Finding::StreetNumber], &[], ComesAlone),
            ("C'est bien Mme Diallo ?", &[Finding::TitledName], &[], OtherServiceInvolved),
        ];
        for (text, findings, asked, suggestion) in rows {
            assert_eq!(refused(text), Some((findings.to_vec(), asked.to_vec(), suggestion)), "{text}");
        }
        for text in
            ["Peut-elle venir avant 10 h ?", "Call +33 1 99 00 00 01 or desk@example.org", "هل تحتاج إلى مرافق؟"]
        {
            assert_eq!(refused(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_has_something_to_read_and_an_end() {
        let rows = [
            ("", Some(InputProblem::TextEmpty)),
            (" \n ", Some(InputProblem::TextEmpty)),
            ("two\nlines", None),
            ("a\u{0}b", Some(InputProblem::UnusableText)),
            ("a\tb", Some(InputProblem::UnusableText)),
            ("a\u{7f}b", Some(InputProblem::UnusableText)),
        ];
        for (text, problem) in rows {
            let refusal = Content::text(typed(text)).err();
            assert_eq!(refusal, problem.map(|problem| Refusal::input("text", problem)), "{text:?}");
        }
        assert!(Content::text(typed(&"ع".repeat(500))).is_ok());
        assert!(Content::text(typed(&"ع".repeat(501))).is_err());
    }
}
