//! One project: whether it works, who takes over when it does not, whom it works with no more, and what it looks at first
//! when it starts again.

use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::{Lead, PROJECTS, done, revoking};
use crate::actions::protection::project::{self, Step};
use crate::actions::protection::restart;
use crate::actions::{ActionError, Context, directory};
use crate::domain::freeze::ProjectStatus;
use crate::domain::id::{Identifier as _, ProjectId, TeamId};
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::policy::protection_view::ProjectView;
use crate::policy::rules::Action;
use crate::web::act::{Act, FieldKind};
use crate::web::form::Form;
use crate::web::recorded::not_found;
use crate::web::visit::{Visit, sign_in_first};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};

/// An id in an address; what is none is told as what is not there.
pub(super) fn id_in(path: Result<Path<String>, PathRejection>) -> Option<ProjectId> {
    path.ok().and_then(|Path(id)| ProjectId::parse(&id).ok())
}

async fn page(lead: &Lead<'_>, status: StatusCode, id: ProjectId, asked: Asked<'_>) -> Response<Body> {
    match filled(lead, id, &asked).await {
        Ok(page) => page.sent(lead, status, &asked).await,
        Err(error) => lead.refused(&error).await,
    }
}

async fn filled(lead: &Lead<'_>, id: ProjectId, asked: &Asked<'_>) -> Result<ItemsPage, ActionError> {
    let view = project::find(lead.context, &lead.access, id).await?;
    let mut page = ItemsPage::new(lead, "project", format!("{PROJECTS}/{id}"), asked);
    page.back = (PROJECTS.to_owned(), lead.words.text("team-projects"));
    page.title.clone_from(&view.name);
    let revocations = revoking::items(lead, asked, id).await?;
    page.items.push(item(lead, asked, &view));
    page.items.extend(revocations);
    page.lists = to_look_at(lead, id).await?;
    Ok(page)
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, view: &ProjectView) -> Item {
    let words = lead.words;
    let counts = if view.desk_is_confirmed { "lead-desk-counts" } else { "lead-desk-waits" };
    let facts = [
        line(lead, "lead-frozen-since", view.frozen_at.map(|at| words.when(at))),
        line(lead, "lead-thaw-asked", view.thaw_requested_at.map(|at| words.when(at))),
        line(
            lead,
            "lead-desk",
            Some(view.desk.as_ref().map_or_else(|| words.text("lead-desk-none"), |desk| desk.name.clone())),
        ),
        line(lead, "lead-desk-standing", view.desk.as_ref().map(|_| words.text(counts))),
    ];
    let is_at_work = view.status == ProjectStatus::Active;
    let left = (!is_at_work && lead.may(Action::ReadContinuity))
        .then(|| (format!("{PROJECTS}/{}/left", view.id), words.text("lead-left")));
    Item {
        object: view.id.to_string(),
        title: words.code("project-status", view.status),
        facts: facts.into_iter().flatten().collect(),
        links: left.into_iter().collect(),
        acts: if lead.may(Action::LeadProject) { acts(lead, asked, view) } else { Vec::new() },
        ..Item::default()
    }
}

fn acts(lead: &Lead<'_>, asked: &Asked<'_>, view: &ProjectView) -> Vec<Act> {
    let forms = asked.forms(lead, &view.id.to_string());
    let yes = |key: &str| vec![("yes", lead.words.text(key))];
    let mut acts = Vec::new();
    match view.status {
        ProjectStatus::Active => {
            acts.push(forms.form("lead-freeze", Some("lead-freeze-hint"), yes("lead-freeze-yes"), None));
            // Whom a frozen project leaves its work to is not changed while it is frozen.
            let desk = Some(("lead-desk-field", FieldKind::Value));
            acts.push(forms.form("lead-name-desk", Some("lead-name-desk-hint"), Vec::new(), desk));
        }
        ProjectStatus::Frozen => {
            if view.thaw_requested_at.is_some() {
                acts.push(forms.form("lead-thaw", Some("lead-thaw-hint"), yes("lead-thaw-yes"), None));
            } else {
                acts.push(forms.form("lead-ask-thaw", Some("lead-ask-thaw-hint"), yes("lead-ask-thaw-yes"), None));
            }
        }
        ProjectStatus::Archived => {}
    }
    acts.push(revoking::form(lead, forms));
    acts
}

