//! Documents that were read before, ready to be run again.

use crate::graphql::guard::Cost;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Documents of each of the two generations.
const MOST: usize = 128;

/// Bytes of a document's text that is worth keeping.
const LONGEST_BYTES: usize = 8 * 1024;

/// A document that has passed the guard, and what it costs.
pub(super) struct Prepared {
    pub(super) document: ExecutableDocument,
    pub(super) cost: Cost,
}

/// Programs send the same few documents with other variables. What was asked lately stands in the young generation; when
/// that is full it grows old, and what nobody asks for meanwhile is gone.
///
/// Only queries that hold no text are kept, neither in quotes nor as a remark: a value that stands in a document itself
/// may be somebody's file number, and nothing of a caller stays here. It goes into a variable, which is never kept.
#[derive(Default)]
pub(super) struct Documents {
    generations: Mutex<[HashMap<Key, Arc<Prepared>>; 2]>,
}

/// A document's text and the name of the operation in it.
type Key = (String, Option<String>);

impl Documents {
    /// The document, if it was read before.
    pub(super) fn find(&self, query: &str, operation: Option<&str>) -> Option<Arc<Prepared>> {
        if !is_of_names_only(query) {
            return None;
        }
        let key = (query.to_owned(), operation.map(str::to_owned));
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let [young, old] = &mut *generations;
        if let Some(known) = young.get(&key) {
            return Some(Arc::clone(known));
        }
        let known = old.remove(&key)?;
        keep(&mut generations, key, Arc::clone(&known));
        Some(known)
    }

    /// Keeps a document that has passed the guard, if it is one to be kept.
    pub(super) fn keep(&self, query: &str, operation: Option<&str>, prepared: Arc<Prepared>) {
        if prepared.cost.kind == OperationType::Query && query.len() <= LONGEST_BYTES && is_of_names_only(query) {
            let key = (query.to_owned(), operation.map(str::to_owned));
            keep(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner), key, prepared);
        }
    }
}

fn keep([young, old]: &mut [HashMap<Key, Arc<Prepared>>; 2], key: Key, prepared: Arc<Prepared>) {
    if young.len() >= MOST {
        *old = std::mem::take(young);
    }
    young.insert(key, prepared);
}

fn is_of_names_only(query: &str) -> bool {
    !query.bytes().any(|byte| matches!(byte, b'"' | b'#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::guard::measure;
    use crate::graphql::limits::Limits;
    use async_graphql::parser::parse_query;

    fn prepared(query: &str) -> Arc<Prepared> {
        let document = parse_query(query).expect("a document");
        let cost = measure(&document, None, &Limits::STANDARD).expect("within the limits");
        Arc::new(Prepared { document, cost })
    }

    fn is_kept(documents: &Documents, query: &str) -> bool {
        documents.keep(query, None, prepared(query));
        documents.find(query, None).is_some()
    }

    #[test]
    fn only_queries_without_a_text_of_their_own_are_kept() {
        let documents = Documents::default();
        for (query, expected) in [
            ("query($id: ID!) { service(id: $id) { name } }", true),
            ("{ services(first: 3) { nodes { id } } }", true),
            ("{ case(fileNumber: \"77/12\") { id } }", false),
            ("{ viewer { __typename } } # Aminata", false),
            ("mutation($input: X!) { caseOpen(input: $input) { __typename } }", false),
        ] {
            assert_eq!(is_kept(&documents, query), expected, "{query}");
        }
        assert!(documents.find("{ services(first: 3) { nodes { id } } }", Some("Other")).is_none());
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let documents = Documents::default();
        let query = |number: usize| format!("{{ a{number}: viewer {{ __typename }} }}");
        for number in 0..3 * MOST {
            assert!(is_kept(&documents, &query(number)));
            assert!(documents.find(&query(0), None).is_some(), "asked for again and again");
        }
        assert!(documents.find(&query(1), None).is_none());
        let kept: usize = documents.generations.lock().expect("no panic").iter().map(HashMap::len).sum();
        assert!(kept <= 2 * MOST, "{kept}");
    }
}
