//! Changes of the directory that wait for somebody else.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::directory_edit::{self, DecideProposal, find_proposal, list_proposals};
use crate::domain::code::CodeList as _;
use crate::domain::directory_edit::{ProposalKind, ProposalReason, ProposalStatus};
use crate::domain::id::{Identifier as _, ProposalId};
use crate::policy::proposal_view::{DirectoryProposalChangeView, DirectoryProposalView};
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::act::Act;
use crate::web::form::Form;

/// So many proposals stand on a page.
const PROPOSALS: usize = 5;
/// So many changes of a proposal stand beside each other; the rest has pages of its own.
const CHANGES: usize = 8;
/// So much of a value is shown: what is longer is read in the entry.
const MOST_LETTERS: usize = 240;

/// One proposal and the change to begin at: `ID.8`.
fn of_one(from: &str) -> Option<(ProposalId, usize)> {
    let (id, begin) = from.split_once('.')?;
    Some((ProposalId::parse(id).ok()?, begin.parse().ok()?))
}

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    if let Some((id, begin)) = of_one(&asked.from) {
        let proposal = find_proposal(lead.context, &lead.access, id).await?;
        page.items.push(item(lead, asked, &proposal, begin));
        return Ok(());
    }
    let after = ProposalId::parse(&asked.from).ok();
    let status = Some(ProposalStatus::Open);
    let (proposals, has_more) = list_proposals(lead.context, &lead.access, status, after, PROPOSALS).await?;
    let last = proposals.last().filter(|_| has_more).map(|proposal| proposal.id);
    page.more = last.map(|id| format!("{}?from={id}", Part::Proposals.address()));
    page.items = proposals.iter().map(|proposal| item(lead, asked, proposal, 0)).collect();
    Ok(())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, proposal: &Visible<DirectoryProposalView>, begin: usize) -> Item {
    let words = lead.words;
    let facts = [
        line(lead, "lead-proposed-on", Some(words.when(proposal.proposed_at))),
        line(lead, "lead-proposed-by", proposal.proposed_by_role.map(|role| words.code("role", role))),
        line(lead, "card-source", proposal.source.clone()),
    ];
    let changes = proposal.changes.iter().skip(begin).take(CHANGES).map(|change| change_in_words(lead, change));
    let next = begin.saturating_add(CHANGES);
    let left = proposal.changes.len().saturating_sub(next);
    let more = i64::try_from(left).ok().filter(|left| *left > 0).map(|left| {
        let address = format!("{}?from={}.{next}", Part::Proposals.address(), proposal.id);
        (address, words.counted("lead-proposals-more", left))
    });
    let object = proposal.id.to_string();
    let is_open = proposal.status == ProposalStatus::Open && lead.may(Action::DecideProposal);
    Item {
        title: words.code("proposal", proposal.kind),
        facts: facts.into_iter().flatten().chain(changes).collect(),
        links: more.into_iter().collect(),
        acts: is_open.then(|| act(lead, asked, proposal)).into_iter().collect(),
        object,
        ..Item::default()
    }
}

fn change_in_words(lead: &Lead<'_>, change: &DirectoryProposalChangeView) -> (String, String) {
    let words = lead.words;
    let field = change.field.map(|field| words.code("entry-field", field));
    let short = |value: &Option<String>| {
        let text = value.as_deref().unwrap_or("–");
        let cut: String = text.chars().take(MOST_LETTERS).collect();
        if cut.len() < text.len() { format!("{cut}…") } else { cut }
    };
    let value = match (&change.field, &change.value_before) {
        (None, _) => words.text("lead-proposals-whole"),
        (Some(_), None) => short(&change.value_proposed),
        (Some(_), before) => words
            .with("lead-proposals-change", &[("before", short(before)), ("proposed", short(&change.value_proposed))]),
    };
    (words.listed([Some(change.service_name.clone()), field].into_iter().flatten()), value)
}

fn act(lead: &Lead<'_>, asked: &Asked<'_>, proposal: &Visible<DirectoryProposalView>) -> Act {
    let words = lead.words;
    let forms = asked.forms(lead, &proposal.id.to_string());
    if proposal.is_own {
        let choices = vec![("refuse", words.text("lead-proposals-back"))];
        return forms.form("lead-proposal", Some("lead-own-hint"), choices, None);
    }
    let mut choices = vec![("accept", words.text("lead-proposals-yes"))];
    if proposal.kind == ProposalKind::DoNotUse {
        choices.push(("refuse", words.text("lead-proposals-lift")));
    } else {
        choices.extend(ProposalReason::ALL.iter().map(|code| (code.code(), words.code("proposal-reason", *code))));
    }
    forms.form("lead-proposal", Some("lead-proposals-hint"), choices, None)
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = ProposalId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    let (accepts, reason) = match form.get("choice") {
        "accept" => (true, None),
        "refuse" => (false, None),
        code => (false, Some(ProposalReason::from_code(code).ok_or(Undone::Missing(CHOICE))?)),
    };
    let input = DecideProposal { id, accepts, except: Vec::new(), reason };
    directory_edit::decide(lead.context, &lead.access, input).await?;
    Ok(if accepts { "lead-accepted" } else { "lead-refused" })
}
