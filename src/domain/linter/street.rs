//! Numbers in a street: `12 rue Haute`, `12 Baker Street`, `شارع الحمرا رقم ١٢`.

use super::tokens::{Kind, Text, Token};
use super::vocabulary::STREETS_ABROAD;
use super::{Finding, Hit};
use std::ops::Range;

/// The name of a street has so many tokens at most.
const NAME_TOKENS: usize = 6;
/// So far from a street its house is named at most.
const HOUSE_TOKENS: usize = 7;

pub(super) fn find(text: &mut Text<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for at in 0..text.tokens.len() {
        let is_house_number = text.at(at).small_number().is_some() && !text.at(at).is_taken;
        if !is_house_number {
            continue;
        }
        let found = before_street(text, at)
            .or_else(|| before_english_name(text, at))
            .or_else(|| behind_street(text, at))
            .or_else(|| of_house(text, at));
        if let Some(tokens) = found {
            hits.push(Hit { finding: Finding::StreetNumber, range: text.range(tokens.clone()) });
            text.take(tokens);
        }
    }
    hits
}

/// `12 rue`, `12 bis, rue`, `12 de la rue`, `12 place de la République`.
fn before_street(text: &Text<'_>, at: usize) -> Option<Range<usize>> {
    let mut street = at + 1;
    if text.at(street).is_any(|words| words.number_additions) && !text.at(street).is_capitalised | text.touches(street)
    {
        street += 1;
    }
    if text.at(street).is_mark(",-") {
        street += 1;
    }
    let is_link = |index: usize| text.at(index).is_any(|words| words.street_links);
    let linked = (street..street + 3).find(|index| !is_link(*index) && !text.at(*index).is_mark("'")).unwrap_or(street);
    [street, linked].into_iter().find(|index| is_street_here(text, *index)).map(|street| at..street + 1)
}

/// A word for a street, and its name where the word alone says too little.
fn is_street_here(text: &Text<'_>, at: usize) -> bool {
    let token = text.at(at);
    // In English the name stands first: "12 St" and "2 Road" are no addresses.
    let is_certain = token.is_any(|words| words.streets)
        && !matches!(token.folded.as_str(), "st" | "rd" | "road" | "lane" | "street");
    if is_certain {
        // "1 rue sur 2": one of them is counted, unless a name follows.
        let is_linked = text.at(at + 1).is_any(|words| words.street_links);
        return text.before(at, 1).folded != "1" || is_linked || is_named(text, at + 1) || token.is_arabic;
    }
    token.is_any(|words| words.ambiguous_streets) && (is_named(text, at + 1) || token.is_arabic)
}

/// Whether the name of a street begins here: a capital behind links, that is no abbreviation.
fn is_named(text: &Text<'_>, at: usize) -> bool {
    let is_link = |index: usize| text.at(index).is_any(|words| words.street_links) && !text.at(index).is_capitalised;
    let name = (at..at + 5).find(|index| !is_link(*index) && !text.at(*index).is_mark("'"));
    name.is_some_and(|index| text.at(index).is_capitalised && !text.at(index).is_in_capitals)
}

/// `12 Baker Street`, `12B High St`, `12 baker street`.
fn before_english_name(text: &Text<'_>, at: usize) -> Option<Range<usize>> {
    let is_addition = |index: usize| text.touches(index) && text.at(index).is_any(|words| words.number_additions);
    let mut name = at + 1 + usize::from(is_addition(at + 1));
    name += usize::from(text.at(name).is_mark(","));
    for street in name + 1..name + 6 {
        // "King's Lane", "St. Mary's Road".
        let is_inside = |index: &usize| {
            let is_possessive = text.at(*index).folded == "s" && text.before(*index, 1).is_mark("'");
            !is_possessive && !text.at(*index).is_mark("'.")
        };
        let words = || (name..street).filter(is_inside).map(|index| text.at(index));
        if !words().all(|word| word.is_word() && !word.is_any(|words| words.not_of_streets)) {
            return None;
        }
        let token = text.at(street);
        let is_proper = words().all(|word| word.is_capitalised);
        let is_certain = token.is_any(|words| words.streets) && !token.is_arabic;
        let is_ambiguous = token.is_capitalised && token.is_any(|words| words.ambiguous_streets);
        let is_typed_small =
            street == name + 1 && matches!(token.folded.as_str(), "street" | "road" | "avenue" | "lane");
        if (is_proper && (is_certain || is_ambiguous)) || is_typed_small {
            return Some(at..street + 1);
        }
    }
    None
}

