//! What a team may do with a referral now, as forms, and what a form asks for. What is possible is asked of
//! [`lifecycle`](crate::domain::lifecycle).

use super::referral::{Beside, followed, id_in, page};
use super::{Team, WORK};
use crate::actions::protection::withdrawal::{Closing, close, withdraw};
use crate::actions::referral::{
    self, Answer, RerouteReferral, SendDeclarations, Target, Told, TypedAnswer, answer_question, create_answer_code,
    create_slip, hand_over, mark_messages_read, reopen, reroute, send, send_message,
};
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList;
use crate::domain::disclosure::Stage;
use crate::domain::lifecycle::{Event, Party, Status, next};
use crate::domain::message::{AnswerWord, QuestionTemplate};
use crate::domain::referral::{CancelReason, Channel, DeclineCode, ErrorReason, HandoverMode, OutcomeCode};
use crate::domain::refusal::Refusal;
use crate::domain::sensitive::Sensitive;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::act::{Act, FieldKind, Forms, Kept};
use crate::web::answer;
use crate::web::form::Form;
use crate::web::recorded::{not_found, refused};
use crate::web::words::Words;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// What the notice after an act can say.
/// It names no act: an address stays in a browser's history.
pub(super) const DONE: [&str; 6] = ["electronic", "call", "waits", "again", "next", "saved"];
/// The way of sending, as a form says it: what is declared with it.
const WAYS: [(&str, SendDeclarations); 4] = [
    ("send", declared(Channel::Electronic, false, false)),
    ("send-anyway", declared(Channel::Electronic, false, true)),
    ("send-called", declared(Channel::Electronic, true, true)),
    ("log-call", declared(Channel::Call, true, true)),
];
/// The ways of handing over that are recorded once they have happened; a slip is made.
const MODES: [HandoverMode; 2] = [HandoverMode::Phone, HandoverMode::JointInterview];

const fn declared(channel: Channel, phone_called: bool, capacity_confirmed: bool) -> SendDeclarations {
    SendDeclarations { channel, phone_called, capacity_confirmed }
}

/// What decides which acts there are.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) status: ReferralStatus,
    pub(super) stage: Stage,
    pub(super) has_unread: bool,
    /// The question of the list that was asked last.
    pub(super) question: Option<QuestionTemplate>,
    pub(super) has_consent: bool,
}

impl Standing {
    fn may(self, event: Event) -> bool {
        match self.status {
            ReferralStatus::Known(status) => next(Some(status), event, Party::Sender).is_ok(),
            ReferralStatus::Closed => false,
        }
    }
}

/// The forms of a page, with what was typed in the one that was not accepted.
pub(super) fn forms(words: Words, standing: Standing, kept: Option<&Kept<'_>>) -> Vec<Act> {
    let make = Maker { forms: Forms { words, kept }, standing };
    let forms = [
        make.send(),
        make.answer(),
        make.handover(),
        make.slip(),
        make.reroute("move-reroute"),
        make.reroute("move-reroute-call"),
        make.told(),
        make.waitlist(),
        make.decline(),
        make.start(),
        make.outcome(),
        make.code(),
        make.read(),
        make.message(),
        make.reopen(),
        make.withdraw(),
        make.cancel(),
        make.mark_error(),
    ];
    forms.into_iter().flatten().collect()
}

struct Maker<'a> {
    forms: Forms<'a>,
    standing: Standing,
}

