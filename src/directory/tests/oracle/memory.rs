//! Hours and words as the oracle reads them, each answer found once: reading them takes it longer than all else.

use super::worlds::World;
use crate::domain::directory::{Organization, Service};
use crate::domain::id::ServiceId;
use crate::domain::opening::{
    DayPlan, DayPlans, HolidayCalendars, Opening, OpeningStatus, Openings, TimeZone, Timetable,
};
use crate::domain::time::{Date, Timestamp};
use crate::domain::words::index::{WordIndex, WordMatch};
use crate::domain::words::{LETTERS_TO_FORGIVE, fold, is_one_error_apart, words};
use std::collections::HashMap;
use std::sync::Arc;

/// What was found out before, in this world and in others.
#[derive(Default)]
pub(super) struct Memory {
    calendars: Arc<HolidayCalendars>,
    organizations: Vec<Organization>,
    of_services: HashMap<ServiceId, (usize, Vec<usize>)>,
    habits: HashMap<String, usize>,
    openings: HashMap<(usize, Timestamp), OpeningStatus>,
    vocabulary: Vec<String>,
    numbers: HashMap<String, usize>,
    qualities: HashMap<(String, bool), Vec<Option<WordMatch>>>,
}

impl Memory {
    /// Goes on in another world.
    pub fn enter(&mut self, world: &World) {
        self.of_services.clear();
        self.organizations.clone_from(&world.organizations);
        self.calendars = Arc::clone(&world.calendars);
    }

    pub fn organization(&self, service: &Service) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.id == service.organization_id)
    }

    /// Numbers of the hours of a service and of the words that it is found by.
    fn of_service(&mut self, service: &Service) -> &(usize, Vec<usize>) {
        if !self.of_services.contains_key(&service.id) {
            let calendars = self.calendars.dated().len();
            let Service { opening_hours, schedules, time_zone, country, closures, dated_hours, .. } = service;
            let told = format!(
                "{calendars} {opening_hours:?} {schedules:?} {time_zone:?} {country:?} {closures:?} {dated_hours:?}"
            );
            let next = self.habits.len();
            let habit = *self.habits.entry(told).or_insert(next);
            let text = fold(&texts(service, self.organization(service)).join(" "));
            let mut tokens: Vec<_> = words(&text).map(|word| self.number_of(word)).collect();
            tokens.sort_unstable();
            tokens.dedup();
            self.of_services.insert(service.id, (habit, tokens));
        }
        &self.of_services[&service.id]
    }

    fn number_of(&mut self, word: &str) -> usize {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        self.vocabulary.push(word.to_owned());
        self.numbers.insert(word.to_owned(), self.vocabulary.len() - 1);
        self.vocabulary.len() - 1
    }

    /// Whether the service is open, by a plan that is made for this question alone.
    pub fn opening(&mut self, service: &Service, at: Timestamp) -> OpeningStatus {
        let (habit, _) = *self.of_service(service);
        let calendars = &self.calendars;
        *self.openings.entry((habit, at)).or_insert_with(|| status(&service.opening(), at, calendars))
    }

    /// The score of a service for words, each as the best of its own answers it, the worst of these, and whether all
    /// are there.
    pub fn score(&mut self, service: &Service, (text, is_typing): &(String, bool)) -> Option<(u32, WordMatch)> {
        let tokens = self.of_service(service).1.clone();
        let folded = fold(text);
        let asked: Vec<_> = words(&folded).collect();
        let (mut score, mut worst) = (0, WordMatch::Exact);
        for (place, word) in (1..).zip(&asked) {
            let is_begun = *is_typing && place == asked.len();
            let known = self.qualities.entry(((*word).to_owned(), is_begun)).or_default();
            let new = &self.vocabulary[known.len()..];
            known.extend(new.iter().map(|there| quality(word, is_begun, there)));
            let best = tokens.iter().filter_map(|token| known[*token]).max()?;
            score += best as u32;
            worst = worst.min(best);
        }
        (!asked.is_empty()).then_some((score, worst))
    }
}

