//! One request: what is wanted, of whom, by when, whom to reach, what has happened, and what may be done now.

use super::acts::{self, Standing};
use super::code;
use super::{INBOX, access, id_in, received, sign_in_first};
use crate::actions::Context;
use crate::domain::id::ReferralId;
use crate::domain::lifecycle::Status;
use crate::i18n::{Language, code_key};
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::act::{Act, FieldKind, Kept};
use crate::web::facts::{Reading, Section, service_of};
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, not_found, refused, sent};
use crate::web::told::{Said, Step, messages, steps};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};

/// What the notice after an act can say.
const DONE: [&str; 11] =
    ["acknowledge", "accept", "waitlist", "decline", "ask", "slip", "start", "outcome", "message", "read", "code"];

#[derive(Template)]
#[template(path = "partner_request.html")]
struct RequestPage {
    frame: Frame,
    id: String,
    /// Where its forms are sent.
    address: String,
    version: i64,
    title: String,
    state: String,
    /// What is asked of the recipient, or that nothing is.
    asked: String,
    /// That something was done, or why it was not.
    done: Option<String>,
    problem: Option<String>,
    sections: Vec<Section>,
    /// Whether the code is asked for that the team reads out, and why one was not accepted.
    asks_code: bool,
    code_problem: Option<String>,
    earlier: Option<String>,
    steps: Vec<Step>,
    messages: Vec<Said>,
    acts_title: String,
    acts: Vec<Act>,
    zone: String,
}

/// What is to be shown beside the request itself.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What was done before.
    pub(super) done: Option<&'a str>,
    /// What stands above the page, where an act was not possible.
    pub(super) problem: Option<String>,
    /// The form that was not accepted.
    pub(super) kept: Option<Kept<'a>>,
    /// How many steps stood on the page from which a form came.
    pub(super) seen: Option<usize>,
    /// Why the code was not accepted that the team reads out.
    pub(super) code_problem: Option<String>,
}

impl RequestPage {
    fn new(visit: &Visit, reading: &Reading<'_>, beside: &Beside<'_>) -> Self {
        let (view, words) = (reading.view, reading.words);
        let (status, stage) = (*view.tell(&view.status), *view.tell(&view.stage));
        let messages = messages(words, view);
        let has_unread = messages.iter().any(|message| !message.is_read);
        let standing = Standing { status, stage, has_unread };
        let problem_in_form = beside.kept.as_ref().is_some_and(|kept| kept.problem.is_some());
        let acts = acts::forms(words, standing, beside.kept.as_ref());
        // What was not accepted is said above where its form has gone.
        let has_form = acts.iter().any(|act| act.problem.is_some());
        let lost = beside.kept.as_ref().filter(|_| problem_in_form && !has_form).and_then(|kept| kept.problem.clone());
        let need = view.reveal(&view.need).map(|need| words.code("need", *need));
        let done = beside.done.filter(|code| DONE.contains(code));
        Self {
            id: view.id.to_string(),
            address: format!("{INBOX}/{}", view.id),
            version: view.version,
            title: need.unwrap_or_else(|| words.text("partner-unnamed")),
            state: words.text(&code_key("state", status)),
            asked: asked(words, status),
            done: done.map(|code| words.text(&format!("done-{code}"))),
            problem: beside.problem.clone().or(lost),
            sections: reading.sections(),
            asks_code: code::is_asked(visit, view.id, status),
            code_problem: beside.code_problem.clone(),
            earlier: view.reveal(&view.follows).map(ToString::to_string),
            steps: steps(words, view, beside.seen),
            messages,
            acts_title: words.text("partner-your-answer"),
            acts,
            zone: words.zone_name(),
            frame: visit.frame(),
        }
    }
}

/// What is asked of a recipient in a state.
pub(super) fn asked(words: Words, status: ReferralStatus) -> String {
    match status {
        ReferralStatus::Closed => words.text("partner-closed"),
        ReferralStatus::Known(Status::Draft) => words.text("partner-over"),
        ReferralStatus::Known(status) if status.is_terminal() => words.text("partner-over"),
        ReferralStatus::Known(status) => words.code("asked", status),
    }
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    visit: Visit,
) -> Response<Body> {
    let Some(access) = access(&context, &visit) else { return sign_in_first() };
    let Some(id) = id_in(id) else { return not_found(&visit) };
    let beside = Beside { done: in_query(&uri, "done"), ..Beside::default() };
    Shown { context: &context, access: &access, visit: &visit }.page(StatusCode::OK, id, beside).await
}

/// To whom a page is shown.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) context: &'a Context,
    pub(super) access: &'a Access,
    pub(super) visit: &'a Visit,
}

impl Shown<'_> {
    /// The page of a request, as it stands now.
    pub(super) async fn page(self, status: StatusCode, id: ReferralId, beside: Beside<'_>) -> Response<Body> {
        let Self { context, access, visit } = self;
        match received(context, access, id).await {
            Ok(view) => {
                let reading = reading(context, access, &view, visit.language);
                let page = RequestPage::new(visit, &reading, &beside);
                sent(context, access, (visit, status), &page).await
            }
            Err(error) => refused(context, access, visit, &error).await,
        }
    }
}

/// A view with what it is read with.
pub(super) fn reading<'a>(
    context: &'a Context,
    access: &'a Access,
    view: &'a Visible<ReferralView>,
    language: Language,
) -> Reading<'a> {
    let service = service_of(context, access, view);
    let words = Words::of(language, service.as_deref());
    Reading { context, access, view, service, words }
}
