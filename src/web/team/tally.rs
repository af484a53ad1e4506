//! Counting people who were only told something, or for whom no answer was possible: one more by need, age and gender. Nobody
//! is on it; it stands in the ledger of needs.

use super::quest::Quest;
use super::{TALLY, Team, area_of};
use crate::actions::demand::{CountDemand, count};
use crate::actions::search::whereabouts;
use crate::actions::{ActionError, Context, own_account};
use crate::domain::code::CodeList as _;
use crate::domain::demand::DemandResult;
use crate::domain::id::{Identifier as _, TeamId};
use crate::domain::need::Need;
use crate::domain::profile::{AgeBand, Gender};
use crate::web::answer;
use crate::web::choice::{Choice, choices, fresh_key};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, refused};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};

#[derive(Template)]
#[template(path = "team_tally.html")]
struct TallyPage {
    frame: Frame,
    done: Option<String>,
    problem: Option<String>,
    needs: Vec<Choice>,
    ages: Vec<Choice>,
    genders: Vec<Choice>,
    results: Vec<Choice>,
    teams: Vec<Choice>,
    area: String,
    people: String,
    key: String,
}

/// Every need.
pub(super) fn needs(words: Words, chosen: &str) -> Vec<Choice> {
    choices(words, "need", Need::ALL.iter().copied(), chosen)
}

/// Why nothing was found, as far as somebody records that by hand.
pub(super) fn results(words: Words, chosen: &str) -> Vec<Choice> {
    let by_hand = DemandResult::ALL.iter().copied().filter(|result| result.is_recorded_by_hand());
    choices(words, "result", by_hand, chosen)
}

async fn page(team: &Team<'_>, form: Option<&Form>, problem: Option<String>) -> Result<TallyPage, ActionError> {
    let words = Words::by_clock(team.language(), None);
    let typed = |name: &str| form.map_or("", |form| form.get(name));
    let found = whereabouts(team.context, &team.access, &Quest::default().search(None, &[])).await?;
    let kept_key = Some(typed("key")).filter(|key| !key.is_empty());
    Ok(TallyPage {
        done: None,
        problem,
        needs: needs(words, typed("need")),
        ages: choices(words, "accepted-age", AgeBand::ALL.iter().copied(), typed("age")),
        genders: choices(words, "gender", Gender::ALL.iter().copied(), typed("gender")),
        results: results(words, typed("result")),
        teams: teams(team, typed("team")).await?,
        area: if form.is_some() { typed("area").to_owned() } else { area_of(&found).unwrap_or_default() },
        people: if form.is_some() { typed("people").to_owned() } else { "1".to_owned() },
        key: kept_key.map_or_else(|| fresh_key(team.context), str::to_owned),
        frame: team.visit.frame(),
    })
}

/// The teams of whoever is of several.
pub(super) async fn teams(team: &Team<'_>, chosen: &str) -> Result<Vec<Choice>, ActionError> {
    let Some(signed_in) = team.visit.signed_in() else { return Ok(Vec::new()) };
    if signed_in.account.team_ids.len() < 2 {
        return Ok(Vec::new());
    }
    let overview = own_account::overview(team.context, signed_in).await?;
    let choice = |team: crate::domain::account::Team| {
        let value = team.id.to_string();
        Choice { is_chosen: value == chosen, label: team.name, value }
    };
    Ok(overview.teams.into_iter().map(choice).collect())
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    match page(&team, None, None).await {
        Ok(page) => {
            let done = in_query(&uri, "done").filter(|done| *done == "counted");
            let done = done.map(|_| page.frame.text("tally-done"));
            answer::page(&visit, &TallyPage { done, ..page })
        }
        Err(error) => refused(&context, &team.access, &visit, &error).await,
    }
}

pub(in crate::web) async fn add(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let team = match Team::of(&context, visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let words = Words::by_clock(team.language(), None);
    let problem = match Need::from_code(form.get("need")) {
        None => words.text("missing-need"),
        Some(need) => {
            let input = CountDemand {
                idempotency_key: form.get("key").to_owned(),
                team_id: TeamId::parse(form.get("team")).ok(),
                need,
                area: form.get("area").trim().to_owned(),
                people: form.get("people").trim().parse().unwrap_or_default(),
                age_band: AgeBand::from_code(form.get("age")),
                gender: Gender::from_code(form.get("gender")),
                result: DemandResult::from_code(form.get("result")),
            };
            match count(&context, &team.access, input).await {
                Ok(_) => return answer::onward(&format!("{TALLY}?done=counted")),
                Err(ActionError::Refused(refusal)) => words.refusal(&refusal),
                Err(error) => return refused(&context, &team.access, visit, &error).await,
            }
        }
    };
    match page(&team, Some(&form), Some(problem)).await {
        Ok(page) => answer::with_status(visit, StatusCode::UNPROCESSABLE_ENTITY, &page),
        Err(error) => refused(&context, &team.access, visit, &error).await,
    }
}
