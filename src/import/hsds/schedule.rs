//! Openings of HSDS: a weekly rule becomes weekdays and hours, everything else stays text.

use super::super::problem::Fault;
use super::super::text::{Refusal, line, prose};
use super::{add_missing, check, wire};
use crate::domain::directory::Schedule;

/// Openings of a service: its own, and those at each of its locations.
#[derive(Clone, Default)]
pub(super) struct Hours {
    own: Vec<Schedule>,
    at_locations: Vec<AtLocation>,
}

/// Openings at one location.
#[derive(Clone)]
struct AtLocation {
    id: Option<String>,
    /// What people call it.
    name: String,
    schedules: Vec<Schedule>,
}

impl Hours {
    /// Reads the openings of a service and of the service at its locations.
    pub(super) fn read(wire: &wire::Service) -> Result<Self, Refusal> {
        let mut hours = Self { own: all(wire.schedules.as_ref(), "schedules")?, at_locations: Vec::new() };
        for (site, told) in wire.service_at_locations.iter().flatten().enumerate() {
            let schedules = all(told.schedules.as_ref(), &format!("service_at_locations[{site}].schedules"))?;
            let location = told.location.as_ref();
            // Nobody goes to a postal address, so that its silence on hours is no other telling.
            if schedules.is_empty()
                && location.is_none_or(|location| location.location_type.as_deref() != Some("physical"))
            {
                continue;
            }
            let id = location.and_then(|location| location.id.as_deref().and_then(line));
            let name = location.and_then(|location| location.name.as_deref().and_then(line));
            let name = name.or_else(|| id.clone()).unwrap_or_else(|| format!("location {}", site + 1));
            hours.add_location(AtLocation { id, name, schedules });
        }
        Ok(hours)
    }

    /// Adds what another row tells of the same service at other locations.
    pub(super) fn add(&mut self, other: Self) {
        other.at_locations.into_iter().for_each(|location| self.add_location(location));
    }

    fn add_location(&mut self, location: AtLocation) {
        let is_same = |known: &&mut AtLocation| known.id.is_some() && known.id == location.id;
        match self.at_locations.iter_mut().find(is_same) {
            Some(known) => add_missing(&mut known.schedules, location.schedules),
            None => self.at_locations.push(location),
        }
    }

    /// All of them, each once. A document has one list of hours: where the locations differ, those of each are put in
    /// words under its name, so that nobody is sent to one of them in the hours of another.
    pub(super) fn schedules(&self) -> Vec<Schedule> {
        let holds = |one: &AtLocation, other: &AtLocation| {
            one.schedules.iter().all(|schedule| other.schedules.contains(schedule))
        };
        let are_alike = self.at_locations.windows(2).all(|pair| match pair {
            [one, other] => holds(one, other) && holds(other, one),
            _ => true,
        });
        let mut schedules = self.own.clone();
        for location in &self.at_locations {
            let told = location.schedules.iter();
            let in_words =
                |schedule: &Schedule| if are_alike { schedule.clone() } else { named(&location.name, schedule) };
            add_missing(&mut schedules, told.map(in_words).collect());
        }
        schedules
    }
}

fn all(told: Option<&Vec<wire::Schedule>>, path: &str) -> Result<Vec<Schedule>, Refusal> {
    let mut schedules = Vec::new();
    for (index, told) in told.into_iter().flatten().enumerate() {
        let at = |refusal: Refusal| Refusal::at(format!("{path}[{index}].{}", refusal.path), refusal.fault);
        let schedule = one(told).map_err(at)?;
        if schedule != EMPTY && !schedules.contains(&schedule) {
            schedules.push(schedule);
        }
    }
    Ok(schedules)
}

