//! Calendars of public holidays, and what is not certain about them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use chrono::{Days, NaiveDate};
use opening_hours::ContextHolidays;
use opening_hours::localization::Country;
use serde::{Deserialize, Serialize};

use super::civil_days::{NATIONAL_HOLIDAYS, NationalHolidays};
use super::country::CountryCode;
use super::feast::{easter_holidays, expected_day, islamic_year_before};
use crate::domain::time::Date;

/// The years that the library's calendars cover, and so do ours.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2076;

/// How far the day that is announced may lie from the expected one, in days.
const DAYS_OF_DOUBT: u64 = 1;

/// How far a dated day may lie outside of a feast's expected days and still be taken for its date, in days.
const DAYS_OF_DATING: u64 = 2;

/// A holiday whose day a coordinator has told, because the moon or a government has decided it.
///
/// When it lies at a feast's expected day, that feast is certain in that year: its other expected days are ordinary
/// unless they are dated too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatedHoliday {
    /// The country that keeps it.
    pub country: CountryCode,
    /// The day.
    pub date: Date,
    /// What it is called, for people to read.
    pub name: String,
    /// True when services are certainly closed on it that do not say otherwise (by `PH` or by hours for this day).
    /// Otherwise those that say nothing of holidays are to be confirmed.
    pub is_closed: bool,
}

/// What a day is in a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HolidayCertainty {
    /// No public holiday that anybody has told.
    Ordinary,
    /// A public holiday in the whole country.
    Certain,
    /// A public holiday on which services are closed that do not say otherwise.
    CertainlyClosed,
    /// Perhaps a public holiday: a feast that the moon decides, or a holiday of a part of the country.
    Possible,
}

/// The public holidays of one country.
#[derive(Clone, Debug)]
pub struct HolidayCalendar {
    certain: ContextHolidays,
    with_possible: ContextHolidays,
    closed: BTreeSet<Date>,
    knows_school_holidays: bool,
}

/// The calendars of all countries that are known, with what coordinators have dated.
///
/// From the library: some 120 countries until 2076, FR, IT, BE, DE and GB among them; regional holidays count as
/// possible. Ours: see `civil_days`. A country without a calendar has ordinary days only; the default knows no country.
#[derive(Clone, Debug, Default)]
pub struct HolidayCalendars {
    dated: Vec<DatedHoliday>,
    /// Each is put together when somebody asks for it: few of them are ever asked for.
    countries: HashMap<CountryCode, OnceLock<HolidayCalendar>>,
}

impl HolidayCalendars {
    /// The calendars of every country that is known, with these dated days.
    pub fn new(dated: &[DatedHoliday]) -> Self {
        let from_library = Country::ALL.into_iter().map(Country::iso_code);
        let ours = NATIONAL_HOLIDAYS.iter().map(|national| national.country);
        let codes: BTreeSet<CountryCode> = from_library
            .chain(ours)
            .filter_map(|code| CountryCode::parse(code).ok())
            .chain(dated.iter().map(|holiday| holiday.country))
            .collect();
        let countries = codes.into_iter().map(|country| (country, OnceLock::new())).collect();
        Self { dated: dated.to_vec(), countries }
    }

    /// The calendar of a country, where there is one.
    pub fn of(&self, country: CountryCode) -> Option<&HolidayCalendar> {
        let told = || self.dated.iter().filter(|holiday| holiday.country == country).collect::<Vec<_>>();
        self.countries.get(&country).map(|calendar| calendar.get_or_init(|| HolidayCalendar::new(country, &told())))
    }

    /// The days that coordinators have dated.
    pub fn dated(&self) -> &[DatedHoliday] {
        &self.dated
    }

    /// What a day is in a country; ordinary in a country that is not known.
    pub fn certainty(&self, country: CountryCode, date: Date) -> HolidayCertainty {
        self.of(country).map_or(HolidayCertainty::Ordinary, |calendar| calendar.certainty(date))
    }
}

