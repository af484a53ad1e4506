//! Openings of HSDS: a weekly rule becomes weekdays and hours, everything else stays text.

use super::super::problem::Fault;
use super::super::text::{Refusal, prose};
use super::{check, wire};
use crate::domain::directory::Schedule;

/// Openings of the service and of the service at its locations, each once.
pub(super) fn read(wire: &wire::Service) -> Result<Vec<Schedule>, Refusal> {
    let own = wire.schedules.iter().flatten().enumerate();
    let mut all: Vec<(String, &wire::Schedule)> =
        own.map(|(index, told)| (format!("schedules[{index}]"), told)).collect();
    for (site, at_location) in wire.service_at_locations.iter().flatten().enumerate() {
        let path = |index| format!("service_at_locations[{site}].schedules[{index}]");
        all.extend(at_location.schedules.iter().flatten().enumerate().map(|(index, told)| (path(index), told)));
    }
    let mut schedules = Vec::new();
    for (path, told) in all {
        let schedule = one(told).map_err(|refusal| Refusal::at(format!("{path}.{}", refusal.path), refusal.fault))?;
        if schedule != EMPTY && !schedules.contains(&schedule) {
            schedules.push(schedule);
        }
    }
    Ok(schedules)
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
