//! What is looked for: the need, the person by quick choices, from where, and when.

use super::quest::{Quest, When};
use super::{FIND, Team, words_at};
use crate::actions::Context;
use crate::actions::input::ProfileInput;
use crate::actions::search::{OwnPlace, own_places, whereabouts};
use crate::domain::code::CodeList as _;
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::TimeZone;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use crate::web::answer;
use crate::web::choice::{Choice, List, choices, languages, list_of};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

#[derive(Template)]
#[template(path = "team_find.html")]
pub(super) struct FindPage {
    frame: Frame,
    problem: Option<String>,
    /// The quest that the form takes further, such as that of a case.
    from: String,
    has_case: bool,
    /// Each family of needs, with its needs.
    families: Vec<(String, Vec<Choice>)>,
    ages: Vec<Choice>,
    genders: Vec<Choice>,
    lists: Vec<List>,
    further: Vec<List>,
    /// Places of the own organisation, as points.
    own_places: Vec<Choice>,
    /// A point that was chosen on the map, which is no place of the own organisation.
    has_point: bool,
    point: String,
    /// Where a point is chosen.
    map: String,
    place: String,
    words: String,
    whens: Vec<Choice>,
    day: String,
    hour: String,
    zone: String,
}

impl FindPage {
    fn new(team: &Team<'_>, words: Words, quest: &Quest, from: String, problem: Option<String>) -> Self {
        let chosen = |code: Option<&'static str>| code.unwrap_or_default();
        let families = NeedFamily::ALL.iter().map(|family| {
            let needs = Need::ALL.iter().copied().filter(|need| need.family() == *family);
            let needs = choices(words, "need", needs, chosen(quest.need.map(|need| need.code())));
            (words.code("family", *family), needs)
        });
        let own_places = places(team, quest);
        let at = if let When::At(at) = quest.when { Some(at) } else { None };
        let local = at.zip(words.zone).map(|(at, zone)| zone.local(at));
        let when = match quest.when {
            When::Now => "now",
            When::At(_) => "at",
            When::Any => "any",
        };
        Self {
            problem,
            has_case: quest.case_id.is_some(),
            families: families.collect(),
            ages: choices(
                words,
                "accepted-age",
                AgeBand::ALL.iter().copied(),
                chosen(quest.age_band.map(|code| code.code())),
            ),
            genders: choices(
                words,
                "gender",
                Gender::ALL.iter().copied(),
                chosen(quest.gender.map(|code| code.code())),
            ),
            lists: quick_lists(words, quest),
            further: further_lists(words, quest),
            has_point: quest.point.is_some() && own_places.iter().all(|place| !place.is_chosen),
            point: quest.point.map(written).unwrap_or_default(),
            map: quest.seal(team.context, team.visit),
            own_places,
            place: quest.place.clone(),
            words: quest.words.clone(),
            whens: ["any", "now", "at"]
                .map(|code| Choice {
                    value: code.to_owned(),
                    label: words.text(&format!("find-when-{code}")),
                    is_chosen: code == when,
                })
                .into(),
            day: local.map(|local| local.date.to_string()).unwrap_or_default(),
            hour: local.map(|local| format!("{:02}:{:02}", local.minute / 60, local.minute % 60)).unwrap_or_default(),
            zone: words.zone_name(),
            from,
            frame: team.visit.frame(),
        }
    }
}

fn quick_lists(words: Words, quest: &Quest) -> Vec<List> {
    let household = quest.household.map_or("", |code| code.code());
    vec![
        list_of(words, ("household", "fact-household", "household"), Household::ALL.iter().copied(), household),
        languages(words, &quest.language),
    ]
}

fn further_lists(words: Words, quest: &Quest) -> Vec<List> {
    let status = quest.admin_status.map_or("", |code| code.code());
    let situation = quest.situation.map_or("", |code| code.code());
    vec![
        list_of(words, ("status", "fact-status", "admin-status"), AdminStatus::ALL.iter().copied(), status),
        list_of(words, ("situation", "fact-situation", "situation"), Situation::ALL.iter().copied(), situation),
    ]
}

