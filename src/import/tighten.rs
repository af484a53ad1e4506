//! The rule that an import may tighten tier, redaction or vetting, and never loosens or grants.
//!
//! Invariant: after [`service`] and [`organization`] an incoming entry shows to nobody what the held
//! one hid from them. Only an editor loosens.

use super::Feed;
use super::problem::ProblemReason;
use crate::domain::directory::{Organization, Service, ServiceStatus, Specialisation};
use crate::domain::directory_edit::{self, merge_organization, told_later};
use crate::domain::id::LocationId;
use crate::domain::place::Area;
use std::collections::{BTreeMap, HashMap};

/// Phones and ways to places, as rows tell them: they go with the point when a place is redacted.
pub(super) type ToldOfPlaces = BTreeMap<LocationId, Vec<String>>;

/// The places that are redacted, each with its area.
#[derive(Debug, Default)]
pub(super) struct Redactions(HashMap<LocationId, Option<Area>>);

impl Redactions {
    /// The redacted places of these services. A place that is redacted for one service is redacted for
    /// all: one open door gives the address away.
    pub(super) fn of<'a>(services: impl Iterator<Item = &'a Service>) -> Self {
        let places = services.flat_map(|service| service.places.iter().chain(&service.former_places));
        let places = places.filter(|place| place.redacted);
        Self(places.map(|place| (place.id, place.area.clone())).collect())
    }

    /// Redacts the places of a service that are redacted elsewhere; true when one was.
    pub(super) fn apply(&self, service: &mut Service, told: &ToldOfPlaces) -> bool {
        let mut applied = false;
        for index in 0..service.places.len() {
            let place = &service.places[index];
            if let Some(area) = self.0.get(&place.id).filter(|_| !place.redacted).cloned() {
                redact(service, index, area, told);
                applied = true;
            }
        }
        applied
    }
}

fn redact(service: &mut Service, index: usize, area: Option<Area>, told: &ToldOfPlaces) {
    let place = &mut service.places[index];
    place.redact();
    place.area = area.or(place.area.take());
    let told = told.get(&place.id).map(Vec::as_slice).unwrap_or_default();
    service.phones.retain(|phone| !told.contains(&phone.typed));
    for detail in &mut service.details {
        detail.values.retain(|value| !told.contains(value));
    }
    service.details.retain(|detail| !detail.values.is_empty());
}

/// Keeps an incoming service as strict as the held one. Returns what was kept against the feed.
pub(super) fn service(
    incoming: &mut Service,
    held: Option<&Service>,
    redactions: &Redactions,
    feed: &Feed,
    key: &str,
) -> Vec<ProblemReason> {
    let mut kept = Vec::new();
    let mut redacted = redactions.apply(incoming, &feed.told_of_places);
    if let Some(held) = held {
        kept.extend(keep_tier(incoming, held, feed.tiered.contains(key)));
        redacted |= redact_moved(incoming, held, &feed.told_of_places);
        let is_marked = |service: &Service| service.specialisations.contains(&Specialisation::Gbv);
        let shows_violence = held.concerns_gender_based_violence() && !incoming.concerns_gender_based_violence();
        if shows_violence || (is_marked(held) && !is_marked(incoming)) {
            incoming.specialisations.push(Specialisation::Gbv);
            kept.push(ProblemReason::GbvKept);
        }
        if held.status == ServiceStatus::Suspended
            && matches!(incoming.status, ServiceStatus::Open | ServiceStatus::Paused)
        {
            incoming.status = ServiceStatus::Suspended;
            kept.push(ProblemReason::SuspensionKept);
        }
    }
    if let Some(held) = held {
        keep_areas(incoming, held);
        keep_marks(incoming, held);
        told_later(incoming, held);
    }
    if redacted {
        kept.push(ProblemReason::RedactionKept);
    }
    kept
}

/// A redacted place of which the feed tells no area stays in the one where it was.
fn keep_areas(incoming: &mut Service, held: &Service) {
    for place in incoming.places.iter_mut().filter(|place| place.redacted && place.area.is_none()) {
        let mut known = held.places.iter().chain(&held.former_places).filter(|known| known.id == place.id);
        place.area = known.find_map(|known| known.area.clone());
    }
}

/// Marks that something is not to be used stay until an editor lifts them, whatever the feed says.
fn keep_marks(incoming: &mut Service, held: &Service) {
    incoming.do_not_use |= held.do_not_use;
    // Its source goes on telling a merged entry, which stays merged.
    incoming.merged_into = held.merged_into;
    directory_edit::keep_marks(incoming, held);
}

/// Tier and projects. Where the feed tells no tier, the held one stands, be it wider or narrower.
fn keep_tier(incoming: &mut Service, held: &Service, is_told: bool) -> Option<ProblemReason> {
    let asked = incoming.tier;
    incoming.tier = if is_told { asked.max(held.tier) } else { held.tier };
    if !held.projects.is_empty() {
        let told = std::mem::replace(&mut incoming.projects, held.projects.clone());
        if !told.is_empty() {
            incoming.projects.retain(|project| told.contains(project));
        }
    }
    (is_told && asked < held.tier).then_some(ProblemReason::TierKept { kept: held.tier, asked })
}

/// A place that is new where a redacted one is missing is taken for the same place, moved or told with
/// another point: its id comes from the source's own key or point, and may change with it.
fn redact_moved(incoming: &mut Service, held: &Service, told: &ToldOfPlaces) -> bool {
    let known = || held.places.iter().chain(&held.former_places);
    let missing = known().find(|known| known.redacted && !incoming.places.iter().any(|place| place.id == known.id));
    let Some(area) = missing.map(|place| place.area.clone()) else {
        return false;
    };
    let mut redacted = false;
    for index in 0..incoming.places.len() {
        let place = &incoming.places[index];
        if !place.redacted && !known().any(|known| known.id == place.id) {
            redact(incoming, index, area.clone(), told);
            redacted = true;
        }
    }
    redacted
}

/// Keeps an authority that never receives referrals what it is, and what people have set. Returns what was kept against
/// the feed.
pub(super) fn organization(incoming: &mut Organization, held: &Organization) -> Vec<ProblemReason> {
    let kept = merge_organization(incoming, held);
    let mut kept: Vec<_> = kept.into_iter().map(ProblemReason::OrganizationEditKept).collect();
    if !held.may_receive_referrals() && incoming.may_receive_referrals() {
        (incoming.kind, incoming.authority_link) = (held.kind, held.authority_link);
        kept.push(ProblemReason::AuthorityKept);
    }
    kept
}

#[cfg(test)]
mod tests;
