//! Entries of two sources that may be the same service: found, scored, and told with the reasons. Nothing is merged here; a
//! person decides. What one source lists twice it means to be two.
//!
//! A candidate needs a name in common, in any of its languages, and a place or a contact: a town has many soup kitchens, and
//! an organisation has many desks behind one phone. Names in two scripts tell nothing; then it takes the place and a phone
//! or mailbox. Two entries whose known points lie apart are two desks, whatever else they share.
//! Start at [`find_duplicates`] for a directory and at [`compare`] for a pair.

mod blocks;
mod features;

use super::code::code_list;
use super::directory::{Organization, Service};
use super::id::ServiceId;
use super::place::AreaTree;
use blocks::pairs;
use features::{Features, NameLikeness, Whereabouts};
use std::cmp::Reverse;

/// From so many points on a pair is worth a look: a name and an area alone do not make it, with a need in common they do.
pub const LEAST_SCORE: u8 = 55;

/// Points that lie less far apart than this are one place: the width of a block of houses and the error of geocoders.
pub const SAME_PLACE_METERS: f64 = 150.0;

code_list! {
    /// Why two entries may be the same service.
    DuplicateReason {
        SameName = "same_name": "their names read alike",
        SimilarName = "similar_name": "most words of their names are the same, or one typing error apart",
        OtherScript = "other_script": "their names are in two scripts, so that they cannot be compared; place and contact are the same",
        SamePlace = "same_place": "they have points less than 150 m apart",
        SameArea = "same_area": "they lie in the same area, and one of them has no point",
        SamePhone = "same_phone": "they have a phone number in common",
        SameMailbox = "same_mailbox": "they have the same mailbox",
        SameWebsite = "same_website": "they have a web page in common",
        SameOrganization = "same_organization": "their organisations are the same, or read alike",
        SharedNeed = "shared_need": "they answer a need in common",
    }
}

impl DuplicateReason {
    /// What it adds to the score.
    pub const fn weight(self) -> u8 {
        match self {
            Self::SameName => 40,
            Self::SimilarName | Self::SamePlace | Self::SamePhone | Self::SameMailbox => 25,
            Self::SameWebsite | Self::SameOrganization => 15,
            Self::SameArea | Self::SharedNeed | Self::OtherScript => 10,
        }
    }
}

/// What is taken off where both tell needs and have none in common: a clinic and a law desk in one house.
const OTHER_NEEDS: u8 = 20;

/// What is taken off where their organisations have names that do not read alike, and no contact speaks for the pair:
/// many directories name a service by its kind, and a camp has the `health services` of six organisations.
const OTHER_ORGANIZATION: u8 = 25;

/// An entry with its organisation.
#[derive(Clone, Copy)]
pub struct Listed<'a> {
    /// The entry.
    pub service: &'a Service,
    /// Its organisation, where it is known.
    pub organization: Option<&'a Organization>,
    /// The source that it comes from, where it is known.
    pub source: Option<&'a str>,
}

/// Two entries that may be the same service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateCandidate {
    /// The two, by id.
    pub services: [ServiceId; 2],
    /// From [`LEAST_SCORE`] to 100, the higher the likelier; no probability.
    pub score: u8,
    /// Why, in the order of the list.
    pub reasons: Vec<DuplicateReason>,
}

/// Every candidate among these entries, the likeliest first, then by id. Entries are compared only where they share a
/// neighbourhood of the globe, a phone, a mailbox, or a word of the name within an area.
/// `tree` knows which areas lie in which.
pub fn find_duplicates(listed: &[Listed<'_>], tree: &dyn AreaTree) -> Vec<DuplicateCandidate> {
    let features: Vec<Features<'_>> = listed.iter().map(Features::of).collect();
    let compared =
        pairs(&features).into_iter().filter_map(|(one, other)| judge(&features[one], &features[other], tree));
    let mut found: Vec<DuplicateCandidate> = compared.collect();
    found.sort_unstable_by_key(|candidate| (Reverse(candidate.score), candidate.services));
    found
}

/// What two entries have in common; `None` where they are no candidates.
pub fn compare(one: Listed<'_>, other: Listed<'_>, tree: &dyn AreaTree) -> Option<DuplicateCandidate> {
    judge(&Features::of(&one), &Features::of(&other), tree)
}

fn judge(one: &Features<'_>, other: &Features<'_>, tree: &dyn AreaTree) -> Option<DuplicateCandidate> {
    if one.id == other.id || one.is_of_same_source(other) {
        return None;
    }
    let likeness = one.likeness_of_names(other);
    let mut reasons = vec![match likeness {
        NameLikeness::Same => DuplicateReason::SameName,
        NameLikeness::Similar => DuplicateReason::SimilarName,
        NameLikeness::OtherScript => DuplicateReason::OtherScript,
        NameLikeness::Other => return None,
    }];
    let is_told_by_names = likeness != NameLikeness::OtherScript;
    let whereabouts = one.whereabouts(other, tree);
    match whereabouts {
        Whereabouts::Apart => return None,
        Whereabouts::SameArea | Whereabouts::Unknown if !is_told_by_names => return None,
        Whereabouts::SamePlace => reasons.push(DuplicateReason::SamePlace),
        Whereabouts::SameArea => reasons.push(DuplicateReason::SameArea),
        Whereabouts::Unknown => {}
    }
    let contacts = [
        (DuplicateReason::SamePhone, shares(&one.phones, &other.phones)),
        (DuplicateReason::SameMailbox, one.mailbox.is_some() && one.mailbox == other.mailbox),
        (DuplicateReason::SameWebsite, shares(&one.websites, &other.websites)),
    ];
    let has_contact = contacts.iter().any(|(_, is_shared)| *is_shared);
    reasons.extend(contacts.into_iter().filter(|(_, is_shared)| *is_shared).map(|(reason, _)| reason));
    let has_own_contact =
        reasons.iter().any(|reason| matches!(reason, DuplicateReason::SamePhone | DuplicateReason::SameMailbox));
    if (whereabouts == Whereabouts::Unknown && !has_contact) || !(is_told_by_names || has_own_contact) {
        return None;
    }
    let has_same_organization = one.has_same_organization(other);
    if has_same_organization == Some(true) {
        reasons.push(DuplicateReason::SameOrganization);
    }
    let (needs, others) = (one.needs(), other.needs());
    let has_shared_need = needs.meets(others);
    if has_shared_need {
        reasons.push(DuplicateReason::SharedNeed);
    }
    let has_other_needs = !has_shared_need && !needs.is_empty() && !others.is_empty();
    let has_other_organization = has_same_organization == Some(false) && !has_contact;
    let weight: u8 = reasons.iter().map(|reason| reason.weight()).fold(0, u8::saturating_add);
    let contradictions = [(has_other_needs, OTHER_NEEDS), (has_other_organization, OTHER_ORGANIZATION)];
    let taken_off = contradictions.iter().filter(|(is_so, _)| *is_so).map(|(_, points)| points).sum();
    let score = weight.saturating_sub(taken_off).min(100);
    let mut services = [one.id, other.id];
    services.sort_unstable();
    (score >= LEAST_SCORE).then_some(DuplicateCandidate { services, score, reasons })
}

fn shares<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.iter().any(|value| other.contains(value))
}

#[cfg(test)]
mod tests;
