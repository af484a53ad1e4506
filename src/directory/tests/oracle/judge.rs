//! The brute force: each service of a world judged for a question, all of them sorted.

use super::super::super::{Distance, Hit, Page, SearchKey};
use super::ground::point_of;
use super::memory::Memory;
use super::queries::Asked;
use super::{Told, reading};
use crate::domain::code::CodeList;
use crate::domain::directory::{CapacityStatus, Service};
use crate::domain::fit::{Finding, Fit};
use crate::domain::need::Need;
use crate::domain::opening::OpeningStatus;
use crate::domain::place::DistanceBand;
use crate::domain::ranking::{Observed, RankedDistance, ServiceOrder, standing};
use crate::domain::words::index::WordMatch;
use std::collections::BTreeSet;

/// A hit as the oracle expects it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expected {
    pub key: SearchKey,
    place: Option<usize>,
    distance: Option<Distance>,
    opening: Option<OpeningStatus>,
    fit: Fit,
    has_organization: bool,
}

/// What is found, by its rank in the order of [`ServiceOrder::Nearest`], with its standing.
struct Found {
    expected: Expected,
    score: f64,
}

/// The nearest of the places that lie where they have to, in metres and by index; `None` where none has a point.
fn nearest_place(service: &Service, asked: &Asked) -> Option<(f64, usize)> {
    let near = asked.near?;
    let mut nearest: Option<(f64, usize)> = None;
    for (index, place) in service.places.iter().enumerate() {
        let is_wanted = asked.ground.as_ref().is_none_or(|ground| ground.holds(place));
        let Some(position) = point_of(place).filter(|_| is_wanted) else { continue };
        let meters = near.distance_meters(position);
        if nearest.is_none_or(|(least, _)| meters < least) {
            nearest = Some((meters, index));
        }
    }
    nearest
}

/// One service judged, filter after filter; the one that leaves it out goes into `told`.
fn judged(memory: &mut Memory, service: &Service, asked: &Asked, told: &mut BTreeSet<Told>) -> Option<Found> {
    let mut keeps = |filter, keeps: bool| {
        if !keeps {
            told.insert(("left out by", filter));
        }
        keeps.then_some(())
    };
    keeps("viewer", asked.viewer.knows(service))?;
    keeps("mark", !service.do_not_use)?;
    keeps("merging", service.merged_into.is_none())?;
    let family = |need: Need| service.need_families.contains(&need.family());
    keeps("need", asked.need.is_none_or(|need| service.needs.contains(&need) || family(need)))?;
    if let Some(ground) = &asked.ground {
        keeps(ground.kind(), service.places.iter().any(|place| ground.holds(place)))?;
    }
    let words = asked.typed.as_ref().map(|typed| memory.score(service, typed));
    keeps("words", words != Some(None))?;
    let nearest = nearest_place(service, asked);
    let meters = nearest.map_or(f64::INFINITY, |(meters, _)| meters);
    keeps("reach", asked.near.is_none() || asked.within_meters.is_none_or(|most| meters <= most))?;
    let opening = asked.open_at.map(|at| memory.opening(service, at));
    let is_told = asked.viewer.is_told_capacity_of(service);
    let capacity = if is_told { reading::capacity(service, asked.at) } else { CapacityStatus::Unknown };
    let fit = reading::read(service, &asked.seeker(), opening, capacity);
    if !asked.verdicts.is_empty() && !asked.verdicts.contains(&fit.verdict) {
        told.insert(("left out by verdict", fit.verdict.code()));
        let excluding = fit.reasons.iter().filter(|reason| reason.finding == Finding::Excluded);
        told.extend(excluding.map(|reason| ("excluded and left out for", reason.dimension.code())));
        return None;
    }
    let distance = nearest.map(|(meters, index)| match service.places[index].redacted {
        true => Distance::Band(DistanceBand::of_center(meters)),
        false => Distance::Meters(meters),
    });
    note(&fit, words.flatten().map(|(_, worst)| worst), distance, told);
    let key = match (asked.near, words.flatten()) {
        (None, Some((score, _))) => 1e6 - f64::from(score),
        _ => meters,
    };
    let score = score(service, asked, opening, capacity, &fit, distance);
    let (key, has_organization) = (SearchKey::new(key, service.id), memory.organization(service).is_some());
    let place = nearest.map(|(_, index)| index);
    Some(Found { expected: Expected { key, place, distance, opening, fit, has_organization }, score })
}

