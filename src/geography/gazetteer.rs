//! Towns and villages by their names, however these are spelled.
//!
//! Spellings across scripts and languages come from the alternate names of the source; a loose key makes up for the
//! Latin spellings of Arabic names that no source lists, and one typing error is forgiven. Invariant: immutable.

use crate::domain::geography::NamedPlace;
use crate::domain::words::index::{WordIndex, WordIndexBuilder};
use crate::domain::words::{LETTERS_TO_FORGIVE, fold, is_one_error_apart};
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

/// How a place's name answers a query; the later, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameMatch {
    /// Each word of the query is in one of its names, perhaps in another form or with a typing error.
    Words,
    /// One of its names is the query with a typing error.
    Typo,
    /// One of its names begins with the query, while it is being typed.
    Beginning,
    /// One of its names differs in the Latin spelling of Arabic sounds only.
    Spelling,
    /// One of its names is the query, folded.
    Exact,
}

/// A place that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceHit {
    /// The place.
    pub place: Arc<NamedPlace>,
    /// How its names answer the query.
    pub found_by: NameMatch,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub struct PlaceQuery<'a> {
    /// A name, or words of it.
    pub text: &'a str,
    /// Only places of this country: ISO 3166-1, two letters, upper or lower case.
    pub country: Option<&'a str>,
    /// True while the last word may still grow.
    pub is_typing: bool,
    /// How many places at most.
    pub limit: usize,
}

/// Named places, found by any of their names.
pub struct Gazetteer {
    /// The most populous first; a place's number is its place here.
    places: Vec<Arc<NamedPlace>>,
    /// All names, folded.
    names: Vec<Box<str>>,
    /// Which of the names belong to which place.
    names_of_places: Vec<Range<u32>>,
    /// Loose keys with the numbers of their places, ascending.
    loose: Vec<(Box<str>, u32)>,
    words: WordIndex,
}

impl Gazetteer {
    /// Indexes places, in whatever order they come.
    pub fn new(mut places: Vec<Arc<NamedPlace>>) -> Self {
        places.sort_by(|one, other| {
            let rank = |place: &NamedPlace| Reverse(place.population.unwrap_or(0));
            (rank(one), &one.name, &one.key).cmp(&(rank(other), &other.name, &other.key))
        });
        let mut words = WordIndexBuilder::default();
        let (mut names, mut names_of_places, mut loose) = (Vec::<Box<str>>::new(), Vec::new(), Vec::new());
        for (number, place) in (0_u32..).zip(&places) {
            let first = names.len();
            for name in std::iter::once(&place.name).chain(&place.alternate_names) {
                let folded = fold(name);
                if !folded.is_empty() && !names[first..].iter().any(|known| **known == *folded) {
                    words.add(number, &folded);
                    loose.extend(loose_key(&folded).map(|key| (key.into_boxed_str(), number)));
                    names.push(folded.into_boxed_str());
                }
            }
            names_of_places.push(first as u32..names.len() as u32);
        }
        loose.sort_unstable();
        loose.dedup();
        Self { places, names, names_of_places, loose, words: words.build() }
    }

    /// Every place, the most populous first.
    pub fn places(&self) -> &[Arc<NamedPlace>] {
        &self.places
    }

    /// The places that answer: those found by a better [`NameMatch`] first, the more populous one of two alike.
    pub fn find(&self, query: &PlaceQuery<'_>) -> Vec<PlaceHit> {
        let folded = fold(query.text);
        let mut numbers: Vec<u32> = self.spelled_like(&folded).collect();
        numbers.extend(self.words.search(&folded, query.is_typing).into_iter().flatten().map(|text| text.rank));
        numbers.sort_unstable();
        numbers.dedup();
        let is_asked = |number: &u32| {
            let country = &self.places[*number as usize].country;
            query.country.is_none_or(|asked| country.eq_ignore_ascii_case(asked))
        };
        let loose = loose_key(&folded);
        let judged = numbers.into_iter().filter(is_asked).map(|number| {
            let found_by = self.judge(number, &folded, loose.as_deref(), query.is_typing);
            (Reverse(found_by), number)
        });
        let mut judged: Vec<_> = judged.collect();
        judged.sort_unstable();
        let hits = judged.into_iter().take(query.limit);
        hits.map(|(Reverse(found_by), number)| PlaceHit { place: self.places[number as usize].clone(), found_by })
            .collect()
    }

    /// Numbers of the places that have a name with the same loose key.
    fn spelled_like(&self, folded: &str) -> impl Iterator<Item = u32> {
        let key = loose_key(folded);
        let from =
            key.as_deref().map_or(self.loose.len(), |key| self.loose.partition_point(|(other, _)| **other < *key));
        let same = self.loose[from..].iter().take_while(move |(other, _)| key.as_deref() == Some(other));
        same.map(|(_, number)| *number)
    }

    fn judge(&self, number: u32, folded: &str, loose: Option<&str>, is_typing: bool) -> NameMatch {
        let names = self.names_of_places[number as usize].clone();
        let names = &self.names[names.start as usize..names.end as usize];
        let has_letters = folded.chars().nth(LETTERS_TO_FORGIVE - 1).is_some();
        let of_name = |name: &str| {
            if name == folded {
                NameMatch::Exact
            } else if loose.is_some() && loose_key(name).as_deref() == loose {
                NameMatch::Spelling
            } else if is_typing && name.starts_with(folded) {
                NameMatch::Beginning
            } else if has_letters && is_one_error_apart(name, folded) {
                NameMatch::Typo
            } else {
                NameMatch::Words
            }
        };
        names.iter().map(|name| of_name(name)).max().unwrap_or(NameMatch::Words)
    }
}

