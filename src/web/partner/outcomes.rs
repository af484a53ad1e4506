//! The outcomes that are still awaited: one choice a line, one button for all. Each line is written by itself, so that
//! one that is refused keeps no other back.

use super::acts::event_of;
use super::answers::outcome;
use super::inbox::title;
use super::{OUTCOMES, access, done, is_received, received, sign_in_first};
use crate::actions::referral::{Answer, List, Part, Target, Told, answer, list};
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList as _;
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::lifecycle::{Event, Party, Status, next};
use crate::domain::referral::OutcomeCode;
use crate::i18n::code_key;
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::facts::service_of;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};
use std::collections::BTreeMap;

/// So many lines stand on a page: a form has at most 32 fields, and a page at most 20 kilobytes.
const LINES: usize = 8;
/// So many open requests are looked through for one page.
const LOOKED_THROUGH: usize = 100;
/// The choice that records a start.
const BEGAN: &str = "began";
/// What one tap tells; for all others there is the page of the request.
const BY_ONE_TAP: [OutcomeCode; 5] = [
    OutcomeCode::ServiceReceived,
    OutcomeCode::ServicePartial,
    OutcomeCode::NotReceivedNoShow,
    OutcomeCode::NotReceivedUnreachable,
    OutcomeCode::NotReceivedCapacity,
];

#[derive(Template)]
#[template(path = "partner_outcomes.html")]
struct OutcomesPage {
    frame: Frame,
    done: Option<String>,
    lines: Vec<Line>,
    more: Option<String>,
}

/// One referral whose outcome is awaited.
struct Line {
    id: String,
    version: i64,
    title: String,
    /// What tells it from another of the same need.
    detail: String,
    choices: Vec<(&'static str, String, bool)>,
    problem: Option<String>,
}

/// What was chosen and not written, by referral, each with why.
type Problems = BTreeMap<ReferralId, (String, String)>;

fn line(
    (context, access): (&Context, &Access),
    frame: &Frame,
    view: &Visible<ReferralView>,
    problems: &Problems,
) -> Option<Line> {
    let ReferralStatus::Known(status) = *view.tell(&view.status) else { return None };
    let words = Words::of(frame.language, service_of(context, access, view).as_deref());
    let problem = problems.get(&view.id);
    let is_chosen = |code: &str| problem.is_some_and(|(chosen, _)| chosen == code);
    let may_begin = next(Some(status), Event::Start, Party::Recipient).is_ok();
    let began = may_begin.then(|| (BEGAN, words.text("outcomes-began"), is_chosen(BEGAN)));
    let possible = BY_ONE_TAP.into_iter().filter(|code| event_of(status, *code).is_some());
    let outcomes = possible.map(|code| (code.code(), words.code("outcome", code), is_chosen(code.code())));
    let alias = view.reveal(&view.alias).cloned();
    let since = view.reveal(&view.status_at).map(|at| words.when(*at));
    let detail = [alias, Some(words.text(&code_key("state", status))), since];
    Some(Line {
        id: view.id.to_string(),
        version: view.version,
        title: title(words, view),
        detail: detail.into_iter().flatten().collect::<Vec<_>>().join(" – "),
        choices: began.into_iter().chain(outcomes).collect(),
        problem: problem.map(|(_, text)| text.clone()),
    })
}

/// Whether an outcome is awaited: somebody has accepted, and nothing has ended it.
fn awaits_outcome(view: &Visible<ReferralView>) -> bool {
    matches!(*view.tell(&view.status), ReferralStatus::Known(Status::Accepted | Status::HandedOver | Status::InService))
}

async fn page_of(
    context: &Context,
    access: &Access,
    (frame, after): (Frame, Option<ReferralId>),
    problems: &Problems,
) -> Result<OutcomesPage, ActionError> {
    let part = Part { open: Some(true), case_id: None, to_ending_services: false, after, limit: LOOKED_THROUGH };
    let (views, has_more) = list(context, access, List::Received, part).await?;
    let mut awaited: Vec<_> = views.iter().filter(|view| awaits_outcome(view) && is_received(access, view)).collect();
    let last_of_all = views.last().filter(|_| has_more).map(|view| view.id);
    let is_cut = awaited.len() > LINES;
    awaited.truncate(LINES);
    let last = if is_cut { awaited.last().map(|view| view.id) } else { last_of_all };
    let lines = awaited.iter().filter_map(|view| line((context, access), &frame, view, problems)).collect();
    Ok(OutcomesPage { frame, done: None, lines, more: last.map(|id| format!("{OUTCOMES}?after={id}")) })
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let Some(access) = access(&context, &visit) else { return sign_in_first() };
    let after = in_query(&uri, "after").and_then(|id| ReferralId::parse(id).ok());
    let count = in_query(&uri, "done").and_then(|count| count.parse::<u8>().ok());
    match page_of(&context, &access, (visit.frame(), after), &Problems::new()).await {
        Ok(page) => {
            let done = count.map(|count| page.frame.counted("outcomes-done", &i64::from(count)));
            sent(&context, &access, (&visit, StatusCode::OK), &OutcomesPage { done, ..page }).await
        }
        Err(error) => refused(&context, &access, &visit, &error).await,
    }
}

pub(in crate::web) async fn record(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(access) = access(&context, visit) else { return sign_in_first() };
    let words = Words::of(visit.language, None);
    let (mut problems, mut count) = (Problems::new(), 0_u8);
    for (target, code) in chosen(&form) {
        match write(&context, &access, target, code).await {
            Ok(()) => count = count.saturating_add(1),
            Err(ActionError::Refused(refusal)) => {
                problems.insert(target.id, (code.to_owned(), words.refusal(&refusal)));
            }
            Err(error) => return refused(&context, &access, visit, &error).await,
        }
    }
    if problems.is_empty() && count > 0 {
        return done(&context, visit, &format!("{OUTCOMES}?done={count}")).await;
    }
    let nothing_chosen = problems.is_empty().then(|| words.text("missing-choice"));
    match page_of(&context, &access, (visit.frame(), None), &problems).await {
        Ok(page) => {
            let counted = (count > 0).then(|| page.frame.counted("outcomes-done", &i64::from(count)));
            let page = OutcomesPage { done: counted.or(nothing_chosen), ..page };
            sent(&context, &access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await
        }
        Err(error) => refused(&context, &access, visit, &error).await,
    }
}

/// What was chosen on each line: a field is named by its referral and holds the version that was read, and a code.
fn chosen(form: &Form) -> impl Iterator<Item = (Target, &str)> {
    form.named().filter_map(|(name, value)| {
        let id = ReferralId::parse(name).ok()?;
        let (version, code) = value.split_once('.')?;
        Some((Target { id, expected_version: version.parse().ok()? }, code))
    })
}

async fn write(context: &Context, access: &Access, target: Target, code: &str) -> Result<(), ActionError> {
    let view = received(context, access, target.id).await?;
    let wanted = if code == BEGAN {
        Answer::Start(context.clock.now())
    } else {
        outcome(OutcomeCode::from_code(code).ok_or(ActionError::NotVisible)?, &view)
    };
    answer(context, access, target, Told { answer: wanted, by_person: false }).await.map(drop)
}