impl HolidayCalendar {
    fn new(country: CountryCode, dated: &[&DatedHoliday]) -> Self {
        let library = country.as_str().parse::<Country>().ok();
        let whole = library.map(Country::holidays).unwrap_or_default();
        let regional = library.map(Country::holidays_regional).unwrap_or_default();
        let national = NATIONAL_HOLIDAYS.iter().find(|national| national.country == country.as_str());
        let civil = national.filter(|national| !national.civil_days.is_empty());
        let mut certain: BTreeSet<Date> =
            civil.map_or_else(|| whole.get_public().iter().collect(), |national| civil_days(national).collect());
        certain.extend(dated.iter().map(|holiday| holiday.date));
        let mut possible = certain.clone();
        possible.extend(regional.get_public().iter());
        possible.extend(national.iter().flat_map(|national| uncertain_days(national, dated)));
        let in_school: BTreeSet<Date> = whole.get_school().iter().chain(regional.get_school().iter()).collect();
        Self {
            closed: dated.iter().filter(|holiday| holiday.is_closed).map(|holiday| holiday.date).collect(),
            knows_school_holidays: !in_school.is_empty(),
            certain: ContextHolidays::new(
                Arc::new(certain.into_iter().collect()),
                Arc::new(whole.get_school().iter().collect()),
            ),
            with_possible: ContextHolidays::new(
                Arc::new(possible.into_iter().collect()),
                Arc::new(in_school.into_iter().collect()),
            ),
        }
    }

    /// What a day is.
    pub fn certainty(&self, date: Date) -> HolidayCertainty {
        if self.closed.contains(&date) {
            HolidayCertainty::CertainlyClosed
        } else if self.certain.get_public().contains(date) {
            HolidayCertainty::Certain
        } else if self.with_possible.get_public().contains(date) {
            HolidayCertainty::Possible
        } else {
            HolidayCertainty::Ordinary
        }
    }

    /// The days that are certainly holidays.
    pub(super) fn certain(&self) -> &ContextHolidays {
        &self.certain
    }

    /// The days that are holidays certainly or perhaps.
    pub(super) fn with_possible(&self) -> &ContextHolidays {
        &self.with_possible
    }

    /// True when school holidays are known.
    pub(super) fn knows_school_holidays(&self) -> bool {
        self.knows_school_holidays
    }
}

fn civil_days(national: &NationalHolidays) -> impl Iterator<Item = Date> {
    let days = YEARS.flat_map(|year| {
        let kept = national.civil_days.iter().filter(move |day| (day.from_year..=day.until_year).contains(&year));
        kept.filter_map(move |day| NaiveDate::from_ymd_opt(year, day.month, day.day))
    });
    days.chain(YEARS.filter(|_| national.keeps_easter).flat_map(easter_holidays))
}

