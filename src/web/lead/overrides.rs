//! Referrals without a consent: a second person confirms one, or anybody who may takes it back.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::protection::overrides;
use crate::domain::consent_override::OverrideStatus;
use crate::domain::id::{Identifier as _, OverrideId};
use crate::policy::override_view::OverrideView;
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::form::Form;
use crate::web::team::CASES;

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let mut held = overrides::list(lead.context, &lead.access).await?;
    held.sort_by_key(|held| match held.tell(&held.status) {
        OverrideStatus::Requested => 0,
        OverrideStatus::Live => 1,
        _ => 2,
    });
    let (held, next) = asked.part_of(held);
    page.more = next.map(|next| format!("{}?from={next}", Part::Overrides.address()));
    page.items = held.iter().map(|held| item(lead, asked, held)).collect();
    Ok(())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, held: &Visible<OverrideView>) -> Item {
    let words = lead.words;
    let by = held.reveal(&held.requested_by);
    let facts = [
        line(lead, "lead-ground", Some(words.code("basis", *held.tell(&held.basis)))),
        line(lead, "lead-why", Some(words.code("override-reason", *held.tell(&held.reason)))),
        line(lead, "fact-recipient", held.reveal(&held.recipient_id).and_then(|id| lead.organization(*id))),
        line(lead, "fact-contact", held.reveal(&held.contact_rule).map(|rule| words.code("contact", *rule))),
        line(lead, "lead-asked", Some(words.when(*held.tell(&held.requested_at)))),
        line(lead, "lead-asked-by", by.cloned()),
        line(lead, "lead-confirmed-on", held.reveal(&held.confirmed_at).map(|at| words.when(*at))),
        line(lead, "lead-confirmed-by", held.reveal(&held.confirmed_by).cloned()),
        line(lead, "lead-lapses", Some(words.when(*held.tell(&held.expires_at)))),
        line(lead, "lead-ended-on", held.reveal(&held.ended_at).map(|at| words.when(*at))),
    ];
    let case = held.reveal(&held.case_id).filter(|_| lead.may(Action::ReadCase));
    let status = *held.tell(&held.status);
    let object = held.id.to_string();
    Item {
        title: words.code("override", status),
        facts: facts.into_iter().flatten().collect(),
        links: case.map(|id| (format!("{CASES}/{id}"), words.text("work-case"))).into_iter().collect(),
        acts: act(lead, asked, (&object, status), lead.is_own(by)).into_iter().collect(),
        object,
        ..Item::default()
    }
}

fn act(
    lead: &Lead<'_>,
    asked: &Asked<'_>,
    (object, status): (&str, OverrideStatus),
    is_own: bool,
) -> Option<crate::web::act::Act> {
    let back = ("take-back", lead.words.text("lead-overrides-back"));
    let yes = ("confirm", lead.words.text("lead-overrides-yes"));
    let (choices, hint) = match status {
        OverrideStatus::Requested if is_own => (vec![back], "lead-own-hint"),
        OverrideStatus::Requested => (vec![yes, back], "lead-second-hint"),
        OverrideStatus::Live | OverrideStatus::RunOut => (vec![back], "lead-overrides-hint"),
        _ => return None,
    };
    lead.may(Action::ConfirmOverride)
        .then(|| asked.forms(lead, object).form("lead-override", Some(hint), choices, None))
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = OverrideId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    match form.get("choice") {
        "confirm" => {
            overrides::confirm(lead.context, &lead.access, id).await?;
            Ok("lead-confirmed")
        }
        "take-back" => {
            overrides::take_back(lead.context, &lead.access, id).await?;
            Ok("lead-taken-back")
        }
        _ => Err(Undone::Missing(CHOICE)),
    }
}