/// A schedule in words, under the name of its location.
fn named(location: &str, schedule: &Schedule) -> Schedule {
    let hours = match (&schedule.opens_at, &schedule.closes_at) {
        (Some(opens), Some(closes)) => Some(format!("{opens}-{closes}")),
        (Some(opens), None) => Some(format!("from {opens}")),
        (None, Some(closes)) => Some(format!("until {closes}")),
        (None, None) => None,
    };
    let week: Vec<String> = schedule.weekdays.clone().into_iter().chain(hours).collect();
    let week = (!week.is_empty()).then(|| week.join(" "));
    let parts: Vec<String> = week.into_iter().chain(schedule.text.clone()).collect();
    Schedule { text: Some(format!("{location}: {}", parts.join("; "))), ..EMPTY }
}

const EMPTY: Schedule = Schedule { weekdays: None, opens_at: None, closes_at: None, text: None };

fn one(told: &wire::Schedule) -> Result<Schedule, Refusal> {
    let freq = told.freq.as_deref().and_then(prose);
    if !matches!(freq.as_deref(), None | Some("WEEKLY" | "MONTHLY")) {
        return Err(Refusal::at("freq", Fault::OneOf("WEEKLY, MONTHLY")));
    }
    let at = |path: &'static str| move |fault| Refusal::at(path, fault);
    let time = |text: &Option<String>| text.as_deref().and_then(prose);
    let (opens, closes) = (time(&told.opens_at), time(&told.closes_at));
    let opens_at = opens.as_deref().map(check::time_of_day).transpose().map_err(at("opens_at"))?;
    let closes_at = closes.as_deref().map(check::time_of_day).transpose().map_err(at("closes_at"))?;
    let byday = told.byday.as_deref().and_then(prose);
    let weekdays = byday.as_deref().map(check::weekdays).transpose().map_err(at("byday"))?;
    for (text, path) in [(&told.valid_from, "valid_from"), (&told.valid_to, "valid_to")] {
        text.as_deref().and_then(prose).map(|day| check::day(&day)).transpose().map_err(at(path))?;
    }
    // A time with an offset is no local time, and a rule that is not weekly has no weekdays that
    // always hold: both stay text rather than become a guess.
    let is_local = [&opens_at, &closes_at].iter().all(|time| time.as_ref().is_none_or(|(_, rest)| rest.is_empty()));
    let is_weekly = freq.as_deref() != Some("MONTHLY")
        && told.interval.is_none_or(|interval| interval == 1.0)
        && [&told.bymonthday, &told.byyearday, &told.byweekno]
            .iter()
            .all(|rule| rule.as_deref().and_then(prose).is_none())
        && weekdays.as_deref().is_none_or(|days| !days.contains(|c: char| c.is_ascii_digit()));
    if is_local && is_weekly {
        let hour = |time: Option<(String, &str)>| time.map(|(time, _)| time);
        Ok(Schedule { weekdays, opens_at: hour(opens_at), closes_at: hour(closes_at), text: text(told, &[]) })
    } else {
        Ok(Schedule { text: text(told, &rule(told)), ..EMPTY })
    }
}

/// The rule in the standard's own terms, for people to read.
fn rule(told: &wire::Schedule) -> Vec<String> {
    let interval = told.interval.map(|interval| interval.to_string());
    let terms = [
        ("freq", &told.freq),
        ("interval", &interval),
        ("byday", &told.byday),
        ("bymonthday", &told.bymonthday),
        ("byyearday", &told.byyearday),
        ("byweekno", &told.byweekno),
        ("opens_at", &told.opens_at),
        ("closes_at", &told.closes_at),
    ];
    terms.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", prose(value.as_deref()?)?))).collect()
}

fn text(told: &wire::Schedule, rule: &[String]) -> Option<String> {
    let told_text = |text: &Option<String>| text.as_deref().and_then(prose);
    let valid = |label: &str, text: &Option<String>| told_text(text).map(|day| format!("{label} {day}"));
    let parts = [told_text(&told.description), told_text(&told.notes)];
    let parts = parts.into_iter().flatten().chain((!rule.is_empty()).then(|| rule.join(", ")));
    let parts: Vec<String> =
        parts.chain(valid("from", &told.valid_from)).chain(valid("until", &told.valid_to)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}