impl Maker<'_> {
    fn words(&self) -> Words {
        self.forms.words
    }

    fn codes<T: CodeList>(&self, prefix: &str, codes: impl IntoIterator<Item = T>) -> Vec<(&'static str, String)> {
        codes.into_iter().map(|code| (code.code(), self.words().code(prefix, code))).collect()
    }

    fn send(&self) -> Option<Act> {
        let ways = || WAYS.map(|(way, _)| (way, self.words().text(&format!("way-{way}")))).into();
        let is_possible = self.standing.may(Event::Send);
        is_possible.then(|| Act { is_open: true, ..self.forms.form("move-send", None, ways(), None) })
    }

    fn answer(&self) -> Option<Act> {
        let words = || self.codes("reply", AnswerWord::ALL.iter().copied());
        let choices = || words().into_iter().chain([("typed", self.words().text("move-answer-typed"))]).collect();
        let field = Some(("move-answer-field", FieldKind::Value));
        self.standing.may(Event::Answer).then(|| {
            let act = self.forms.form("move-answer", Some("move-answer-hint"), choices(), field);
            let question = self.standing.question.map(|question| self.words().code("question", question));
            Act { is_open: true, title: question.unwrap_or_else(|| act.title.clone()), ..act }
        })
    }

    fn handover(&self) -> Option<Act> {
        let modes = || self.codes("page-handover", MODES);
        let is_possible = self.standing.may(Event::HandOver);
        is_possible.then(|| self.forms.form("move-handover", Some("move-handover-hint"), modes(), None))
    }

    fn slip(&self) -> Option<Act> {
        let is_possible = self.standing.may(Event::HandOver);
        is_possible.then(|| self.forms.form("move-slip", Some("move-slip-hint"), Vec::new(), None))
    }

    fn reroute(&self, name: &'static str) -> Option<Act> {
        let is_possible = self.standing.may(Event::Reroute);
        is_possible.then(|| self.forms.form(name, Some("move-reroute-hint"), Vec::new(), None))
    }

    fn told(&self) -> Option<Act> {
        let choices = [("acknowledge", Event::Acknowledge), ("accept", Event::Accept)];
        let possible = choices.into_iter().filter(|(_, event)| self.standing.may(*event));
        let choices: Vec<_> =
            possible.map(|(code, _)| (code, self.words().text(&format!("move-told-{code}")))).collect();
        (!choices.is_empty()).then(|| self.forms.form("move-told", Some("move-told-hint"), choices, None))
    }

    fn waitlist(&self) -> Option<Act> {
        let field = Some(("field-days", FieldKind::Days));
        self.standing.may(Event::Waitlist).then(|| self.forms.form("move-waitlist", None, Vec::new(), field))
    }

    fn decline(&self) -> Option<Act> {
        let codes = || self.codes("decline", DeclineCode::ALL.iter().copied());
        self.standing.may(Event::Decline).then(|| self.forms.form("move-decline", None, codes(), None))
    }

    fn start(&self) -> Option<Act> {
        self.standing.may(Event::Start).then(|| self.forms.form("move-start", None, Vec::new(), None))
    }

    fn outcome(&self) -> Option<Act> {
        let ReferralStatus::Known(status) = self.standing.status else { return None };
        let possible = OutcomeCode::ALL.iter().copied().filter(|code| event_of(status, *code).is_some());
        let choices = self.codes("outcome", possible);
        (!choices.is_empty()).then(|| self.forms.form("move-outcome", None, choices, None))
    }

    fn code(&self) -> Option<Act> {
        let is_possible = self.standing.status == ReferralStatus::Known(Status::Accepted);
        is_possible.then(|| self.forms.form("move-code", Some("move-code-hint"), Vec::new(), None))
    }

    fn read(&self) -> Option<Act> {
        self.standing.has_unread.then(|| self.forms.form("move-read", None, Vec::new(), None))
    }

    fn message(&self) -> Option<Act> {
        let may_write = matches!(self.standing.stage, Stage::Accepted | Stage::Handover);
        let field = Some(("field-message", FieldKind::Text));
        may_write.then(|| self.forms.form("move-message", Some("hint-message"), Vec::new(), field))
    }

    fn reopen(&self) -> Option<Act> {
        let is_possible = self.standing.may(Event::Reopen);
        is_possible.then(|| self.forms.form("move-reopen", Some("move-reopen-hint"), Vec::new(), None))
    }

    fn withdraw(&self) -> Option<Act> {
        let sure = || vec![("yes", self.words().text("move-withdraw-sure"))];
        let is_possible = self.standing.has_consent && self.standing.may(Event::WithdrawConsent);
        is_possible.then(|| self.forms.form("move-withdraw", Some("move-withdraw-hint"), sure(), None))
    }

    fn cancel(&self) -> Option<Act> {
        let reasons = || self.codes("cancel", CancelReason::ALL.iter().copied());
        self.standing.may(Event::Cancel).then(|| self.forms.form("move-cancel", None, reasons(), None))
    }

    fn mark_error(&self) -> Option<Act> {
        let reasons = || self.codes("error", ErrorReason::ALL.iter().copied());
        let is_possible = self.standing.may(Event::MarkError);
        is_possible.then(|| self.forms.form("move-error", Some("move-error-hint"), reasons(), None))
    }
}

