//! The second factor of one's own account: setting one up anew, and recovery codes.

use super::form::Form;
use super::frame::{Frame, grouped};
use super::visit::{self, Visit};
use super::{HOME, SECOND_FACTOR, answer, picture};
use crate::actions::credentials::CredentialError;
use crate::actions::{Context, own_account};
use crate::domain::sensitive::Sensitive;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

/// Setting up a second factor: at enrolment, and anew.
#[derive(Template)]
#[template(path = "second_factor.html")]
pub(super) struct SecondFactorPage {
    pub(super) frame: Frame,
    /// Where the form leads.
    pub(super) action: &'static str,
    /// The picture of the key.
    pub(super) picture: String,
    /// The key as text.
    pub(super) key: String,
    /// Whether this step can be left out.
    pub(super) can_be_skipped: bool,
    pub(super) problem: Option<String>,
}

/// Recovery codes, shown once.
#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(super) struct RecoveryCodesPage {
    pub(super) frame: Frame,
    pub(super) codes: Vec<Sensitive<String>>,
}

pub(super) async fn begin(State(context): State<Context>, form: Form) -> Response<Body> {
    let Some(signed_in) = form.visit.signed_in() else { return visit::sign_in_first() };
    match own_account::begin_second_factor(&context, signed_in).await {
        Ok(_) => answer::redirect(SECOND_FACTOR),
        Err(error) => failed(&form.visit, &error),
    }
}

pub(super) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    page_of(&context, &visit, None).await
}

pub(super) async fn confirm(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    match own_account::confirm_second_factor(&context, signed_in, form.secret("code")).await {
        Ok((opened, codes)) => {
            let page = RecoveryCodesPage { frame: visit.frame_under(&opened.secret), codes };
            answer::page_with_session(visit, &opened.secret, &page)
        }
        Err(error) => page_of(&context, visit, Some(&error)).await,
    }
}

pub(super) async fn renew_recovery_codes(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    match own_account::renew_recovery_codes(&context, signed_in).await {
        Ok(codes) => answer::page(visit, &RecoveryCodesPage { frame: visit.frame(), codes }),
        Err(error) => failed(visit, &error),
    }
}

async fn page_of(context: &Context, visit: &Visit, error: Option<&CredentialError>) -> Response<Body> {
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let key = match own_account::pending_second_factor(context, signed_in).await {
        Ok(Some(key)) => key,
        Ok(None) => return answer::redirect(HOME),
        Err(error) => return failed(visit, &error),
    };
    let frame = visit.frame();
    let page = SecondFactorPage {
        action: SECOND_FACTOR,
        picture: picture::of(&key.address()),
        key: grouped(&key.spelled()),
        can_be_skipped: false,
        problem: error.and_then(|error| frame.problem(error)),
        frame,
    };
    match error {
        Some(error) => answer::not_accepted(visit, error, &page),
        None => answer::page(visit, &page),
    }
}

/// The answer where there is no form to correct.
fn failed(visit: &Visit, error: &CredentialError) -> Response<Body> {
    match error {
        CredentialError::Action(error) => answer::refused(visit, error),
        CredentialError::ConfirmFirst => answer::redirect(super::CONFIRM),
        CredentialError::Refused(_) | CredentialError::Wait { .. } => answer::redirect(HOME),
    }
}
