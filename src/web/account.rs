//! One's own account: who one is, and what one is signed in by.

use super::form::Form;
use super::frame::{Frame, minute};
use super::rate::attempt;
use super::visit::{self, Visit};
use super::{HOME, answer};
use crate::actions::credentials::CredentialError;
use crate::actions::own_account::Overview;
use crate::actions::session::{self, SignedIn};
use crate::actions::{ActionError, Context, device, link, own_account};
use crate::domain::account::{ApiToken, TokenScope};
use crate::domain::code::CodeList;
use crate::domain::id::{Identifier, SessionId};
use crate::domain::pin::PinStanding;
use crate::edge::rates::PageRates;
use crate::i18n::Language;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Response;

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    handle: String,
    role: String,
    organization: String,
    teams: String,
    has_password: bool,
    has_second_factor: bool,
    recovery_codes: i64,
    pin: Option<PinStanding>,
    sessions: Vec<SessionLine>,
    tokens: Vec<TokenLine>,
    scopes: Vec<(&'static str, String)>,
    /// In which part of the page something was not accepted, and what to say of it.
    problem: Option<(Part, String)>,
}

/// A part of the page with a form of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The password.
    Password,
    /// The PIN for shared phones.
    Pin,
    /// The tokens.
    Tokens,
}

struct SessionLine {
    id: String,
    method: String,
    opened: String,
    seen: String,
    is_this: bool,
}

struct TokenLine {
    id: String,
    name: String,
    scopes: String,
    expires: String,
    last_used: String,
}

impl AccountPage {
    fn new(frame: Frame, signed_in: &SignedIn, overview: Overview) -> Self {
        let SignedIn { session, .. } = signed_in;
        let sessions = overview.sessions.iter().map(|it| SessionLine {
            id: it.id.to_string(),
            method: frame.code("method", &it.authentication.method),
            opened: minute(it.authentication.at),
            seen: minute(it.seen_at),
            is_this: it.id == session.id,
        });
        let teams: Vec<String> = overview.teams.into_iter().map(|team| team.name).collect();
        let scopes = overview.token_scopes.iter().map(|scope| (scope.code(), frame.code("scope", scope)));
        Self {
            handle: overview.handle.unwrap_or_default(),
            role: overview.role.map(|role| frame.code("role", &role)).unwrap_or_default(),
            organization: overview.organization.unwrap_or_default(),
            teams: frame.listed(&teams),
            has_password: overview.has_password,
            has_second_factor: overview.has_second_factor,
            recovery_codes: overview.recovery_codes,
            pin: overview.pin,
            sessions: sessions.collect(),
            tokens: overview.tokens.iter().map(|token| TokenLine::new(&frame, token)).collect(),
            scopes: scopes.collect(),
            problem: None,
            frame,
        }
    }

    /// What to say in a part of the page.
    fn problem_in(&self, part: Part) -> Option<&str> {
        self.problem.as_ref().filter(|(of, _)| *of == part).map(|(_, text)| text.as_str())
    }

    fn password_problem(&self) -> Option<&str> {
        self.problem_in(Part::Password)
    }

    fn pin_problem(&self) -> Option<&str> {
        self.problem_in(Part::Pin)
    }

    /// How the PIN stands, in words; and whether one can be set.
    fn pin_standing(&self) -> Option<(String, bool)> {
        let (key, can_be_set) = match self.pin? {
            PinStanding::NotSet => ("page-pin-is-not-set", true),
            PinStanding::Set => ("page-pin-is-set", true),
            PinStanding::Locked => ("page-pin-is-locked", true),
            PinStanding::OffAtSevereRisk => ("problem-phone-at-severe-risk", false),
            PinStanding::OfProvider => ("problem-pin-of-provider", false),
        };
        Some((self.frame.text(key), can_be_set))
    }

    fn token_problem(&self) -> Option<&str> {
        self.problem_in(Part::Tokens)
    }
}

