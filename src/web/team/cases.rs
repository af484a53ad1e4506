//! A case found by its spoken code or the team's own number: what is known of the person, what was asked for her, and what
//! can be done next.

use super::quest::Quest;
use super::work::Line;
use super::{CASES, FIND, Team};
use crate::actions::protection::withdrawal::withdraw_for_case;
use crate::actions::referral::{List, Part, list};
use crate::actions::{ActionError, Context, case, geography};
use crate::domain::id::{CaseId, Identifier as _};
use crate::domain::need::Need;
use crate::domain::refusal::Refusal;
use crate::domain::sensitive::Sensitive;
use crate::domain::spoken_code::SpokenCode;
use crate::i18n::code_key;
use crate::policy::person_view::CaseView;
use crate::policy::visible::Visible;
use crate::web::answer;
use crate::web::choice::{Choice, fresh_key};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, not_found, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};

/// So many referrals of a case stand on its page.
const LINES: usize = 20;

#[derive(Template)]
#[template(path = "team_cases.html")]
struct CasesPage {
    frame: Frame,
    problem: Option<String>,
    /// Cases with the same number: id, spoken code, and the person in words.
    found: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "team_case.html")]
struct CasePage {
    frame: Frame,
    id: String,
    spoken_code: Option<String>,
    facts: Vec<(String, String)>,
    lines: Vec<Line>,
    done: Option<String>,
    problem: Option<String>,
    needs: Vec<Choice>,
    results: Vec<Choice>,
    key: String,
}

/// What is known of the person, line by line.
fn facts(team: &Team<'_>, words: Words, view: &Visible<CaseView>) -> Vec<(String, String)> {
    let line =
        |key: &str, text: Option<String>| text.filter(|text| !text.is_empty()).map(|text| (words.text(key), text));
    let area = view.reveal(&view.area);
    let area = area.map(|code| geography::names_of_areas(team.context, std::slice::from_ref(code)));
    let tags = view.reveal(&view.languages).map(|tags| words.listed(tags.iter().map(|tag| words.language_name(tag))));
    let flags = view.reveal(&view.protection_flags);
    let lines = [
        line("case-number", view.reveal(&view.file_number).cloned()),
        line("fact-age", view.reveal(&view.age_band).map(|code| words.text(&code_key("accepted-age", *code)))),
        line("fact-age-basis", view.reveal(&view.age_basis).map(|code| words.code("age-basis", *code))),
        line("fact-gender", view.reveal(&view.gender).map(|code| words.code("gender", *code))),
        line("fact-household", view.reveal(&view.household).map(|code| words.code("household", *code))),
        line("fact-status", view.reveal(&view.admin_status).map(|code| words.code("admin-status", *code))),
        line("fact-situation", view.reveal(&view.situation).map(|code| words.code("situation", *code))),
        line("fact-languages", tags),
        line("fact-area", area.map(|names| words.listed(names))),
        line("fact-flags", flags.map(|flags| words.listed(flags.iter().map(|flag| words.code("flag", *flag))))),
        line("case-since", Some(view.tell(&view.created_month).to_string())),
    ];
    lines.into_iter().flatten().collect()
}

fn person(words: Words, view: &Visible<CaseView>) -> String {
    let parts = [
        view.reveal(&view.age_band).map(|code| words.text(&code_key("accepted-age", *code))),
        view.reveal(&view.gender).map(|code| words.code("gender", *code)),
        view.reveal(&view.household).map(|code| words.code("household", *code)),
    ];
    words.listed(parts.into_iter().flatten())
}

pub(in crate::web) async fn show_all(State(context): State<Context>, visit: Visit) -> Response<Body> {
    match Team::of(&context, &visit) {
        Ok(_) => answer::page(&visit, &CasesPage { frame: visit.frame(), problem: None, found: Vec::new() }),
        Err(elsewhere) => elsewhere,
    }
}

