//! The sheet that a person takes away: up to eight services on one page in her language, dated, of what everybody may know.
//! Nothing on it tells who asked, for whom, or for what.

use super::card::{phones, where_it_is};
use super::quest::{MOST_COMPARED, Quest};
use super::{FIND, Team};
use crate::actions::{Context, directory};
use crate::domain::directory::{Schedule, Service};
use crate::i18n::sheet::SheetLanguage;
use crate::policy::directory_view::ServiceView;
use crate::policy::visible::Visible;
use crate::web::frame::Frame;
use crate::web::recorded::sent;
use crate::web::visit::Visit;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

#[derive(Template)]
#[template(path = "team_share.html")]
struct SharePage {
    frame: Frame,
    back: String,
    /// The language of the sheet, and those that there are: tag, name, the quest with it, whether it is this one.
    sheet: SheetLanguage,
    languages: Vec<(String, String, String, bool)>,
    printed: String,
    services: Vec<Entry>,
    /// How many of those chosen are not for everybody.
    left_out: i64,
}

/// One service of the sheet.
struct Entry {
    name: String,
    description: Option<String>,
    organization: Option<String>,
    places: Vec<String>,
    phones: Vec<String>,
    hours: Vec<String>,
    languages: String,
    fees: Option<String>,
    /// What its source wants to be read first, and whom it takes, in its own words.
    warnings: Vec<String>,
    checked: String,
}

impl Entry {
    fn new(sheet: &SheetLanguage, language: crate::i18n::Language, view: &Visible<ServiceView>) -> Self {
        let service = &*view.service;
        let words = crate::web::words::Words::of(language, Some(service));
        let is_told = |translation: &&crate::domain::directory::Translation| {
            SheetLanguage::from_tag(translation.language.as_str()).as_ref() == Some(sheet)
        };
        let translated = service.translations.iter().find(is_told);
        let name = translated.and_then(|translation| translation.name.clone());
        let open = service.places.iter().filter(|place| !place.do_not_use);
        let checked = match service.verified_on {
            Some(day) => sheet.text_of_day("checked", &day.to_string()),
            None => sheet.text("not-checked"),
        };
        Self {
            name: name.unwrap_or_else(|| service.name.clone()),
            description: translated.and_then(|translation| translation.description.clone()),
            organization: view.organization.as_ref().map(|organization| organization.name.clone()),
            places: open.map(where_it_is).filter(|text| !text.is_empty()).collect(),
            phones: phones(service).into_iter().map(|phone| phone.typed).collect(),
            hours: if view.tells_opening { hours(sheet, service) } else { Vec::new() },
            // Names of languages stand on it where it is in a language of the pages.
            languages: crate::i18n::Language::from_tag(&sheet.tag())
                .map(|_| words.listed(service.languages.iter().map(|tag| words.language_name(tag))))
                .unwrap_or_default(),
            fees: service.fees.clone(),
            warnings: warnings(sheet, service),
            checked,
        }
    }
}

/// Its alert, its criteria, and the days on which it is closed, as its source tells them.
fn warnings(sheet: &SheetLanguage, service: &Service) -> Vec<String> {
    let closed = service.closures.iter().map(|closure| {
        let days = format!("{} – {}", closure.from, closure.until);
        sheet.text_of_day("closed", &days)
    });
    let ends = service.closes_on.map(|day| sheet.text_of_day("ends", &day.to_string()));
    service.alert.iter().cloned().chain(service.criteria_text.clone()).chain(closed).chain(ends).collect()
}

/// The weekly openings, with the days in the language of the sheet.
fn hours(sheet: &SheetLanguage, service: &Service) -> Vec<String> {
    let of_schedule = |schedule: &Schedule| {
        let Schedule { weekdays, opens_at, closes_at, text } = schedule;
        let days: Vec<String> = weekdays.iter().flat_map(|days| days.split(',')).map(|day| named(sheet, day)).collect();
        let hours = opens_at.iter().zip(closes_at).map(|(opens, closes)| format!("{opens}–{closes}"));
        let coded = [days.join(", ")].into_iter().chain(hours).collect::<Vec<_>>().join(" ");
        text.clone().unwrap_or(coded)
    };
    let coded = service.opening_hours.clone().filter(|_| service.schedules.is_empty());
    service.schedules.iter().map(of_schedule).chain(coded).collect()
}

fn named(sheet: &SheetLanguage, day: &str) -> String {
    let code = day.trim().to_ascii_lowercase();
    let is_day = ["mo", "tu", "we", "th", "fr", "sa", "su"].contains(&&*code);
    if is_day { sheet.text(&format!("day-{code}")) } else { day.to_owned() }
}

/// The language asked for, or that of the person, or that of the page.
fn language_of(quest: &Quest, visit: &Visit) -> SheetLanguage {
    let tags = [&quest.sheet, &quest.language, visit.language.tag(), "fr"];
    let known = tags.into_iter().find_map(SheetLanguage::from_tag);
    known.expect("there is a sheet in French")
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
    let chosen = &quest.chosen[..quest.chosen.len().min(MOST_COMPARED)];
    let views = directory::for_a_person(&context, &team.access, chosen);
    let sheet = language_of(&quest, &visit);
    let language = crate::i18n::Language::from_tag(&sheet.tag()).unwrap_or(visit.language);
    let choice = |known: SheetLanguage| {
        let quest = Quest { sheet: known.tag(), ..quest.clone() };
        (known.tag(), known.own_name(), quest.seal(&context, &visit), known == sheet)
    };
    let page = SharePage {
        languages: SheetLanguage::all().into_iter().map(choice).collect(),
        printed: sheet.text_of_day("printed", &context.clock.now().date().to_string()),
        services: views.iter().map(|view| Entry::new(&sheet, language, view)).collect(),
        left_out: i64::try_from(chosen.len() - views.len()).unwrap_or_default(),
        back: format!("{FIND}/{}", quest.choosing(Vec::new()).seal(&context, &visit)),
        frame: visit.frame(),
        sheet,
    };
    sent(&context, &team.access, (&visit, StatusCode::OK), &page).await
}
