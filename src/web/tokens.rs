//! One's own API tokens.

use super::account::{self, Part};
use super::answer;
use super::form::Form;
use super::frame::Frame;
use super::visit;
use crate::actions::token::NewToken;
use crate::actions::{Context, own_account};
use crate::domain::account::TokenScope;
use crate::domain::code::CodeList;
use crate::domain::sensitive::Sensitive;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::Response;

/// A token just made, shown once.
#[derive(Template)]
#[template(path = "token.html")]
struct TokenPage {
    frame: Frame,
    name: String,
    text: Sensitive<String>,
    expires: String,
}

pub(super) async fn issue(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let new = NewToken {
        name: form.get("name").to_owned(),
        scopes: form.all("scope").filter_map(TokenScope::from_code).collect(),
        days: form.get("days").parse().unwrap_or_default(),
    };
    match own_account::issue_token(&context, signed_in, &new).await {
        // Shown in the answer itself: what is shown once cannot wait anywhere to be fetched.
        Ok(made) => answer::page(
            visit,
            &TokenPage {
                frame: visit.frame(),
                name: made.token.name,
                text: made.text,
                expires: made.token.expires_at.date().to_string(),
            },
        ),
        Err(error) => account::not_accepted(&context, visit, Part::Tokens, &error).await,
    }
}

pub(super) async fn revoke(State(context): State<Context>, form: Form) -> Response<Body> {
    let id = form.get("token");
    account::done(&form.visit, async |signed_in| own_account::revoke_token(&context, signed_in, id).await).await
}
