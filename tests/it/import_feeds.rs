//! The importer on real feeds and on the official examples of the standard.
//!
//! The files are not ours and stay outside the repository, in the folder that `RELAIS_TEST_DATA`
//! names. Without it these tests print one line and pass; where `RELAIS_TEST_REQUIRE` contains `data`,
//! they fail instead.

use relais::domain::directory::{Document, Tier, Welcome};
use relais::domain::freshness::{FreshnessState, freshness};
use relais::domain::need::{Need, NeedFamily};
use relais::domain::time::Date;
use relais::import::plan::{Changes, Completeness, Current, Plan, plan};
use relais::import::{Feed, FeedContext, FeedError, Format, ProblemReason, SourceName, parse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The folder of real data, or `None` with a printed line.
pub fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("RELAIS_TEST_DATA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        let required = std::env::var("RELAIS_TEST_REQUIRE").is_ok_and(|required| required.contains("data"));
        assert!(!required, "RELAIS_TEST_REQUIRE asks for data and RELAIS_TEST_DATA names no folder");
        println!("skipped: RELAIS_TEST_DATA names no folder of real feeds");
    }
    folder
}

pub fn read(format: Format<'_>, bytes: &[u8]) -> Result<Feed, FeedError> {
    read_in(&FeedContext::UNKNOWN, format, bytes)
}

/// Reads a feed with what is known beside it.
pub fn read_in(context: &FeedContext<'_>, format: Format<'_>, bytes: &[u8]) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test-feed").expect("a valid name");
    let mut last = (0, 0);
    let feed = parse(format, &source, bytes, context, &mut |done, of| last = (done, of));
    if feed.is_ok() {
        assert!(last.0 == last.1 && last.1 > 0, "progress ends at the last row, not at {last:?}");
    }
    feed
}

