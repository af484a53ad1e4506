//! The projects that somebody works in or leads, and whether each works.

use super::{Lead, PROJECTS};
use crate::actions::Context;
use crate::actions::protection::project;
use crate::web::frame::Frame;
use crate::web::recorded::sent;
use crate::web::visit::{Visit, sign_in_first};
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode};

#[derive(Template)]
#[template(path = "lead_projects.html")]
struct ProjectsPage {
    frame: Frame,
    /// Each with its address, its name and how it stands.
    projects: Vec<(String, String, String)>,
}

pub(in crate::web) async fn show(State(context): State<Context>, visit: Visit) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &visit) else { return sign_in_first() };
    let projects = match project::list(&context, &lead.access).await {
        Ok(projects) => projects,
        Err(error) => return lead.refused(&error).await,
    };
    let line = |view: &crate::policy::protection_view::ProjectView| {
        (format!("{PROJECTS}/{}", view.id), view.name.clone(), lead.words.code("project-status", view.status))
    };
    let page = ProjectsPage { projects: projects.iter().map(|view| line(view)).collect(), frame: visit.frame() };
    sent(&context, &lead.access, (&visit, StatusCode::OK), &page).await
}
