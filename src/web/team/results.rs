//! What was found: who takes the person, who has to be asked, and, folded below, who does not and why.

use super::card::Card;
use super::find::profile_in_words;
use super::map::Map;
use super::quest::{MOST_COMPARED, Quest, When};
use super::{FIND, Team, area_of, words_at};
use crate::actions::search::{FoundPage, Judgement, Whereabouts, search, whereabouts};
use crate::actions::{ActionError, Context, directory, focal_point};
use crate::domain::consent::MOST_RECIPIENTS;
use crate::domain::directory::Place;
use crate::domain::fit::Verdict;
use crate::domain::id::{Identifier as _, ServiceId};
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use crate::i18n::code_key;
use crate::policy::rules::{Action, permit};
use crate::web::answer;
use crate::web::choice::fresh_key;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use std::collections::BTreeSet;

/// So many that take the person, or may, stand on a page.
const LINES: usize = 12;
/// So many that do not take her stand folded below.
const REFUSED_LINES: usize = 8;

#[derive(Template)]
#[template(path = "team_results.html")]
struct ResultsPage {
    frame: Frame,
    /// The quest of this page, as it stands in its address.
    quest: String,
    title: String,
    person: String,
    /// From where and for when.
    circumstances: Vec<String>,
    summary: String,
    problem: Option<String>,
    groups: Vec<Group>,
    refused: Option<Group>,
    map: Option<Map>,
    /// The page behind this one.
    more: Option<String>,
    /// Whom to turn to for a need that is kept for trained senders: name and mailbox.
    focal_point: Option<(String, String)>,
    /// Whether the visitor may refer, and whether nobody takes the person.
    may_refer: bool,
    is_empty: bool,
}

/// Services of one verdict.
struct Group {
    title: String,
    lines: Vec<Line>,
}

/// One service, with the page on which all of it stands.
struct Line {
    number: usize,
    position: Option<Position>,
    card: Card,
    address: String,
}

/// What a page of results is made from.
struct Found {
    whereabouts: Whereabouts,
    fitting: FoundPage,
    others: Option<FoundPage>,
}

async fn found(team: &Team<'_>, quest: &Quest) -> Result<Found, ActionError> {
    let Team { context, access, .. } = team;
    let open = quest.search(None, &[Verdict::Match, Verdict::ToConfirm]);
    let whereabouts = whereabouts(context, access, &open).await?;
    let area = area_of(&whereabouts);
    let after = Some(quest.after.as_str()).filter(|after| !after.is_empty());
    let wanted = quest.search(area.clone(), &[Verdict::Match, Verdict::ToConfirm]);
    let fitting = search(context, access, &wanted, LINES, after)?;
    // Who does not take the person stands on the first page only.
    let others = match after {
        None => Some(search(context, access, &quest.search(area, &[Verdict::No]), REFUSED_LINES, None)?),
        Some(_) => None,
    };
    Ok(Found { whereabouts, fitting, others })
}

impl ResultsPage {
    async fn new(team: &Team<'_>, quest: &Quest, problem: Option<&str>) -> Result<Self, ActionError> {
        let found = found(team, quest).await?;
        let words = words_at(team.language(), found.whereabouts.area.as_ref());
        let at = if let When::At(at) = quest.when { at } else { found.fitting.evaluated_at };
        let lines = Lines { team, words, quest, at };
        let mut number = 0;
        let groups =
            [Verdict::Match, Verdict::ToConfirm].map(|verdict| lines.group(&found.fitting, verdict, &mut number));
        let refused = found.others.as_ref().map(|page| lines.group(page, Verdict::No, &mut number));
        let last = found.fitting.found.last().filter(|_| found.fitting.has_more);
        let more = last.map(|last| Quest { after: found.fitting.cursor_of(last), ..quest.choosing(Vec::new()) });
        let lines = groups.iter().flat_map(|group: &Group| &group.lines);
        let pins: Vec<(usize, Position)> = lines.filter_map(|line| Some((line.number, line.position?))).collect();
        let origin = found.whereabouts.origin.as_ref().map(|origin| origin.position);
        let counts =
            [groups[0].lines.len(), groups[1].lines.len(), refused.as_ref().map_or(0, |group| group.lines.len())];
        let focal_point = match quest.need {
            Some(need) => focal_point::find(team.context, &team.access, need).await?,
            None => None,
        };
        Ok(Self {
            title: quest.need.map_or_else(|| words.text("find-by-words"), |need| words.text(&code_key("need", need))),
            person: profile_in_words(words, &quest.profile(None)),
            circumstances: circumstances(words, &found.whereabouts, quest),
            map: Map::of(team, words, origin, &pins),
            summary: summary(words, counts, quest.when),
            problem: problem.map(|key| words.text(key)),
            is_empty: groups.iter().all(|group| group.lines.is_empty()),
            groups: groups.into_iter().filter(|group| !group.lines.is_empty()).collect(),
            refused: refused.filter(|group| !group.lines.is_empty()),
            more: more.map(|more| format!("{FIND}/{}", more.seal(team.context, team.visit))),
            focal_point: focal_point.map(|view| (view.name.clone(), view.mailbox.clone())),
            may_refer: permit(&team.access, Action::CreateReferral).is_ok() && quest.need.is_some(),
            quest: quest.seal(team.context, team.visit),
            frame: team.visit.frame(),
        })
    }
}

