//! Signing in: handle and password, then the second factor.

use super::form::Form;
use super::frame::Frame;
use super::visit::Visit;
use super::{HOME, SIGN_IN, SIGN_IN_CODE, answer, provider};
use crate::actions::Context;
use crate::actions::credentials::CredentialError;
use crate::actions::sign_in::{self, Step};
use crate::edge::rates::SignIns;
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
    Extension(sign_ins): Extension<SignIns>,
    form: Form,
) -> Response<Body> {
    let handle = form.get("handle").trim();
    let step = match sign_ins.count(handle) {
        Ok(()) => sign_in::with_password(&context, handle, form.get("password")).await,
        Err(asked) => Err(CredentialError::Wait { seconds: asked.seconds() }),
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
    match sign_in::awaits_code(&context, &visit.session_secret).await {
        Ok(true) => answer::page(&visit, &CodePage { frame: visit.frame(), problem: None }),
        Ok(false) => answer::redirect(SIGN_IN),
        Err(error) => answer::refused(&visit, &error),
    }
}

pub(super) async fn with_code(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    match sign_in::awaits_code(&context, &visit.session_secret).await {
        Ok(true) => {}
        Ok(false) => return answer::redirect(SIGN_IN),
        Err(error) => return answer::refused(visit, &error),
    }
    match sign_in::with_code(&context, &visit.session_secret, form.get("code")).await {
        Ok(opened) => answer::redirect_with_session(HOME, &opened.secret),
        Err(error) => {
            let frame = visit.frame();
            let problem = frame.problem(&error);
            answer::not_accepted(visit, &error, &CodePage { frame, problem })
        }
    }
}
