//! Duplicates in real directories: how many are proposed, and that blocks lose none of them.

use crate::import_feeds::{data, file, read};
use relais::domain::directory::Organization;
use relais::domain::duplicates::{DuplicateReason, Listed, compare, find_duplicates};
use relais::domain::id::OrganizationId;
use relais::domain::place::NoAreas;
use relais::import::Format;
use std::collections::{BTreeMap, BTreeSet};

/// The feed of one agency's directory lists an organisation's services by need and town, under few names.
#[test]
fn a_real_directory_has_pairs_and_none_is_lost_to_the_blocks() {
    let Some(folder) = data() else { return };
    let bytes = file(&folder, "unhcr-jordan-services/feed-en-2015-07-22.json");
    let feed = read(Format::ServicesAdvisor, &bytes).unwrap_or_else(|error| panic!("{error}"));
    let organizations: BTreeMap<OrganizationId, &Organization> =
        feed.organizations.iter().map(|parsed| (parsed.document.id, &parsed.document)).collect();
    let listed: Vec<Listed<'_>> = feed
        .services
        .iter()
        .map(|parsed| {
            let service = &parsed.document;
            // As if each entry came from a source of its own.
            Listed { service, organization: organizations.get(&service.organization_id).copied(), source: None }
        })
        .collect();
    let found = find_duplicates(&listed, &NoAreas);
    let mut expected = BTreeSet::new();
    for (index, one) in listed.iter().enumerate() {
        let candidates = listed[index + 1..].iter().filter_map(|other| compare(*one, *other, &NoAreas));
        expected.extend(candidates.map(|candidate| candidate.services));
    }
    let pairs: BTreeSet<_> = found.iter().map(|candidate| candidate.services).collect();
    let with = |reason| found.iter().filter(|candidate| candidate.reasons.contains(&reason)).count();
    assert_eq!(pairs, expected);
    // All of one organisation at one point under one name; the `health services` of two agencies in one camp are two.
    assert_eq!((listed.len(), found.len()), (574, 304));
    assert_eq!((with(DuplicateReason::SameOrganization), with(DuplicateReason::SamePlace)), (304, 304));
}
