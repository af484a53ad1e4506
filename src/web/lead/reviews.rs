//! What waits for somebody's word: each kind on a page of its own, behind the door of its own acts, and one page that leads
//! to those that the visitor may open.

use super::items::{Asked, ItemsPage, Undone};
use super::{Lead, REVIEWS, done, incidents, openings, overrides, pairs, proposals, reports, to_confirm};
use crate::actions::protection::notice;
use crate::actions::{ActionError, Context};
use crate::domain::notice::NoticeKind;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::sent;
use crate::web::visit::{Visit, sign_in_first};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};
use axum::routing::{MethodRouter, get};

/// A kind of thing that waits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::web) enum Part {
    /// Consents recorded in a child's best interests.
    ToConfirm,
    /// Referrals without a consent.
    Overrides,
    /// Records of statutory reports.
    Reports,
    /// Cases that somebody outside the team has opened.
    Openings,
    /// Referrals that ended with harm.
    Incidents,
    /// Changes of the directory.
    Proposals,
    /// Entries that may be one.
    Pairs,
}

/// In the order of how soon somebody is waiting for it.
const PARTS: [Part; 7] =
    [Part::Overrides, Part::ToConfirm, Part::Openings, Part::Incidents, Part::Reports, Part::Proposals, Part::Pairs];

impl Part {
    /// Its name in addresses and texts.
    const fn key(self) -> &'static str {
        match self {
            Self::ToConfirm => "consents",
            Self::Overrides => "overrides",
            Self::Reports => "reports",
            Self::Openings => "openings",
            Self::Incidents => "incidents",
            Self::Proposals => "proposals",
            Self::Pairs => "pairs",
        }
    }

    /// Its page.
    pub(super) fn address(self) -> String {
        format!("{REVIEWS}/{}", self.key())
    }

    /// The notice by which somebody is told that one waits.
    const fn notice(self) -> Option<NoticeKind> {
        match self {
            Self::ToConfirm => Some(NoticeKind::ConsentToConfirm),
            Self::Overrides => Some(NoticeKind::OverrideRequested),
            Self::Reports => Some(NoticeKind::ReportRecorded),
            Self::Openings => Some(NoticeKind::GlassBroken),
            Self::Incidents => Some(NoticeKind::IncidentOpened),
            Self::Proposals | Self::Pairs => None,
        }
    }

    async fn fill(self, lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
        match self {
            Self::ToConfirm => to_confirm::fill(lead, asked, page).await,
            Self::Overrides => overrides::fill(lead, asked, page).await,
            Self::Reports => reports::fill(lead, asked, page).await,
            Self::Openings => openings::fill(lead, asked, page).await,
            Self::Incidents => incidents::fill(lead, asked, page).await,
            Self::Proposals => proposals::fill(lead, asked, page).await,
            Self::Pairs => pairs::fill(lead, asked, page).await,
        }
    }

    /// Does what a form asks for; gives the word of what was done.
    async fn decide(self, lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
        match self {
            Self::ToConfirm => to_confirm::decide(lead, form).await,
            Self::Overrides => overrides::decide(lead, form).await,
            Self::Reports => reports::decide(lead, form).await,
            Self::Openings => openings::decide(lead, form).await,
            Self::Incidents => incidents::decide(lead, form).await,
            Self::Proposals => proposals::decide(lead, form).await,
            Self::Pairs => pairs::decide(lead, form).await,
        }
    }
}

/// What answers for one kind.
pub(in crate::web) fn serve(part: Part) -> MethodRouter<Context> {
    let shown = async move |State(context): State<Context>, uri: Uri, visit: Visit| {
        show_part(part, &context, &uri, &visit).await
    };
    let sent = async move |State(context): State<Context>, form: Form| decide(part, &context, &form).await;
    get(shown).post(sent)
}

async fn page(part: Part, lead: &Lead<'_>, status: StatusCode, asked: Asked<'_>) -> Response<Body> {
    let mut page = ItemsPage::new(lead, part.key(), part.address(), &asked);
    match part.fill(lead, &asked, &mut page).await {
        Ok(()) => page.sent(lead, status, &asked).await,
        Err(error) => lead.refused(&error).await,
    }
}

async fn show_part(part: Part, context: &Context, uri: &Uri, visit: &Visit) -> Response<Body> {
    match Lead::of(context, visit) {
        Some(lead) => page(part, &lead, StatusCode::OK, Asked::by_address(uri)).await,
        None => sign_in_first(),
    }
}

async fn decide(part: Part, context: &Context, form: &Form) -> Response<Body> {
    let Some(lead) = Lead::of(context, &form.visit) else { return sign_in_first() };
    let undone = match part.decide(&lead, form).await {
        Ok(code) => return done(&part.address(), code),
        Err(undone) => undone,
    };
    match undone.said(&lead) {
        Ok((status, problem)) => page(part, &lead, status, Asked::by_form(form, problem)).await,
        Err(error) => lead.refused(&error).await,
    }
}

#[derive(Template)]
#[template(path = "lead_reviews.html")]
struct ReviewsPage {
    frame: Frame,
    parts: Vec<PartLine>,
}

/// One kind, as the page tells it that leads to all.
struct PartLine {
    address: String,
    title: String,
    what: String,
    /// How many notices of it were not looked at yet.
    new: Option<String>,
}

pub(in crate::web) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &visit) else { return sign_in_first() };
    let notices = match notice::list(&context, &lead.access).await {
        Ok(notices) => notices,
        Err(error) => return lead.refused(&error).await,
    };
    let new = |part: Part| {
        let is_new = |notice: &&_| {
            let notice: &crate::policy::visible::Visible<crate::domain::notice::ReceivedNotice> = notice;
            notice.seen_at.is_none() && part.notice() == Some(notice.kind)
        };
        i64::try_from(notices.iter().filter(is_new).count()).ok().filter(|count| *count > 0)
    };
    let parts = PARTS.into_iter().filter(|part| visit.opens(&context, &part.address())).map(|part| PartLine {
        address: part.address(),
        title: lead.words.text(&format!("lead-{}", part.key())),
        what: lead.words.text(&format!("lead-{}-what", part.key())),
        new: new(part).map(|count| lead.words.counted("lead-new", count)),
    });
    let page = ReviewsPage { parts: parts.collect(), frame: visit.frame() };
    sent(&context, &lead.access, (&visit, StatusCode::OK), &page).await
}
