//! The pages: signing in and one's own account, rendered here, usable without scripts.
//!
//! Invariants: a page calls the same actions as the API and decides nothing; a route without a row in
//! [`policy::pages`](crate::policy::pages) is shown to nobody. `/graphql` knows nothing of the cookie that
//! pages use. Every answer is made in [`answer`], every visitor is looked up in [`visit`], every form is
//! checked in [`form`]. Titles and addresses tell nothing of what Relais is for: they stay in a browser's
//! history.

mod account;
mod answer;
mod confirm;
mod cookies;
mod enrol;
mod form;
mod frame;
mod picture;
mod provider;
mod second_factor;
mod sign_in;
mod tokens;
mod visit;

use crate::actions::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::{get, post};

/// Where somebody who is signed in begins.
const HOME: &str = "/account";
/// Where somebody who is not begins.
const SIGN_IN: &str = "/sign-in";
/// Where the second factor is given.
const SIGN_IN_CODE: &str = "/sign-in/code";
/// Where the second factor is set up for the first time.
const ENROL_SECOND_FACTOR: &str = "/enrol/second-factor";
/// Where a second factor is set up anew.
const SECOND_FACTOR: &str = "/account/second-factor";
/// Where somebody proves anew who they are.
const CONFIRM: &str = "/confirm";

/// The routes of the pages, without the hardening that [`serve`](crate::serve) adds to all.
pub fn routes(context: Context) -> Router {
    Router::new()
        .route(HOME, get(account::show))
        .route("/account/language", post(account::choose_language))
        .route("/account/password", post(account::change_password))
        .route("/account/recovery-codes", post(second_factor::renew_recovery_codes))
        .route(SECOND_FACTOR, get(second_factor::show).post(second_factor::confirm))
        .route("/account/second-factor/new", post(second_factor::begin))
        .route("/account/sessions/end", post(account::end_session))
        .route("/account/tokens", post(tokens::issue))
        .route("/account/tokens/revoke", post(tokens::revoke))
        .route(CONFIRM, get(confirm::show).post(confirm::prove))
        .route("/enrol", get(enrol::show).post(enrol::begin))
        .route(ENROL_SECOND_FACTOR, get(enrol::show_second_factor).post(enrol::confirm))
        .route("/enrol/skip", post(enrol::skip))
        .route(SIGN_IN, get(sign_in::show).post(sign_in::with_password))
        .route(SIGN_IN_CODE, get(sign_in::show_code).post(sign_in::with_code))
        .route("/sign-in/oidc", get(provider::begin))
        .route("/sign-in/oidc/callback", get(provider::complete))
        .route("/sign-out", post(account::sign_out))
        .layer(DefaultBodyLimit::max(form::FORM_BYTES))
        .route("/static/relais.css", get(style))
        .with_state(context)
}

async fn style() -> Response {
    answer::style(include_str!("static/relais.css"))
}
