//! Which part of France a French feed tells of: the parts overseas have codes, clocks and holidays of their own.

use crate::domain::country::CountryCode;
use crate::domain::place::Position;

/// Parts of France with country codes of their own, and the first digits of their postcodes and INSEE codes; a longer
/// beginning goes before a shorter one.
const OVERSEAS: [(&str, &str); 14] = [
    ("97133", "BL"),
    ("97150", "MF"),
    ("971", "GP"),
    ("972", "MQ"),
    ("973", "GF"),
    ("974", "RE"),
    ("975", "PM"),
    ("976", "YT"),
    ("977", "BL"),
    ("978", "MF"),
    ("984", "TF"),
    ("986", "WF"),
    ("987", "PF"),
    ("988", "NC"),
];

/// Latitudes and longitudes around metropolitan France, Corsica included; small enough to leave out all parts overseas.
const METROPOLITAN: [[f64; 2]; 2] = [[41.0, -5.6], [51.3, 9.8]];

/// True for France.
pub(super) fn is_france(country: CountryCode) -> bool {
    country.as_str() == "FR"
}

/// True for the country itself, and for the parts of France in a French feed.
pub(super) fn is_part_of(found: CountryCode, country: CountryCode) -> bool {
    found == country || (is_france(country) && OVERSEAS.iter().any(|(_, part)| *part == found.as_str()))
}

/// The part overseas of a postcode, or of an INSEE code of a department or commune; `None` for metropolitan France.
pub(super) fn overseas(code: &str) -> Option<CountryCode> {
    let is_code = matches!(code.len(), 3 | 5) && code.bytes().all(|byte| byte.is_ascii_digit());
    let (_, part) = OVERSEAS.iter().find(|(first, _)| is_code && code.starts_with(first))?;
    CountryCode::parse(part).ok()
}

/// Whether a point may lie in metropolitan France.
pub(super) fn is_metropolitan(at: Position) -> bool {
    let [[south, west], [north, east]] = METROPOLITAN;
    (south..=north).contains(&at.latitude()) && (west..=east).contains(&at.longitude())
}

/// The last word of an address that is written as a postcode is.
pub(super) fn postcode(address: &str) -> Option<&str> {
    let is_postcode = |word: &&str| word.len() == 5 && word.bytes().all(|byte| byte.is_ascii_digit());
    address.split([' ', ',', '\n', '\u{a0}']).rfind(is_postcode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_to_the_parts_overseas() {
        for (code, part) in [
            ("97411", Some("RE")),
            ("974", Some("RE")),
            ("97133", Some("BL")),
            ("97150", Some("MF")),
            ("97100", Some("GP")),
            ("98800", Some("NC")),
            ("75011", None),
            ("98000", None),
            ("93", None),
            ("9741", None),
            ("2A004", None),
        ] {
            assert_eq!(overseas(code).as_ref().map(CountryCode::as_str), part, "{code}");
        }
        assert_eq!(postcode("97 rue 12345 X, 97400 Saint-Denis"), Some("97400"));
        assert_eq!(postcode("12 rue X"), None);
    }
}
