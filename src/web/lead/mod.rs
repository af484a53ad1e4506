//! The pages of who leads, of who protects, and of whoever is the second person: what they are told, what waits for their
//! word, and the projects that they answer for.
//!
//! Invariants: a page tells what the same query tells; nothing is decided without a choice, and none is made beforehand;
//! what takes two people is refused to the first of them by the act itself, and the page says so beside the form.

mod incidents;
mod items;
mod left;
mod notices;
mod openings;
mod overrides;
mod pairs;
mod project;
mod projects;
mod proposals;
mod reports;
mod reviews;
mod revoking;
mod to_confirm;

pub(super) use left::{show as show_left, take as take_over};
pub(super) use notices::{see as see_notice, show as show_notices};
pub(super) use project::{act as act_on_project, show as show_project};
pub(super) use projects::show as show_projects;
pub(super) use reviews::{Part, serve as serve_part, show as show_reviews};

use super::answer;
use super::recorded::refused;
use super::visit::Visit;
use super::words::Words;
use crate::actions::{ActionError, Context, directory, referral};
use crate::domain::id::{OrganizationId, ReferralId};
use crate::policy::access::Access;
use crate::policy::rules::{Action, permit};
use axum::body::Body;
use axum::http::Response;

/// Where somebody reads what they are told.
pub(super) const NOTICES: &str = "/notices";
/// Where stands what waits for somebody's word.
pub(super) const REVIEWS: &str = "/reviews";
/// Where the projects stand.
pub(super) const PROJECTS: &str = "/projects";

/// Who visits these pages: somebody who is signed in.
struct Lead<'a> {
    context: &'a Context,
    access: Access,
    visit: &'a Visit,
    words: Words,
}

impl<'a> Lead<'a> {
    /// `None` where nobody is signed in.
    fn of(context: &'a Context, visit: &'a Visit) -> Option<Self> {
        let signed_in = visit.signed_in()?;
        let words = Words::by_clock(visit.language, None);
        Some(Self { context, access: signed_in.access(context), visit, words })
    }

    fn may(&self, action: Action) -> bool {
        permit(&self.access, action).is_ok()
    }

    /// Whether somebody of this handle is the viewer, who cannot be the second person then.
    fn is_own(&self, handle: Option<&String>) -> bool {
        handle.is_some() && self.access.account().map(|account| &account.handle) == handle
    }

    /// The name of an organisation that something else has led to.
    fn organization(&self, id: OrganizationId) -> Option<String> {
        directory::counterpart(self.context, &self.access, id).ok().map(|organization| organization.name.clone())
    }

    /// Where a referral stands for this viewer: among what the own team follows, or among what the own organisation was
    /// sent. Nothing of it is told by that.
    async fn place_of_referral(&self, id: ReferralId) -> Option<String> {
        let view = referral::find(self.context, &self.access, id).await.ok()?;
        if view.case.is_some() && self.may(Action::FollowReferral) {
            return Some(format!("{}/{id}", super::team::WORK));
        }
        let only_answers = self.may(Action::AnswerReferral) && !self.may(Action::FollowReferral);
        only_answers.then(|| format!("{}/{id}", super::partner::INBOX))
    }

    /// The answer where there is no page, with the refusal on record.
    async fn refused(&self, error: &ActionError) -> Response<Body> {
        refused(self.context, &self.access, self.visit, error).await
    }
}

/// Leads on to an address with the word of what was done.
fn done(address: &str, code: &str) -> Response<Body> {
    answer::onward(&format!("{address}?done={code}"))
}
