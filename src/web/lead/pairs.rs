//! Entries of the directory that may be one: an editor says that they are two, or merges one into the other.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::directory_edit::{MergeServices, dismiss_pair, merge_services, restore_pair};
use crate::actions::duplicates::{self, CandidateView, PairsPage};
use crate::domain::id::{Identifier as _, ServiceId};
use crate::policy::directory_view::ServiceView;
use crate::policy::rules::Action;
use crate::web::act::Act;
use crate::web::form::Form;

/// So many pairs stand on a page.
const PAIRS: usize = 6;
/// The list of those that were judged to be two.
const DISMISSED: &str = "dismissed";

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let is_of_dismissed = asked.list == DISMISSED;
    let after = Some(asked.from.as_str()).filter(|cursor| !cursor.is_empty());
    let wanted = PairsPage { after, limit: PAIRS, is_of_dismissed };
    let (pairs, has_more) = duplicates::page(lead.context, &lead.access, wanted).await?;
    let of_list = if is_of_dismissed { "list=dismissed&" } else { "" };
    let last = pairs.last().filter(|_| has_more);
    page.more = last.map(|(cursor, _)| format!("{}?{of_list}from={cursor}", Part::Pairs.address()));
    let (address, key) = if is_of_dismissed {
        (Part::Pairs.address(), "lead-pairs-open")
    } else {
        (format!("{}?list={DISMISSED}", Part::Pairs.address()), "lead-pairs-two")
    };
    page.links.push((address, lead.words.text(key)));
    page.items = pairs.iter().map(|(_, pair)| item(lead, asked, pair, is_of_dismissed)).collect();
    Ok(())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, pair: &CandidateView, is_of_dismissed: bool) -> Item {
    let words = lead.words;
    let [one, other] = &pair.services;
    let object = format!("{} {}", one.service.id, other.service.id);
    let versions = [one, other].map(|view| view.version().unwrap_or_default());
    let reasons = words.listed(pair.reasons.iter().map(|reason| words.code("duplicate", *reason)));
    let mut facts: Vec<Option<(String, String)>> = Vec::new();
    for (key, view) in [("lead-pairs-first", one), ("lead-pairs-second", other)] {
        facts.push(line(lead, key, Some(entry_in_words(lead, view))));
    }
    facts.push(line(lead, "lead-why", Some(reasons)));
    facts.push(line(lead, "lead-pairs-score", Some(pair.score.to_string())));
    let act = lead.may(Action::EditEntry).then(|| act(lead, asked, &object, is_of_dismissed));
    Item {
        title: one.service.name.clone(),
        facts: facts.into_iter().flatten().collect(),
        version: versions.map(|version| version.to_string()).join(" "),
        acts: act.into_iter().collect(),
        object,
        ..Item::default()
    }
}

/// What is compared of an entry: its names, its places, and how it is reached.
fn entry_in_words(lead: &Lead<'_>, view: &ServiceView) -> String {
    let service = &*view.service;
    let organization = view.organization.as_ref().map(|organization| organization.name.clone());
    let places = service.places.iter().filter(|place| !place.do_not_use).filter_map(|place| place.address.clone());
    let phones = service.phones.iter().filter(|phone| !phone.do_not_use).map(|phone| phone.typed.clone());
    let needs = service.needs.iter().map(|need| lead.words.code("need", *need));
    let source = view.source().map(|record| record.source.to_string());
    let parts = [Some(service.name.clone()), organization, source].into_iter().flatten();
    let parts = parts.chain(places.take(2)).chain(phones.take(2)).chain(service.email.clone()).chain(needs.take(3));
    parts.collect::<Vec<_>>().join(" · ")
}

fn act(lead: &Lead<'_>, asked: &Asked<'_>, object: &str, is_of_dismissed: bool) -> Act {
    let choice = |code: &'static str| (code, lead.words.text(&format!("lead-pairs-{code}")));
    let forms = asked.forms(lead, object);
    if is_of_dismissed {
        forms.form("lead-pair", None, vec![choice("restore")], None)
    } else {
        let choices = ["are-two", "keep-first", "keep-second"].map(choice);
        forms.form("lead-pair", Some("lead-pairs-hint"), choices.into(), None)
    }
}

/// Two values of a field, apart by a space.
fn two<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<[T; 2]> {
    let (one, other) = text.split_once(' ')?;
    Some([read(one)?, read(other)?])
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let (context, access) = (lead.context, &lead.access);
    let pair = two(form.get("object"), |id| ServiceId::parse(id).ok()).ok_or(ActionError::NotVisible)?;
    let versions = two(form.get("version"), |version| version.parse().ok()).unwrap_or_default();
    let merged = async |kept: usize, merged: usize| {
        let input = MergeServices {
            kept_id: pair[kept],
            merged_id: pair[merged],
            fields: Vec::new(),
            expected_versions: [versions[kept], versions[merged]],
        };
        merge_services(context, access, input).await.map(|_| "lead-merged")
    };
    Ok(match form.get("choice") {
        "are-two" => dismiss_pair(context, access, pair).await.map(|_| "lead-two")?,
        "restore" => restore_pair(context, access, pair).await.map(|_| "lead-restored")?,
        "keep-first" => merged(0, 1).await?,
        "keep-second" => merged(1, 0).await?,
        _ => return Err(Undone::Missing(CHOICE)),
    })
}
