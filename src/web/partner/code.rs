//! The code that the team reads out on a call to the directory's number: typed by who came by a link, on the page of a
//! request that was accepted. From then on the visit reads what an acceptance opens.

use super::request::{Beside, Shown, reading};
use super::{INBOX, access, id_in, received, sign_in_first};
use crate::actions::{ActionError, Context, link};
use crate::domain::id::ReferralId;
use crate::domain::lifecycle::Status;
use crate::policy::referral_view::ReferralStatus;
use crate::web::answer as answers_of_pages;
use crate::web::form::Form;
use crate::web::recorded::{not_found, refused};
use crate::web::visit::Visit;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// Whether the page of this request, which is in this state, asks the visitor for the code: who has an account needs none.
pub(super) fn is_asked(visit: &Visit, id: ReferralId, status: ReferralStatus) -> bool {
    let opens_more = matches!(status, ReferralStatus::Known(Status::Accepted | Status::HandedOver | Status::InService));
    let is_unproved = visit.came_by_link().is_some_and(|visitor| !visitor.is_proved_for(id));
    opens_more && is_unproved && visit.signed_in().is_none()
}

pub(in crate::web) async fn prove(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let Some(access) = access(&context, &form.visit) else { return sign_in_first() };
    let (Some(id), Some(visitor)) = (id_in(id), form.visit.came_by_link()) else { return not_found(&form.visit) };
    let view = match received(&context, &access, id).await {
        Ok(view) => view,
        Err(error) => return refused(&context, &access, &form.visit, &error).await,
    };
    // Sent a second time, it has proved what it could already.
    let proved =
        if visitor.is_proved_for(id) { Ok(()) } else { link::prove(&context, visitor, id, form.secret("code")).await };
    match proved {
        Ok(()) => answers_of_pages::onward(&format!("{INBOX}/{id}?done=code")),
        Err(ActionError::Refused(refusal)) => {
            let words = reading(&context, &access, &view, form.visit.language).words;
            let beside = Beside { code_problem: Some(words.refusal(&refusal)), ..Beside::default() };
            let shown = Shown { context: &context, access: &access, visit: &form.visit };
            shown.page(StatusCode::UNPROCESSABLE_ENTITY, id, beside).await
        }
        Err(error) => refused(&context, &access, &form.visit, &error).await,
    }
}
