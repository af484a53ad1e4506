//! The sheet for a handover: printed on one page, with lines for what is written by hand.

use super::answer;
use super::frame::Frame;
use super::visit::{self, Visit};
use crate::actions::referral::{HandoverSheet, SheetError, handover_sheet};
use crate::actions::{ActionError, Context, refusal};
use crate::domain::directory::{Place, Schedule, Service};
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::referral::HandoverMode;
use crate::i18n::code_key;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// What somebody asks for whom there is no sheet, and what is no id at all, answer alike.
const NOT_FOUND: &str = "not-found";

#[derive(Template)]
#[template(path = "sheet.html")]
struct SheetPage {
    frame: Frame,
    organization: String,
    service: String,
    places: Vec<String>,
    phones: Vec<String>,
    openings: Vec<String>,
    call_phrase: String,
    spoken_code: String,
    /// The ways of handing over, each with whether it is the one that was recorded.
    modes: Vec<(String, bool)>,
}

impl SheetPage {
    fn new(frame: Frame, sheet: HandoverSheet) -> Self {
        let view = sheet.service.as_deref();
        let service = view.map(|view| &*view.service);
        let organization = view.and_then(|view| view.organization.as_ref());
        let openings = service.filter(|_| view.is_some_and(|view| view.tells_opening));
        let of_mode = |mode: HandoverMode| (frame.code("page-handover", &mode), sheet.handover_mode == Some(mode));
        Self {
            organization: organization.map(|organization| organization.name.clone()).unwrap_or_default(),
            service: service.map(|service| service.name.clone()).unwrap_or_default(),
            places: service.map(|service| places(service, sheet.place)).unwrap_or_default(),
            phones: service.map(phones).unwrap_or_default(),
            openings: openings.map(|service| service.schedules.iter().map(opening).collect()).unwrap_or_default(),
            modes: [HandoverMode::Phone, HandoverMode::JointInterview, HandoverMode::PersonCarriesSlip]
                .map(of_mode)
                .into(),
            call_phrase: sheet.call_phrase,
            spoken_code: sheet.spoken_code.unwrap_or_default(),
            frame,
        }
    }
}

/// The place that was asked, or all of them, as far as the directory tells them.
fn places(service: &Service, asked: Option<usize>) -> Vec<String> {
    let is_asked = |number: usize| asked.is_none_or(|asked| asked == number);
    let places = service.places.iter().enumerate().filter(|(number, place)| is_asked(*number) && !place.do_not_use);
    places.map(|(_, place)| where_it_is(place)).filter(|text| !text.is_empty()).collect()
}

fn where_it_is(place: &Place) -> String {
    let area = place.area.as_ref().map(|area| area.name.clone().unwrap_or_else(|| area.code.to_string()));
    let parts = [place.name.clone(), place.address.clone().or(area)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn phones(service: &Service) -> Vec<String> {
    service.phones.iter().filter(|phone| !phone.do_not_use).map(|phone| phone.typed.clone()).collect()
}

/// The source's own words where it has any; otherwise days and hours.
fn opening(schedule: &Schedule) -> String {
    let Schedule { weekdays, opens_at, closes_at, text } = schedule;
    let hours = opens_at.iter().zip(closes_at).map(|(opens, closes)| format!("{opens}–{closes}"));
    let coded = || weekdays.iter().cloned().chain(hours).collect::<Vec<_>>().join(" ");
    text.clone().unwrap_or_else(coded)
}

pub(super) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Response<Body> {
    let Some(signed_in) = visit.signed_in() else { return visit::sign_in_first() };
    let Some(id) = id.ok().and_then(|Path(id)| ReferralId::parse(&id).ok()) else {
        return answer::message(&visit, StatusCode::NOT_FOUND, NOT_FOUND);
    };
    let access = signed_in.access(&context);
    match handover_sheet(&context, &access, id).await {
        Ok(sheet) => answer::page(&visit, &SheetPage::new(visit.frame(), sheet)),
        Err(SheetError::Refused(problem)) => answer::message(&visit, StatusCode::CONFLICT, &code_key("sheet", problem)),
        Err(SheetError::Action(error)) => {
            refusal::record(&context, &access, matches!(error, ActionError::Forbidden)).await;
            answer::refused(&visit, &error)
        }
    }
}
