//! Opening hours as OpenStreetMap writes them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use opening_hours_syntax::rules::day::HolidayKind;
use serde::{Deserialize, Serialize};

use super::rules::{self, Rule};
use super::spelling;

/// Longest text that is read, in bytes: OpenStreetMap itself stops at 255 characters, feeds go a little beyond.
pub const LONGEST_OPENING_HOURS: usize = 1_000;

/// Opening hours in the `opening_hours` syntax of OpenStreetMap, such as `Mo-Fr 09:00-12:00,14:00-17:00; PH off`.
///
/// Two are equal when their texts are; serde writes the text and checks it when it reads. Whatever is not of this
/// syntax is refused and never guessed at, and so is what is of the syntax but could not be told rightly:
/// see [`InvalidOpeningHours`].
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OpeningHours {
    text: Arc<str>,
    rules: Arc<[Rule]>,
    mentions_public_holidays: bool,
    mentions_school_holidays: bool,
    is_always_open: bool,
}

/// Why a text is no opening hours that can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOpeningHours {
    /// Nothing but white space.
    #[error("no opening hours")]
    Empty,
    /// More than [`LONGEST_OPENING_HOURS`].
    #[error("more than {LONGEST_OPENING_HOURS} bytes of opening hours")]
    TooLong,
    /// More rules or times than any real hours have.
    #[error("too many rules")]
    TooManyRules,
    /// Not of the syntax: free text, another language, times without minutes.
    #[error("not in the opening_hours syntax of OpenStreetMap")]
    Syntax,
    /// `sunrise-sunset`: the sun's times need a position, which hours do not have.
    #[error("hours that follow the sun cannot be told")]
    DependsOnSun,
    /// `10:00-16:00/01:30`: times at which something departs are no time at which a service is open.
    #[error("points in time are no opening hours")]
    PointsInTime,
    /// `"in winter": Mo-Fr 09:00-12:00`: whether the condition holds is known to nobody but its reader.
    #[error("hours under a condition in words cannot be told")]
    ConditionInWords,
    /// `easter-Oct 31`: implementations disagree on whether the last day counts, and on ranges over the new year.
    #[error("a range of days from or to Easter cannot be told")]
    EasterRange,
    /// Of the syntax, but beyond what can be evaluated here.
    #[error("a rule that cannot be evaluated")]
    NotSupported,
}

impl OpeningHours {
    /// Reads a text; white space around it is dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidOpeningHours> {
        let text = text.trim();
        if text.is_empty() {
            return Err(InvalidOpeningHours::Empty);
        }
        if text.len() > LONGEST_OPENING_HOURS {
            return Err(InvalidOpeningHours::TooLong);
        }
        let mended = spelling::mend(text)?;
        let expression = opening_hours_syntax::parse(&mended).map_err(|_| InvalidOpeningHours::Syntax)?;
        Ok(Self {
            text: text.into(),
            rules: rules::compile(&expression, spelling::joined_by_space(&mended))?.into(),
            mentions_public_holidays: rules::mentions(&expression, HolidayKind::Public),
            mentions_school_holidays: rules::mentions(&expression, HolidayKind::School),
            is_always_open: rules::is_always_open(&expression),
        })
    }

    /// The text as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// True when a rule is about public holidays (`PH`): then the hours have an answer for them.
    pub fn mentions_public_holidays(&self) -> bool {
        self.mentions_public_holidays
    }

    /// True when a rule is about school holidays (`SH`).
    pub fn mentions_school_holidays(&self) -> bool {
        self.mentions_school_holidays
    }

    /// True for `24/7`, which leaves no holiday out.
    pub fn is_always_open(&self) -> bool {
        self.is_always_open
    }
}

impl OpeningHours {
    /// The hours as they were written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for OpeningHours {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for OpeningHours {}

impl Hash for OpeningHours {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl fmt::Debug for OpeningHours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("OpeningHours").field(&self.text).finish()
    }
}