/// What is left of a folded Latin name when it does not matter how Arabic sounds were written: `ou`, `oo`, `w` and `u`
/// are one letter, so are `iy` and `y`, letters are not doubled, a final `h` and spaces say nothing (Zouara, Zwara,
/// Zuwārah; Az Zawiyah, Azzawya). `None` for other scripts, and where fewer than four letters are left, which would be
/// anything.
fn loose_key(folded: &str) -> Option<String> {
    if !folded.is_ascii() {
        return None;
    }
    let mut key = String::with_capacity(folded.len());
    let mut letters = folded.bytes().filter(|letter| *letter != b' ').peekable();
    while let Some(letter) = letters.next() {
        let letter = match letter {
            b'o' if matches!(letters.peek(), Some(b'u' | b'o')) => b'u',
            b'w' => b'u',
            b'i' if letters.peek() == Some(&b'y') => continue,
            b'h' if letters.peek().is_none() => break,
            other => other,
        };
        // Digits are no sounds.
        if letter.is_ascii_digit() || key.as_bytes().last() != Some(&letter) {
            key.push(char::from(letter));
        }
    }
    (key.len() >= 4).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::place::Position;

    fn gazetteer(places: &[(&str, &str, u64, &[&str])]) -> Gazetteer {
        let place = |(name, country, population, alternates): &(&str, &str, u64, &[&str])| NamedPlace {
            key: format!("{name}/{country}"),
            name: (*name).to_owned(),
            country: (*country).to_owned(),
            position: Position::new(0.0, 0.0).expect("a valid position"),
            population: Some(*population),
            time_zone: None,
            alternate_names: alternates.iter().map(|name| (*name).to_owned()).collect(),
        };
        Gazetteer::new(places.iter().map(|given| Arc::new(place(given))).collect())
    }

    #[test]
    fn names_come_before_spellings_before_beginnings_before_errors() {
        use NameMatch::{Beginning, Exact, Spelling, Typo, Words};
        let gazetteer = gazetteer(&[
            ("Zuwarah", "LY", 33_887, &["زوارة"]),
            ("Zouar", "TD", 1_237, &[]),
            ("Calais", "FR", 74_433, &["Kale", "كاليه"]),
            ("Saint-Calais", "FR", 4_121, &[]),
            ("Palais", "FR", 900_000, &[]),
            ("Tripoli", "LY", 1_150_989, &["طرابلس"]),
            ("Tripoli", "LB", 229_398, &["طرابلس"]),
            ("Az Zāwiyah", "LY", 200_000, &[]),
            ("Paris", "FR", 2_100_000, &["75000"]),
        ]);
        type Expected<'a> = (&'a str, bool, &'a [(&'a str, NameMatch)]);
        let all: &[Expected] = &[
            ("Zouara", false, &[("Zuwarah/LY", Spelling), ("Zouar/TD", Typo)]),
            ("zwara", false, &[("Zuwarah/LY", Spelling)]),
            ("ZUWARA", false, &[("Zuwarah/LY", Spelling)]),
            ("zuwarah", false, &[("Zuwarah/LY", Exact)]),
            ("زواره", false, &[("Zuwarah/LY", Exact)]),
            ("calais", false, &[("Calais/FR", Exact), ("Palais/FR", Typo), ("Saint-Calais/FR", Words)]),
            ("Kalé", false, &[("Calais/FR", Exact)]),
            ("cala", true, &[("Calais/FR", Beginning), ("Saint-Calais/FR", Words)]),
            ("tripoli", false, &[("Tripoli/LY", Exact), ("Tripoli/LB", Exact)]),
            ("azzawiya", false, &[("Az Zāwiyah/LY", Spelling)]),
            ("75000", false, &[("Paris/FR", Exact)]),
            ("", false, &[]),
        ];
        for (text, is_typing, expected) in all {
            let query = PlaceQuery { text, country: None, is_typing: *is_typing, limit: 3 };
            let found = gazetteer.find(&query);
            let found: Vec<_> = found.iter().map(|hit| (hit.place.key.as_str(), hit.found_by)).collect();
            assert_eq!(found, *expected, "{text}");
        }
        let query = PlaceQuery { text: "tripoli", country: Some("lb"), is_typing: false, limit: 3 };
        assert_eq!(gazetteer.find(&query).len(), 1);
    }

    #[test]
    fn loose_keys_forget_how_arabic_sounds_are_written_and_nothing_else() {
        for (one, other, is_same) in [
            ("zouara", "zuwarah", true),
            ("zwara", "zuara", true),
            ("az zawiyah", "azzawiya", true),
            ("az zawiyah", "azzawya", true),
            ("sabratha", "sabrata", false),
            ("11000", "1000", false),
        ] {
            assert_eq!(loose_key(one) == loose_key(other), is_same, "{one} {other}");
        }
        assert_eq!((loose_key("oran"), loose_key("our"), loose_key("زواره")), (Some("oran".to_owned()), None, None));
    }
}