/// Looks for a case by what somebody says: a spoken code, or else the team's own number.
pub(in crate::web) async fn seek(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let team = match Team::of(&context, visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let words = Words::by_clock(team.language(), None);
    let typed = Sensitive::new(form.get("code").trim().to_owned());
    let by_code = match SpokenCode::parse(typed.expose()) {
        Ok(_) => case::find_by_spoken_code(&context, &team.access, &typed).await.map(|view| vec![view]),
        Err(_) => Err(ActionError::NotVisible),
    };
    // What reads like a code may be a number of the team's own.
    let found = match by_code {
        Err(ActionError::NotVisible) => case::list_by_file_number(&context, &team.access, &typed).await,
        by_code => by_code,
    };
    let problem = match &found {
        Ok(views) if !views.is_empty() => None,
        Ok(_) | Err(ActionError::NotVisible) => Some(words.text("case-not-found")),
        Err(ActionError::Refused(Refusal::Input { problem, .. })) => Some(words.code("input", *problem)),
        Err(error) => return refused(&context, &team.access, visit, error).await,
    };
    let views = found.unwrap_or_default();
    if let [only] = &views[..] {
        return answer::onward(&format!("{CASES}/{}", only.id));
    }
    let line = |view: &Visible<CaseView>| {
        let code = view.reveal(&view.spoken_code).cloned().unwrap_or_default();
        (view.id.to_string(), code, person(words, view))
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = CasesPage { found: views.iter().map(line).collect(), problem, frame: visit.frame() };
    sent(&context, &team.access, (visit, status), &page).await
}

async fn page(
    team: &Team<'_>,
    id: CaseId,
    (done, problem): (Option<&str>, Option<String>),
) -> Result<CasePage, ActionError> {
    let view = case::find(team.context, &team.access, id).await?;
    let part = Part { open: None, case_id: Some(id), to_ending_services: false, after: None, limit: LINES };
    let (referrals, _) = list(team.context, &team.access, List::Sent, part).await?;
    let words = Words::by_clock(team.language(), None);
    Ok(CasePage {
        id: id.to_string(),
        spoken_code: view.reveal(&view.spoken_code).cloned(),
        facts: facts(team, words, &view),
        lines: referrals.iter().map(|view| Line::new(team, view)).collect(),
        done: match done {
            Some("counted") => Some(words.text("tally-done")),
            Some("saved") => Some(words.text("done-saved")),
            _ => None,
        },
        problem,
        needs: super::tally::needs(words, ""),
        results: super::tally::results(words, ""),
        key: fresh_key(team.context),
        frame: team.visit.frame(),
    })
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    visit: Visit,
) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let Some(id) = id_in(id) else { return not_found(&visit) };
    match page(&team, id, (in_query(&uri, "done"), None)).await {
        Ok(page) => sent(&context, &team.access, (&visit, StatusCode::OK), &page).await,
        Err(error) => refused(&context, &team.access, &visit, &error).await,
    }
}

fn id_in(path: Result<Path<String>, PathRejection>) -> Option<CaseId> {
    path.ok().and_then(|Path(id)| CaseId::parse(&id).ok())
}

/// Looks for a service for the person of a case, or counts a need of hers that met nothing.
pub(in crate::web) async fn act(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let visit = &form.visit;
    let team = match Team::of(&context, visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let Some(id) = id_in(id) else { return not_found(visit) };
    match form.get("do") {
        "count" => return count(&team, id, &form).await,
        "withdraw" => return withdraw(&team, id, &form).await,
        _ => {}
    }
    let view = match case::find(&context, &team.access, id).await {
        Ok(view) => view,
        Err(error) => return refused(&context, &team.access, visit, &error).await,
    };
    let quest = Quest { case_id: Some(view.id), ..Quest::default() };
    answer::onward(&format!("{FIND}?from={}", quest.seal(&context, visit)))
}

/// Ends whatever lets anybody be told of the person: she says so once, to whomever she has agreed.
async fn withdraw(team: &Team<'_>, id: CaseId, form: &Form) -> Response<Body> {
    let (context, access, visit) = (team.context, &team.access, team.visit);
    if form.get("sure") == "yes" {
        return match withdraw_for_case(context, access, id, None).await {
            Ok(()) => answer::onward(&format!("{CASES}/{id}?done=saved")),
            Err(error) => refused(context, access, visit, &error).await,
        };
    }
    let problem = Words::by_clock(team.language(), None).text("missing-sure");
    match page(team, id, (None, Some(problem))).await {
        Ok(page) => sent(context, access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await,
        Err(error) => refused(context, access, visit, &error).await,
    }
}

async fn count(team: &Team<'_>, id: CaseId, form: &Form) -> Response<Body> {
    use crate::actions::demand::{RecordDemand, record};
    use crate::domain::code::CodeList as _;
    let words = Words::by_clock(team.language(), None);
    let typed =
        Need::from_code(form.get("need")).zip(crate::domain::demand::DemandResult::from_code(form.get("result")));
    let problem = match typed {
        None => words.text("missing-choice"),
        Some((need, result)) => {
            let idempotency_key = form.get("key").to_owned();
            let input = RecordDemand { idempotency_key, case_id: id, need, result, area: None };
            match record(team.context, &team.access, input).await {
                Ok(_) => return answer::onward(&format!("{CASES}/{id}?done=counted")),
                Err(ActionError::Refused(refusal)) => words.refusal(&refusal),
                Err(error) => return refused(team.context, &team.access, team.visit, &error).await,
            }
        }
    };
    match page(team, id, (None, Some(problem))).await {
        Ok(page) => sent(team.context, &team.access, (team.visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await,
        Err(error) => refused(team.context, &team.access, team.visit, &error).await,
    }
}
