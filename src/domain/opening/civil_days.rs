//! Holidays by law of countries that the library lacks, or knows half: the days that are certain, and the feasts that
//! the moon decides.

use super::feast::{
    ASHURA, Feast, GRAND_MAGAL, ISLAMIC_NEW_YEAR, MAWLID, eid_al_adha, eid_al_adha_with_arafah, eid_al_fitr,
};

/// A day of the civil year, kept from a year on and perhaps no longer.
#[derive(Clone, Copy, Debug)]
pub(super) struct CivilDay {
    pub(super) month: u32,
    pub(super) day: u32,
    pub(super) from_year: i32,
    pub(super) until_year: i32,
}

/// What is kept in one country.
#[derive(Debug)]
pub(super) struct NationalHolidays {
    /// ISO 3166-1 alpha-2.
    pub(super) country: &'static str,
    /// The civil days; none where the library's are used.
    pub(super) civil_days: &'static [CivilDay],
    /// True where Easter Monday, Ascension and Whit Monday are kept.
    pub(super) keeps_easter: bool,
    pub(super) feasts: &'static [Feast],
}

const fn each_year(month: u32, day: u32) -> CivilDay {
    since(2000, month, day)
}

const fn since(from_year: i32, month: u32, day: u32) -> CivilDay {
    CivilDay { month, day, from_year, until_year: 9999 }
}

const fn until(until_year: i32, month: u32, day: u32) -> CivilDay {
    CivilDay { month, day, from_year: 2000, until_year }
}

/// Law no. 5 of 2012 on official holidays: 17 February, Labour Day, Martyrs' Day, Liberation Day, Independence Day;
/// decision no. 414 of 2021 adds 14 August, environmental sanitation.
const LIBYA: &[CivilDay] = &[
    since(2012, 2, 17),
    since(2012, 5, 1),
    since(2022, 8, 14),
    since(2012, 9, 16),
    since(2012, 10, 23),
    since(2012, 12, 24),
];

/// Laws 74-52 of 4 November 1974 and 83-54 of 18 February 1983: New Year, Independence, Labour Day, Assumption, All Saints,
/// Christmas, and Easter Monday, Ascension and Whit Monday; law 2013-06 adds the Grand Magal.
const SENEGAL: &[CivilDay] =
    &[each_year(1, 1), each_year(4, 4), each_year(5, 1), each_year(8, 15), each_year(11, 1), each_year(12, 25)];

/// New Year, Labour Day, Africa Day and Independence Day, as the Mauritanian government announces them each year
/// (also in <https://en.wikipedia.org/wiki/Public_holidays_in_Mauritania>).
const MAURITANIA: &[CivilDay] = &[each_year(1, 1), each_year(5, 1), each_year(5, 25), each_year(11, 28)];

/// New Year, Independence, Martyrs, Labour, Republic, Women and Evacuation; presidential decree 2021-223 of
/// 7 December 2021 moved the Day of the Revolution from 14 January (kept since 2012) to 17 December.
const TUNISIA: &[CivilDay] = &[
    each_year(1, 1),
    CivilDay { from_year: 2012, ..until(2021, 1, 14) },
    each_year(3, 20),
    each_year(4, 9),
    each_year(5, 1),
    each_year(7, 25),
    each_year(8, 13),
    each_year(10, 15),
    since(2021, 12, 17),
];

const fn feasts_only(country: &'static str, feasts: &'static [Feast]) -> NationalHolidays {
    NationalHolidays { country, civil_days: &[], keeps_easter: false, feasts }
}

/// Every country whose feasts are known here. Where there are no civil days, those of the library are used, which has
/// none for DZ, JO, ML, SD and TD: their civil holidays are not told.
pub(super) const NATIONAL_HOLIDAYS: &[NationalHolidays] = &[
    NationalHolidays {
        country: "LY",
        civil_days: LIBYA,
        keeps_easter: false,
        feasts: &[eid_al_fitr(3), eid_al_adha_with_arafah(3), ISLAMIC_NEW_YEAR, MAWLID],
    },
    NationalHolidays {
        country: "SN",
        civil_days: SENEGAL,
        keeps_easter: true,
        feasts: &[eid_al_fitr(1), eid_al_adha(1), ASHURA, GRAND_MAGAL, MAWLID],
    },
    NationalHolidays {
        country: "MR",
        civil_days: MAURITANIA,
        keeps_easter: false,
        feasts: &[eid_al_fitr(2), eid_al_adha(2), ISLAMIC_NEW_YEAR, MAWLID],
    },
    NationalHolidays {
        country: "TN",
        civil_days: TUNISIA,
        keeps_easter: false,
        feasts: &[eid_al_fitr(3), eid_al_adha(2), ISLAMIC_NEW_YEAR, MAWLID],
    },
    feasts_only("DZ", &[eid_al_fitr(3), eid_al_adha(3), ISLAMIC_NEW_YEAR, ASHURA, MAWLID]),
    feasts_only("EG", &[eid_al_fitr(3), eid_al_adha_with_arafah(3), ISLAMIC_NEW_YEAR, MAWLID]),
    feasts_only("JO", &[eid_al_fitr(3), eid_al_adha_with_arafah(4), ISLAMIC_NEW_YEAR, MAWLID]),
    feasts_only("MA", &[eid_al_fitr(2), eid_al_adha(2), ISLAMIC_NEW_YEAR, MAWLID]),
    feasts_only("ML", &[eid_al_fitr(1), eid_al_adha(1), MAWLID]),
    feasts_only("NE", &[eid_al_fitr(1), eid_al_adha(2), ISLAMIC_NEW_YEAR, MAWLID]),
    feasts_only("SD", &[eid_al_fitr(3), eid_al_adha(3), ISLAMIC_NEW_YEAR, MAWLID]),
    feasts_only("TD", &[eid_al_fitr(1), eid_al_adha(1), MAWLID]),
];
