//! Whom a project works with no more: one person ends it at once, two let it go on.

use super::Lead;
use super::items::{Asked, CHOICE, Item, Undone, line};
use crate::actions::protection::revocation::{self, EndStep, RevokePartner};
use crate::actions::search::{SearchServices, search};
use crate::actions::{ActionError, directory};
use crate::domain::code::CodeList as _;
use crate::domain::fit::Verdict;
use crate::domain::id::{Identifier as _, OrganizationId, ProjectId, RevocationId};
use crate::domain::revocation::{Revocation, RevocationReason};
use crate::policy::rules::Action;
use crate::web::act::{Act, FieldKind, Forms};
use crate::web::form::Form;
use std::collections::BTreeSet;

/// So many services are looked through for an organisation that is named.
const LOOKED_THROUGH: usize = 50;

/// Whom the project has revoked, those that stand first.
pub(super) async fn items(lead: &Lead<'_>, asked: &Asked<'_>, project: ProjectId) -> Result<Vec<Item>, ActionError> {
    let mut revocations = revocation::list(lead.context, &lead.access, project).await?;
    revocations.sort_by_key(|revocation| revocation.ended_at.is_some());
    let (revocations, _) = asked.part_of(revocations);
    Ok(revocations.iter().map(|revocation| item(lead, asked, revocation)).collect())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, held: &Revocation) -> Item {
    let words = lead.words;
    let name = directory::organization(lead.context, &lead.access, held.organization_id);
    let name = name.map_or_else(|_| held.organization_id.to_string(), |organization| organization.name.clone());
    let facts = [
        line(lead, "lead-partner", Some(name)),
        line(lead, "lead-why", Some(words.code("revocation", held.reason))),
        line(lead, "lead-revoked-on", Some(words.when(held.revoked_at))),
        line(lead, "lead-end-asked", held.end_requested_at.map(|at| words.when(at))),
        line(lead, "lead-ended-on", held.ended_at.map(|at| words.when(at))),
    ];
    let object = held.id.to_string();
    let form = || {
        let (name, hint) = match held.end_requested_at {
            None => ("lead-ask-end", "lead-ask-end-hint"),
            Some(_) => ("lead-end", "lead-end-hint"),
        };
        asked.forms(lead, &object).form(name, Some(hint), vec![("yes", words.text(&format!("{name}-yes")))], None)
    };
    let is_possible = held.ended_at.is_none() && lead.may(Action::LeadProject);
    Item {
        title: words.text(if held.ended_at.is_some() { "lead-revoked-ended" } else { "lead-revoked" }),
        facts: facts.into_iter().flatten().collect(),
        acts: is_possible.then(form).into_iter().collect(),
        object,
        ..Item::default()
    }
}

/// The form by which a partner is revoked.
pub(super) fn form(lead: &Lead<'_>, forms: Forms<'_>) -> Act {
    let reasons = RevocationReason::ALL.iter().map(|code| (code.code(), lead.words.code("revocation", *code)));
    let field = Some(("lead-revoke-field", FieldKind::Value));
    forms.form("lead-revoke", Some("lead-revoke-hint"), reasons.collect(), field)
}

/// The one organisation that is meant: by its id, or by exactly its name.
fn named(lead: &Lead<'_>, typed: &str) -> Result<OrganizationId, Undone> {
    if let Ok(id) = OrganizationId::parse(typed) {
        return Ok(id);
    }
    let input = SearchServices {
        words: Some(typed.to_owned()),
        verdicts: Some(Verdict::ALL.to_vec()),
        ..SearchServices::default()
    };
    let found = search(lead.context, &lead.access, &input, LOOKED_THROUGH, None).map_err(Undone::Refused)?;
    let organizations = found.found.iter().filter_map(|found| found.judgement.service.organization.as_ref());
    let is_meant = |name: &str| name.to_lowercase() == typed.to_lowercase();
    let meant = organizations.filter(|organization| is_meant(&organization.name));
    let meant: BTreeSet<OrganizationId> = meant.map(|organization| organization.id).collect();
    match meant.first() {
        Some(id) if meant.len() == 1 => Ok(*id),
        _ => Err(Undone::Missing("lead-revoke-nobody")),
    }
}

pub(super) async fn decide(lead: &Lead<'_>, project_id: ProjectId, form: &Form) -> Result<&'static str, Undone> {
    let (context, access) = (lead.context, &lead.access);
    let choice = form.get("choice");
    let ended = async |step, code| {
        let id = RevocationId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
        if choice != "yes" {
            return Err(Undone::Missing(CHOICE));
        }
        // A revocation of another project is not ended at the page of this one.
        let held = revocation::find(context, access, id).await?;
        if held.project_id != project_id {
            return Err(ActionError::NotVisible.into());
        }
        revocation::end(context, access, id, step).await?;
        Ok(code)
    };
    match form.get("form") {
        "lead-revoke" => {
            let reason = RevocationReason::from_code(choice).ok_or(Undone::Missing(CHOICE))?;
            let organization_id = named(lead, form.get("typed").trim())?;
            let input = RevokePartner { project_id, organization_id, reason };
            match revocation::revoke(context, access, input).await {
                Ok(_) => Ok("lead-revoked"),
                // The project is the viewer's own: it is the organisation that is not known.
                Err(ActionError::NotVisible) => Err(Undone::Missing("lead-revoke-nobody")),
                Err(error) => Err(error.into()),
            }
        }
        "lead-ask-end" => ended(EndStep::Request, "lead-end-asked").await,
        "lead-end" => ended(EndStep::Confirm, "lead-ended").await,
        _ => Err(Undone::Missing(CHOICE)),
    }
}
