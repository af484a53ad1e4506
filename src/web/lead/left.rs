//! What a frozen project left open, for who leads it and for its desk, which takes over what cannot wait.

use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::project::id_in;
use super::{Lead, PROJECTS};
use crate::actions::protection::continuity;
use crate::actions::{ActionError, Context, directory};
use crate::domain::id::{Identifier as _, ProjectId, ReferralId};
use crate::policy::protection_view::ContinuityView;
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::answer;
use crate::web::form::Form;
use crate::web::recorded::not_found;
use crate::web::team::WORK;
use crate::web::visit::{Visit, sign_in_first};
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};

async fn page(lead: &Lead<'_>, status: StatusCode, id: ProjectId, asked: Asked<'_>) -> Response<Body> {
    let address = format!("{PROJECTS}/{id}/left");
    let mut page = ItemsPage::new(lead, "left", address.clone(), &asked);
    page.back = (PROJECTS.to_owned(), lead.words.text("team-projects"));
    let entries = match continuity::list(lead.context, &lead.access, id).await {
        Ok(entries) => entries,
        Err(error) => return lead.refused(&error).await,
    };
    let (entries, next) = asked.part_of(entries);
    page.more = next.map(|next| format!("{address}?from={next}"));
    page.items = entries.iter().map(|entry| item(lead, &asked, entry)).collect();
    page.sent(lead, status, &asked).await
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, entry: &Visible<ContinuityView>) -> Item {
    let words = lead.words;
    let service = entry.reveal(&entry.service_id);
    let service = service.and_then(|id| directory::service(lead.context, &lead.access, *id).ok());
    let phones = service.as_ref().map(|view| {
        let open = view.service.phones.iter().filter(|phone| !phone.do_not_use);
        words.listed(open.map(|phone| phone.typed.clone()))
    });
    let is_accepted = if *entry.tell(&entry.is_accepted) { "lead-left-accepted" } else { "lead-left-asked" };
    let facts = [
        line(lead, "fact-urgency", Some(words.code("urgency", *entry.tell(&entry.urgency)))),
        line(lead, "lead-left-state", Some(words.text(is_accepted))),
        line(lead, "fact-service", service.as_ref().map(|view| view.service.name.clone())),
        line(lead, "fact-phone", phones),
        line(lead, "fact-mailbox", Some(entry.tell(&entry.sender_mailbox).clone())),
    ];
    let object = entry.id.to_string();
    let form = || {
        let choices = vec![("yes", words.text("lead-take-yes"))];
        asked.forms(lead, &object).form("lead-take", Some("lead-take-hint"), choices, None)
    };
    let code = entry.reveal(&entry.code).cloned();
    Item {
        title: code.map_or_else(|| words.text("lead-left-one"), |code| words.with("lead-left-code", &[("code", code)])),
        facts: facts.into_iter().flatten().collect(),
        acts: lead.may(Action::TakeCustody).then(form).into_iter().collect(),
        object,
        ..Item::default()
    }
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

/// Takes over one case, and goes on to where it is followed from now on.
async fn taken(lead: &Lead<'_>, form: &Form) -> Result<ReferralId, Undone> {
    let id = ReferralId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    if form.get("choice") != "yes" {
        return Err(Undone::Missing(CHOICE));
    }
    continuity::take(lead.context, &lead.access, id).await?;
    Ok(id)
}

pub(in crate::web) async fn take(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    form: Form,
) -> Response<Body> {
    let Some(lead) = Lead::of(&context, &form.visit) else { return sign_in_first() };
    let Some(project) = id_in(id) else { return not_found(&form.visit) };
    let undone = match taken(&lead, &form).await {
        Ok(id) => return answer::onward(&format!("{WORK}/{id}")),
        Err(undone) => undone,
    };
    match undone.said(&lead) {
        Ok((status, problem)) => page(&lead, status, project, Asked::by_form(&form, problem)).await,
        Err(error) => lead.refused(&error).await,
    }
}
