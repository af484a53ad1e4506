//! One service, with everything that decides whether to turn to it.

use super::card::{Card, freshness_in_words, where_it_is};
use super::quest::{Quest, When};
use super::{Team, area_of, words_at};
use crate::actions::geography::names_of_areas;
use crate::actions::search::{Judgement, check, whereabouts};
use crate::actions::{ActionError, Context};
use crate::domain::code::CodeList;
use crate::domain::directory::{Schedule, Service};
use crate::domain::id::ServiceId;
use crate::policy::rules::{Action, permit};
use crate::web::frame::Frame;
use crate::web::recorded::{refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

#[derive(Template)]
#[template(path = "team_service.html")]
struct ServicePage {
    frame: Frame,
    /// The quest without this choice, from which the visitor has come.
    quest: String,
    card: Card,
    id: String,
    facts: Vec<(String, String)>,
    consequences: Vec<String>,
    may_refer: bool,
}

impl ServicePage {
    fn new(team: &Team<'_>, words: Words, quest: &Quest, judged: &Judgement) -> Self {
        let service = &*judged.service.service;
        let at = if let When::At(at) = quest.when { at } else { team.context.clock.now() };
        Self {
            card: Card::new(team, words, judged, at),
            id: service.id.to_string(),
            facts: facts(team, words, judged),
            consequences: service.known_consequences.iter().map(|code| words.code("consequence", *code)).collect(),
            may_refer: permit(&team.access, Action::CreateReferral).is_ok() && quest.need.is_some(),
            quest: quest.choosing(Vec::new()).seal(team.context, team.visit),
            frame: team.visit.frame(),
        }
    }
}

/// What the directory tells of it, line by line; a line that has nothing to say is not there.
fn facts(team: &Team<'_>, words: Words, judged: &Judgement) -> Vec<(String, String)> {
    let view = &judged.service;
    let service = &*view.service;
    let line =
        |key: &str, text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| (words.text(key), text));
    let lines = [
        line("card-other-name", service.alternate_name.clone()),
        line("card-description", service.description.clone()),
        line("card-needs", Some(codes(words, "need", service.needs.iter()))),
        line("card-families", Some(codes(words, "family", service.need_families.iter()))),
        line("card-criteria", service.criteria_text.clone()),
        line("card-application", service.application_process.clone()),
        line("card-fees", service.fees.clone()),
        line("fact-languages", Some(words.listed(service.languages.iter().map(|tag| words.language_name(tag))))),
        line("card-areas", Some(words.listed(names_of_areas(team.context, &service.areas_served)))),
        line("page-sheet-opening", Some(words.listed(openings(view.tells_opening, service)))),
        line("card-closes-on", service.closes_on.map(|day| day.to_string())),
        line("card-places-where", Some(places(service))),
        line("fact-mailbox", service.email.clone()),
        line("card-specialisations", Some(codes(words, "specialisation", service.specialisations.iter()))),
        line("card-tier", Some(words.code("tier", service.tier))),
        line("card-checked", Some(freshness_in_words(words, service, team.context.clock.now()))),
        line("card-source", view.source().map(|source| source.source.to_string())),
    ];
    let details = service.details.iter().map(|detail| (detail.label.clone(), detail.values.join(", ")));
    lines.into_iter().flatten().chain(details).collect()
}

fn codes<'a, T: CodeList + 'a>(words: Words, prefix: &str, codes: impl Iterator<Item = &'a T>) -> String {
    words.listed(codes.map(|code| words.code(prefix, *code)))
}

fn places(service: &Service) -> String {
    let open = service.places.iter().filter(|place| !place.do_not_use);
    open.map(where_it_is).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The weekly openings, as their source tells them.
fn openings(are_told: bool, service: &Service) -> Vec<String> {
    if !are_told {
        return Vec::new();
    }
    let coded = service.opening_hours.clone().filter(|_| service.schedules.is_empty());
    service.schedules.iter().map(opening).chain(coded).collect()
}

/// The source's own words where it has any; otherwise days and hours.
pub(in crate::web) fn opening(schedule: &Schedule) -> String {
    let Schedule { weekdays, opens_at, closes_at, text } = schedule;
    let hours = opens_at.iter().zip(closes_at).map(|(opens, closes)| format!("{opens}–{closes}"));
    let coded = || weekdays.iter().cloned().chain(hours).collect::<Vec<_>>().join(" ");
    text.clone().unwrap_or_else(coded)
}

async fn page(team: &Team<'_>, quest: &Quest, id: ServiceId) -> Result<ServicePage, ActionError> {
    let found = whereabouts(team.context, &team.access, &quest.search(None, &[])).await?;
    let words = words_at(team.language(), found.area.as_ref());
    let judged = check(team.context, &team.access, id, &quest.fit(area_of(&found)))?;
    Ok(ServicePage::new(team, words, quest, &judged))
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    sealed: Result<Path<String>, PathRejection>,
    visit: Visit,
) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let quest = match team.quest(sealed).await {
        Ok(quest) => quest,
        Err(elsewhere) => return elsewhere,
    };
    let chosen = quest.chosen.first().copied().ok_or(ActionError::NotVisible);
    let shown = match chosen {
        Ok(id) => page(&team, &quest, id).await,
        Err(nothing) => Err(nothing),
    };
    match shown {
        Ok(page) => sent(&context, &team.access, (&visit, StatusCode::OK), &page).await,
        Err(error) => refused(&context, &team.access, &visit, &error).await,
    }
}
