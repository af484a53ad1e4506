//! One service in a few lines: whether it takes the person and why not, whether it is open and has places, how fresh that
//! is, how far it is, and whom to call.

use super::Team;
use crate::actions::geography::names_of_areas;
use crate::actions::search::{Judgement, opening_of};
use crate::domain::directory::{self, CapacityStatus, Place, Service};
use crate::domain::freshness::{FreshnessState, freshness};
use crate::domain::id::ServiceId;
use crate::domain::opening::{OpeningState, OpeningStatus};
use crate::domain::place::DistanceBand;
use crate::domain::time::Timestamp;
use crate::i18n::{code_key, fit};
use crate::policy::directory_view::{MatchView, ServiceView};
use crate::policy::visible::Visible;
use crate::web::words::Words;

/// A phone that may be called: what the link dials, where it is a number, and as it was typed.
pub(super) struct Phone {
    pub(super) dials: Option<String>,
    pub(super) typed: String,
}

/// What stands of one service.
pub(super) struct Card {
    pub(super) id: ServiceId,
    pub(super) name: String,
    pub(super) organization: Option<String>,
    pub(super) verdict_text: String,
    pub(super) reasons: Vec<String>,
    pub(super) alert: Option<String>,
    pub(super) opening: Option<String>,
    pub(super) capacity: Option<String>,
    pub(super) freshness: String,
    pub(super) distance: Option<String>,
    pub(super) place: Option<String>,
    pub(super) phones: Vec<Phone>,
}

impl Card {
    /// The card of a service that was judged for an instant.
    pub(super) fn new(team: &Team<'_>, words: Words, judged: &Judgement, at: Timestamp) -> Self {
        let Judgement { service: view, found } = judged;
        let service = &*view.service;
        let of_service = Words::of(words.language, Some(service));
        let of_fit = fit::OfService { service, reopens_on: found.reopens_on };
        let sentence = |reason: &_| {
            fit::reason_sentence(*reason, of_fit, words.language, &|codes| names_of_areas(team.context, codes))
        };
        let now = team.context.clock.now();
        Self {
            id: service.id,
            name: service.name.clone(),
            organization: view.organization.as_ref().map(|organization| organization.name.clone()),
            verdict_text: words.code("verdict", found.fit.verdict),
            reasons: found.fit.reasons.iter().map(sentence).collect(),
            alert: service.alert.clone(),
            opening: opening_of(team.context, view, Some(at)).map(|state| opening(of_service, state)),
            capacity: capacity(of_service, view, now),
            freshness: freshness_in_words(words, service, now),
            distance: distance(words, found),
            place: found.place.and_then(|place| service.places.get(place)).map(where_it_is).filter(|it| !it.is_empty()),
            phones: phones(service),
        }
    }
}

/// The numbers that may be called.
pub(super) fn phones(service: &Service) -> Vec<Phone> {
    let may_be_called = service.phones.iter().filter(|phone| !phone.do_not_use);
    may_be_called.map(|phone| Phone { dials: dials(phone), typed: phone.typed.clone() }).collect()
}

/// What a link dials: the number, or what was typed where that is made of digits only, with a few signs between them.
fn dials(phone: &directory::Phone) -> Option<String> {
    let is_typed_number = phone.typed.chars().all(|letter| letter.is_ascii_digit() || " .-()+/".contains(letter));
    let digits = || phone.typed.chars().filter(|letter| letter.is_ascii_digit() || *letter == '+').collect::<String>();
    phone.number.clone().or_else(|| Some(digits()).filter(|digits| is_typed_number && digits.len() > 1))
}

/// Whether a service is open, and until when.
pub(super) fn opening(words: Words, state: OpeningState) -> String {
    let key = code_key("opening", state.status);
    match state.next_change_at.filter(|_| state.status != OpeningStatus::Unknown) {
        Some(at) => words.with(&format!("{key}-until"), &[("when", words.when(at))]),
        None => words.text(&key),
    }
}

/// How many it can take, as it was told, and when; `None` where nobody has told.
pub(super) fn capacity(words: Words, view: &Visible<ServiceView>, now: Timestamp) -> Option<String> {
    let told = view.service.capacity.as_ref()?;
    let status = view.service.capacity_status_at(now);
    let at = told.updated_at_microseconds.map(|at| words.when(Timestamp::from_microseconds(at)));
    let places = told.available.filter(|_| status != CapacityStatus::Unknown);
    let mut text = words.code("capacity", status);
    if let Some(places) = places {
        text = words.with("card-places", &[("status", text), ("places", places.to_string())]);
    }
    Some(match at {
        Some(at) => words.with("card-told", &[("told", text), ("when", at)]),
        None => text,
    })
}

/// How fresh the entry is, with the day on which it was checked.
pub(super) fn freshness_in_words(words: Words, service: &Service, now: Timestamp) -> String {
    let state = freshness(service, now.date()).state;
    match service.verified_on.filter(|_| state != FreshnessState::Unknown) {
        Some(day) => words.with(&code_key("freshness", state), &[("day", day.to_string())]),
        None => words.text("freshness-unknown"),
    }
}

/// How far it is, in a straight line.
fn distance(words: Words, found: &MatchView) -> Option<String> {
    if let Some(meters) = found.distance_meters {
        let (key, number) = if meters < 950.0 {
            ("distance-meters", format!("{:.0}", (meters / 50.0).round() * 50.0))
        } else if meters < 10_000.0 {
            ("distance-kilometers", words.decimal(meters / 1000.0))
        } else {
            ("distance-kilometers", format!("{:.0}", meters / 1000.0))
        };
        return Some(words.with(key, &[("number", number)]));
    }
    found.distance_band.map(|band: DistanceBand| words.code("distance", band))
}

/// A place in a line: its name and address, or the area of one that tells no more.
pub(super) fn where_it_is(place: &Place) -> String {
    let area = place.area.as_ref().map(|area| area.name.clone().unwrap_or_else(|| area.code.to_string()));
    let parts = [place.name.clone(), place.address.clone().or(area)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