/// What becomes of it by this outcome now, if anything does.
fn event_of(status: Status, outcome: OutcomeCode) -> Option<Event> {
    let may = |event| next(Some(status), event, Party::Sender).is_ok();
    if outcome.is_of_completion() && may(Event::Complete) {
        Some(Event::Complete)
    } else {
        Some(Event::NotRealise).filter(|event| outcome.is_of_failure() && may(*event))
    }
}

/// What a form asks for.
enum Wanted {
    Send(SendDeclarations),
    Answer(TypedAnswer),
    HandOver(HandoverMode),
    Slip,
    Code,
    Reroute(SendDeclarations),
    Told(Told),
    Write(Sensitive<String>),
    Read,
    Reopen,
    Withdraw,
    Close(Closing),
}

/// What came of an act: the page to go on to, or a code that is shown once.
enum Came {
    To(String),
    Code(&'static str, String),
}

/// What the form asks for, or the key of what is missing.
fn wanted(context: &Context, form: &Form, status: ReferralStatus) -> Result<Wanted, &'static str> {
    const CHOICE: &str = "missing-choice";
    let (choice, typed) = (form.get("choice"), form.get("typed").trim());
    let told = |answer, by_person| Ok(Wanted::Told(Told { answer, by_person }));
    let way = |way: &str| WAYS.into_iter().find(|(name, _)| *name == way).map(|(_, declared)| declared).ok_or(CHOICE);
    match form.get("form") {
        "move-send" => Ok(Wanted::Send(way(choice)?)),
        "move-answer" if choice == "typed" => typed_answer(typed).map(Wanted::Answer).ok_or("move-answer-missing"),
        "move-answer" => Ok(Wanted::Answer(TypedAnswer::Word(AnswerWord::from_code(choice).ok_or(CHOICE)?))),
        "move-handover" => {
            let mode = HandoverMode::from_code(choice).filter(|mode| MODES.contains(mode));
            Ok(Wanted::HandOver(mode.ok_or(CHOICE)?))
        }
        "move-slip" => Ok(Wanted::Slip),
        "move-code" => Ok(Wanted::Code),
        "move-reroute" => Ok(Wanted::Reroute(way("send-anyway")?)),
        "move-reroute-call" => Ok(Wanted::Reroute(way("log-call")?)),
        "move-told" if choice == "acknowledge" => told(Answer::Acknowledge, false),
        "move-told" if choice == "accept" => told(Answer::Accept, false),
        "move-waitlist" => told(Answer::Waitlist(typed.parse().map_err(|_| "missing-days")?), false),
        "move-decline" => {
            let code = DeclineCode::from_code(choice).ok_or(CHOICE)?;
            told(Answer::Decline(code), code.is_of_person())
        }
        "move-start" => told(Answer::Start(context.clock.now()), false),
        "move-outcome" => {
            let code = OutcomeCode::from_code(choice).ok_or(CHOICE)?;
            let event = if let ReferralStatus::Known(status) = status { event_of(status, code) } else { None };
            let ends_unmet = event == Some(Event::NotRealise) || (event.is_none() && code.is_of_failure());
            told(if ends_unmet { Answer::NotRealise(code) } else { Answer::Complete(code) }, false)
        }
        "move-message" => Ok(Wanted::Write(Sensitive::new(form.get("typed").replace("\r\n", "\n")))),
        "move-read" => Ok(Wanted::Read),
        "move-reopen" => Ok(Wanted::Reopen),
        "move-withdraw" if choice == "yes" => Ok(Wanted::Withdraw),
        "move-cancel" => Ok(Wanted::Close(Closing::Cancel(CancelReason::from_code(choice).ok_or(CHOICE)?))),
        "move-error" => Ok(Wanted::Close(Closing::MarkError(ErrorReason::from_code(choice).ok_or(CHOICE)?))),
        _ => Err(CHOICE),
    }
}

/// A day, a number or a language, as it is typed.
fn typed_answer(typed: &str) -> Option<TypedAnswer> {
    if typed.is_empty() {
        return None;
    }
    let day = typed.parse().ok().map(TypedAnswer::Day);
    let count = || typed.parse().ok().map(TypedAnswer::Count);
    Some(day.or_else(count).unwrap_or_else(|| TypedAnswer::Language(typed.to_owned())))
}

