//! What a recipient sends from the page of a request: one act, then back to the page. What is not accepted comes back
//! with what was typed, and with what to do.

use super::acts::{NOW, ON_DAY, OWN_WORDS, event_of};
use super::request::{Beside, Shown, reading};
use super::{INBOX, access, done, id_in, received, sign_in_first};
use crate::actions::referral::{self, Answer, Target, Told};
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList as _;
use crate::domain::lifecycle::Event;
use crate::domain::message::{Question, QuestionTemplate};
use crate::domain::referral::{DeclineCode, OutcomeCode};
use crate::domain::refusal::Refusal;
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::act::Kept;
use crate::web::form::Form;
use crate::web::recorded::{not_found, refused};
use crate::web::words::Words;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// What a form asks for.
enum Wanted {
    Answer(Answer),
    Ask(Question),
    Slip(String),
    Write(Sensitive<String>),
    Read,
}

/// Why nothing was done.
enum Undone {
    /// Something is missing: the key of what to say.
    Unfinished(&'static str),
    /// The act was refused, or could not be tried.
    Failed(ActionError),
}

impl From<ActionError> for Undone {
    fn from(error: ActionError) -> Self {
        Self::Failed(error)
    }
}

pub(in crate::web) async fn answer(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let Some(access) = access(&context, &form.visit) else { return sign_in_first() };
    let Some(id) = id_in(id) else { return not_found(&form.visit) };
    let view = match received(&context, &access, id).await {
        Ok(view) => view,
        Err(error) => return refused(&context, &access, &form.visit, &error).await,
    };
    let shown = Shown { context: &context, access: &access, visit: &form.visit };
    let target = Target { id, expected_version: form.get("version").parse().unwrap_or_default() };
    let words = reading(&context, &access, &view, form.visit.language).words;
    let performed = match wanted(&form, &view, words, context.clock.now()) {
        Ok(wanted) => perform(shown, target, wanted).await,
        Err(missing) => Err(Undone::Unfinished(missing)),
    };
    match performed {
        Ok(()) => done(&context, &form.visit, &format!("{INBOX}/{id}?done={}", name_of(&form))).await,
        Err(undone) => not_done(shown, target, (&form, words), undone).await,
    }
}

/// The name of what was done, for the notice.
fn name_of(form: &Form) -> &str {
    match form.get("form") {
        "decide" => form.get("choice"),
        name => name,
    }
}

/// What the form asks for, or the key of what is missing.
fn wanted(form: &Form, view: &Visible<ReferralView>, words: Words, now: Timestamp) -> Result<Wanted, &'static str> {
    const CHOICE: &str = "missing-choice";
    let (choice, typed) = (form.get("choice"), form.get("typed"));
    let text = || Sensitive::new(typed.replace("\r\n", "\n"));
    let answer = match form.get("form") {
        "decide" if choice == "acknowledge" => Answer::Acknowledge,
        "decide" if choice == "accept" => Answer::Accept,
        "waitlist" => Answer::Waitlist(typed.trim().parse().map_err(|_| "missing-days")?),
        "decline" => Answer::Decline(DeclineCode::from_code(choice).ok_or(CHOICE)?),
        "start" if choice == NOW => Answer::Start(now),
        "start" if choice == ON_DAY => Answer::Start(started_on(typed, view, words, now).ok_or("missing-day")?),
        "outcome" => outcome(OutcomeCode::from_code(choice).ok_or(CHOICE)?, view),
        "ask" if choice == OWN_WORDS => return Ok(Wanted::Ask(Question::Text(text()))),
        "ask" => {
            let question = QuestionTemplate::from_code(choice).ok_or(CHOICE)?;
            return Ok(Wanted::Ask(Question::Template(question)));
        }
        "slip" => return Ok(Wanted::Slip(typed.to_owned())),
        "message" => return Ok(Wanted::Write(text())),
        "read" if choice == "read" => return Ok(Wanted::Read),
        _ => return Err(CHOICE),
    };
    Ok(Wanted::Answer(answer))
}

/// A day is told without an hour: today it is this moment, on the day of the sending that hour, otherwise noon.
fn started_on(typed: &str, view: &Visible<ReferralView>, words: Words, now: Timestamp) -> Option<Timestamp> {
    let day = typed.trim().parse().ok()?;
    if day == words.day(now) {
        return Some(now);
    }
    let sent_at = view.reveal(&view.requested_at).copied();
    sent_at.filter(|sent_at| words.day(*sent_at) == day).or_else(|| words.noon(day))
}

/// An outcome ends the referral in the way that is open to it now; where none is, the refusal says so.
pub(super) fn outcome(code: OutcomeCode, view: &Visible<ReferralView>) -> Answer {
    let event = match view.tell(&view.status) {
        ReferralStatus::Known(status) => event_of(*status, code),
        ReferralStatus::Closed => None,
    };
    if event == Some(Event::NotRealise) || (event.is_none() && code.is_of_failure()) {
        Answer::NotRealise(code)
    } else {
        Answer::Complete(code)
    }
}

async fn perform(shown: Shown<'_>, target: Target, wanted: Wanted) -> Result<(), Undone> {
    let Shown { context, access, .. } = shown;
    match wanted {
        Wanted::Answer(answer) => {
            let told = Told { answer, by_person: false };
            referral::answer(context, access, target, told).await.map(drop)
        }
        Wanted::Ask(question) => referral::ask(context, access, target, question).await.map(drop),
        Wanted::Slip(code) => referral::present_slip(context, access, target, &code).await.map(drop),
        Wanted::Write(text) => referral::send_message(context, access, target, text).await.map(drop),
        Wanted::Read => referral::mark_messages_read(context, access, target).await.map(drop),
    }
    .map_err(Undone::Failed)
}

/// The page again, as the request stands now: beside the form what is to be mended, above what has changed.
async fn not_done(shown: Shown<'_>, target: Target, (form, words): (&Form, Words), undone: Undone) -> Response<Body> {
    let seen = form.get("seen").parse().ok();
    let refusal = match undone {
        Undone::Unfinished(key) => {
            let kept = Kept { form, problem: Some(words.text(key)) };
            let beside = Beside { kept: Some(kept), ..Beside::default() };
            return shown.page(StatusCode::UNPROCESSABLE_ENTITY, target.id, beside).await;
        }
        Undone::Failed(ActionError::Refused(refusal)) => refusal,
        Undone::Failed(error) => return refused(shown.context, shown.access, shown.visit, &error).await,
    };
    let text = words.refusal(&refusal);
    let (status, problem, beside_form) = match refusal {
        Refusal::Conflict { .. } | Refusal::Transition { .. } => (StatusCode::CONFLICT, Some(text), None),
        Refusal::ClosedMeanwhile { .. } => (StatusCode::CONFLICT, None, None),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, None, Some(text)),
    };
    let kept = Some(Kept { form, problem: beside_form });
    shown.page(status, target.id, Beside { problem, kept, seen, ..Beside::default() }).await
}