impl fmt::Display for OpeningHours {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl TryFrom<String> for OpeningHours {
    type Error = InvalidOpeningHours;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<OpeningHours> for String {
    fn from(hours: OpeningHours) -> Self {
        hours.text.as_ref().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use opening_hours::{ContextHolidays, RuleKind};
    use proptest::prelude::*;

    use super::super::rules::{Parts, stretches_of};
    use super::*;
    use crate::domain::time::Date;

    #[test]
    fn free_text_is_refused() {
        let texts = [
            ("", InvalidOpeningHours::Empty),
            (" \n", InvalidOpeningHours::Empty),
            ("lundi 9:00", InvalidOpeningHours::Syntax),
            ("lundi au vendredi de 9h à 12h", InvalidOpeningHours::Syntax),
            ("Mo-Fr 9h-12h", InvalidOpeningHours::Syntax),
            ("الأحد 09:00-14:00", InvalidOpeningHours::Syntax),
            ("sur rendez-vous", InvalidOpeningHours::Syntax),
            ("Mo-Fr sunrise-sunset", InvalidOpeningHours::DependsOnSun),
            ("Mo-Fr 10:00-16:00/01:30", InvalidOpeningHours::PointsInTime),
            ("\"in winter\": Mo-Fr 09:00-12:00", InvalidOpeningHours::ConditionInWords),
            ("easter-Oct 31: Sa 10:00-12:00", InvalidOpeningHours::EasterRange),
        ];
        for (text, refusal) in texts {
            assert_eq!(OpeningHours::parse(text), Err(refusal), "{text}");
        }
        let kept = OpeningHours::parse(" Mo, We 10:00-12:00 ").unwrap();
        assert_eq!(kept.text(), "Mo, We 10:00-12:00");
        assert_eq!(serde_json::to_string(&kept).unwrap(), "\"Mo, We 10:00-12:00\"");
        assert!(serde_json::from_str::<OpeningHours>("\"lundi 9:00\"").is_err());
    }

    #[test]
    fn always_is_every_spelling_of_it() {
        for (text, is_always) in [
            ("24/7", true),
            ("Mo-Su 00:00-24:00", true),
            ("Sa-Fr", true),
            ("Mo-Fr,Sa,Su", true),
            ("Mo-Sa", false),
            ("24/7; PH off", false),
            ("Jan-Dec", false),
            ("24/7 \"ring\"", false),
            ("Mo[1]-Su 00:00-24:00", false),
        ] {
            assert_eq!(OpeningHours::parse(text).is_ok_and(|hours| hours.is_always_open()), is_always, "{text}");
        }
    }

    /// Texts made to be long to read or to evaluate: each is refused, or one of its days is a bounded sum of rules.
    #[test]
    fn hostile_texts_are_bounded() {
        let repeated = |piece: &str, joint: &str, count: usize| vec![piece; count].join(joint);
        let refused = [
            repeated("Mo 10:00-12:00", "; ", 100_000),
            repeated("Mo", ";", 300),
            repeated("10:00-11:00", ",", 80) + "; " + &repeated("10:00-11:00", ",", 80),
            "(".repeat(900),
            "\"".repeat(999),
            repeated("24/7", " || ", 120),
            "Mo-Fr 10:00-12:00 \"".to_owned() + &"é".repeat(400) + "\" \"x\"",
        ];
        for text in refused {
            assert!(OpeningHours::parse(&text).is_err(), "{}…", text.chars().take(40).collect::<String>());
        }
        let worst = repeated("Mo[1] -999 days", ",", 60);
        let accepted = [repeated("PH off", "; ", 60), repeated("1900-9999/7 week 1-53/3 Mo[1]", "; ", 30), worst];
        for text in accepted {
            if let Ok(hours) = OpeningHours::parse(&text) {
                assert!(hours.rules().len() <= 60);
                stretches_of(hours.rules(), "2026-11-26".parse().unwrap(), Parts::Both, &ContextHolidays::default());
            }
        }
    }

    /// Hours, a day, and from which minute on it is what.
    type Case = (&'static str, &'static str, &'static [(u16, RuleKind)]);

    fn kinds(text: &str, date: &str) -> Vec<(u16, RuleKind)> {
        let hours = OpeningHours::parse(text).unwrap();
        let stretches = stretches_of(hours.rules(), date.parse().unwrap(), Parts::Both, &ContextHolidays::default());
        let mut found: Vec<(u16, RuleKind)> = Vec::new();
        for told in stretches {
            if found.last().is_none_or(|(_, kind)| *kind != told.kind) {
                found.push((told.start, told.kind));
            }
        }
        found
    }

    #[test]
    fn rules_meet_minute_by_minute() {
        use RuleKind::{Closed, Open, Unknown};
        // 2026-11-25 is a Wednesday.
        let cases: &[Case] = &[
            ("Mo-Fr 08:00-12:00 || Tu-We 12:00-13:00", "2026-11-25", &[(0, Closed), (480, Open), (780, Closed)]),
            ("Mo-Fr 08:00-12:00 || unknown \"ask\"", "2026-11-25", &[(0, Unknown), (480, Open), (720, Unknown)]),
            ("Tu 22:00-02:00; We 10:00-12:00", "2026-11-25", &[(0, Closed), (600, Open), (720, Closed)]),
            ("Tu 22:00-02:00, We 10:00-12:00", "2026-11-25", &[(0, Open), (120, Closed), (600, Open), (720, Closed)]),
            ("Tu 22:00-26:00", "2026-11-25", &[(0, Open), (120, Closed)]),
            ("We 18:00+", "2026-11-25", &[(0, Closed), (1080, Unknown)]),
            ("We 18:00+", "2026-11-26", &[(0, Unknown), (240, Closed)]),
            ("We 10:00-12:00+", "2026-11-25", &[(0, Closed), (600, Open), (720, Unknown)]),
            (
                "Mo-Fr 10:00-18:00; 12:00-13:00 off",
                "2026-11-25",
                &[(0, Closed), (600, Open), (720, Closed), (780, Open), (1080, Closed)],
            ),
            ("Mo-Fr 10:00-18:00; We off", "2026-11-25", &[(0, Closed)]),
            ("Mo-Fr 10:00-18:00; We 14:00-15:00", "2026-11-25", &[(0, Closed), (840, Open), (900, Closed)]),
            ("Mo, We 10:00-18:00", "2026-11-23", &[(0, Closed), (600, Open), (1080, Closed)]),
            ("Mo-Fr 10:00-18:00 \"by appointment\"", "2026-11-25", &[(0, Closed), (600, Unknown), (1080, Closed)]),
        ];
        for (text, date, expected) in cases {
            assert_eq!(kinds(text, date), *expected, "{text} on {date}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(
            text in "((Mo|Tu|PH|SH|Jan|Dec|easter|week|2026|24/7|off|open|\"x\"|10:00|26:00|5|1)[-, ;+:/\\[\\]|]{0,2}){1,14}",
            days in 0_u64..4000,
        ) {
            if let Ok(hours) = OpeningHours::parse(&text) {
                let date = Date::default() + chrono::Days::new(18_000 + days);
                stretches_of(hours.rules(), date, Parts::Both, &ContextHolidays::default());
                prop_assert_eq!(hours.text(), text.trim());
            }
        }
    }
}
