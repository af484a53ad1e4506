//! Phone numbers of services: kept as typed, and read as numbers of a country where they are some.

use crate::domain::country::CountryCode;
use crate::domain::sensitive::hidden_debug;
use phonenumber::{Mode, PhoneNumber, country};
use serde::{Deserialize, Serialize};

/// Longest text read as a number, in characters; longer ones are prose with a number somewhere in it.
const LONGEST: usize = 60;

/// Fewer digits than a number of any country has that is no short one: such a text is words, an hour among them.
const FEWEST_DIGITS: usize = 5;

/// Fewer digits are not compared by their end: short numbers are parts of many others.
const FEWEST_COMPARED: usize = 6;

/// The digits of a number without the zeros that stand before a national one.
fn national(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_start_matches('0').to_owned()
}

/// France and the territories that share its numbering plan.
const FRENCH_PLAN: [&str; 7] = ["FR", "GF", "GP", "MQ", "PM", "RE", "YT"];

/// Beginnings of overseas numbers within that plan, each with the country code that they are called by.
const FRANCE_OVERSEAS: [(&str, &str); 14] = [
    ("262", "262"),
    ("263", "262"),
    ("269", "262"),
    ("639", "262"),
    ("692", "262"),
    ("693", "262"),
    ("508", "508"),
    ("590", "590"),
    ("690", "590"),
    ("691", "590"),
    ("594", "594"),
    ("694", "594"),
    ("596", "596"),
    ("696", "596"),
];

/// Between numbers of one cell, whatever stands around it.
const STRONG_SEPARATORS: [char; 5] = [';', '|', '\n', '\r', '\t'];

/// A phone number of a service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The number as its source types it.
    pub typed: String,
    /// The number in E.164, such as `+33199000001`, or a short number such as `115`; `None` where what is
    /// typed is no number of the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// True while somebody has marked it as not to be called.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_use: bool,
}

impl Phone {
    /// A number of which only the typing is known.
    pub fn as_typed(typed: impl Into<String>) -> Self {
        Self { typed: typed.into(), number: None, do_not_use: false }
    }

    /// Whether both are one number, however each is typed: where a country is missing, the national number decides.
    pub fn is_same(&self, other: &Self) -> bool {
        if self.typed == other.typed {
            return true;
        }
        if let (Some(own), Some(theirs)) = (&self.number, &other.number) {
            return own == theirs;
        }
        let forms =
            |phone: &Self| [Some(&phone.typed), phone.number.as_ref()].map(|text| text.map(|text| national(text)));
        let is_one = |one: &str, two: &str| {
            one.len().min(two.len()) >= FEWEST_COMPARED && (one.ends_with(two) || two.ends_with(one))
        };
        let others = forms(other);
        forms(self).iter().flatten().any(|one| others.iter().flatten().any(|two| is_one(one, two)))
    }

    /// Reads one number. `region` is the country that numbers without `+` are dialled in; without it only
    /// short and international numbers are read. A lost leading zero is mended where the country knows
    /// one reading only.
    pub fn read(typed: impl Into<String>, region: Option<CountryCode>) -> Self {
        let typed = typed.into();
        let number = number(&typed, region);
        Self { typed, number, do_not_use: false }
    }

    /// Reads all numbers of one cell, in their order and each once. A `/` or `,` parts numbers only where
    /// there is a number on each side: some countries write it inside of one. Words before a number, and
    /// what follows the last one, stay with it: they say whose it is and when it answers.
    pub fn read_all(cell: &str, region: Option<CountryCode>) -> Vec<Self> {
        let mut phones: Vec<Self> = Vec::new();
        let mut words = String::new();
        let lines =
            cell.split(STRONG_SEPARATORS).flat_map(|part| part.split(" ou ")).flat_map(|part| part.split(" or "));
        for part in lines.map(str::trim).filter(|part| !part.is_empty()) {
            for phone in read_part(part, region) {
                let digits = phone.typed.bytes().filter(u8::is_ascii_digit).count();
                add_words(&mut words, &phone.typed);
                if phone.number.is_some() || digits >= FEWEST_DIGITS {
                    let typed = std::mem::take(&mut words);
                    if phones.iter().all(|held| held.typed != typed) {
                        phones.push(Self { typed, ..phone });
                    }
                }
            }
        }
        match phones.last_mut() {
            _ if words.is_empty() => {}
            Some(last) => add_words(&mut last.typed, &words),
            None => phones.push(Self::as_typed(words)),
        }
        phones
    }
}

