//! Cases that somebody outside their team has opened: somebody else says within 72 hours whether that was needed.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::protection::{glass, project};
use crate::domain::code::CodeList as _;
use crate::domain::glass::{Glass, GlassRate, GlassVerdict, REVIEW_HOURS};
use crate::domain::id::{GlassId, Identifier as _, ProjectId};
use crate::web::form::Form;
use std::collections::BTreeSet;

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let glasses = glass::list_to_review(lead.context, &lead.access).await?;
    let of_own = lead.access.account().and_then(|account| account.project_id);
    let projects: BTreeSet<ProjectId> = glasses.iter().map(|glass| glass.project_id).chain(of_own).collect();
    let (glasses, next) = asked.part_of(glasses);
    page.more = next.map(|next| format!("{}?from={next}", Part::Openings.address()));
    page.items = glasses.iter().map(|glass| item(lead, asked, glass)).collect();
    let mut rates = Vec::new();
    for id in projects {
        if let Ok(rate) = glass::rate(lead.context, &lead.access, id).await {
            rates.push(rate_of(lead, id, *rate).await);
        }
    }
    if !rates.is_empty() {
        page.lists.push((lead.words.text("lead-openings-rate"), rates));
    }
    Ok(())
}

/// How often it happens in a project, in a line.
async fn rate_of(lead: &Lead<'_>, id: ProjectId, rate: GlassRate) -> String {
    let words = lead.words;
    let name = project::find(lead.context, &lead.access, id).await.map(|project| project.name.clone());
    let per_thousand = rate.per_thousand().map_or_else(|| "–".to_owned(), |rate| words.decimal(rate));
    let arguments = [
        ("project", name.unwrap_or_else(|_| id.to_string())),
        ("openings", rate.glasses.to_string()),
        ("readings", rate.case_reads.to_string()),
        ("rate", per_thousand),
    ];
    words.with("lead-openings-rate-line", &arguments)
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, glass: &Glass) -> Item {
    let words = lead.words;
    let facts = [
        line(lead, "lead-opened-by", Some(glass.handle.clone())),
        line(lead, "lead-why", Some(words.code("glass-reason", glass.reason))),
        line(lead, "lead-opened-on", Some(words.when(glass.opened_at))),
        line(lead, "lead-open-until", Some(words.when(glass.ends_at))),
        line(lead, "lead-review-by", Some(words.when(glass.opened_at.plus_hours(REVIEW_HOURS)))),
    ];
    let object = glass.id.to_string();
    let verdicts = GlassVerdict::ALL.iter().map(|code| (code.code(), words.code("verdict-glass", *code)));
    Item {
        title: words.text("lead-openings-one"),
        facts: facts.into_iter().flatten().collect(),
        acts: vec![asked.forms(lead, &object).form("lead-opening", None, verdicts.collect(), None)],
        object,
        ..Item::default()
    }
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = GlassId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    let verdict = GlassVerdict::from_code(form.get("choice")).ok_or(Undone::Missing(CHOICE))?;
    glass::review(lead.context, &lead.access, id, verdict).await?;
    Ok("lead-reviewed")
}