/// The places of the own organisation; the first is chosen unless something else was.
fn places(team: &Team<'_>, quest: &Quest) -> Vec<Choice> {
    let own = own_places(team.context, &team.access).unwrap_or_default();
    let is_anew = quest.point.is_none() && quest.place.is_empty();
    let choice = |(number, place): (usize, OwnPlace)| {
        let (latitude, longitude) = (place.position.latitude(), place.position.longitude());
        let value = format!("{latitude:.5},{longitude:.5}");
        let is_that = quest.point.is_some_and(|(latitude, longitude)| value == format!("{latitude:.5},{longitude:.5}"));
        Choice { label: place.name, is_chosen: is_that || (is_anew && number == 0), value }
    };
    own.into_iter().enumerate().map(choice).collect()
}

/// A point as a form sends it.
fn written((latitude, longitude): (f64, f64)) -> String {
    format!("{latitude:.5},{longitude:.5}")
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let from = in_query(&uri, "from").unwrap_or_default();
    // What does not open is not as if nothing had been said: a case would be lost without a word.
    let quest = match from {
        "" => Quest::default(),
        sealed => match team.opened(sealed).await {
            Ok(quest) => quest,
            Err(elsewhere) => return elsewhere,
        },
    };
    match clock(&team, &quest).await {
        Ok(words) => {
            let page = FindPage::new(&team, words, &quest, from.to_owned(), None);
            sent(&context, &team.access, (&visit, StatusCode::OK), &page).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// The words by the clock of where somebody looks from.
async fn clock(team: &Team<'_>, quest: &Quest) -> Result<Words, Response<Body>> {
    let quest = Quest { place: String::new(), ..quest.clone() };
    let search = quest.search(None, &[]);
    match whereabouts(team.context, &team.access, &search).await {
        Ok(found) => Ok(words_at(team.language(), found.area.as_ref())),
        Err(error) => Err(refused(team.context, &team.access, team.visit, &error).await),
    }
}

/// Takes what was said further, to the page of what is found.
pub(in crate::web) async fn seek(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let team = match Team::of(&context, visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let before = match form.get("from") {
        "" => Quest::default(),
        sealed => match team.opened(sealed).await {
            Ok(quest) => quest,
            Err(elsewhere) => return elsewhere,
        },
    };
    let words = match clock(&team, &before).await {
        Ok(words) => words,
        Err(elsewhere) => return elsewhere,
    };
    let quest = Quest { case_id: before.case_id, ..Quest::read(|name| form.get(name), words.zone.or(utc())) };
    let missing = if quest.need.is_none() && quest.words.is_empty() {
        Some("find-missing-need")
    } else if form.get("when") == "at" && quest.when == When::Any {
        Some("find-missing-hour")
    } else {
        None
    };
    match missing {
        None => answer::onward(&format!("{FIND}/{}", quest.seal(&context, visit))),
        Some(key) => {
            let from = form.get("from").to_owned();
            let page = FindPage::new(&team, words, &quest, from, Some(words.text(key)));
            sent(&context, &team.access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await
        }
    }
}

fn utc() -> Option<TimeZone> {
    TimeZone::parse("UTC").ok()
}

/// The person in a line, as far as somebody has said who she is.
pub(super) fn profile_in_words(words: Words, profile: &ProfileInput) -> String {
    let tags = profile.languages.iter().filter_map(|tag| Language::parse(tag).ok());
    let languages: Vec<String> = tags.map(|tag| words.language_name(&tag)).collect();
    let parts = [
        profile.age_band.map(|code| words.code("accepted-age", code)),
        profile.gender.map(|code| words.code("gender", code)),
        profile.household.map(|code| words.code("household", code)),
        profile.admin_status.map(|code| words.code("admin-status", code)),
        profile.situation.map(|code| words.code("situation", code)),
    ];
    words.listed(parts.into_iter().flatten().chain(languages))
}
