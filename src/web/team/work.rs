//! What the team has sent and not ended: what is asked of it first, then what is due, the overdue before the rest; and what
//! came to nothing lately, where somebody else can be asked.

use super::{Team, WORK};
use crate::actions::referral::{List, Part, list};
use crate::actions::{ActionError, Context, directory};
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::lifecycle::Status;
use crate::domain::time::Timestamp;
use crate::i18n::code_key;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

/// So many open ones stand on a page, in one order.
const LINES: usize = 60;
/// So many ended ones are looked through for those that came to nothing.
const ENDED_LINES: usize = 20;

#[derive(Template)]
#[template(path = "team_work.html")]
struct WorkPage {
    frame: Frame,
    shows_ended: bool,
    groups: Vec<(String, Vec<Line>)>,
    more: Option<String>,
}

/// One referral of a list.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) urgency: Option<String>,
    pub(super) service: Option<String>,
    /// When the next sign is due, and whether that is past.
    pub(super) due: Option<(String, bool)>,
    pub(super) state: String,
    pub(super) asked: String,
    /// How soon somebody has to do something about it.
    order: (Turn, Option<i64>),
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// Whoever's it is, its time is over.
    Overdue,
    /// The team's.
    Own,
    /// The other side's.
    Theirs,
    /// Nobody's any more.
    Over,
}

impl Line {
    pub(super) fn new(team: &Team<'_>, view: &Visible<ReferralView>) -> Self {
        let service = view.reveal(&view.service_id);
        let service = service.and_then(|id| directory::service(team.context, &team.access, *id).ok());
        let words = Words::of(team.language(), service.as_ref().map(|view| &*view.service)).to_sender();
        let status = *view.tell(&view.status);
        let due = due(view, status);
        let is_past = due.is_some_and(|due| due <= team.context.clock.now());
        Self {
            id: view.id.to_string(),
            title: view
                .reveal(&view.need)
                .map_or_else(|| words.text("partner-unnamed"), |need| words.code("need", *need)),
            urgency: view.reveal(&view.urgency).map(|urgency| words.code("urgency", *urgency)),
            service: service.map(|view| view.service.name.clone()),
            due: due.map(|at| (words.when(at), is_past)),
            state: words.text(&code_key("own-state", status)),
            asked: words.text(&code_key("own-asked", status)),
            order: (turn(status, is_past), due.map(Timestamp::microseconds)),
        }
    }
}

fn turn(status: ReferralStatus, is_past: bool) -> Turn {
    match status {
        ReferralStatus::Known(status) if !status.is_terminal() && is_past => Turn::Overdue,
        // After acceptance the team calls, hands over, and asks what became of it.
        ReferralStatus::Known(
            Status::Draft | Status::Clarifying | Status::Accepted | Status::HandedOver | Status::InService,
        ) => Turn::Own,
        ReferralStatus::Known(status) if !status.is_terminal() => Turn::Theirs,
        _ => Turn::Over,
    }
}

/// What is due next in a state.
pub(super) fn due(view: &Visible<ReferralView>, status: ReferralStatus) -> Option<Timestamp> {
    let field = match status {
        ReferralStatus::Known(Status::Requested) => &view.acknowledge_by,
        ReferralStatus::Known(Status::Acknowledged | Status::Clarifying) => &view.decide_by,
        ReferralStatus::Known(Status::Accepted | Status::HandedOver) => &view.serve_by,
        ReferralStatus::Known(Status::Waitlisted) => &view.expires_at,
        _ => return None,
    };
    view.reveal(field).or_else(|| view.reveal(&view.expires_at)).copied()
}

/// Whether somebody else can be asked for the same need.
fn came_to_nothing(view: &Visible<ReferralView>) -> bool {
    let status = *view.tell(&view.status);
    matches!(status, ReferralStatus::Known(Status::Declined | Status::Expired | Status::NotRealised))
}

async fn page(team: &Team<'_>, shows_ended: bool, after: Option<ReferralId>) -> Result<WorkPage, ActionError> {
    let part = |open, after, limit| Part { open: Some(open), case_id: None, to_ending_services: false, after, limit };
    let sent = async |open, after, limit| list(team.context, &team.access, List::Sent, part(open, after, limit)).await;
    let (views, has_more) = sent(!shows_ended, after, LINES).await?;
    let last = views.last().filter(|_| has_more).map(|view| view.id);
    let mut lines: Vec<Line> = views.iter().map(|view| Line::new(team, view)).collect();
    let words = Words::by_clock(team.language(), None);
    let group = |key: &str, lines: Vec<Line>| (words.text(key), lines);
    let mut groups = Vec::new();
    if shows_ended {
        groups.push(group("partner-ended", lines));
    } else {
        lines.sort_by_key(|line| line.order);
        let mut of_turn = |turn: Turn| {
            let (found, others): (Vec<_>, Vec<_>) =
                std::mem::take(&mut lines).into_iter().partition(|line| line.order.0 == turn);
            lines = others;
            found
        };
        let (overdue, own) = (of_turn(Turn::Overdue), of_turn(Turn::Own));
        let theirs = lines;
        let (ended, _) = if after.is_none() { sent(false, None, ENDED_LINES).await? } else { (Vec::new(), false) };
        // Who was asked in the place of one of them stands for it.
        let instead: Vec<ReferralId> =
            views.iter().chain(&ended).filter_map(|view| view.reveal(&view.reroute_of).copied()).collect();
        let is_left = |view: &&Visible<ReferralView>| came_to_nothing(view) && !instead.contains(&view.id);
        let nothing = ended.iter().filter(is_left).map(|view| Line::new(team, view));
        groups.push(group("work-overdue-ones", overdue));
        groups.push(group("work-own", own));
        groups.push(group("work-to-nothing", nothing.collect()));
        groups.push(group("work-theirs", theirs));
    }
    let of_list = if shows_ended { "list=ended&" } else { "" };
    Ok(WorkPage {
        shows_ended,
        groups: groups.into_iter().filter(|(_, lines)| !lines.is_empty()).collect(),
        more: last.map(|id| format!("{WORK}?{of_list}after={id}")),
        frame: team.visit.frame(),
    })
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let after = in_query(&uri, "after").and_then(|id| ReferralId::parse(id).ok());
    match page(&team, in_query(&uri, "list") == Some("ended"), after).await {
        Ok(page) => sent(&context, &team.access, (&visit, StatusCode::OK), &page).await,
        Err(error) => refused(&context, &team.access, &visit, &error).await,
    }
}