struct Lines<'a> {
    team: &'a Team<'a>,
    words: Words,
    quest: &'a Quest,
    at: Timestamp,
}

impl Lines<'_> {
    fn group(&self, page: &FoundPage, verdict: Verdict, number: &mut usize) -> Group {
        let Self { team, words, quest, at } = self;
        let of_verdict = page.found.iter().filter(|found| found.judgement.found.fit.verdict == verdict);
        let line = |found: &crate::actions::search::Found| {
            *number += 1;
            let card = Card::new(team, *words, &found.judgement, *at);
            let address = format!("/services/{}", quest.choosing(vec![card.id]).seal(team.context, team.visit));
            Line { number: *number, position: position(&found.judgement), card, address }
        };
        Group { lines: of_verdict.map(line).collect(), title: words.code("found", verdict) }
    }
}

/// Where it is, as far as the viewer may know: the place that was found, or the first that has a point.
fn position(judged: &Judgement) -> Option<Position> {
    let places = &judged.service.service.places;
    // The middle of an area is nobody's door: what is told no nearer has no pin.
    let pinned = |place: &Place| place.search_position().filter(|_| !place.is_measured_from_area());
    let nearest = judged.found.place.and_then(|place| places.get(place)).and_then(pinned);
    nearest.or_else(|| places.iter().find_map(pinned))
}

/// From where somebody looks, and for when.
fn circumstances(words: Words, whereabouts: &Whereabouts, quest: &Quest) -> Vec<String> {
    let place = whereabouts.origin.as_ref().and_then(|origin| origin.place.clone());
    let place = match (place, &whereabouts.origin) {
        (Some((name, country)), _) => Some(words.with("found-near", &[("place", format!("{name} ({country})"))])),
        (None, Some(_)) => Some(words.text("found-near-point")),
        (None, None) => None,
    };
    let when = match quest.when {
        When::Any => None,
        When::Now => Some(words.text("find-when-now")),
        When::At(at) => Some(words.when(at)),
    };
    place.into_iter().chain(when).collect()
}

/// How many take the person, how many may, and how many do not.
fn summary(words: Words, [takes, asks, refuses]: [usize; 3], when: When) -> String {
    let key = if when == When::Now { "found-summary-now" } else { "found-summary" };
    let numbers = [("takes", takes), ("asks", asks), ("refuses", refuses)];
    words.with(key, &numbers.map(|(name, number)| (name, number.to_string())))
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
    match team.quest(sealed).await {
        Ok(quest) => page(&team, StatusCode::OK, &quest, None).await,
        Err(elsewhere) => elsewhere,
    }
}

async fn page(team: &Team<'_>, status: StatusCode, quest: &Quest, problem: Option<&str>) -> Response<Body> {
    match ResultsPage::new(team, quest, problem).await {
        Ok(page) => sent(team.context, &team.access, (team.visit, status), &page).await,
        Err(ActionError::Refused(refusal)) => {
            let words = Words::by_clock(team.language(), None);
            answer::explained(team.visit, words.refusal(&refusal), FIND)
        }
        Err(error) => refused(team.context, &team.access, team.visit, &error).await,
    }
}

/// Takes the choice further: to the form by which somebody is referred, or to the sheet for the person.
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
    let one = ServiceId::parse(form.get("one")).ok();
    let mut chosen: Vec<ServiceId> = match one {
        Some(one) => vec![one],
        None => form.all("service").filter_map(|id| ServiceId::parse(id).ok()).collect(),
    };
    chosen.dedup();
    let of =
        |id: &ServiceId| directory::service(&context, &team.access, *id).ok().map(|view| view.service.organization_id);
    let organizations: BTreeSet<_> = chosen.iter().filter_map(of).collect();
    let is_one_twice = organizations.len() < chosen.iter().filter_map(of).count();
    let is_sheet = form.get("do") == "sheet" && one.is_none();
    let most = if is_sheet { MOST_COMPARED } else { MOST_RECIPIENTS };
    if chosen.is_empty() || chosen.len() > most || (is_one_twice && !is_sheet) {
        let problem = match (chosen.is_empty(), is_sheet) {
            (true, _) => "found-nobody-chosen",
            (false, true) => "found-too-many-compared",
            (false, false) if chosen.len() > most => "found-too-many-asked",
            (false, false) => "found-one-twice",
        };
        return page(&team, StatusCode::UNPROCESSABLE_ENTITY, &quest, Some(problem)).await;
    }
    let next = Quest { key: fresh_key(&context), ..quest.choosing(chosen) };
    let to = if is_sheet { "/share" } else { "/refer" };
    answer::onward(&format!("{to}/{}", next.seal(&context, visit)))
}
