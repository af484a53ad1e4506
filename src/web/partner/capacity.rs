//! How many the own services can take now, and whether their entries are still true.

use super::{CAPACITY, access, sign_in_first};
use crate::actions::directory::own_services;
use crate::actions::directory_edit::{TellCapacity, confirm, tell_capacity};
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList as _;
use crate::domain::directory::{Capacity, CapacityStatus, CapacityUnit};
use crate::domain::id::{Identifier as _, ServiceId};
use crate::domain::need::NeedFamily;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::ServiceView;
use crate::web::answer as answers_of_pages;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

/// So many services stand on a page.
const SERVICES: usize = 6;
/// Most places that are told at once.
const MOST_PLACES: u32 = 500;
/// What can be told; that nothing is known is not told.
const TOLD: [CapacityStatus; 4] =
    [CapacityStatus::Open, CapacityStatus::Limited, CapacityStatus::Waitlist, CapacityStatus::Full];
/// What the notice after an act can say.
const DONE: [&str; 2] = ["capacity", "confirm"];

#[derive(Template)]
#[template(path = "partner_capacity.html")]
struct CapacityPage {
    frame: Frame,
    done: Option<String>,
    services: Vec<Line>,
    more: Option<String>,
}

/// One service.
struct Line {
    id: String,
    name: String,
    /// What was told last and is still worth something.
    told: String,
    checked: Option<String>,
    choices: Vec<(&'static str, String, bool)>,
    places: String,
    capacity_problem: Option<String>,
    confirm_problem: Option<String>,
}

/// A form that was not accepted, with what to say of it.
struct Problem<'a> {
    form: &'a Form,
    text: String,
}

impl Line {
    fn new(frame: &Frame, view: &ServiceView, problem: Option<&Problem<'_>>, now: Timestamp) -> Self {
        let service = &*view.service;
        let words = Words::of(frame.language, Some(service));
        let id = service.id.to_string();
        let of = |name: &str| {
            problem.filter(|problem| problem.form.get("service") == id && problem.form.get("form") == name)
        };
        let (of_capacity, of_confirm) = (of("capacity"), of("confirm"));
        let chosen = of_capacity.map_or("", |problem| problem.form.get("choice"));
        let told = service.capacity_status_at(now);
        let available = service.capacity.as_ref().and_then(|capacity| capacity.available);
        let available = available.filter(|_| told != CapacityStatus::Unknown);
        let free = available.map(|count| words.counted("places-free", i64::from(count)));
        Self {
            name: service.name.clone(),
            told: words.listed([Some(words.code("capacity", told)), free].into_iter().flatten()),
            checked: service
                .verified_on
                .map(|day| crate::i18n::text_with(frame.language, "places-checked", &[("day", day.to_string())])),
            choices: TOLD.map(|code| (code.code(), words.code("capacity", code), code.code() == chosen)).into(),
            places: of_capacity.map_or("", |problem| problem.form.get("typed")).chars().take(6).collect(),
            capacity_problem: of_capacity.map(|problem| problem.text.clone()),
            confirm_problem: of_confirm.map(|problem| problem.text.clone()),
            id,
        }
    }
}

fn page_of(
    (context, access): (&Context, &Access),
    frame: Frame,
    after: Option<ServiceId>,
    problem: Option<&Problem<'_>>,
) -> CapacityPage {
    let mut services = own_services(context, access);
    services.sort_by_key(|view| view.service.id);
    services.retain(|view| after.is_none_or(|after| view.service.id > after));
    let is_cut = services.len() > SERVICES;
    services.truncate(SERVICES);
    let last = services.last().filter(|_| is_cut).map(|view| view.service.id);
    let now = context.clock.now();
    CapacityPage {
        services: services.iter().map(|view| Line::new(&frame, view, problem, now)).collect(),
        done: None,
        more: last.map(|id| format!("{CAPACITY}?after={id}")),
        frame,
    }
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let Some(access) = access(&context, &visit) else { return sign_in_first() };
    let after = in_query(&uri, "after").and_then(|id| ServiceId::parse(id).ok());
    let done = in_query(&uri, "done").filter(|code| DONE.contains(code));
    let page = page_of((&context, &access), visit.frame(), after, None);
    let done = done.map(|code| page.frame.text(&format!("done-{code}")));
    sent(&context, &access, (&visit, StatusCode::OK), &CapacityPage { done, ..page }).await
}

pub(in crate::web) async fn tell(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(access) = access(&context, visit) else { return sign_in_first() };
    let words = Words::of(visit.language, None);
    let text = match told(&context, &access, &form).await {
        Ok(Ok(code)) => return answers_of_pages::onward(&format!("{CAPACITY}?done={code}")),
        Ok(Err(key)) => words.text(key),
        Err(ActionError::Refused(refusal)) => words.refusal(&refusal),
        Err(error) => return refused(&context, &access, visit, &error).await,
    };
    let problem = Problem { form: &form, text };
    // The page begins with the service of the form, wherever that stood.
    let page = page_of((&context, &access), visit.frame(), None, Some(&problem));
    sent(&context, &access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await
}

/// Does what the form asks for; the key of what is missing in it otherwise.
async fn told(
    context: &Context,
    access: &Access,
    form: &Form,
) -> Result<Result<&'static str, &'static str>, ActionError> {
    let own = own_services(context, access);
    let asked = own.iter().find(|view| view.service.id.to_string() == form.get("service"));
    let service = &asked.ok_or(ActionError::NotVisible)?.service;
    match (form.get("form"), form.get("choice")) {
        ("confirm", "true") => {
            confirm(context, access, service.id, None).await?;
            Ok(Ok("confirm"))
        }
        ("capacity", choice) => {
            let Some(status) = TOLD.into_iter().find(|status| status.code() == choice) else {
                return Ok(Err("missing-choice"));
            };
            let Ok(available) = places(form.get("typed"), status) else { return Ok(Err("missing-places")) };
            let known = service.capacity.clone().unwrap_or_else(|| Capacity::of(status));
            let is_shelter = service.needs.iter().any(|need| need.family() == NeedFamily::Shelter);
            let unit = known.unit.or_else(|| is_shelter.then_some(CapacityUnit::Bed));
            // More may be free than somebody once said there are in all.
            let maximum = known.maximum.filter(|maximum| available.is_none_or(|available| available <= *maximum));
            let told = TellCapacity {
                service_id: service.id,
                status,
                unit,
                available,
                maximum,
                per: known.per,
                expected_wait_days: None,
            };
            tell_capacity(context, access, told).await?;
            Ok(Ok("capacity"))
        }
        _ => Ok(Err("missing-choice")),
    }
}

/// How many are free, where that was typed; none where it is full.
fn places(typed: &str, status: CapacityStatus) -> Result<Option<u32>, ()> {
    match typed.trim() {
        "" => Ok((status == CapacityStatus::Full).then_some(0)),
        typed => typed.parse().ok().filter(|count| *count <= MOST_PLACES).map(Some).ok_or(()),
    }
}
