//! A point on the map, chosen by a finger and without scripts: a picture in a form sends where it was met.

use super::map::Chart;
use super::quest::Quest;
use super::{FIND, Team, words_at};
use crate::actions::search::{own_places, whereabouts};
use crate::actions::{Context, geography};
use crate::domain::place::{AreaCode, Position};
use crate::web::answer;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::refused;
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

/// Kilometres across that a map shows at first, at least and at most.
const FIRST: u32 = 40;
const LEAST: u32 = 5;
const MOST: u32 = 2_560;

#[derive(Template)]
#[template(path = "team_point.html")]
struct PointPage {
    frame: Frame,
    quest: String,
    size: (u32, u32),
    /// The picture; `None` where nothing is known of what is there.
    image: Option<String>,
    zooms_in: bool,
    zooms_out: bool,
    problem: Option<String>,
}

/// What a map is drawn around, and its words.
struct Place {
    center: Option<Position>,
    words: Words,
}

/// The point of the quest, a place of the own organisation, or the middle of the country.
async fn place(team: &Team<'_>, quest: &Quest) -> Result<Place, Response<Body>> {
    let found = match whereabouts(team.context, &team.access, &quest.search(None, &[])).await {
        Ok(found) => found,
        Err(error) => return Err(refused(team.context, &team.access, team.visit, &error).await),
    };
    let own = || own_places(team.context, &team.access).ok()?.into_iter().next().map(|own| own.position);
    let of_area = |area: &AreaCode| geography::middle_of(team.context, area);
    let center = found.origin.as_ref().map(|origin| origin.position).or_else(own);
    Ok(Place {
        center: center.or_else(|| found.area.as_ref().and_then(of_area)),
        words: words_at(team.language(), found.area.as_ref()),
    })
}

fn chart(place: &Place, quest: &Quest) -> Option<Chart> {
    place.center.map(|center| Chart::new(center, f64::from(quest.kilometers_across.unwrap_or(FIRST))))
}

fn page(team: &Team<'_>, place: &Place, quest: &Quest, problem: Option<&str>) -> PointPage {
    let across = quest.kilometers_across.unwrap_or(FIRST);
    PointPage {
        quest: quest.seal(team.context, team.visit),
        size: Chart::SIZE,
        image: chart(place, quest).and_then(|chart| chart.image(team, place.words)),
        zooms_in: across > LEAST,
        zooms_out: across < MOST,
        problem: problem.map(|key| place.words.text(key)),
        frame: team.visit.frame(),
    }
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
    match place(&team, &quest).await {
        Ok(place) => answer::page(&visit, &page(&team, &place, &quest, None)),
        Err(elsewhere) => elsewhere,
    }
}

/// Takes the point that was met, or shows more or less of the map.
pub(in crate::web) async fn choose(
    State(context): State<Context>,
    sealed: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let team = match Team::of(&context, visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let quest = match team.quest(sealed).await {
        Ok(quest) => quest,
        Err(elsewhere) => return elsewhere,
    };
    let place = match place(&team, &quest).await {
        Ok(place) => place,
        Err(elsewhere) => return elsewhere,
    };
    let across = quest.kilometers_across.unwrap_or(FIRST);
    let zoomed = match form.get("zoom") {
        "in" => Some((across / 2).max(LEAST)),
        "out" => Some((across * 2).min(MOST)),
        _ => None,
    };
    if let Some(across) = zoomed {
        let quest = Quest { kilometers_across: Some(across), ..quest };
        return answer::onward(&format!("/map/{}", quest.seal(&context, visit)));
    }
    let met = |name: &str| form.get(name).trim().parse::<f64>().ok();
    let point = met("at.x").zip(met("at.y")).and_then(|(x, y)| chart(&place, &quest)?.at(x, y));
    // A button that is pressed by a key says the corner, which nobody has met.
    match point.filter(|_| met("at.x") != Some(0.0)) {
        Some(point) => {
            let quest = quest.choosing(Vec::new());
            let quest = Quest { point: Some(point), place: String::new(), kilometers_across: None, ..quest };
            let sealed = quest.seal(&context, visit);
            let knows_what = quest.need.is_some() || !quest.words.is_empty();
            answer::onward(&if knows_what { format!("{FIND}/{sealed}") } else { format!("{FIND}?from={sealed}") })
        }
        None => {
            let page = page(&team, &place, &quest, Some("point-missing"));
            answer::with_status(visit, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
