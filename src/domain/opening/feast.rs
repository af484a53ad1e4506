//! Days that are computed: Easter and what depends on it, and the expected days of feasts that the moon decides.

use chrono::{Days, NaiveDate};

use crate::domain::time::Date;

/// Days from the day before 1 January 1 (Gregorian) to the day before 1 Muharram 1 (16 July 622, Julian).
const DAYS_BEFORE_HIJRA: i64 = 227_014;

/// A feast of the Islamic calendar as a country keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Feast {
    /// Month of the Islamic year, from 1 (Muharram).
    pub(super) month: u8,
    /// First day of the month that is kept.
    pub(super) day: u8,
    /// How many days are kept.
    pub(super) days: u8,
}

/// Eid al-Fitr, from 1 Shawwal.
pub(super) const fn eid_al_fitr(days: u8) -> Feast {
    Feast { month: 10, day: 1, days }
}

/// Eid al-Adha, from 10 Dhu al-Hijja.
pub(super) const fn eid_al_adha(days: u8) -> Feast {
    Feast { month: 12, day: 10, days }
}

/// Eid al-Adha with the day of Arafah before it.
pub(super) const fn eid_al_adha_with_arafah(days: u8) -> Feast {
    Feast { month: 12, day: 9, days: days + 1 }
}

/// Islamic New Year, 1 Muharram.
pub(super) const ISLAMIC_NEW_YEAR: Feast = Feast { month: 1, day: 1, days: 1 };

/// Ashura (Tamxarit in Senegal), 10 Muharram.
pub(super) const ASHURA: Feast = Feast { month: 1, day: 10, days: 1 };

/// Grand Magal of Touba, 18 Safar.
pub(super) const GRAND_MAGAL: Feast = Feast { month: 2, day: 18, days: 1 };

/// Mawlid (Gamou in Senegal), 12 Rabi al-awwal.
pub(super) const MAWLID: Feast = Feast { month: 3, day: 12, days: 1 };

/// The expected Gregorian day of a day of the Islamic calendar, by the tabular (arithmetic) calendar: months of 30 and 29
/// days in turn, eleven leap years in thirty. Dershowitz and Reingold, *Calendrical Calculations*, chapter 7.
/// What is announced lies within a day of it; who announces it decides.
pub(super) fn expected_day(islamic_year: i32, month: u8, day: u8) -> Option<Date> {
    let (year, month, day) = (i64::from(islamic_year), i64::from(month), i64::from(day));
    let days =
        DAYS_BEFORE_HIJRA + (year - 1) * 354 + (3 + 11 * year).div_euclid(30) + 29 * (month - 1) + month / 2 + day;
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(days).ok()?)
}

/// The Islamic year in which a Gregorian year begins, or the one before.
pub(super) const fn islamic_year_before(gregorian_year: i32) -> i32 {
    (gregorian_year - 622) * 33 / 32 - 1
}

/// Easter Sunday of the Gregorian calendar: the algorithm of Meeus, Jones and Butcher (*Nature*, 20 April 1876).
pub(super) fn easter(year: i32) -> Option<Date> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let sum = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)
}

/// Easter Monday, Ascension and Whit Monday.
pub(super) fn easter_holidays(year: i32) -> impl Iterator<Item = Date> {
    let easter = easter(year);
    [1, 39, 50].into_iter().filter_map(move |days| easter?.checked_add_days(Days::new(days)))
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    // Days kept in Libya as its government announced them; Eid al-Adha, and all of 2026, in Saudi Arabia.
    const KEPT: [(Feast, &str); 5] = [
        (
            eid_al_fitr(3),
            "2015-07-18 2016-07-07 2017-06-26 2018-06-15 2019-06-04 2020-05-24 2021-05-13 2022-05-02 2023-04-21 \
             2024-04-10 2025-03-31 2026-03-20",
        ),
        (
            eid_al_adha(3),
            "2015-09-24 2016-09-12 2017-09-01 2018-08-21 2019-08-11 2020-07-31 2021-07-20 2022-07-09 2023-06-28 \
             2024-06-16 2025-06-06 2026-05-27",
        ),
        (
            ISLAMIC_NEW_YEAR,
            "2015-10-15 2016-10-03 2017-09-22 2018-09-12 2019-08-31 2020-08-20 2021-08-10 2022-07-30 2023-07-19 \
             2024-07-07 2025-06-26",
        ),
        (
            MAWLID,
            "2015-01-03 2015-12-23 2016-12-12 2017-12-01 2018-11-21 2019-11-09 2020-10-29 2021-10-19 2022-10-08 \
             2023-09-27 2024-09-15",
        ),
        // As Touba announced it.
        (GRAND_MAGAL, "2020-10-06 2021-09-26 2022-09-15 2023-09-04 2024-08-23"),
    ];

    fn nearest(feast: Feast, told: Date) -> i64 {
        (-2..=3)
            .filter_map(|year| expected_day(islamic_year_before(told.year()) + year, feast.month, feast.day))
            .map(|day| (day - told).num_days())
            .min_by_key(|days| days.abs())
            .expect("a day in each year")
    }

    #[test]
    fn expected_days_lie_within_a_day_of_those_that_were_kept() {
        for (feast, days) in KEPT {
            for told in days.split(' ') {
                let away = nearest(feast, told.parse().unwrap());
                assert!(away.abs() <= 1, "{feast:?} {told}: {away} days");
            }
        }
    }

    #[test]
    fn the_tabular_calendar_keeps_its_fixed_points() {
        // 1 Muharram 1 is 19 July 622 in the Gregorian calendar carried backwards; 1 Muharram 1445 is 19 July 2023.
        assert_eq!(expected_day(1, 1, 1), "0622-07-19".parse().ok());
        assert_eq!(expected_day(1445, 1, 1), "2023-07-19".parse().ok());
    }

    #[test]
    fn easter_is_that_of_the_tables() {
        let known = [
            "2015-04-05",
            "2016-03-27",
            "2019-04-21",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
        ];
        for day in known {
            let day: Date = day.parse().unwrap();
            assert_eq!(easter(day.year()), Some(day));
        }
        let days: Vec<String> = easter_holidays(2026).map(|day| day.to_string()).collect();
        assert_eq!(days, ["2026-04-06", "2026-05-14", "2026-05-25"]);
    }
}
