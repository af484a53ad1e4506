//! A phone that a team shares: its code, who is here, and taking it over by PIN.

use super::form::Form;
use super::frame::Frame;
use super::rate::attempt;
use super::visit::{self, Visit};
use super::{HOME, PHONE, answer};
use crate::actions::credentials::CredentialError;
use crate::actions::device::{self, Here, PersonHere};
use crate::actions::{ActionError, Context};
use crate::domain::device::SharedDevice;
use crate::domain::id::{AccountId, Identifier as _};
use crate::edge::rates::PageRates;
use askama::Template;
use axum::body::Body;
use axum::extract::{Extension, State};
use axum::http::Response;

/// Where the code is typed that makes this phone a shared one.
#[derive(Template)]
#[template(path = "phone_code.html")]
struct CodePage {
    frame: Frame,
    problem: Option<String>,
}

/// Who is here, and the PIN.
#[derive(Template)]
#[template(path = "phone.html")]
struct PeoplePage {
    frame: Frame,
    /// Those who take it over; `None` where nobody shares a phone.
    people: Option<Vec<PersonHere>>,
    /// Who was chosen before, by id.
    chosen: String,
    problem: Option<String>,
}

impl PeoplePage {
    /// Whether this person is chosen already: who was chosen before, or the only one.
    fn is_chosen(&self, person: &PersonHere) -> bool {
        let is_only_one = self.people.as_ref().is_some_and(|people| people.len() == 1);
        is_only_one || person.account_id.to_string() == self.chosen
    }
}

pub(super) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    let Some(shared) = visit.phone() else {
        if visit.is_on_ended_phone() {
            return answer::phone_ended(&visit);
        }
        return answer::page(&visit, &CodePage { frame: visit.frame(), problem: None });
    };
    match people_page(&context, &visit, shared, None).await {
        Ok(page) => answer::page(&visit, &page),
        Err(error) => answer::refused(&visit, &error),
    }
}

async fn people_page(
    context: &Context,
    visit: &Visit,
    shared: &SharedDevice,
    refused: Option<(&str, &CredentialError)>,
) -> Result<PeoplePage, ActionError> {
    let people = match device::people_here(context, shared).await? {
        Here::People(people) => Some(people),
        Here::OffAtSevereRisk => None,
    };
    let frame = visit.frame();
    let problem = refused.and_then(|(_, error)| frame.problem(error));
    // The page of a phone that nobody shares says so once.
    let problem = problem.filter(|_| people.is_some());
    let chosen = refused.map(|(chosen, _)| chosen.to_owned()).unwrap_or_default();
    Ok(PeoplePage { frame, people, chosen, problem })
}

pub(super) async fn open(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    // Whose code it is, is not known before it was looked at.
    let opened = match attempt(&rates, None) {
        Ok(()) => device::open(&context, form.secret("code"), visit.phone(), visit.signed_in()).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(secret) => answer::redirect_with_phone(PHONE, &secret),
        Err(error) => {
            let frame = visit.frame();
            let problem = frame.problem(&error);
            answer::not_accepted(visit, &error, &CodePage { frame, problem })
        }
    }
}

pub(super) async fn switch(
    State(context): State<Context>,
    Extension(rates): Extension<PageRates>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let Some(shared) = visit.phone() else { return answer::phone_ended(visit) };
    let (chosen, former) = (form.get("who"), visit.signed_in().map(|signed_in| signed_in.session.id));
    let account = AccountId::parse(chosen).ok();
    let opened = match attempt(&rates, None) {
        Ok(()) => device::switch(&context, shared, account, form.secret("pin"), former).await,
        Err(error) => Err(error),
    };
    match opened {
        Ok(opened) => answer::taken_over(HOME, &opened.secret),
        Err(error) => match people_page(&context, visit, shared, Some((chosen, &error))).await {
            Ok(page) => answer::not_accepted(visit, &error, &page),
            Err(error) => answer::refused(visit, &error),
        },
    }
}

pub(super) async fn lock(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    match device::lock(&context, signed_in).await {
        Ok(()) => answer::signed_out(visit),
        Err(error) => answer::refused(visit, &error),
    }
}