async fn perform(
    team: &Team<'_>,
    target: Target,
    view: &Visible<ReferralView>,
    (wanted, key): (Wanted, &str),
) -> Result<Came, ActionError> {
    let (context, access) = (team.context, &team.access);
    let here = || Came::To(format!("{WORK}/{}?done=saved", target.id));
    Ok(match wanted {
        Wanted::Send(declared) => send(context, access, target, declared).await.map(|_| here())?,
        Wanted::Answer(typed) => answer_question(context, access, target, typed).await.map(|_| here())?,
        Wanted::HandOver(mode) => hand_over(context, access, target, mode).await.map(|_| here())?,
        Wanted::Slip => {
            let slip = create_slip(context, access, target).await?;
            Came::Code("move-slip-code", slip.tell(&slip.code).clone())
        }
        Wanted::Code => {
            let code = create_answer_code(context, access, target).await?;
            Came::Code("move-answer-code", code.tell(&code.code).clone())
        }
        Wanted::Reroute(declared) => {
            let idempotency_key = format!("reroute-{key}");
            let input = RerouteReferral { idempotency_key, target, service_id: None, consent_id: None, declared };
            let next = reroute(context, access, input).await?;
            Came::To(format!("{WORK}/{}?done=next", next.id))
        }
        Wanted::Told(told) => referral::answer(context, access, target, told).await.map(|_| here())?,
        Wanted::Write(text) => send_message(context, access, target, text).await.map(|_| here())?,
        Wanted::Read => mark_messages_read(context, access, target).await.map(|_| here())?,
        Wanted::Reopen => reopen(context, access, target).await.map(|_| here())?,
        Wanted::Withdraw => {
            let consent = view.consent.as_ref().ok_or(ActionError::NotVisible)?;
            withdraw(context, access, consent.id).await.map(|_| here())?
        }
        Wanted::Close(closing) => close(context, access, target, closing).await.map(|_| here())?,
    })
}

pub(in crate::web) async fn act(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let team = match Team::of(&context, &form.visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let Some(id) = id_in(id) else { return not_found(&form.visit) };
    let view = match followed(&team, id).await {
        Ok(view) => view,
        Err(error) => return refused(&context, &team.access, &form.visit, &error).await,
    };
    let target = Target { id, expected_version: form.get("version").parse().unwrap_or_default() };
    let words = Words::by_clock(team.language(), None);
    let key = format!("{id}-{}", target.expected_version);
    let performed = match wanted(&context, &form, *view.tell(&view.status)) {
        Ok(wanted) => perform(&team, target, &view, (wanted, &key)).await,
        Err(missing) => {
            let kept = Some(Kept { form: &form, problem: Some(words.text(missing)) });
            return page(&team, StatusCode::UNPROCESSABLE_ENTITY, id, Beside { kept, ..Beside::default() }).await;
        }
    };
    match performed {
        Ok(Came::To(address)) => answer::onward(&address),
        Ok(Came::Code(key, code)) => {
            page(&team, StatusCode::OK, id, Beside { code: Some((key, code)), ..Beside::default() }).await
        }
        Err(ActionError::Refused(refusal)) => not_done(&team, (&form, words), target, &refusal).await,
        Err(error) => refused(&context, &team.access, &form.visit, &error).await,
    }
}

/// The page again, as the referral stands now: beside the form what is to be mended, above what has changed.
async fn not_done(team: &Team<'_>, (form, words): (&Form, Words), target: Target, refusal: &Refusal) -> Response<Body> {
    let text = words.refusal(refusal);
    let has_changed = matches!(refusal, Refusal::Conflict { .. } | Refusal::Transition { .. });
    let (status, problem, beside_form) = if has_changed {
        (StatusCode::CONFLICT, Some(text), None)
    } else {
        (StatusCode::UNPROCESSABLE_ENTITY, None, Some(text))
    };
    let kept = Some(Kept { form, problem: beside_form });
    let seen = form.get("seen").parse().ok();
    page(team, status, target.id, Beside { problem, kept, seen, ..Beside::default() }).await
}
