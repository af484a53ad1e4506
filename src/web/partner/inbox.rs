//! What a partner has received: what waits first, by when, and what is asked; then what has ended.

use super::request::asked;
use super::{INBOX, access, is_received, sign_in_first};
use crate::actions::Context;
use crate::actions::referral::{List, Part, list};
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::lifecycle::Status;
use crate::domain::time::Timestamp;
use crate::i18n::code_key;
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::facts::service_of;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

/// So many lines stand on a page.
const LINES: usize = 15;
/// What a query names the ended ones by.
const ENDED: &str = "ended";

#[derive(Template)]
#[template(path = "partner_inbox.html")]
struct InboxPage {
    frame: Frame,
    shows_ended: bool,
    lines: Vec<Line>,
    more: Option<String>,
}

/// One request of the list.
pub(super) struct Line {
    id: String,
    title: String,
    urgency: Option<String>,
    service: Option<String>,
    due: Option<String>,
    state: String,
    asked: String,
    /// What decides where it stands: whether somebody else is to speak next, then the time.
    order: (bool, Option<i64>),
}

impl Line {
    fn new(context: &Context, access: &Access, frame: &Frame, view: &Visible<ReferralView>) -> Self {
        let service = service_of(context, access, view);
        let words = Words::of(frame.language, service.as_deref());
        let status = *view.tell(&view.status);
        let due = due(view, status);
        let waits_for_others = matches!(status, ReferralStatus::Known(Status::Clarifying | Status::Waitlisted));
        Self {
            id: view.id.to_string(),
            title: title(words, view),
            urgency: view.reveal(&view.urgency).map(|urgency| words.code("urgency", *urgency)),
            service: service.map(|service| service.name.clone()),
            due: due.map(|at| words.when(at)),
            state: words.text(&code_key("state", status)),
            asked: asked(words, status),
            order: (waits_for_others || due.is_none(), due.map(Timestamp::microseconds)),
        }
    }
}

/// What a request is called: its need, as far as the viewer may know it.
pub(super) fn title(words: Words, view: &Visible<ReferralView>) -> String {
    view.reveal(&view.need).map_or_else(|| words.text("partner-unnamed"), |need| words.code("need", *need))
}

/// What is due next in a state.
fn due(view: &Visible<ReferralView>, status: ReferralStatus) -> Option<Timestamp> {
    let field = match status {
        ReferralStatus::Known(Status::Requested) => &view.acknowledge_by,
        ReferralStatus::Known(Status::Acknowledged | Status::Clarifying) => &view.decide_by,
        ReferralStatus::Known(Status::Accepted | Status::HandedOver) => &view.serve_by,
        _ => return None,
    };
    view.reveal(field).or_else(|| view.reveal(&view.expires_at)).copied()
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let Some(access) = access(&context, &visit) else { return sign_in_first() };
    let shows_ended = in_query(&uri, "list") == Some(ENDED);
    let after = in_query(&uri, "after").and_then(|id| ReferralId::parse(id).ok());
    let part = Part { open: Some(!shows_ended), case_id: None, to_ending_services: false, after, limit: LINES };
    let (views, has_more) = match list(&context, &access, List::Received, part).await {
        Ok(found) => found,
        Err(error) => return refused(&context, &access, &visit, &error).await,
    };
    let last = views.last().filter(|_| has_more).map(|view| view.id);
    let frame = visit.frame();
    let received = views.iter().filter(|view| is_received(&access, view));
    let mut lines: Vec<Line> = received.map(|view| Line::new(&context, &access, &frame, view)).collect();
    if !shows_ended {
        lines.sort_by_key(|line| line.order);
    }
    let of_list = if shows_ended { "list=ended&" } else { "" };
    let more = last.map(|id| format!("{INBOX}?{of_list}after={id}"));
    sent(&context, &access, (&visit, StatusCode::OK), &InboxPage { frame, shows_ended, lines, more }).await
}