pub fn file(folder: &Path, path: &str) -> Vec<u8> {
    let path = folder.join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn jordan(folder: &Path, name: &str) -> Feed {
    let bytes = file(folder, &format!("unhcr-jordan-services/feed-{name}.json"));
    read(Format::ServicesAdvisor, &bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What the store would hold after the plan, each document written and read again as the store does, with the source's word
/// beside it.
pub fn apply(before: Vec<Current>, plan: &Plan) -> Vec<Current> {
    let mut held: BTreeMap<(bool, String), Current> = BTreeMap::new();
    let slot = |key: &str, document: &Document| (matches!(document, Document::Service(_)), key.to_owned());
    held.extend(before.into_iter().map(|entry| (slot(&entry.key, &entry.document), entry)));
    for changes in [&plan.services, &plan.organizations] {
        for change in changes.added.iter().chain(&changes.updated) {
            let stored = serde_json::to_string(&change.document).expect("documents are JSON");
            let document = serde_json::from_str(&stored).expect("what was written can be read");
            let source_word = change.source_word.clone();
            let entry = Current { source_word, ..Current::new(change.key.clone(), document) };
            held.insert(slot(&change.key, &change.document), entry);
        }
        for change in &changes.gone {
            held.remove(&slot(&change.key, &change.document));
        }
    }
    held.into_values().collect()
}

/// Added, updated, unchanged and gone.
pub fn counts(changes: &Changes) -> [usize; 4] {
    [changes.added.len(), changes.updated.len(), changes.unchanged, changes.gone.len()]
}

#[test]
fn a_newer_file_updates_adds_and_ends_services() {
    let Some(folder) = data() else { return };
    let first = plan(jordan(&folder, "en-2015-04-12"), Vec::new(), Completeness::Complete);
    assert_eq!((counts(&first.services), counts(&first.organizations)), ([562, 0, 0, 0], [44, 0, 0, 0]));
    let held = apply(Vec::new(), &first);

    let again = plan(jordan(&folder, "en-2015-04-12"), held.clone(), Completeness::Complete);
    assert_eq!((counts(&again.services), counts(&again.organizations)), ([0, 0, 562, 0], [0, 0, 44, 0]));

    let newer = plan(jordan(&folder, "en-2015-07-22"), held.clone(), Completeness::Complete);
    assert_eq!((counts(&newer.services), counts(&newer.organizations)), ([29, 28, 517, 17], [1, 0, 43, 1]));
    assert_eq!(newer.admit(false), Ok(()));
    let held = apply(held, &newer);
    let again = plan(jordan(&folder, "en-2015-07-22"), held.clone(), Completeness::Complete);
    assert!(again.services.is_empty() && again.organizations.is_empty());

    let partial = plan(jordan(&folder, "en-2015-04-12"), held, Completeness::Partial);
    assert_eq!((partial.services.gone.len(), partial.organizations.gone.len()), (0, 0));
}

#[test]
fn repeated_keys_are_refused_and_repeated_ids_are_not() {
    let Some(folder) = data() else { return };
    let old = jordan(&folder, "en-2014-08-18");
    assert_eq!((old.rows_read, old.services.len(), old.refused.len()), (449, 385, 64));
    for problem in &old.refused {
        let ProblemReason::Repeats { row, differing, .. } = &problem.reason else {
            panic!("{}", problem.reason);
        };
        assert!(problem.row.is_some_and(|later| *row < later) && *differing > 0 && problem.key.is_some());
    }
    // A refused row names a service, so a second import of the same file ends nothing.
    let held = apply(Vec::new(), &plan(jordan(&folder, "en-2014-08-18"), Vec::new(), Completeness::Complete));
    let again = plan(old, held, Completeness::Complete);
    assert_eq!((counts(&again.services), counts(&again.organizations)), ([0, 0, 385, 0], [0, 0, 37, 0]));

    let feed = jordan(&folder, "en-2015-07-22");
    let mut activities: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for parsed in &feed.services {
        let (id, activity) = parsed.key.split_once('+').expect("a key has both parts");
        activities.entry(id).or_default().push(activity);
    }
    let twice: Vec<_> = activities.values().filter(|activities| activities.len() > 1).collect();
    assert_eq!((feed.refused.len(), twice.len()), (0, 13));
    assert!(twice.iter().all(|activities| activities.len() == 2));
}

#[test]
fn real_rows_keep_their_dates_points_and_criteria() {
    let Some(folder) = data() else { return };
    let feed = jordan(&folder, "en-2015-07-22");
    let today = Date::from_ymd_opt(2015, 7, 22).expect("a valid day");
    let services = || feed.services.iter().map(|parsed| &parsed.document);
    let past = services().filter(|service| service.valid_until.is_some_and(|last| last < today));
    let stale = services().filter(|service| freshness(service, today).state == FreshnessState::Stale);
    assert_eq!((past.count(), stale.count()), (499, 499));
    assert!(services().all(|service| service.tier == Tier::Network && service.languages.is_empty()));
    assert!(services().all(|service| service.places.len() == 1 && service.places[0].position.is_some()));
    let places: BTreeSet<_> = services().map(|service| service.places[0].id).collect();
    assert_eq!(places.len(), 81);
    // 208 rows say "Open to all"; 80 of them name no nationality and no registration that restricts.
    let unconditional = services().filter(|service| service.welcome == Some(Welcome::Unconditional));
    assert_eq!(unconditional.count(), 80);
    let expected = [ProblemReason::SafeHouseShown, ProblemReason::PointOfArea];
    assert!(feed.warnings.iter().all(|warning| expected.contains(&warning.reason)));
}

/// How many services have a precise need, only families, or neither.
fn mapped(feed: &Feed) -> [usize; 3] {
    let mut found = [0; 3];
    for parsed in &feed.services {
        let service = &parsed.document;
        found[if !service.needs.is_empty() { 0 } else { usize::from(service.need_families.is_empty()) + 1 }] += 1;
    }
    found
}

#[test]
fn sectors_and_indicators_become_needs_in_both_languages() {
    let Some(folder) = data() else { return };
    let english = jordan(&folder, "en-2015-07-22");
    let arabic = jordan(&folder, "ar-2015-07-22");
    assert_eq!((arabic.services.len(), arabic.refused.len()), (574, 0));
    assert_eq!((mapped(&english), english.unmapped), (mapped(&arabic), arabic.unmapped));
    assert_eq!((mapped(&english), english.unmapped), ([259, 309, 6], 6));

    let by_key: BTreeMap<&str, _> =
        arabic.services.iter().map(|parsed| (parsed.key.as_str(), &parsed.document)).collect();
    for parsed in &english.services {
        let (service, other) = (&parsed.document, by_key[parsed.key.as_str()]);
        assert_eq!(service.needs, other.needs, "{}", parsed.key);
        assert_eq!(service.need_families, other.need_families, "{}", parsed.key);
        assert_eq!(service.specialisations, other.specialisations, "{}", parsed.key);
    }
    let answering = |need: Need| english.services.iter().filter(|parsed| parsed.document.needs.contains(&need)).count();
    assert_eq!(answering(Need::SocialCash), 109);
    assert_eq!(answering(Need::HealthPrimary), 11);
    assert_eq!(answering(Need::ShelterWomenSafe), 3, "women's safe spaces are no safe houses");
    let legal = english.services.iter().filter(|parsed| parsed.document.need_families.contains(&NeedFamily::Legal));
    assert_eq!(legal.count(), 15);
}

#[test]
fn our_seeds_import_without_a_refusal_or_a_warning() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("a readable folder").path();
        let is_feed = path.extension().is_some_and(|extension| extension == "json") && !path.ends_with("commands.json");
        if is_feed {
            let bytes = std::fs::read(&path).expect("a readable file");
            let feed = read(Format::Hsds, &bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert_eq!((feed.refused, feed.warnings, feed.unmapped), (vec![], vec![], 0), "{}", path.display());
        }
    }
}