/// What kind of hits there were.
fn note(fit: &Fit, worst: Option<WordMatch>, distance: Option<Distance>, told: &mut BTreeSet<Told>) {
    told.insert(("found as", fit.verdict.code()));
    told.insert(match distance {
        Some(Distance::Meters(_)) => ("found at", "a place"),
        Some(Distance::Band(_)) => ("found at", "a redacted place"),
        None => ("found at", "no place"),
    });
    for reason in &fit.reasons {
        let kind = match reason.finding {
            Finding::ToConfirm => "found though to confirm",
            Finding::OutsideFirstPublic => "found though outside the first public",
            Finding::Excluded => "found though excluded",
        };
        told.insert((kind, reason.dimension.code()));
    }
    told.extend(worst.map(|worst| match worst {
        WordMatch::Typo => ("found by", "a typing error"),
        WordMatch::Prefix => ("found by", "the beginning of a word"),
        WordMatch::Stem => ("found by", "a form of the word"),
        WordMatch::Exact => ("found by", "the word itself"),
    }));
}

fn score(
    service: &Service,
    asked: &Asked,
    opening: Option<OpeningStatus>,
    capacity: CapacityStatus,
    fit: &Fit,
    distance: Option<Distance>,
) -> f64 {
    let ranked = distance.map(|distance| match distance {
        Distance::Meters(meters) => RankedDistance::Meters(meters),
        Distance::Band(band) => RankedDistance::Band(band),
    });
    let answering = asked.answering.as_ref().and_then(|known| known.of(service.organization_id, asked.need));
    let freshness = reading::freshness(service, asked.at);
    standing(&Observed { fit, opening, capacity, distance: ranked, freshness, answering }).score
}

/// All hits of a question from its beginning.
pub(super) fn expected(
    memory: &mut Memory,
    services: &[Service],
    asked: &Asked,
    told: &mut BTreeSet<Told>,
) -> Vec<Expected> {
    let mut hits: Vec<_> = services.iter().filter_map(|service| judged(memory, service, asked, told)).collect();
    sort(&mut hits);
    if asked.order == ServiceOrder::Best {
        if hits.len() > 200 {
            told.insert(("left out by", "the two hundred"));
        }
        hits.truncate(200);
        for hit in &mut hits {
            hit.expected.key = SearchKey::new(1.0 - hit.score, hit.expected.key.service());
        }
        sort(&mut hits);
    }
    hits.into_iter().map(|hit| hit.expected).collect()
}

fn sort(hits: &mut [Found]) {
    hits.sort_by(|a, b| {
        let (a, b) = (a.expected.key, b.expected.key);
        let by_distance = a.distance_meters().partial_cmp(&b.distance_meters()).expect("never NaN");
        by_distance.then_with(|| a.service().cmp(&b.service()))
    });
}

/// What a page holds, in the oracle's words.
pub(super) fn found(page: &Page) -> Vec<Expected> {
    let hit = |hit: &Hit| {
        assert_eq!(hit.key.service(), hit.service.id);
        let organization = hit.organization.as_ref().map(|organization| organization.id);
        assert!(organization.is_none_or(|id| id == hit.service.organization_id));
        Expected {
            key: hit.key,
            place: hit.place,
            distance: hit.distance,
            opening: hit.opening,
            fit: hit.fit.clone(),
            has_organization: organization.is_some(),
        }
    };
    page.hits.iter().map(hit).collect()
}
