//! Proving anew who is signed in, before credentials are changed.

use super::form::Form;
use super::frame::Frame;
use super::rate::attempt;
use super::visit::{self, Visit};
use super::{HOME, answer};
use crate::actions::{Context, own_account, sign_in};
use crate::edge::rates::PageRates;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Response;

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    frame: Frame,
    has_second_factor: bool,
    problem: Option<String>,
}

pub(super) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    match own_account::has_second_factor(&context, signed_in).await {
        Ok(has_second_factor) => {
            answer::page(&visit, &ConfirmPage { frame: visit.frame(), has_second_factor, problem: None })
        }
        Err(error) => answer::refused(&visit, &error),
    }
}

pub(super) async fn prove(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let has_second_factor = match own_account::has_second_factor(&context, signed_in).await {
        Ok(has_second_factor) => has_second_factor,
        Err(error) => return answer::refused(visit, &error),
    };
    let confirmed = match attempt(&rates, Some(&signed_in.account.handle)) {
        Ok(()) => sign_in::confirm(&context, signed_in, form.secret("proof")).await,
        Err(error) => Err(error),
    };
    match confirmed {
        Ok(opened) => answer::redirect_with_session(HOME, &opened.secret),
        Err(error) => {
            let frame = visit.frame();
            let problem = frame.problem(&error);
            answer::not_accepted(visit, &error, &ConfirmPage { frame, has_second_factor, problem })
        }
    }
}
