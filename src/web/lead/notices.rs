//! What the viewer is told, and the teams, roles and organisation that the viewer acts for: one sentence each, what nobody has
//! looked at first.

use super::reviews::Part;
use super::{Lead, NOTICES, PROJECTS, done};
use crate::actions::protection::{continuity, notice, project, revocation};
use crate::actions::{ActionError, Context};
use crate::domain::id::{
    ConsentId, CustodyId, GlassId, Identifier as _, IncidentId, NoticeId, OverrideId, PartnerOfferId, ProjectId,
    ReferralId, ReportId, RevocationId,
};
use crate::domain::notice::{NoticeKind, ReceivedNotice};
use crate::policy::visible::Visible;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::partner::OFFERS;
use crate::web::recorded::{in_query, sent};
use crate::web::visit::{Visit, sign_in_first};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

/// So many notices stand on a page.
const ON_A_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "lead_notices.html")]
struct NoticesPage {
    frame: Frame,
    done: Option<String>,
    /// Those that the viewer has not seen, and those seen, each under its title.
    groups: Vec<(String, Vec<Line>)>,
    more: Option<String>,
    zone: String,
}

/// One notice.
struct Line {
    id: String,
    at: String,
    text: String,
    /// Where what it is about stands for this viewer.
    place: Option<String>,
    is_seen: bool,
}

impl Line {
    async fn new(lead: &Lead<'_>, notice: &ReceivedNotice) -> Self {
        Self {
            id: notice.id.to_string(),
            at: lead.words.when(notice.at),
            text: lead.words.code("notice", notice.kind),
            place: place(lead, notice).await,
            is_seen: notice.seen_at.is_some(),
        }
    }
}

/// Where what a notice is about stands, where there is a page of it for this viewer.
async fn place(lead: &Lead<'_>, notice: &ReceivedNotice) -> Option<String> {
    let object = notice.object.as_str();
    if let Ok(id) = ReferralId::parse(object) {
        return lead.place_of_referral(id).await;
    }
    if let Ok(id) = ProjectId::parse(object) {
        return place_of_project(lead, id, notice.kind).await;
    }
    if let Ok(id) = RevocationId::parse(object) {
        let revocation = revocation::find(lead.context, &lead.access, id).await.ok()?;
        return Some(format!("{PROJECTS}/{}", revocation.project_id));
    }
    if let Ok(id) = CustodyId::parse(object) {
        let custody = continuity::find(lead.context, &lead.access, id).await.ok()?;
        return lead.place_of_referral(custody.referral_id).await;
    }
    let address = place_of_kind(object)?;
    lead.visit.opens(lead.context, &address).then_some(address)
}

/// The page on which things of this kind stand, by how their ids begin.
fn place_of_kind(object: &str) -> Option<String> {
    let part = if ConsentId::parse(object).is_ok() {
        Part::ToConfirm
    } else if OverrideId::parse(object).is_ok() {
        Part::Overrides
    } else if ReportId::parse(object).is_ok() {
        Part::Reports
    } else if GlassId::parse(object).is_ok() {
        Part::Openings
    } else if IncidentId::parse(object).is_ok() {
        Part::Incidents
    } else {
        return PartnerOfferId::parse(object).is_ok().then(|| OFFERS.to_owned());
    };
    Some(part.address())
}

/// A project of the viewer's; what a frozen one of somebody else left open, for its desk.
async fn place_of_project(lead: &Lead<'_>, id: ProjectId, kind: NoticeKind) -> Option<String> {
    if project::find(lead.context, &lead.access, id).await.is_ok() {
        return Some(format!("{PROJECTS}/{id}"));
    }
    (kind == NoticeKind::ProjectFrozen).then(|| format!("{PROJECTS}/{id}/left"))
}

async fn page(lead: &Lead<'_>, from: usize, code: Option<&str>) -> Result<NoticesPage, ActionError> {
    let words = lead.words;
    let mut notices: Vec<Visible<ReceivedNotice>> = notice::list(lead.context, &lead.access).await?;
    notices.sort_by_key(|notice| notice.seen_at.is_some());
    let next = from.saturating_add(ON_A_PAGE);
    let more = (notices.len() > next).then(|| format!("{NOTICES}?from={next}"));
    let mut lines = Vec::new();
    for notice in notices.iter().skip(from).take(ON_A_PAGE) {
        lines.push(Line::new(lead, notice).await);
    }
    let (seen, unseen): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.is_seen);
    let groups = [("notices-new", unseen), ("notices-seen", seen)];
    let groups = groups.into_iter().filter(|(_, lines)| !lines.is_empty());
    Ok(NoticesPage {
        done: code.filter(|code| *code == "lead-seen").map(|code| words.text(&format!("done-{code}"))),
        groups: groups.map(|(key, lines)| (words.text(key), lines)).collect(),
        more,
        zone: words.zone_name(),
        frame: lead.visit.frame(),
    })
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &visit) else { return sign_in_first() };
    let from = in_query(&uri, "from").and_then(|from| from.parse().ok()).unwrap_or_default();
    match page(&lead, from, in_query(&uri, "done")).await {
        Ok(page) => sent(&context, &lead.access, (&visit, StatusCode::OK), &page).await,
        Err(error) => lead.refused(&error).await,
    }
}

/// Marks a notice as seen by the viewer; seen again, it stays so.
pub(in crate::web) async fn see(State(context): State<Context>, form: Form) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &form.visit) else { return sign_in_first() };
    let id = NoticeId::parse(form.get("notice")).map_err(|_| ActionError::NotVisible);
    let seen = match id {
        Ok(id) => notice::see(&context, &lead.access, id).await,
        Err(error) => Err(error),
    };
    match seen {
        Ok(_) => done(NOTICES, "lead-seen"),
        Err(error) => lead.refused(&error).await,
    }
}
