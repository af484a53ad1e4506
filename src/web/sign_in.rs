//! Signing in: handle and password, then the second factor.

use super::form::Form;
use super::frame::Frame;
use super::rate::attempt;
use super::visit::Visit;
use super::{HOME, SIGN_IN, SIGN_IN_CODE, answer, provider};
use crate::actions::Context;
use crate::actions::sign_in::{self, Step};
use crate::edge::rates::PageRates;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Response;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    frame: Frame,
    handle: String,
    problem: Option<String>,
    provider: Option<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    frame: Frame,
    problem: Option<String>,
}

pub(super) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    if visit.signed_in().is_some() {
        return answer::redirect(HOME);
    }
    let frame = visit.frame();
    let provider = provider::name_for(&context, &frame);
    answer::page(&visit, &SignInPage { frame, handle: String::new(), problem: None, provider })
}

pub(super) async fn with_password(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let handle = form.get("handle").trim();
    let step = match attempt(&rates, Some(handle)) {
        Ok(()) => sign_in::with_password(&context, handle, form.secret("password"), form.visit.phone()).await,
        Err(error) => Err(error),
    };
    match step {
        Ok(Step::SignedIn(opened)) => answer::redirect_with_session(HOME, &opened.secret),
        Ok(Step::SecondFactor(opened)) => answer::redirect_with_session(SIGN_IN_CODE, &opened.secret),
        Err(error) => {
            let frame = form.visit.frame();
            let problem = frame.problem(&error);
            let provider = provider::name_for(&context, &frame);
            let page = SignInPage { frame, handle: handle.chars().take(60).collect(), problem, provider };
            answer::not_accepted(&form.visit, &error, &page)
        }
    }
}

pub(super) async fn show_code(State(context): State<Context>, visit: Visit) -> Response<Body> {
    match sign_in::awaits_code(&context, &visit.session_secret, visit.phone()).await {
        Ok(Some(_)) => answer::page(&visit, &CodePage { frame: visit.frame(), problem: None }),
        Ok(None) => answer::redirect(SIGN_IN),
        Err(error) => answer::refused(&visit, &error),
    }
}

pub(super) async fn with_code(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let handle = match sign_in::awaits_code(&context, &visit.session_secret, visit.phone()).await {
        Ok(Some(handle)) => handle,
        Ok(None) => return answer::redirect(SIGN_IN),
        Err(error) => return answer::refused(visit, &error),
    };
    let opened = match attempt(&rates, Some(&handle)) {
        Ok(()) => sign_in::with_code(&context, &visit.session_secret, form.secret("code"), visit.phone()).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(opened) => answer::redirect_with_session(HOME, &opened.secret),
        Err(error) => {
            let frame = visit.frame();
            let problem = frame.problem(&error);
            answer::not_accepted(visit, &error, &CodePage { frame, problem })
        }
    }
}
