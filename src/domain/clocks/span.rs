//! Spans of time as tables of clocks write them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A length of time, written `3h`, `30d` or `2wd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Span {
    /// Hours of the clock, on whatever days.
    Hours(u16),
    /// Days of 24 hours, whatever days they are.
    Days(u16),
    /// Days of 24 hours of which only those in working days of a calendar count.
    WorkingDays(u16),
}

/// The text is not a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a span is a number from 1 to 999 and `h` for hours, `d` for days or `wd` for working days, such as 2wd")]
pub struct InvalidSpan;

impl Span {
    /// Most units that a text may ask for: an order that a project means by mistake, and a bound of the work it makes.
    pub const MOST_UNITS: u16 = 999;

    /// Reads `3h`, `30d` or `2wd`; nothing but digits and the unit, and no leading zero.
    pub fn parse(text: &str) -> Result<Self, InvalidSpan> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).ok_or(InvalidSpan)?);
        let count: u16 = number.parse().map_err(|_| InvalidSpan)?;
        if number.starts_with('0') || count > Self::MOST_UNITS {
            return Err(InvalidSpan);
        }
        match unit {
            "h" => Ok(Self::Hours(count)),
            "d" => Ok(Self::Days(count)),
            "wd" => Ok(Self::WorkingDays(count)),
            _ => Err(InvalidSpan),
        }
    }

    /// So many times the span.
    #[must_use]
    pub const fn times(self, factor: u16) -> Self {
        match self {
            Self::Hours(count) => Self::Hours(count.saturating_mul(factor)),
            Self::Days(count) => Self::Days(count.saturating_mul(factor)),
            Self::WorkingDays(count) => Self::WorkingDays(count.saturating_mul(factor)),
        }
    }

    /// True where this one ends later than the other by every calendar there is. Working days last as many days at
    /// least, and how many more is the calendar's to say.
    pub fn is_longer_in_any_calendar(self, other: Self) -> bool {
        match (self, other) {
            (Self::WorkingDays(count), Self::WorkingDays(others)) => count > others,
            (_, Self::WorkingDays(_)) => false,
            _ => self.least_hours() > other.least_hours(),
        }
    }

    fn least_hours(self) -> u32 {
        match self {
            Self::Hours(count) => u32::from(count),
            Self::Days(count) | Self::WorkingDays(count) => u32::from(count) * 24,
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hours(count) => write!(formatter, "{count}h"),
            Self::Days(count) => write!(formatter, "{count}d"),
            Self::WorkingDays(count) => write!(formatter, "{count}wd"),
        }
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;
    fn try_from(text: String) -> Result<Self, InvalidSpan> {
        Self::parse(&text)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_is_a_number_and_its_unit() {
        for (text, expected) in [
            ("3h", Some(Span::Hours(3))),
            ("30d", Some(Span::Days(30))),
            ("2wd", Some(Span::WorkingDays(2))),
            ("999h", Some(Span::Hours(999))),
            ("1000h", None),
            ("99999h", None),
            ("0h", None),
            ("03h", None),
            ("-3h", None),
            ("+3h", None),
            ("3 h", None),
            ("3H", None),
            ("3w", None),
            ("3", None),
            ("h", None),
            ("٣h", None),
            ("3é", None),
            ("", None),
        ] {
            assert_eq!(Span::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn spans_are_compared_only_where_no_calendar_can_turn_them_round() {
        for (one, other, expected) in [
            ("25h", "1d", true),
            ("24h", "1d", false),
            ("3wd", "2wd", true),
            ("2wd", "2wd", false),
            // Three working days never last less than 72 hours.
            ("3wd", "2d", true),
            ("3wd", "71h", true),
            ("2wd", "10d", false),
            // Whether two working days are over within ten days is the calendar's to say.
            ("10d", "2wd", false),
        ] {
            let span = |text| Span::parse(text).unwrap();
            assert_eq!(span(one).is_longer_in_any_calendar(span(other)), expected, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn a_span_is_read_as_it_was_written(count in 1_u16..=Span::MOST_UNITS, unit in 0_usize..3) {
            let span = [Span::Hours(count), Span::Days(count), Span::WorkingDays(count)][unit];
            prop_assert_eq!(Span::parse(&span.to_string()), Ok(span));
            let json = serde_json::to_string(&span).unwrap();
            prop_assert_eq!(serde_json::from_str::<Span>(&json).unwrap(), span);
        }

        #[test]
        fn no_text_is_too_odd(text in "\\PC{0,8}") {
            if let Ok(span) = Span::parse(&text) {
                prop_assert_eq!(span.to_string(), text);
            }
        }
    }
}
