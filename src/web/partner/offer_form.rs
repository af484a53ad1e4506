//! Offering a person to one service: what the service goes by, the word of the person, and nothing by which anybody is known.

use super::OFFERS;
use crate::actions::input::ProfileInput;
use crate::actions::partner_offer::make::{MakeOffer, make};
use crate::actions::partner_offer::reception::open_services;
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList;
use crate::domain::directory::Service;
use crate::domain::id::{Identifier as _, ServiceId};
use crate::domain::need::Need;
use crate::domain::profile::{AgeBand, Gender, Household};
use crate::domain::referral::Urgency;
use crate::domain::refusal::Refusal;
use crate::policy::access::Access;
use crate::web::answer as answers_of_pages;
use crate::web::choice::{Choice, List, choices, fresh_key, languages, list_of};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{not_found, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use std::sync::Arc;

/// How urgent it can be said to be: months-long procedures are not offered by this form.
const URGENCIES: [Urgency; 3] = [Urgency::Emergency, Urgency::Urgent, Urgency::Normal];

#[derive(Template)]
#[template(path = "partner_offer.html")]
struct OfferPage {
    frame: Frame,
    service: String,
    id: String,
    /// By which it is called.
    phones: Vec<String>,
    /// Makes one offer of a form that is sent twice.
    key: String,
    problem: Option<String>,
    urgencies: Vec<Choice>,
    lists: Vec<List>,
}

/// The service of an address, where somebody can be offered to it.
async fn open_service(context: &Context, access: &Access, id: &str) -> Result<Option<Arc<Service>>, ActionError> {
    let Ok(id) = ServiceId::parse(id) else { return Ok(None) };
    let services = open_services(context, access).await?;
    Ok(services.iter().find(|view| view.service.id == id).map(|view| Arc::clone(&view.service)))
}

/// The needs that the service answers, as far as this viewer may offer somebody for them.
fn needs_of(service: &Service, access: &Access) -> Vec<Need> {
    let is_trained = access.account().is_some_and(|account| account.is_trained);
    let answers = |need: &&Need| service.needs.contains(need) || service.need_families.contains(&need.family());
    let may_offer = |need: &&Need| is_trained || !need.concerns_gender_based_violence();
    Need::ALL.iter().filter(answers).filter(may_offer).copied().collect()
}

fn page_of(
    (context, access): (&Context, &Access),
    frame: Frame,
    service: &Service,
    (form, problem): (Option<&Form>, Option<String>),
) -> OfferPage {
    let words = Words::of(frame.language, Some(service));
    let typed = |name: &str| form.map_or("", |form| form.get(name));
    let public = &service.eligibility;
    let lists = [
        Some(List {
            is_required: true,
            ..list_of(words, ("need", "fact-need", "need"), needs_of(service, access), typed("need"))
        }),
        Some(list_of(words, ("age", "fact-age", "accepted-age"), AgeBand::ALL.iter().copied(), typed("age"))),
        // Only what the service goes by is asked.
        (!public.genders.is_empty())
            .then(|| list_of(words, ("gender", "fact-gender", "gender"), Gender::ALL.iter().copied(), typed("gender"))),
        (!public.households.is_empty()).then(|| {
            let all = Household::ALL.iter().copied();
            list_of(words, ("household", "fact-household", "household"), all, typed("household"))
        }),
        Some(languages(words, typed("language"))),
    ];
    let key = form.map(|form| form.get("key")).filter(|key| !key.is_empty());
    OfferPage {
        service: service.name.clone(),
        phones: service.phones.iter().filter(|phone| !phone.do_not_use).map(|phone| phone.typed.clone()).collect(),
        id: service.id.to_string(),
        key: key.map_or_else(|| fresh_key(context), str::to_owned),
        problem,
        urgencies: choices(words, "urgency", URGENCIES, typed("urgency")),
        lists: lists.into_iter().flatten().collect(),
        frame,
    }
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Response<Body> {
    let Some(access) = visit.offering_access(&context) else { return not_found(&visit) };
    let Ok(Path(id)) = id else { return not_found(&visit) };
    match open_service(&context, &access, &id).await {
        Ok(Some(service)) => {
            let page = page_of((&context, &access), visit.frame(), &service, (None, None));
            sent(&context, &access, (&visit, StatusCode::OK), &page).await
        }
        Ok(None) => refused(&context, &access, &visit, &ActionError::NotVisible).await,
        Err(error) => refused(&context, &access, &visit, &error).await,
    }
}

pub(in crate::web) async fn offer(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let Some(access) = visit.offering_access(&context) else { return not_found(visit) };
    let Ok(Path(id)) = id else { return not_found(visit) };
    let service = match open_service(&context, &access, &id).await {
        Ok(Some(service)) => service,
        Ok(None) => return refused(&context, &access, visit, &ActionError::NotVisible).await,
        Err(error) => return refused(&context, &access, visit, &error).await,
    };
    let words = Words::of(visit.language, Some(&service));
    // A form that was sent before, and typed in anew since, is sent under another key the next time.
    let (problem, was_sent) = match read(&form, service.id) {
        Err(key) => (words.text(key), false),
        Ok(asked) => match make(&context, &access, asked).await {
            Ok(_) => return answers_of_pages::onward(&format!("{OFFERS}?done=offer")),
            Err(ActionError::Refused(Refusal::KeyReused)) => (words.text("offer-already-sent"), true),
            Err(ActionError::Refused(refusal)) => (words.refusal(&refusal), false),
            Err(error) => return refused(&context, &access, visit, &error).await,
        },
    };
    let page = page_of((&context, &access), visit.frame(), &service, (Some(&form), Some(problem)));
    let page = if was_sent { OfferPage { key: fresh_key(&context), ..page } } else { page };
    sent(&context, &access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await
}

/// What the form says; the key of what is missing in it otherwise.
fn read(form: &Form, service_id: ServiceId) -> Result<MakeOffer, &'static str> {
    let need = Need::from_code(form.get("need")).ok_or("missing-need")?;
    let urgency = URGENCIES.into_iter().find(|urgency| urgency.code() == form.get("urgency"));
    let language = form.get("language");
    Ok(MakeOffer {
        idempotency_key: form.get("key").to_owned(),
        service_id,
        need,
        urgency: urgency.ok_or("missing-urgency")?,
        profile: ProfileInput {
            age_band: AgeBand::from_code(form.get("age")),
            gender: Gender::from_code(form.get("gender")),
            household: Household::from_code(form.get("household")),
            languages: Some(language).filter(|tag| !tag.is_empty()).map(str::to_owned).into_iter().collect(),
            ..ProfileInput::default()
        },
        person_agrees: form.get("agrees") == "yes",
    })
}
