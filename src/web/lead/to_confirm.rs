//! Decisions in a child's best interests that wait for a second person. Whoever may confirm one is told of it by a notice;
//! what it says is read by the case's team only.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::consent;
use crate::actions::protection::{consents, notice};
use crate::domain::id::{ConsentId, Identifier as _};
use crate::domain::notice::{NoticeKind, ReceivedNotice};
use crate::policy::person_view::ConsentView;
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::form::Form;
use std::collections::BTreeSet;

/// The notices that ask for it, each consent once, those that nobody has looked at first.
async fn waiting(lead: &Lead<'_>) -> Result<Vec<Visible<ReceivedNotice>>, ActionError> {
    let mut notices = notice::list(lead.context, &lead.access).await?;
    let mut known = BTreeSet::new();
    notices.retain(|notice| notice.kind == NoticeKind::ConsentToConfirm && known.insert(notice.object.clone()));
    notices.sort_by_key(|notice| notice.seen_at.is_some());
    Ok(notices)
}

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let (notices, next) = asked.part_of(waiting(lead).await?);
    page.more = next.map(|next| format!("{}?from={next}", Part::ToConfirm.address()));
    for notice in notices {
        let Ok(id) = ConsentId::parse(&notice.object) else { continue };
        let view = if lead.may(Action::RecordConsent) {
            consent::find(lead.context, &lead.access, id).await.ok()
        } else {
            None
        };
        // It carries by now what it allows, or nothing ever again.
        if view.as_ref().is_some_and(|view| view.reveal(&view.confirmed_at).is_some()) {
            continue;
        }
        page.items.push(item(lead, asked, &notice, view.as_ref()));
    }
    Ok(())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, notice: &ReceivedNotice, view: Option<&Visible<ConsentView>>) -> Item {
    let words = lead.words;
    let mut facts = vec![line(lead, "lead-recorded", Some(words.when(notice.at)))];
    match view {
        Some(view) => facts.extend(content(lead, view)),
        None => facts.push(line(lead, "lead-content", Some(words.text("lead-content-of-team")))),
    }
    if notice.seen_at.is_some() {
        facts.push(line(lead, "lead-note", Some(words.text("lead-consents-seen"))));
    }
    let choices = vec![("confirm", words.text("lead-consents-yes"))];
    let form = asked.forms(lead, &notice.object).form("lead-consent", Some("lead-second-hint"), choices, None);
    Item {
        object: notice.object.clone(),
        title: words.text("lead-consents-one"),
        facts: facts.into_iter().flatten().collect(),
        acts: vec![form],
        ..Item::default()
    }
}

/// What the case's team reads of it.
fn content(lead: &Lead<'_>, view: &Visible<ConsentView>) -> Vec<Option<(String, String)>> {
    let words = lead.words;
    let fields =
        view.reveal(&view.field_scope).map(|fields| words.listed(fields.iter().map(|it| words.code("field", *it))));
    vec![
        line(lead, "fact-recipient", view.reveal(&view.recipient_id).and_then(|id| lead.organization(*id))),
        line(lead, "refer-basis", view.reveal(&view.basis).map(|code| words.code("basis", *code))),
        line(lead, "refer-assent", view.reveal(&view.assent).map(|code| words.code("assent", *code))),
        line(lead, "fact-consent-scope", fields),
        line(lead, "fact-contact", view.reveal(&view.contact_rule).map(|code| words.code("contact", *code))),
        line(lead, "fact-consent-until", view.reveal(&view.expires_at).map(|at| words.when(*at))),
    ]
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = ConsentId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    if form.get("choice") != "confirm" {
        return Err(Undone::Missing(CHOICE));
    }
    consents::confirm(lead.context, &lead.access, id).await?;
    // What it was told for is done.
    for told in notice::list(lead.context, &lead.access).await? {
        if told.kind == NoticeKind::ConsentToConfirm && told.object == id.to_string() {
            notice::see(lead.context, &lead.access, told.id).await?;
        }
    }
    Ok("lead-confirmed")
}
