//! What a recipient may do with a referral now, as forms: a few answers of which none is chosen, what belongs to them,
//! and a button. One of its names says what a sent form is; the act is read back from the same lists.

use super::reasons_to_decline;
use crate::domain::code::CodeList as _;
use crate::domain::disclosure::Stage;
use crate::domain::lifecycle::{Event, Party, Status, next};
use crate::domain::message::QuestionTemplate;
use crate::domain::referral::OutcomeCode;
use crate::policy::referral_view::ReferralStatus;
use crate::web::act::{Act, FieldKind, Forms, Kept};
use crate::web::words::Words;

/// The state of a referral, as far as it decides what may be done.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) status: ReferralStatus,
    pub(super) stage: Stage,
    pub(super) has_unread: bool,
}

impl Standing {
    /// Whether the table of transitions lets a recipient do this now.
    fn may(self, event: Event) -> bool {
        match self.status {
            ReferralStatus::Known(status) => next(Some(status), event, Party::Recipient).is_ok(),
            ReferralStatus::Closed => false,
        }
    }

    /// Whether texts go with it now.
    fn may_write(self) -> bool {
        matches!(self.stage, Stage::Accepted | Stage::Handover)
    }
}

/// What becomes of it by this outcome now, if anything does.
pub(super) fn event_of(status: Status, outcome: OutcomeCode) -> Option<Event> {
    let may = |event| next(Some(status), event, Party::Recipient).is_ok();
    if outcome.is_of_completion() && may(Event::Complete) {
        Some(Event::Complete)
    } else {
        Some(Event::NotRealise).filter(|event| outcome.is_of_failure() && may(*event))
    }
}

/// The forms of a page, with what was typed in the one that was not accepted.
pub(super) fn forms(words: Words, standing: Standing, kept: Option<&Kept<'_>>) -> Vec<Act> {
    let make = Maker { forms: Forms { words, kept }, standing };
    let forms = [
        make.decide(),
        make.waitlist(),
        make.decline(),
        make.ask(),
        make.slip(),
        make.start(),
        make.outcome(),
        make.read(),
        make.message(),
    ];
    forms.into_iter().flatten().collect()
}

struct Maker<'a> {
    forms: Forms<'a>,
    standing: Standing,
}

impl Maker<'_> {
    fn decide(&self) -> Option<Act> {
        let choices = [("acknowledge", Event::Acknowledge), ("accept", Event::Accept)];
        let possible = choices.into_iter().filter(|(_, event)| self.standing.may(*event));
        let choices: Vec<_> =
            possible.map(|(code, _)| (code, self.forms.words.text(&format!("choice-{code}")))).collect();
        (!choices.is_empty())
            .then(|| Act { is_open: true, ..self.forms.form("decide", Some("hint-decide"), choices, None) })
    }

    fn waitlist(&self) -> Option<Act> {
        let is_possible = self.standing.may(Event::Waitlist);
        is_possible.then(|| self.forms.form("waitlist", None, Vec::new(), Some(("field-days", FieldKind::Days))))
    }

    fn decline(&self) -> Option<Act> {
        let choices =
            || reasons_to_decline().map(|code| (code.code(), self.forms.words.code("decline", code))).collect();
        self.standing.may(Event::Decline).then(|| self.forms.form("decline", None, choices(), None))
    }

    fn ask(&self) -> Option<Act> {
        let choices = || {
            let of_list =
                QuestionTemplate::ALL.iter().map(|code| (code.code(), self.forms.words.code("question", *code)));
            of_list.chain([(OWN_WORDS, self.forms.words.text("choice-own-words"))]).collect()
        };
        let field = Some(("field-question", FieldKind::Text));
        self.standing.may(Event::Ask).then(|| self.forms.form("ask", Some("hint-ask"), choices(), field))
    }

    fn slip(&self) -> Option<Act> {
        let field = Some(("field-slip", FieldKind::Code));
        self.standing.may(Event::HandOver).then(|| self.forms.form("slip", None, Vec::new(), field))
    }

    fn start(&self) -> Option<Act> {
        let choices =
            [(NOW, "choice-now"), (ON_DAY, "choice-on-day")].map(|(code, key)| (code, self.forms.words.text(key)));
        let field = Some(("field-day", FieldKind::Day));
        self.standing.may(Event::Start).then(|| self.forms.form("start", None, choices.into(), field))
    }

    fn outcome(&self) -> Option<Act> {
        let ReferralStatus::Known(status) = self.standing.status else { return None };
        let possible = OutcomeCode::ALL.iter().filter(|code| event_of(status, **code).is_some());
        let choices: Vec<_> = possible.map(|code| (code.code(), self.forms.words.code("outcome", *code))).collect();
        (!choices.is_empty()).then(|| self.forms.form("outcome", None, choices, None))
    }

    fn read(&self) -> Option<Act> {
        let choices = || vec![("read", self.forms.words.text("choice-read"))];
        self.standing.has_unread.then(|| self.forms.form("read", None, choices(), None))
    }

    fn message(&self) -> Option<Act> {
        let field = Some(("field-message", FieldKind::Text));
        self.standing.may_write().then(|| self.forms.form("message", Some("hint-message"), Vec::new(), field))
    }
}

/// The choice of a question in own words.
pub(super) const OWN_WORDS: &str = "own-words";
/// The choice of a start at this moment.
pub(super) const NOW: &str = "now";
/// The choice of a start on a day that is typed.
pub(super) const ON_DAY: &str = "on-day";
