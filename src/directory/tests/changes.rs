//! Changes of a directory that is in use: small ones, large ones, and a new base beside them.

use super::super::{Change, Directory, EntryId, LARGEST_OVERLAY, MERGE_FROM, Query};
use super::{at, organization, place, plain_query, present, service, service_id};
use crate::domain::directory::{Document, Organization};
use crate::domain::id::ServiceId;

/// Every service that a search finds, in its order.
fn found(directory: &Directory) -> Vec<ServiceId> {
    let near = Some(at(50.0, 1.0));
    let page = directory.snapshot().search(&Query { near, limit: 10_000, ..plain_query() });
    page.hits.iter().map(|hit| hit.service.id).collect()
}

fn one(number: u32) -> Change {
    present(&service(number, vec![place(Some(at(50.0 + f64::from(number) * 0.001, 1.0)))]))
}

fn ids(numbers: impl IntoIterator<Item = u32>) -> Vec<ServiceId> {
    numbers.into_iter().map(service_id).collect()
}

#[test]
fn a_merge_empties_the_overlay_and_changes_no_answer() {
    let directory = Directory::empty();
    directory.apply(0, (0..100).map(one).collect());
    let count = u32::try_from(MERGE_FROM).expect("a small number") + 50;
    for number in 100..count {
        directory.apply(
            i64::from(number),
            vec![one(number), Change::Gone { id: EntryId::Service(service_id(number - 100)) }],
        );
    }
    let before = found(&directory);
    assert_eq!(before, ids(count - 100..count));
    assert!(directory.snapshot().overlay.entries().len() >= MERGE_FROM, "there is something to merge");
    directory.merge();
    assert_eq!(directory.snapshot().overlay.entries().len(), 0);
    assert_eq!(found(&directory), before);
    assert_eq!(directory.snapshot().service_count(), 100);
    // And it goes on from there.
    directory.apply(10_000, vec![Change::Gone { id: EntryId::Service(service_id(count - 1)) }]);
    assert_eq!(found(&directory), ids(count - 100..count - 1));
}

#[test]
fn what_is_applied_while_a_base_is_built_is_kept() {
    let directory = Directory::empty();
    directory.apply(0, (0..200).map(one).collect());
    let most = u32::try_from(2 * MERGE_FROM).expect("a small number");
    std::thread::scope(|scope| {
        let merging = scope.spawn(|| (0..40).for_each(|_| directory.merge()));
        for number in 200..200 + most {
            directory.apply(i64::from(number), vec![one(number)]);
        }
        merging.join().expect("merged");
    });
    assert_eq!(found(&directory), ids(0..200 + most));
    directory.merge();
    assert_eq!(found(&directory), ids(0..200 + most));
}

#[test]
fn a_large_import_becomes_a_base_at_once() {
    let directory = Directory::empty();
    let count = u32::try_from(LARGEST_OVERLAY).expect("a small number") + 1;
    directory.apply(0, (0..count).map(one).collect());
    assert_eq!(directory.snapshot().overlay.entries().len(), 0);
    assert_eq!(found(&directory).len(), count as usize);
}

#[test]
fn services_are_found_by_the_new_name_of_their_organization() {
    let directory = Directory::empty();
    let known =
        |name: &str| Change::present(Document::Organization(Organization { name: name.to_owned(), ..organization(1) }));
    directory.apply(0, vec![known("Lanterne"), one(1)]);
    let by_word = |text| {
        let words = Some(super::super::SearchWords { text, is_typing: false });
        directory.snapshot().search(&Query { words, ..plain_query() }).hits.len()
    };
    assert_eq!((by_word("lanterne"), by_word("boussole")), (1, 0));
    directory.apply(1, vec![known("Boussole")]);
    assert_eq!((by_word("lanterne"), by_word("boussole")), (0, 1));
}
