//! What of an entry is compared.

use super::{Listed, SAME_PLACE_METERS};
use crate::domain::id::ServiceId;
use crate::domain::need::Need;
use crate::domain::place::Position;
use crate::domain::words::{fold, is_one_error_apart, words};

/// Shorter words say little: articles, and the numbers of branches. They count where a name has
/// nothing else.
const LETTERS_OF_A_WORD: usize = 3;
/// A shorter word with one error is another word.
const LETTERS_TO_FORGIVE: usize = 5;
/// Shorter numbers are those of emergency lines and switchboards that many share.
const DIGITS_OF_A_NUMBER: usize = 7;
/// Names are similar when so many of a hundred of their words are the same: Dice's coefficient, twice the words in
/// common by all words.
const SIMILAR_IN_100: usize = 60;

/// An entry, read for comparing.
pub(super) struct Features<'a> {
    pub id: ServiceId,
    listed: Listed<'a>,
    pub name: Name,
    /// What its organisation is called, where that is known.
    organization: Option<Name>,
    /// Points of places that are shown.
    pub points: Vec<Position>,
    /// Codes of the areas of all places.
    pub areas: Vec<&'a str>,
    /// Numbers in E.164, or their digits as typed.
    pub phones: Vec<String>,
    /// The mailbox in small letters.
    pub mailbox: Option<String>,
    /// Web pages without scheme, `www.` and final slash.
    pub websites: Vec<String>,
}

/// A name as it is compared.
pub(super) struct Name {
    /// The folded name.
    pub folded: String,
    /// Its words of some length.
    pub words: Vec<String>,
}

/// How two names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameLikeness {
    Same,
    Similar,
    Other,
}

/// How two entries lie to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    SamePlace,
    SameArea,
    /// Of one of them nothing is known.
    Unknown,
    Apart,
}

impl<'a> Features<'a> {
    pub(super) fn of(listed: &Listed<'a>) -> Self {
        let Listed { service, organization, .. } = *listed;
        let shown = service.places.iter().filter(|place| !place.redacted);
        let mut areas: Vec<&str> =
            service.places.iter().filter_map(|place| place.area.as_ref()).map(|area| area.code.as_str()).collect();
        areas.sort_unstable();
        areas.dedup();
        let pages = service.details.iter().filter(|detail| detail.label == "Website").flat_map(|detail| &detail.values);
        let phones = service.phones.iter().filter_map(|phone| number(phone.number.as_deref().unwrap_or(&phone.typed)));
        Self {
            id: service.id,
            listed: *listed,
            name: Name::of(&service.name),
            organization: organization.map(|organization| Name::of(&organization.name)),
            points: shown.filter_map(|place| place.position).collect(),
            areas,
            phones: phones.collect(),
            mailbox: service.email.as_ref().map(|mailbox| mailbox.trim().to_lowercase()),
            websites: pages.filter_map(|page| website(page)).collect(),
        }
    }

    /// Needs by code.
    pub(super) fn needs(&self) -> &'a [Need] {
        &self.listed.service.needs
    }

    pub(super) fn is_of_same_source(&self, other: &Self) -> bool {
        self.listed.source.is_some() && self.listed.source == other.listed.source
    }

    /// Whether their organisations are the same or have names that read alike; `None` where a name is not known.
    pub(super) fn has_same_organization(&self, other: &Self) -> Option<bool> {
        let (one, another) = (&self.organization, &other.organization);
        if self.listed.service.organization_id == other.listed.service.organization_id {
            return Some(true);
        }
        Some(one.as_ref()?.likeness(another.as_ref()?) != NameLikeness::Other)
    }

    pub(super) fn likeness_of_names(&self, other: &Self) -> NameLikeness {
        self.name.likeness(&other.name)
    }

    /// A service of several places is where any of them is.
    pub(super) fn whereabouts(&self, other: &Self) -> Whereabouts {
        if !self.points.is_empty() && !other.points.is_empty() {
            let is_near =
                |one: &Position| other.points.iter().any(|point| one.distance_meters(*point) < SAME_PLACE_METERS);
            return if self.points.iter().any(is_near) { Whereabouts::SamePlace } else { Whereabouts::Apart };
        }
        if self.areas.is_empty() || other.areas.is_empty() {
            return Whereabouts::Unknown;
        }
        if super::shares(&self.areas, &other.areas) { Whereabouts::SameArea } else { Whereabouts::Apart }
    }
}

impl Name {
    fn of(name: &str) -> Self {
        let folded = fold(name);
        Self { words: distinct_words(&folded), folded }
    }

    fn likeness(&self, other: &Self) -> NameLikeness {
        if self.folded.is_empty() || other.folded.is_empty() {
            return NameLikeness::Other;
        }
        if self.folded == other.folded {
            return NameLikeness::Same;
        }
        let mut left: Vec<&String> = other.words.iter().collect();
        let mut common = 0;
        for word in &self.words {
            // Equal words first, so that none is taken for another's misspelling.
            let equal = left.iter().position(|candidate| *candidate == word);
            let found = equal.or_else(|| left.iter().position(|candidate| is_misspelt(word, candidate)));
            if let Some(found) = found {
                left.swap_remove(found);
                common += 1;
            }
        }
        let all = self.words.len() + other.words.len();
        if common > 0 && 200 * common >= SIMILAR_IN_100 * all { NameLikeness::Similar } else { NameLikeness::Other }
    }
}

/// The words of a folded name that say something; all of them where none is long enough.
fn distinct_words(name: &str) -> Vec<String> {
    let mut long: Vec<String> =
        words(name).filter(|word| word.chars().count() >= LETTERS_OF_A_WORD).map(str::to_owned).collect();
    if long.is_empty() {
        long = words(name).map(str::to_owned).collect();
    }
    long.sort_unstable();
    long.dedup();
    long
}

fn is_misspelt(one: &str, other: &str) -> bool {
    let is_long = |word: &str| word.chars().count() >= LETTERS_TO_FORGIVE;
    is_long(one) && is_long(other) && is_one_error_apart(one, other)
}

/// The digits of a number that few share, with its plus.
fn number(typed: &str) -> Option<String> {
    let number: String = typed.trim().chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (number.len() >= DIGITS_OF_A_NUMBER).then_some(number)
}

fn website(page: &str) -> Option<String> {
    let page = page.trim().to_lowercase();
    let page = page.split_once("://").map_or(&*page, |(_, rest)| rest);
    let page = page.strip_prefix("www.").unwrap_or(page).trim_end_matches('/');
    (!page.is_empty()).then(|| page.to_owned())
}