impl TokenLine {
    fn new(frame: &Frame, token: &ApiToken) -> Self {
        let scopes: Vec<String> = token.scopes.iter().map(|scope: &TokenScope| frame.code("scope", scope)).collect();
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            scopes: frame.listed(&scopes),
            expires: token.expires_at.date().to_string(),
            last_used: token.last_used_on.map_or_else(|| frame.text("page-never"), |day| day.to_string()),
        }
    }
}

pub(super) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    match page_of(&context, &visit, None).await {
        Ok(page) => answer::page(&visit, &page),
        Err(elsewhere) => elsewhere,
    }
}

/// The page again, with what was not accepted.
pub(super) async fn not_accepted(
    context: &Context,
    visit: &Visit,
    part: Part,
    error: &CredentialError,
) -> Response<Body> {
    let problem = visit.frame().problem(error).map(|text| (part, text));
    match page_of(context, visit, problem).await {
        Ok(page) => answer::not_accepted(visit, error, &page),
        Err(elsewhere) => elsewhere,
    }
}

async fn page_of(
    context: &Context,
    visit: &Visit,
    problem: Option<(Part, String)>,
) -> Result<AccountPage, Response<Body>> {
    let signed_in = visit.signed_in().ok_or_else(visit::sign_in_first)?;
    let overview = own_account::overview(context, signed_in).await;
    let overview = overview.map_err(|error| answer::refused(visit, &error))?;
    Ok(AccountPage { problem, ..AccountPage::new(visit.frame(), signed_in, overview) })
}

pub(super) async fn change_password(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let (present, password, repeated) = (form.secret("present"), form.secret("password"), form.secret("repeated"));
    let changed = match attempt(&rates, Some(&signed_in.account.handle)) {
        Ok(()) => own_account::change_password(&context, signed_in, present, password, repeated).await,
        Err(error) => Err(error),
    };
    match changed {
        Ok(opened) => answer::redirect_with_session(HOME, &opened.secret),
        Err(error) => not_accepted(&context, visit, Part::Password, &error).await,
    }
}

pub(super) async fn set_pin(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let set = match attempt(&rates, None) {
        Ok(()) => device::set_pin(&context, signed_in, form.secret("pin"), form.secret("repeated")).await,
        Err(error) => Err(error),
    };
    match set {
        Ok(()) => answer::redirect(HOME),
        Err(error) => not_accepted(&context, visit, Part::Pin, &error).await,
    }
}

pub(super) async fn choose_language(State(context): State<Context>, form: Form) -> Response<Body> {
    done(&form.visit, async |signed_in| match Language::from_tag(form.get("language")) {
        Some(language) => own_account::choose_language(&context, signed_in, language.tag()).await,
        None => Err(ActionError::NotVisible),
    })
    .await
}

pub(super) async fn end_session(State(context): State<Context>, form: Form) -> Response<Body> {
    done(&form.visit, async |signed_in| match SessionId::parse(form.get("session")) {
        Ok(id) => own_account::end_session(&context, signed_in, id).await,
        Err(_) => Err(ActionError::NotVisible),
    })
    .await
}

/// Does something to one's own account, and shows it again.
pub(super) async fn done(
    visit: &Visit,
    work: impl AsyncFnOnce(&SignedIn) -> Result<(), ActionError>,
) -> Response<Body> {
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    match work(signed_in).await {
        Ok(()) => answer::redirect(HOME),
        Err(error) => answer::refused(visit, &error),
    }
}

pub(super) async fn sign_out(State(context): State<Context>, form: Form) -> Response<Body> {
    if let Some(signed_in) = form.visit.signed_in() {
        let ended = session::end(&context, &signed_in.access(&context), signed_in.session.id).await;
        if let Err(error @ (ActionError::Unavailable(_) | ActionError::Internal(_))) = ended {
            return answer::refused(&form.visit, &error);
        }
    }
    if let Some(visitor) = form.visit.came_by_link()
        && let Err(error) = link::leave(&context, visitor).await
    {
        return answer::refused(&form.visit, &error);
    }
    answer::signed_out(&form.visit)
}
