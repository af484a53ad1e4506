//! Hours of an office, out of four properties: how often, on which days, from when, until when.
//!
//! Each is an option of a list. Hours are told where each gives one answer and all fit together; the properties stay as
//! details in any case.

use super::super::week::{clock, schedule};
use crate::domain::directory::{Detail, Schedule};

const HOW_OFTEN: &str = "Availability";
const DAYS: &str = "Availability Day";
const OPENS: &str = "Office Open at";
const CLOSES: &str = "Office close at";

/// Options that name several days, with the codes of RFC 5545.
const WEEKS: [(&str, &str); 2] = [("Sun-Thurs", "MO,TU,WE,TH,SU"), ("Mon-Thurs and Sat", "MO,TU,WE,TH,SA")];
/// Options that name one day.
const SINGLE_DAYS: [(&str, &str); 7] = [
    ("Mondays only", "MO"),
    ("Tuesdays only", "TU"),
    ("Wednesdays only", "WE"),
    ("Thursdays only", "TH"),
    ("Fridays only", "FR"),
    ("Saturdays only", "SA"),
    ("Sundays only", "SU"),
];

/// The hours of every week; none where the service is offered more seldom, or where an answer is missing or double.
pub(super) fn schedules(details: &[Detail]) -> Vec<Schedule> {
    weekly(details).into_iter().collect()
}

fn weekly(details: &[Detail]) -> Option<Schedule> {
    let find = |label: &str| details.iter().find(|detail| detail.label.eq_ignore_ascii_case(label));
    let only = |label: &str| match find(label)?.values.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    };
    let days = only(DAYS)?;
    let code_of =
        |options: &[(&str, &'static str)]| options.iter().find(|(name, _)| *name == days).map(|(_, code)| *code);
    let weekdays = match find(HOW_OFTEN).map(|_| only(HOW_OFTEN)) {
        None => code_of(&WEEKS).or_else(|| code_of(&SINGLE_DAYS)),
        Some(Some("Every Day")) => code_of(&WEEKS),
        Some(Some("Once a week")) => code_of(&SINGLE_DAYS),
        Some(_) => None,
    }?;
    schedule(weekdays, clock(only(OPENS)?)?, clock(only(CLOSES)?.strip_prefix("Close at ")?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::opening::opening_hours_of;

    fn hours(often: &[&str], days: &[&str], opens: &[&str], closes: &[&str]) -> Option<String> {
        let told = [(HOW_OFTEN, often), (DAYS, days), (OPENS, opens), (CLOSES, closes)];
        let told = told.iter().filter(|(_, values)| !values.is_empty());
        let details = told.map(|(label, values)| Detail {
            label: (*label).to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        });
        opening_hours_of(&schedules(&details.collect::<Vec<_>>())).map(|hours| hours.text().to_owned())
    }

    #[test]
    fn an_office_has_hours_where_every_answer_is_one_and_fits() {
        let (week, opens, closes) = (&["Sun-Thurs"][..], &["8:30am"][..], &["Close at 16:00pm"][..]);
        let told = Some("Mo-Th 08:30-16:00, Su 08:30-16:00");
        let monday = Some("Mo 08:30-16:00");
        for (often, days, opens, closes, expected) in [
            (&["Every Day"][..], week, opens, closes, told),
            (&[], week, opens, closes, told),
            (&["Once a week"], &["Mondays only"], opens, closes, monday),
            (&[], &["Mondays only"], opens, closes, monday),
            (&["Every Day"], &["Mondays only"], opens, closes, None),
            (&["Once a week"], week, opens, closes, None),
            (&["Once a month"], &["Mondays only"], opens, closes, None),
            (&["Biweekly"], week, opens, closes, None),
            (&["Every Day", "Once a week"], week, opens, closes, None),
            (&["Every Day"], &[], opens, closes, None),
            (&["Every Day"], week, &["13:00pm", "8:30am"], closes, None),
            (&["Every Day"], week, &["Always open"], closes, None),
            (&["Every Day"], week, &["12:00am"], closes, None),
            (&["Every Day"], week, opens, &[], None),
            (&["Every Day"], week, opens, &["Never closed"], None),
            (&["Every Day"], week, &["17:00pm"], closes, None),
        ] {
            assert_eq!(
                hours(often, days, opens, closes).as_deref(),
                expected,
                "{often:?} {days:?} {opens:?} {closes:?}"
            );
        }
    }
}
