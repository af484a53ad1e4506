//! What of an entry is compared.

use super::{Listed, SAME_PLACE_METERS};
use crate::domain::code_set::CodeSet;
use crate::domain::directory::Translation;
use crate::domain::id::ServiceId;
use crate::domain::need::Need;
use crate::domain::place::{AreaCode, AreaTree, Position};
use crate::domain::words::{fold, is_one_error_apart, words};
use std::collections::BTreeSet;

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
    /// What it is called, in all languages, each name once.
    pub names: Names,
    /// What its organisation is called, where that is known.
    organization: Option<Names>,
    /// Points of places that are shown.
    pub points: Vec<Position>,
    /// Codes of the areas of all places.
    pub areas: Vec<&'a AreaCode>,
    /// Numbers in E.164, or their digits as typed.
    pub phones: Vec<String>,
    /// The mailbox in small letters.
    pub mailbox: Option<String>,
    /// Web pages without scheme, `www.` and final slash.
    pub websites: Vec<String>,
}

/// The names of one entry as they are compared.
pub(super) struct Names(Vec<Name>);

/// A name as it is compared.
struct Name {
    /// The folded name.
    folded: String,
    /// Its words of some length.
    words: Vec<String>,
    /// The scripts of its letters, one bit each.
    scripts: u8,
}

/// How two names compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NameLikeness {
    Same,
    Similar,
    /// Written in scripts of which none is of both, so that nothing can be said.
    OtherScript,
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
        let mut areas: Vec<&AreaCode> =
            service.places.iter().filter_map(|place| place.area.as_ref()).map(|area| &area.code).collect();
        areas.sort_unstable();
        areas.dedup();
        let pages = service.details.iter().filter(|detail| detail.label == "Website").flat_map(|detail| &detail.values);
        let phones = service.phones.iter().filter_map(|phone| number(phone.number.as_deref().unwrap_or(&phone.typed)));
        Self {
            id: service.id,
            listed: *listed,
            names: Names::of(&service.name, service.alternate_name.as_ref(), &service.translations),
            organization: organization.map(|organization| {
                Names::of(&organization.name, organization.alternate_name.as_ref(), &organization.translations)
            }),
            points: shown.filter_map(|place| place.position).collect(),
            areas,
            phones: phones.collect(),
            mailbox: service.email.as_ref().map(|mailbox| mailbox.trim().to_lowercase()),
            websites: pages.filter_map(|page| website(page)).collect(),
        }
    }

    /// Needs by code.
    pub(super) fn needs(&self) -> CodeSet<Need> {
        self.listed.service.needs
    }

    pub(super) fn is_of_same_source(&self, other: &Self) -> bool {
        self.listed.source.is_some() && self.listed.source == other.listed.source
    }

    /// Whether their organisations are the same or have names that read alike; `None` where a name is not known, or not in
    /// one script.
    pub(super) fn has_same_organization(&self, other: &Self) -> Option<bool> {
        let (one, another) = (&self.organization, &other.organization);
        if self.listed.service.organization_id == other.listed.service.organization_id {
            return Some(true);
        }
        match one.as_ref()?.likeness(another.as_ref()?) {
            NameLikeness::Same | NameLikeness::Similar => Some(true),
            NameLikeness::Other => Some(false),
            NameLikeness::OtherScript => None,
        }
    }

    pub(super) fn likeness_of_names(&self, other: &Self) -> NameLikeness {
        self.names.likeness(&other.names)
    }

    /// A service of several places is where any of them is. One in an area and one in a part of it may be one.
    pub(super) fn whereabouts(&self, other: &Self, tree: &dyn AreaTree) -> Whereabouts {
        if !self.points.is_empty() && !other.points.is_empty() {
            let is_near =
                |one: &Position| other.points.iter().any(|point| one.distance_meters(*point) < SAME_PLACE_METERS);
            return if self.points.iter().any(is_near) { Whereabouts::SamePlace } else { Whereabouts::Apart };
        }
        if self.areas.is_empty() || other.areas.is_empty() {
            return Whereabouts::Unknown;
        }
        if super::shares(&self.areas, &other.areas) {
            return Whereabouts::SameArea;
        }
        let holds = |one: &AreaCode| other.areas.iter().any(|area| tree.covers(one, area) || tree.covers(area, one));
        if self.areas.iter().any(|area| holds(area)) { Whereabouts::Unknown } else { Whereabouts::Apart }
    }
}

impl Names {
    fn of(name: &str, alternate: Option<&String>, translations: &[Translation]) -> Self {
        let translated = translations.iter().filter_map(|translation| translation.name.as_ref());
        let mut names: Vec<Name> = Vec::new();
        for told in std::iter::once(name).chain(alternate.into_iter().chain(translated).map(String::as_str)) {
            let name = Name::of(told);
            if names.iter().all(|known| known.folded != name.folded) {
                names.push(name);
            }
        }
        Self(names)
    }

    /// The whole names, folded.
    pub(super) fn folded(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|name| name.folded.as_str())
    }

    /// The words of all names, each once.
    pub(super) fn words(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|name| &name.words).map(String::as_str).collect()
    }

    /// That of the two names that are the most alike.
    fn likeness(&self, other: &Self) -> NameLikeness {
        let pairs = self.0.iter().flat_map(|one| other.0.iter().map(move |another| one.likeness(another)));
        let found: Vec<NameLikeness> = pairs.collect();
        let best = [NameLikeness::Same, NameLikeness::Similar].into_iter().find(|likeness| found.contains(likeness));
        let is_told_in_one_script = found.contains(&NameLikeness::Other);
        let unlike = if is_told_in_one_script { NameLikeness::Other } else { NameLikeness::OtherScript };
        best.unwrap_or(unlike)
    }
}

impl Name {
    fn of(name: &str) -> Self {
        let folded = fold(name);
        Self { words: distinct_words(&folded), scripts: scripts(&folded), folded }
    }

    fn likeness(&self, other: &Self) -> NameLikeness {
        if self.folded.is_empty() || other.folded.is_empty() {
            return NameLikeness::Other;
        }
        if self.folded == other.folded {
            return NameLikeness::Same;
        }
        if self.scripts != 0 && other.scripts != 0 && self.scripts & other.scripts == 0 {
            return NameLikeness::OtherScript;
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

/// The scripts of the letters of a folded text, one bit each; those that nobody here writes in share one.
fn scripts(folded: &str) -> u8 {
    let bit = |letter: char| match letter {
        'a'..='z' | '\u{e0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => 1,
        '\u{370}'..='\u{3ff}' => 2,
        '\u{400}'..='\u{52f}' => 4,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => 8,
        '\u{1200}'..='\u{139f}' => 16,
        _ => 128,
    };
    folded.chars().filter(|letter| letter.is_alphabetic()).fold(0, |scripts, letter| scripts | bit(letter))
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
