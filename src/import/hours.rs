//! Hours as a feed tells them: the text stays, and what is in OpenStreetMap's syntax is marked as such.

use super::week::week_of;
use crate::domain::directory::{Schedule, Service};
use crate::domain::opening::OpeningHours;

/// True for hours in the syntax of `opening_hours`.
pub(super) fn is_opening_hours(text: &str) -> bool {
    OpeningHours::parse(text).is_ok()
}

/// Keeps what is told of hours and holidays: always as text, and where one text is in the syntax, or all are a week in the
/// strict form of tables, also as such. Two different ones are two tellings, of which nobody knows the right one.
pub(super) fn keep(told: Vec<String>, holidays: Vec<String>, service: &mut Service) {
    let mut read: Vec<&String> = told.iter().filter(|text| is_opening_hours(text)).collect();
    read.dedup();
    if let [only] = read.as_slice() {
        service.opening_hours = Some((*only).clone());
    } else if read.is_empty() {
        service.opening_hours = week_of(&told, &holidays).map(|hours| hours.text().to_owned());
    }
    for text in told.into_iter().chain(holidays) {
        let schedule = Schedule { weekdays: None, opens_at: None, closes_at: None, text: Some(text) };
        if !service.schedules.contains(&schedule) {
            service.schedules.push(schedule);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_is_no_opening_hours() {
        for (text, expected) in [
            ("Mo-Fr 09:00-18:00; PH off", true),
            ("24/7", true),
            ("Mo-Th 09:00-12:00,14:00-17:00; Fr 09:00-12:00,14:00-16:00", true),
            ("lundi au vendredi 9h-12h30/14h-17h; samedi 9h-13h", false),
            ("Sur rendez-vous", false),
            ("", false),
            ("12", false),
        ] {
            assert_eq!(is_opening_hours(text), expected, "{text}");
        }
    }
}