/// `rue Haute 12`, `Baker Street 12`, `شارع الحرية رقم 12`, `نهج الحرية ١٢`.
fn behind_street(text: &Text<'_>, at: usize) -> Option<Range<usize>> {
    let is_number_word = |index: usize| text.at(index).is_any(|words| words.number_words);
    let is_separator = |index: usize| text.at(index).is_mark(",.°:º");
    let mut name_end = at;
    while name_end > 0 && at - name_end < 3 && (is_separator(name_end - 1) || is_number_word(name_end - 1)) {
        name_end -= 1;
    }
    let is_announced = (name_end..at).any(is_number_word);
    let last = text.at(name_end.checked_sub(1)?);
    let is_name =
        last.is_word() && (last.is_capitalised || last.is_arabic) && !last.is_any(|words| words.not_of_streets);
    if !is_name || !(is_announced || ends_address(text, at + 1, last)) {
        return None;
    }
    let is_street = |index: usize| {
        let token = text.at(index);
        let is_abroad = token.is_of(STREETS_ABROAD) && is_named(text, index + 1);
        is_abroad || token.is_any(|words| words.streets) || token.is_any(|words| words.ambiguous_streets)
    };
    let parts = |index: usize| text.at(index).kind == Kind::Mark && !text.at(index).is_mark("'-.");
    let earliest = name_end.saturating_sub(NAME_TOKENS);
    let inside = (earliest..name_end)
        .rev()
        .take_while(|index| !parts(*index) && !text.at(*index).is_any(|words| words.not_of_streets));
    let street = inside.into_iter().find(|index| is_street(*index))?;
    let token = text.at(street);
    let is_english = street + 1 == name_end && token.is_capitalised && text.before(street, 1).is_capitalised;
    let is_french = street + 1 < name_end && !token.is_arabic && is_named(text, street + 1);
    let is_arabic = street + 1 < name_end && token.is_arabic;
    let begin = if is_english { street - 1 } else { street };
    (is_english || is_french || is_arabic).then_some(begin..at + 1)
}

/// Whether an address may end behind its number: at the end, a mark, a postcode, where another script goes on than that
/// of the street's name.
fn ends_address(text: &Text<'_>, at: usize, name: &Token) -> bool {
    let token = text.at(at);
    let is_postcode = token.is_number() && (4..=5).contains(&token.folded.len());
    let is_addition = text.at(at).is_any(|words| words.number_additions);
    (!token.is_word() && !token.is_number() && !token.is_mark("%:€$-/"))
        || is_postcode
        || is_addition
        || token.begins_line
        || (token.is_word() && token.is_arabic != name.is_arabic && token.is_spaced)
}

/// `house no. 12`, `maison n° 12`, `منزل رقم 12`; and a house with its number near a street.
fn of_house(text: &Text<'_>, at: usize) -> Option<Range<usize>> {
    let mut house = at.checked_sub(1)?;
    let mut is_announced = false;
    while house > 0
        && at - house < 4
        && (text.at(house).is_mark(".°:º") || text.at(house).is_any(|words| words.number_words))
    {
        is_announced |= text.at(house).is_any(|words| words.number_words);
        house -= 1;
    }
    if !text.at(house).is_any(|words| words.houses) {
        return None;
    }
    let is_street = |index: usize| {
        let token = text.at(index);
        let is_certain = token.is_any(|words| words.streets);
        is_certain && (token.is_arabic || is_named(text, index + 1) || text.before(index, 1).is_capitalised)
    };
    let is_near_street = || {
        text.cue_before(house, HOUSE_TOKENS, is_street).is_some()
            || text.cue_behind(at + 1, HOUSE_TOKENS, is_street).is_some()
    };
    (is_announced || is_near_street()).then_some(house..at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_told;
    use super::*;

    #[test]
    fn the_number_of_a_house_is_told_in_every_order() {
        let street = |range: &'static str| Some((Finding::StreetNumber, range));
        assert_told(&[
            ("Elle vit 12 rue Haute", street("12 rue")),
            ("12 bis, avenue de la Paix", street("12 bis, avenue")),
            ("au 12 de la rue Haute", street("12 de la rue")),
            ("12 place de la République", street("12 place")),
            ("4 cours Lafayette", street("4 cours")),
            ("rue Haute 12, Bruxelles", street("rue Haute 12")),
            ("rue de la Paix n° 12", street("rue de la Paix n° 12")),
            ("lives at 12 Baker Street", street("12 Baker Street")),
            ("45B High St.", street("45B High St")),
            ("12 baker street", street("12 baker street")),
            ("Baker Street 12", street("Baker Street 12")),
            ("house no. 12", street("house no. 12")),
            ("9 King's Lane", street("9 King's Lane")),
            ("1 rue des Lilas", street("1 rue")),
            ("via Roma 5, secondo piano", street("via Roma 5")),
            ("calle Mayor 5", street("calle Mayor 5")),
            ("تسكن via Roma 5 بدون جرس", street("via Roma 5")),
            ("Hamra Street, building 12", street("building 12")),
            ("يسكن في 12 شارع الحرية", street("12 شارع")),
            ("شارع الحرية رقم ١٢", street("شارع الحرية رقم ١٢")),
            ("بشارع الحبيب بورقيبة 12، تونس", street("بشارع الحبيب بورقيبة 12")),
            ("نهج المنصورة عدد 7", street("نهج المنصورة عدد 7")),
            ("منزل رقم 5", street("منزل رقم 5")),
        ]);
    }

    #[test]
    fn what_is_counted_in_a_street_is_no_address() {
        assert_told(&[
            ("À la rue depuis 3 mois avec 2 enfants", None),
            ("12 places disponibles", None),
            ("1 rue sur 2 est fermée", None),
            ("via Teams 5 fois", None),
            ("1 place de CADA", None),
            ("12 cours de français", None),
            ("3 people on the street", None),
            ("2 families from Hamra Street", None),
            ("Arrêt rue Haute, ligne 12", None),
            ("Métro Hamra Street, bus 12 or 14", None),
            ("salle 12, bureau 4, chambre 115", None),
            ("في الشارع منذ 3 أشهر", None),
            ("شارع الحرية، الخط 12", None),
            ("شارع الحرية الساعة 10", None),
            ("12 شخصا في الشارع", None),
            ("rue Haute, 12h", None),
        ]);
    }
}
