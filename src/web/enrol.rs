//! Enrolment: a new person sets password and second factor with a one-time code.

use super::form::Form;
use super::frame::{Frame, grouped};
use super::rate::attempt;
use super::second_factor::{RecoveryCodesPage, SecondFactorPage};
use super::visit::Visit;
use super::{ENROL_SECOND_FACTOR, HOME, answer, picture};
use crate::actions::credentials::CredentialError;
use crate::actions::{Context, enrolment};
use crate::edge::rates::PageRates;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Response;

const ENROL: &str = "/enrol";

#[derive(Template)]
#[template(path = "enrol.html")]
struct EnrolPage {
    frame: Frame,
    code: String,
    problem: Option<String>,
}

pub(super) async fn show(visit: Visit) -> Response<Body> {
    if visit.signed_in().is_some() {
        return answer::redirect(HOME);
    }
    answer::page(&visit, &EnrolPage { frame: visit.frame(), code: String::new(), problem: None })
}

pub(super) async fn begin(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let (code, password, repeated) = (form.secret("code"), form.secret("password"), form.secret("repeated"));
    // Whose code it is, is not known before it was looked at.
    let begun = match attempt(&rates, None) {
        Ok(()) => enrolment::begin(&context, code, password, repeated, form.visit.phone()).await,
        Err(error) => Err(error),
    };
    match begun {
        Ok(opened) => answer::redirect_with_session(ENROL_SECOND_FACTOR, &opened.secret),
        Err(error) => {
            let frame = form.visit.frame();
            let problem = frame.problem(&error);
            let page = EnrolPage { frame, code: code.expose().chars().take(60).collect(), problem };
            answer::not_accepted(&form.visit, &error, &page)
        }
    }
}

pub(super) async fn show_second_factor(State(context): State<Context>, visit: Visit) -> Response<Body> {
    page_of(&context, &visit, None).await
}

pub(super) async fn confirm(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    match enrolment::confirm(&context, &visit.session_secret, form.secret("code"), visit.phone()).await {
        Ok(enrolled) => {
            let frame = visit.frame_under(&enrolled.opened.secret);
            let page = RecoveryCodesPage { frame, codes: enrolled.recovery_codes };
            answer::page_with_session(visit, &enrolled.opened.secret, &page)
        }
        Err(error) => page_of(&context, visit, Some(&error)).await,
    }
}

pub(super) async fn skip(State(context): State<Context>, form: Form) -> Response<Body> {
    match enrolment::skip_second_factor(&context, &form.visit.session_secret, form.visit.phone()).await {
        Ok(opened) => answer::redirect_with_session(HOME, &opened.secret),
        Err(CredentialError::Action(error)) => answer::refused(&form.visit, &error),
        Err(_) => answer::redirect(ENROL),
    }
}

async fn page_of(context: &Context, visit: &Visit, error: Option<&CredentialError>) -> Response<Body> {
    let begun = match enrolment::under_way(context, &visit.session_secret, visit.phone()).await {
        Ok(Some(begun)) => begun,
        Ok(None) => return answer::redirect(ENROL),
        Err(error) => return answer::refused(visit, &error),
    };
    let frame = visit.frame();
    let page = SecondFactorPage {
        action: ENROL_SECOND_FACTOR,
        picture: picture::of(&begun.key.address()),
        key: grouped(&begun.key.spelled()),
        can_be_skipped: !begun.signed_in.account.needs_second_factor(),
        problem: error.and_then(|error| frame.problem(error)),
        frame,
    };
    match error {
        Some(error) => answer::not_accepted(visit, error, &page),
        None => answer::page(visit, &page),
    }
}