/// The expected days of a country's feasts and their neighbours, but for the feasts that somebody has dated.
fn uncertain_days(national: &NationalHolidays, dated: &[&DatedHoliday]) -> Vec<Date> {
    let mut days = Vec::new();
    let islamic_years = islamic_year_before(*YEARS.start())..=islamic_year_before(*YEARS.end()) + 3;
    for (feast, islamic_year) in
        national.feasts.iter().flat_map(|feast| islamic_years.clone().map(move |year| (feast, year)))
    {
        let Some(first) = expected_day(islamic_year, feast.month, feast.day) else { continue };
        let around =
            |margin: u64| Some((first - Days::new(margin), first + Days::new(u64::from(feast.days) - 1 + margin)));
        let is_dated = around(DAYS_OF_DATING)
            .is_some_and(|(from, until)| dated.iter().any(|holiday| (from..=until).contains(&holiday.date)));
        if let Some((from, until)) = around(DAYS_OF_DOUBT).filter(|_| !is_dated) {
            days.extend(from.iter_days().take_while(|day| *day <= until));
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::HolidayCertainty::{Certain, CertainlyClosed, Ordinary, Possible};
    use super::*;

    fn country(code: &str) -> CountryCode {
        CountryCode::parse(code).unwrap()
    }

    fn dated(code: &str, date: &str, is_closed: bool) -> DatedHoliday {
        DatedHoliday { country: country(code), date: date.parse().unwrap(), name: "Eid".to_owned(), is_closed }
    }

    #[test]
    fn days_of_the_countries_that_matter() {
        let calendars = HolidayCalendars::new(&[]);
        let cases = [
            ("LY", "2026-02-17", Certain),
            ("LY", "2026-12-24", Certain),
            ("LY", "2026-12-25", Ordinary),
            ("LY", "2010-02-17", Ordinary),
            // Eid al-Fitr of 2026 is expected on 20 March, for three days; the neighbours are in doubt too.
            ("LY", "2026-03-18", Ordinary),
            ("LY", "2026-03-19", Possible),
            ("LY", "2026-03-20", Possible),
            ("LY", "2026-03-23", Possible),
            ("LY", "2026-03-24", Ordinary),
            ("SN", "2026-04-04", Certain),
            ("SN", "2026-04-06", Certain),
            ("SN", "2026-05-14", Certain),
            ("SN", "2026-05-25", Certain),
            ("SN", "2026-08-02", Possible),
            ("SN", "2026-08-25", Possible),
            ("SN", "2026-06-26", Possible),
            ("MR", "2026-11-28", Certain),
            ("MR", "2026-05-25", Certain),
            ("MR", "2026-12-25", Ordinary),
            ("MR", "2026-05-27", Possible),
            ("TN", "2026-12-17", Certain),
            ("TN", "2026-01-14", Ordinary),
            ("TN", "2020-01-14", Certain),
            ("TN", "2020-12-17", Ordinary),
            ("TN", "2026-08-25", Possible),
            ("FR", "2026-07-14", Certain),
            ("FR", "2026-05-14", Certain),
            ("FR", "2026-12-26", Ordinary),
            ("IT", "2026-06-02", Certain),
            ("IT", "2026-08-15", Certain),
            ("NE", "2026-08-03", Certain),
            ("NE", "2026-05-27", Possible),
            ("DE", "2026-10-03", Certain),
            ("DE", "2026-11-01", Possible),
            ("DZ", "2026-05-27", Possible),
            ("ZZ", "2026-12-25", Ordinary),
        ];
        for (code, date, expected) in cases {
            assert_eq!(calendars.certainty(country(code), date.parse().unwrap()), expected, "{code} {date}");
        }
    }

    #[test]
    fn a_dated_day_ends_the_doubt_of_its_feast_and_year_only() {
        let calendars = HolidayCalendars::new(&[dated("LY", "2026-03-20", true), dated("LY", "2026-03-21", false)]);
        let cases = [
            ("LY", "2026-03-19", Ordinary),
            ("LY", "2026-03-20", CertainlyClosed),
            ("LY", "2026-03-21", Certain),
            ("LY", "2026-03-22", Ordinary),
            // The other Eid, the next year and the neighbour across the border are as doubtful as before.
            ("LY", "2026-05-27", Possible),
            ("LY", "2027-03-10", Possible),
            ("TN", "2026-03-20", Certain),
            ("TN", "2026-03-21", Possible),
        ];
        for (code, date, expected) in cases {
            assert_eq!(calendars.certainty(country(code), date.parse().unwrap()), expected, "{code} {date}");
        }
    }

    #[test]
    fn a_country_without_a_calendar_has_its_dated_days() {
        let calendars = HolidayCalendars::new(&[dated("GM", "2026-02-18", false)]);
        assert_eq!(calendars.certainty(country("GM"), "2026-02-18".parse().unwrap()), Certain);
        assert_eq!(calendars.certainty(country("GM"), "2026-02-19".parse().unwrap()), Ordinary);
    }
}
