//! The formats that feeds ask for, each as one check.

use super::problem::Fault;
use crate::domain::profile::Language;
use crate::domain::time::{Date, Timestamp};
use uuid::Uuid;

/// A UUID with hyphens, in lower case.
pub(super) fn uuid(text: &str) -> Result<String, Fault> {
    let uuid = Uuid::try_parse(text).ok().filter(|_| text.len() == 36);
    uuid.map(|uuid| uuid.hyphenated().to_string()).ok_or(Fault::Uuid)
}

/// An e-mail address; only its outline is checked, for no pattern knows which addresses work.
pub(super) fn email(text: &str) -> Result<String, Fault> {
    let outline = |(local, domain): (&str, &str)| {
        let labels = domain.split('.');
        let label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !local.is_empty() && !local.contains('@') && labels.clone().count() > 1 && labels.clone().all(label)
    };
    let fits = text.len() <= 254 && !text.contains(char::is_whitespace) && text.rsplit_once('@').is_some_and(outline);
    if fits { Ok(text.to_owned()) } else { Err(Fault::Email) }
}

/// A web address; other schemes, such as `javascript:`, never come in.
pub(super) fn url(text: &str) -> Result<String, Fault> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let has_host = |rest: &str| rest.starts_with(|c: char| c.is_alphanumeric() || c == '[');
    let fits = rest.is_some_and(has_host) && !text.contains(|c: char| c.is_whitespace() || "<>\"\\^`{|}".contains(c));
    if fits { Ok(text.to_owned()) } else { Err(Fault::Url) }
}

/// A calendar day.
pub(super) fn day(text: &str) -> Result<Date, Fault> {
    Date::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10).ok_or(Fault::Day)
}

/// A day that somebody can have meant: exports write 1970-01-01 and 9999-12-31 for "unknown".
pub(super) fn day_in_range(day: Date) -> Result<Date, Fault> {
    use chrono::Datelike as _;
    if (1971..=2199).contains(&day.year()) { Ok(day) } else { Err(Fault::DayOutOfRange) }
}

/// An instant with its offset.
pub(super) fn instant(text: &str) -> Result<Timestamp, Fault> {
    Timestamp::parse(text).ok_or(Fault::Instant)
}

/// A language by its tag.
pub(super) fn language(text: &str) -> Result<Language, Fault> {
    Language::parse(text).map_err(|_| Fault::Language)
}

/// An age in whole years.
pub(super) fn age(years: f64) -> Result<u8, Fault> {
    let whole = years.fract() == 0.0 && (0.0..=130.0).contains(&years);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and from 0 to 130")]
    if whole { Ok(years as u8) } else { Err(Fault::Age) }
}

/// A count.
pub(super) fn count(number: f64) -> Result<u32, Fault> {
    let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and within u32")]
    if whole { Ok(number as u32) } else { Err(Fault::Count) }
}

/// A time of day with what follows it, such as an offset; the time is `HH:MM`.
pub(super) fn time_of_day(text: &str) -> Result<(String, &str), Fault> {
    let two = |from: usize, most: u8| {
        let digits = text.get(from..from + 2).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
        digits.parse::<u8>().ok().filter(|number| *number <= most)
    };
    let (Some(hour), Some(":"), Some(minute)) = (two(0, 24), text.get(2..3), two(3, 59)) else {
        return Err(Fault::TimeOfDay);
    };
    let mut rest = &text[5..];
    if rest.starts_with(':') {
        two(6, 60).ok_or(Fault::TimeOfDay)?;
        rest = &text[8..];
    }
    let offset = rest.is_empty() || rest.starts_with(['Z', 'z', '+', '-', '.']);
    if offset && (hour < 24 || minute == 0) {
        Ok((format!("{hour:02}:{minute:02}"), rest))
    } else {
        Err(Fault::TimeOfDay)
    }
}

/// Weekdays as RFC 5545 writes them, `MO,TU`; a number before one (`1MO`) counts within the month.
pub(super) fn weekdays(text: &str) -> Result<String, Fault> {
    let is_weekday = |day: &str| {
        let name = day.trim_start_matches(['+', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(&name)
    };
    let days: Vec<&str> = text.split(',').map(str::trim).collect();
    if days.iter().all(|day| is_weekday(day)) { Ok(days.join(",")) } else { Err(Fault::Weekdays) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A format, whether a text has it, and texts to try.
    type Case = (&'static str, fn(&str) -> bool, &'static [&'static str]);

    #[test]
    fn formats_are_those_of_the_schema() {
        let valid: [Case; 7] = [
            (
                "uuid",
                |text| uuid(text).is_ok(),
                &["ac148810-d857-441c-9679-408f346de14b", "AC148810-D857-441C-9679-408F346DE14B"],
            ),
            ("email", |text| email(text).is_ok(), &["desk@example.org", "a.b+c@xn--caf-dma.example"]),
            ("url", |text| url(text).is_ok(), &["http://example.org", "HTTPS://example.org/a?b=c#d", "https://[::1]/"]),
            ("day", |text| day(text).is_ok(), &["2026-02-28"]),
            ("instant", |text| instant(text).is_ok(), &["2023-03-15T10:30:45.123Z", "2024-09-25T14:23:06.5+01:00"]),
            ("time", |text| time_of_day(text).is_ok(), &["10:00", "10:00:00", "24:00", "09:30Z", "09:30:00+01:00"]),
            ("weekdays", |text| weekdays(text).is_ok(), &["MO", "TH, FR", "1MO", "-1FR"]),
        ];
        for (name, check, texts) in valid {
            for text in texts {
                assert!(check(text), "{name} {text}");
            }
        }
        let invalid: [Case; 7] = [
            (
                "uuid",
                |text| uuid(text).is_ok(),
                &["", "ac148810d857441c9679408f346de14b", "{ac148810-d857-441c-9679-408f346de14b}", "reg-12345"],
            ),
            (
                "email",
                |text| email(text).is_ok(),
                &["", "desk", "desk@", "@example.org", "a b@example.org", "a@b@example.org", "a@example..org"],
            ),
            (
                "url",
                |text| url(text).is_ok(),
                &["", "example.org", "javascript:alert(1)", "http://", "http:///x", "http://a b", "ftp://example.org"],
            ),
            ("day", |text| day(text).is_ok(), &["", "2026-02-30", "28/02/2026", "2026-2-1", "2026-02-28T00:00:00Z"]),
            ("instant", |text| instant(text).is_ok(), &["", "2023-03-15", "2023-03-15T10:30:45"]),
            (
                "time",
                |text| time_of_day(text).is_ok(),
                &["", "25:00", "10:60", "24:30", "1000", "10h00", "10:00 am", "é0:00", "10:00:0"],
            ),
            ("weekdays", |text| weekdays(text).is_ok(), &["", "Monday", "MO;TU", "MO,,TU"]),
        ];
        for (name, check, texts) in invalid {
            for text in texts {
                assert!(!check(text), "{name} {text}");
            }
        }
    }

    #[test]
    fn numbers_are_whole_and_in_range() {
        for (years, expected) in
            [(0.0, Ok(0)), (130.0, Ok(130)), (131.0, Err(Fault::Age)), (-1.0, Err(Fault::Age)), (17.5, Err(Fault::Age))]
        {
            assert_eq!(age(years), expected);
        }
        assert_eq!(count(4_294_967_295.0), Ok(u32::MAX));
        for number in [-1.0, 1.5, 4_294_967_296.0] {
            assert_eq!(count(number), Err(Fault::Count));
        }
    }
}
