//! Opening hours out of weekly schedules, as feeds give them.

use super::hours::OpeningHours;
use super::time_zone::MINUTES_PER_DAY;
use crate::domain::directory::Schedule;

/// Codes of RFC 5545 and names of OpenStreetMap, from Monday.
const WEEKDAYS: [(&str, &str); 7] =
    [("MO", "Mo"), ("TU", "Tu"), ("WE", "We"), ("TH", "Th"), ("FR", "Fr"), ("SA", "Sa"), ("SU", "Su")];

/// Minutes from midnight: opening and closing. A closing before the opening is on the next day.
type Hours = (u16, u16);

/// The hours that schedules tell, when all of them are complete (weekdays, opening and closing) and none has words,
/// which may narrow it ("in winter", "until 2026-06-30"). Part of the hours would say *closed* where nobody knows.
pub fn opening_hours_of(schedules: &[Schedule]) -> Option<OpeningHours> {
    let mut week: [Vec<Hours>; 7] = Default::default();
    for schedule in schedules {
        add(schedule, &mut week)?;
    }
    week.iter_mut().for_each(|hours| {
        hours.sort_unstable();
        hours.dedup();
    });
    let mut rules = Vec::new();
    let mut day = 0;
    while let Some(hours) = week.get(day) {
        let days = week.iter().skip(day).take_while(|other| *other == hours).count();
        let (first, last) = (WEEKDAYS.get(day)?.1, WEEKDAYS.get(day + days - 1)?.1);
        if !hours.is_empty() {
            let span = |(from, to): &Hours| format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
            let spans: Vec<String> = hours.iter().map(span).collect();
            let days = if days == 1 { first.to_owned() } else { format!("{first}-{last}") };
            rules.push(format!("{days} {}", spans.join(",")));
        }
        day += days;
    }
    // Rules of one week add to each other: with `;` a day would end the night before.
    OpeningHours::parse(&rules.join(", ")).ok()
}

fn add(schedule: &Schedule, week: &mut [Vec<Hours>; 7]) -> Option<()> {
    if schedule.text.is_some() {
        return None;
    }
    let hours = (minute_of_day(schedule.opens_at.as_deref()?)?, minute_of_day(schedule.closes_at.as_deref()?)?);
    // From an hour to the same hour is a whole day or nothing at all.
    if hours.0 == hours.1 || hours.0 == MINUTES_PER_DAY {
        return None;
    }
    for code in schedule.weekdays.as_deref()?.split(',') {
        let index = WEEKDAYS.iter().position(|(weekday, _)| *weekday == code.trim())?;
        week.get_mut(index)?.push(hours);
    }
    Some(())
}

fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.len() != 2 || minute.len() != 2 || !(hour.bytes().chain(minute.bytes())).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (minute < 60).then_some(hour * 60 + minute).filter(|minutes| *minutes <= MINUTES_PER_DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(weekdays: &str, opens_at: &str, closes_at: &str) -> Schedule {
        let told = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Schedule { weekdays: told(weekdays), opens_at: told(opens_at), closes_at: told(closes_at), text: None }
    }

    #[test]
    fn a_complete_week_becomes_hours() {
        let cases = [
            (vec![schedule("MO,TU,WE,TH,FR", "09:00", "17:00")], "Mo-Fr 09:00-17:00"),
            (vec![schedule("SU,MO,TU,WE,TH", "08:00", "14:00")], "Mo-Th 08:00-14:00, Su 08:00-14:00"),
            (
                vec![schedule("MO,TU", "14:00", "18:00"), schedule("MO,TU,SA", "09:00", "12:00")],
                "Mo-Tu 09:00-12:00,14:00-18:00, Sa 09:00-12:00",
            ),
            (vec![schedule("FR", "22:00", "02:00")], "Fr 22:00-02:00"),
            (vec![schedule("FR", "18:00", "24:00"), schedule("FR", "18:00", "24:00")], "Fr 18:00-24:00"),
        ];
        for (schedules, text) in cases {
            assert_eq!(opening_hours_of(&schedules).as_ref().map(OpeningHours::text), Some(text));
        }
    }

    #[test]
    fn what_is_incomplete_or_has_words_becomes_nothing() {
        let told = schedule("MO", "09:00", "17:00");
        let with_words = Schedule { text: Some("until 2026-06-30".to_owned()), ..schedule("TU", "09:00", "17:00") };
        let cases = [
            schedule("", "09:00", "17:00"),
            schedule("MO", "", "17:00"),
            schedule("MO", "09:00", ""),
            schedule("1MO", "09:00", "17:00"),
            schedule("LU", "09:00", "17:00"),
            schedule("MO", "09:00", "09:00"),
            schedule("MO", "24:00", "09:00"),
            schedule("MO", "9:00", "17:00"),
            schedule("MO", "09:00", "25:00"),
            with_words,
        ];
        for incomplete in cases {
            assert_eq!(opening_hours_of(std::slice::from_ref(&incomplete)), None, "{incomplete:?}");
            // What is missing is not hidden by what is told.
            assert_eq!(opening_hours_of(&[told.clone(), incomplete]), None);
        }
        assert_eq!(opening_hours_of(&[]), None);
    }
}
