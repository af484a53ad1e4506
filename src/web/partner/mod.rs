//! The partner's pages: what waits, one request and its answers, how many places there are, and the outcomes.
//!
//! Invariants: a page tells what the view tells, and what it told is on record before it is sent; opening a page changes
//! nothing; what somebody decides is a form with nothing chosen beforehand, sent with the version that was read. What is
//! possible now is asked of [`lifecycle`](crate::domain::lifecycle), whose table stands nowhere else.

mod acts;
mod answers;
mod capacity;
mod code;
mod inbox;
mod leave;
mod offer_form;
mod offers;
mod outcomes;
mod request;

pub(super) use answers::answer;
pub(super) use capacity::{show as show_capacity, tell as tell_capacity};
pub(super) use code::prove as prove_code;
pub(super) use inbox::show as inbox;
pub(super) use leave::leave;
pub(super) use offer_form::{offer, show as show_offer_form};
pub(super) use offers::{show as show_offers, withdraw as withdraw_offer};
pub(super) use outcomes::{record as record_outcomes, show as show_outcomes};
pub(super) use request::show as request;

use super::answer as answers_of_pages;
use super::visit::{Visit, sign_in_first};
use crate::actions::{ActionError, Context, link, referral};
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::referral::DeclineCode;
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::visible::Visible;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::Response;

/// Where the inbox is.
pub(super) const INBOX: &str = "/requests";
/// Where places are told and entries confirmed.
pub(super) const CAPACITY: &str = "/capacity";
/// Where persons are offered, and what became of it.
pub(super) const OFFERS: &str = "/offers";
/// Where outcomes are given.
pub(super) const OUTCOMES: &str = "/outcomes";

/// The access of whoever visits as a partner; nobody else comes through the doors of these pages.
fn access(context: &Context, visit: &Visit) -> Option<Access> {
    visit.partner_access(context)
}

/// An id in an address; what is none is told as what is not there.
fn id_in(path: Result<Path<String>, PathRejection>) -> Option<ReferralId> {
    path.ok().and_then(|Path(id)| ReferralId::parse(&id).ok())
}

/// A referral that the viewer's organisation has received. What it has sent, or only follows, has no page here.
async fn received(context: &Context, access: &Access, id: ReferralId) -> Result<Visible<ReferralView>, ActionError> {
    let view = referral::find(context, access, id).await?;
    if is_received(access, &view) { Ok(view) } else { Err(ActionError::NotVisible) }
}

fn is_received(access: &Access, view: &Visible<ReferralView>) -> bool {
    let recipient = view.reveal(&view.recipient_id);
    recipient.is_some() && recipient == access.account().map(|account| &account.organization_id)
}

/// The answer to what was done: on to where it stands, unless it has ended the link by which the visitor came. Then nothing
/// is left to be opened, and that is said.
async fn done(context: &Context, visit: &Visit, to: &str) -> Response<Body> {
    let has_ended = match visit.came_by_link() {
        Some(visitor) => link::has_ended(context, visitor).await,
        None => Ok(false),
    };
    match has_ended {
        Ok(true) => answers_of_pages::last_message(visit, "link-answered"),
        Ok(false) => answers_of_pages::onward(to),
        Err(error) => answers_of_pages::refused(visit, &error),
    }
}

/// The reasons that are a recipient's to give.
fn reasons_to_decline() -> impl Iterator<Item = DeclineCode> {
    use crate::domain::code::CodeList as _;
    DeclineCode::ALL.iter().copied().filter(|code| !code.is_of_person())
}