/// What a service is found by: its names, descriptions and translations, what its open places are called, and the
/// names of its organisation.
fn texts<'t>(service: &'t Service, organization: Option<&'t Organization>) -> Vec<&'t str> {
    let mut texts = vec![Some(&service.name), service.alternate_name.as_ref(), service.description.as_ref()];
    for translation in &service.translations {
        texts.extend([translation.name.as_ref(), translation.description.as_ref()]);
    }
    texts.extend(service.places.iter().filter(|place| !place.redacted).map(|place| place.name.as_ref()));
    if let Some(organization) = organization {
        texts.extend([Some(&organization.name), organization.alternate_name.as_ref()]);
        texts.extend(organization.translations.iter().map(|translation| translation.name.as_ref()));
    }
    texts.into_iter().flatten().map(String::as_str).collect()
}

/// How one word answers another, without an index over others.
fn quality(asked: &str, is_begun: bool, there: &str) -> Option<WordMatch> {
    let letters = asked.chars().count();
    let shares_stem = || {
        let found = WordIndex::new([(0, there)]).search(asked, false).unwrap_or_default();
        found.first().is_some_and(|found| found.worst == WordMatch::Stem)
    };
    if asked == there {
        Some(WordMatch::Exact)
    } else if shares_stem() {
        Some(WordMatch::Stem)
    } else if is_begun && letters >= 2 && there.starts_with(asked) {
        Some(WordMatch::Prefix)
    } else {
        let is_forgiven = letters >= LETTERS_TO_FORGIVE && is_one_error_apart(asked, there);
        is_forgiven.then_some(WordMatch::Typo)
    }
}

/// Closures come first; then the hours of the local day by the clock of the place, and what reaches in from the day
/// before.
fn status(opening: &Opening, at: Timestamp, calendars: &HolidayCalendars) -> OpeningStatus {
    let ordinary = &opening.timetable;
    let zone = ordinary.time_zone.or_else(|| ordinary.country.and_then(TimeZone::of_country));
    // What ends before it begins is a slip of the pen, and changes nothing.
    let is_plain = opening.closures.iter().all(|closure| closure.from > closure.until)
        && opening.dated_hours.iter().all(|dated| dated.from > dated.until);
    let is_closed = |date: Date| opening.closures.iter().any(|one| one.from <= date && date <= one.until);
    let Some(zone) = zone else {
        // Closed by every calendar, open by every clock, or nobody knows.
        if [-12, 0, 14].map(|hours| at.plus_hours(hours).date()).into_iter().all(is_closed) {
            return OpeningStatus::Closed;
        }
        let is_always = ordinary.hours.as_ref().is_some_and(|hours| hours.text() == "24/7");
        return if is_plain && is_always { OpeningStatus::Open } else { OpeningStatus::Unknown };
    };
    let local = zone.local(at);
    let day_before = local.date.pred_opt().expect("a day before");
    if is_closed(local.date) {
        return OpeningStatus::Closed;
    }
    let (today, yesterday) = (timetable_on(opening, local.date), timetable_on(opening, day_before));
    if today == yesterday && !is_closed(day_before) {
        return DayPlan::of(&today, local.date, calendars).at(local.minute).0;
    }
    // The evening before is of other hours, or there was none: whoever joins the two is asked with nothing remembered.
    let mut openings = Openings::default();
    let interned = openings.intern(opening);
    DayPlans::new(1).status_at(&openings, &interned, &openings.moment(at), calendars).0
}

/// The hours of a day: those dated for it, the last told of several, else the ordinary ones.
fn timetable_on(opening: &Opening, date: Date) -> Timetable {
    let dated = opening.dated_hours.iter().rfind(|dated| dated.from <= date && date <= dated.until);
    dated.map_or_else(
        || opening.timetable.clone(),
        |dated| Timetable {
            hours: Some(dated.opening_hours.clone()),
            has_hours_in_words: false,
            is_for_one_day: dated.from == dated.until,
            ..opening.timetable.clone()
        },
    )
}
