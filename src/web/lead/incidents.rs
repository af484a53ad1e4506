//! Referrals that ended with harm: who leads the project says what came of looking into it.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::protection::incidents;
use crate::domain::code::CodeList as _;
use crate::domain::id::{Identifier as _, IncidentId};
use crate::domain::incident::IncidentResolution;
use crate::policy::incident_view::IncidentView;
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::form::Form;

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let (incidents, next) = asked.part_of(incidents::list(lead.context, &lead.access).await?);
    page.more = next.map(|next| format!("{}?from={next}", Part::Incidents.address()));
    for incident in incidents {
        page.items.push(item(lead, asked, &incident).await);
    }
    Ok(())
}

async fn item(lead: &Lead<'_>, asked: &Asked<'_>, incident: &Visible<IncidentView>) -> Item {
    let words = lead.words;
    let referral = *incident.tell(&incident.referral_id);
    let closed = incident.reveal(&incident.closed_at);
    let facts = [
        line(lead, "lead-referral", Some(referral.to_string())),
        line(lead, "lead-incident-opened", Some(words.when(*incident.tell(&incident.opened_at)))),
        line(lead, "lead-incident-closed", closed.map(|at| words.when(*at))),
        line(
            lead,
            "lead-incident-result",
            incident.reveal(&incident.resolution).map(|code| words.code("resolution", *code)),
        ),
    ];
    let object = incident.id.to_string();
    let form = || {
        let codes = IncidentResolution::ALL.iter().map(|code| (code.code(), words.code("resolution", *code)));
        asked.forms(lead, &object).form("lead-incident", None, codes.collect(), None)
    };
    let place = lead.place_of_referral(referral).await;
    Item {
        title: words.text(if closed.is_some() { "lead-incidents-closed" } else { "lead-incidents-open" }),
        facts: facts.into_iter().flatten().collect(),
        links: place.map(|place| (place, words.text("lead-open-referral"))).into_iter().collect(),
        acts: (closed.is_none() && lead.may(Action::CloseIncident)).then(form).into_iter().collect(),
        object,
        ..Item::default()
    }
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = IncidentId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    let resolution = IncidentResolution::from_code(form.get("choice")).ok_or(Undone::Missing(CHOICE))?;
    incidents::close(lead.context, &lead.access, id, resolution).await?;
    Ok("lead-closed")
}