fn add_words(text: &mut String, more: &str) {
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

fn read_part(part: &str, region: Option<CountryCode>) -> Vec<Phone> {
    let whole = Phone::read(part, region);
    if whole.number.is_some() {
        return vec![whole];
    }
    for separator in ["/", ",", " - ", " et "] {
        let pieces = part.split(separator).map(str::trim).filter(|piece| !piece.is_empty());
        let pieces: Vec<Phone> = pieces.map(|piece| Phone::read(piece, region)).collect();
        if pieces.len() > 1 && pieces.iter().all(|piece| piece.number.is_some()) {
            return pieces;
        }
    }
    vec![whole]
}

fn number(typed: &str, region: Option<CountryCode>) -> Option<String> {
    if typed.chars().nth(LONGEST).is_some() {
        return None;
    }
    let digits: String = typed.chars().filter(|c| !matches!(c, ' ' | '.' | '\u{a0}' | '\u{202f}')).collect();
    if is_short_number(&digits, region) {
        return Some(digits);
    }
    // `(0)` inside an international number is not dialled, and `00` is what `+` stands for.
    let typed = typed.replace("(0)", "");
    let international = digits.strip_prefix("00").filter(|rest| !rest.starts_with('0')).map(|rest| format!("+{rest}"));
    if let Some(number) = region.and_then(|region| overseas(region, &digits.replace("(0)", ""))) {
        return Some(number);
    }
    let id = |code: &str| code.parse::<country::Id>().ok();
    // From a territory the numbers of the mainland are dialled as from the mainland.
    let mainland = region.filter(|region| FRENCH_PLAN.contains(&region.as_str())).map(|_| "FR");
    let regions = [region.as_ref().map(CountryCode::as_str), mainland];
    let national = regions.into_iter().flatten().filter_map(id).find_map(|region| valid(Some(region), &typed));
    national.or_else(|| valid(None, &typed)).or_else(|| valid(None, &international?))
}

/// Numbers of the French overseas typed as from within France: `0262…`, or `+33 262…`, which is no
/// number although it is often written. The beginnings are blocks of the French numbering plan that the
/// mainland has no number in; the library takes some of them for numbers of the mainland.
fn overseas(region: CountryCode, digits: &str) -> Option<String> {
    if !FRENCH_PLAN.contains(&region.as_str()) {
        return None;
    }
    let national = digits.strip_prefix("+33").or(digits.strip_prefix("0033")).unwrap_or(digits);
    let national = national.strip_prefix('0').unwrap_or(national);
    if national.len() != 9 || !national.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (_, code) = FRANCE_OVERSEAS.iter().find(|(beginning, _)| national.starts_with(beginning))?;
    // Saint-Pierre-et-Miquelon has its own code as the beginning of its national numbers.
    let number = national.strip_prefix("508").unwrap_or(national);
    valid(None, &format!("+{code}{number}"))
}

fn valid(region: Option<country::Id>, typed: &str) -> Option<String> {
    let parsed: PhoneNumber = phonenumber::parse(region, typed).ok()?;
    let is_valid = parsed.is_valid();
    is_valid.then(|| parsed.format().mode(Mode::E164).to_string())
}

/// True for numbers that are dialled as they stand. France has a plan for them; elsewhere three digits,
/// four that start with 1, and the harmonised 116 numbers of Europe are nothing else.
fn is_short_number(digits: &str, region: Option<CountryCode>) -> bool {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let is_harmonised = digits.len() == 6 && digits.starts_with("116");
    match region.as_ref().map(CountryCode::as_str) {
        Some(code) if FRENCH_PLAN.contains(&code) => match digits.len() {
            2 => ["15", "17", "18"].contains(&digits),
            3 => digits.starts_with("11") || digits.starts_with("19"),
            4 => digits.starts_with('3') || digits.starts_with("10"),
            6 => is_harmonised || digits.starts_with("118"),
            _ => false,
        },
        _ => match digits.len() {
            3 => digits != "000",
            4 => digits.starts_with('1'),
            _ => is_harmonised,
        },
    }
}

hidden_debug!(Phone);

pub(super) fn is_false(value: &bool) -> bool {
    !value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn region(code: &str) -> Option<CountryCode> {
        CountryCode::parse(code).ok()
    }

    #[test]
    fn numbers_are_those_of_their_country() {
        for (country, typed, expected) in [
            ("FR", "01 99 00 00 01", Some("+33199000001")),
            ("FR", "04 50 56 87 49", Some("+33450568749")),
            ("FR", "04.93.41.91.80", Some("+33493419180")),
            ("FR", "232620062", Some("+33232620062")),
            ("FR", "+33 (0)2 32 62 00 62", Some("+33232620062")),
            ("FR", "0033232620062", Some("+33232620062")),
            ("FR", "115", Some("115")),
            ("FR", "3646", Some("3646")),
            ("FR", "39 19", Some("3919")),
            ("FR", "116 000", Some("116000")),
            ("FR", "17", Some("17")),
            ("FR", "2020", None),
            ("FR", "556", None),
            ("FR", "+262 262 35 90 00", Some("+262262359000")),
            ("FR", "0262 35 90 00", Some("+262262359000")),
            ("FR", "262359000", Some("+262262359000")),
            ("FR", "+33 262 35 90 00", Some("+262262359000")),
            ("FR", "0692 12 34 56", Some("+262692123456")),
            ("FR", "0269 61 12 34", Some("+262269611234")),
            ("FR", "0594 30 12 34", Some("+594594301234")),
            ("FR", "0596 30 12 34", Some("+596596301234")),
            ("FR", "0590 20 12 34", Some("+590590201234")),
            ("FR", "0508 41 12 34", Some("+508411234")),
            ("FR", "+594 594 30 12 34", Some("+594594301234")),
            ("FR", "+596 596 30 12 34", Some("+596596301234")),
            ("FR", "+508 41 12 34", Some("+508411234")),
            ("FR", "+687 25 12 34", Some("+687251234")),
            ("FR", "+689 40 50 12 34", Some("+68940501234")),
            ("RE", "0262 35 90 00", Some("+262262359000")),
            ("RE", "04 50 56 87 49", Some("+33450568749")),
            ("FR", "212612345678", None),
            ("FR", "desk@example.org", None),
            ("FR", "33", None),
            ("CA", "15145241001", Some("+15145241001")),
            ("US", "(650) 780-7525", Some("+16507807525")),
            ("US", "650 780-7525 ext. 12", Some("+16507807525")),
            ("SN", "33 961 27 12", Some("+221339612712")),
            ("LY", "021-3331234", Some("+218213331234")),
            ("TN", "190", Some("190")),
            ("IT", "1522", Some("1522")),
            ("", "+221339612712", Some("+221339612712")),
            ("", "00221339612712", Some("+221339612712")),
            ("", "0232620062", None),
            ("", "115", Some("115")),
        ] {
            let phone = Phone::read(typed, region(country));
            assert_eq!((phone.typed.as_str(), phone.number.as_deref()), (typed, expected), "{country} {typed}");
        }
    }

    #[test]
    fn one_number_is_the_same_however_it_is_typed() {
        for (one, other, expected) in [
            ("01 99 00 00 01", "01.99.00.00.01", true),
            ("01 99 00 00 01", "+33 1 99 00 00 01", true),
            ("+33199000001", "+33 (0)1 99 00 00 01", true),
            ("0033 1 99 00 00 01", "01 99 00 00 01", true),
            ("01 99 00 00 01", "01 99 00 00 02", false),
            ("+33 1 99 00 00 01", "+216 1 99 00 00 01", false),
            ("115", "115", true),
            ("115", "01 99 00 01 15", false),
            ("standard", "accueil", false),
        ] {
            for country in ["FR", ""] {
                let [one, other] = [one, other].map(|typed| Phone::read(typed, region(country)));
                assert!(one.is_same(&other) == expected && other.is_same(&one) == expected, "{country} {expected}");
            }
            let [one, other] = [Phone::as_typed(one), Phone::read(other, region("FR"))];
            assert_eq!(one.is_same(&other), expected);
        }
    }

    #[test]
    fn a_cell_gives_each_of_its_numbers() {
        for (country, cell, expected) in [
            ("FR", "0450568749 / 0493419180", &[("0450568749", true), ("0493419180", true)][..]),
            ("FR", "04 50 56 87 49 ou 3646", &[("04 50 56 87 49", true), ("3646", true)]),
            (
                "FR",
                "0450568749;0493419180|115\n119",
                &[("0450568749", true), ("0493419180", true), ("115", true), ("119", true)],
            ),
            ("FR", "04/50/56/87/49", &[("04/50/56/87/49", true)]),
            ("FR", "0450568749 / sur place", &[("0450568749 / sur place", false)]),
            ("FR", "0450568749 et 0493419180", &[("0450568749", true), ("0493419180", true)]),
            ("FR", "0450568749; 0450568749", &[("0450568749", true)]),
            ("FR", " ; ", &[]),
            ("FR", "Accueil :\n04 50 56 87 49\n(de 9h à 17h)", &[("Accueil : 04 50 56 87 49 (de 9h à 17h)", true)]),
            (
                "FR",
                "CCAS : 02 23 62 26 00\nCDAS : 02 23 30 10 10",
                &[("CCAS : 02 23 62 26 00", true), ("CDAS : 02 23 30 10 10", true)],
            ),
            ("FR", "+339614189", &[("+339614189", false)]),
            ("FR", "standard de la mairie", &[("standard de la mairie", false)]),
        ] {
            let phones = Phone::read_all(cell, region(country));
            let read: Vec<_> = phones.iter().map(|phone| (phone.typed.as_str(), phone.number.is_some())).collect();
            assert_eq!(read, expected, "{cell}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reading_panic(cell in "[-+/;,.() 0-9a-zé٣]{0,70}", country in "[A-Z]{2}") {
            for phone in Phone::read_all(&cell, region(&country)) {
                prop_assert!(phone.number.is_none_or(|number| number.len() <= 18));
            }
        }
    }
}