/// What a project that was ever frozen looks at first, for who leads it.
async fn to_look_at(lead: &Lead<'_>, id: ProjectId) -> Result<Vec<(String, Vec<String>)>, ActionError> {
    let list = match restart::list(lead.context, &lead.access, id).await {
        Ok(list) => list,
        Err(ActionError::NotVisible | ActionError::Forbidden) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let service = |id| {
        let found = directory::service(lead.context, &lead.access, id);
        found.map_or_else(|_| id.to_string(), |view| view.service.name.clone())
    };
    let lists = [
        ("lead-restart-lapsing", list.lapsing.iter().map(ToString::to_string).collect::<Vec<_>>()),
        ("lead-restart-verify", list.to_verify.iter().map(|id| service(*id)).collect()),
        ("lead-restart-teams", list.without_caseworker.iter().map(ToString::to_string).collect()),
    ];
    let lists = lists.into_iter().filter(|(_, lines)| !lines.is_empty());
    Ok(lists.map(|(key, lines)| (lead.words.text(key), of_a_page(lead, lines))).collect())
}

/// So many lines of a list stand on the page; how many more there are is said.
const LINES: usize = 40;

fn of_a_page(lead: &Lead<'_>, mut lines: Vec<String>) -> Vec<String> {
    let left = lines.len().saturating_sub(LINES);
    lines.truncate(LINES);
    let more = i64::try_from(left).ok().filter(|left| *left > 0);
    lines.extend(more.map(|left| lead.words.counted("lead-and-more", left)));
    lines
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    visit: Visit,
) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &visit) else { return sign_in_first() };
    let Some(id) = id_in(id) else { return not_found(&visit) };
    page(&lead, StatusCode::OK, id, Asked::by_address(&uri)).await
}

/// Does what a form asks for; gives the word of what was done.
async fn decide(lead: &Lead<'_>, id: ProjectId, form: &Form) -> Result<&'static str, Undone> {
    let step = async |step, code| match form.get("choice") {
        "yes" => project::change(lead.context, &lead.access, id, step).await.map(|_| code).map_err(Undone::Refused),
        _ => Err(Undone::Missing(CHOICE)),
    };
    match form.get("form") {
        "lead-freeze" => step(Step::Freeze, "lead-frozen").await,
        "lead-ask-thaw" => step(Step::RequestThaw, "lead-thaw-asked").await,
        "lead-thaw" => step(Step::ConfirmThaw, "lead-thawed").await,
        "lead-name-desk" => {
            // What is no team answers like the team of somebody else.
            let unfit = || ActionError::Refused(Refusal::Protection(ProtectionProblem::DeskUnfit));
            let team = TeamId::parse(form.get("typed").trim()).map_err(|_| unfit())?;
            project::name_desk(lead.context, &lead.access, id, team).await?;
            Ok("lead-desk")
        }
        _ => revoking::decide(lead, id, form).await,
    }
}

pub(in crate::web) async fn act(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &form.visit) else { return sign_in_first() };
    let Some(id) = id_in(id) else { return not_found(&form.visit) };
    let undone = match decide(&lead, id, &form).await {
        Ok(code) => return done(&format!("{PROJECTS}/{id}"), code),
        Err(undone) => undone,
    };
    match undone.said(&lead) {
        Ok((status, problem)) => page(&lead, status, id, Asked::by_form(&form, problem)).await,
        Err(error) => lead.refused(&error).await,
    }
}
