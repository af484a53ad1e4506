//! Documents that were read before, ready to be run again.

use super::parameters::Parameters;
use crate::graphql::guard::{Cost, Refused, measure, scan};
use crate::graphql::limits::Limits;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    Directive, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value};
use std::collections::HashMap;
use std::convert::Infallible;
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
/// Only queries that say nothing of anybody are kept: no text, in quotes or as a remark, and no value but a variable, a
/// whole number, a code or a yes or no of its own. What stands in a document itself may be somebody's file number, age or
/// whereabouts, and nothing of a caller stays here; what goes into a variable is never kept.
#[derive(Default)]
pub(super) struct Documents {
    generations: Mutex<[HashMap<Key, Arc<Prepared>>; 2]>,
}

/// A document's text and the name of the operation in it.
type Key = (String, Option<String>);

impl Documents {
    /// Scans, parses once and measures; or finds what was read before.
    pub(super) fn read(&self, parameters: &Parameters, limits: &Limits) -> Result<Arc<Prepared>, Refused> {
        let (query, operation) = (&*parameters.query, parameters.operation_name.as_deref());
        if let Some(known) = self.find(query, operation) {
            return Ok(known);
        }
        scan(query, limits)?;
        let document = parse_query(query).map_err(|error| unread(&error))?;
        let cost = measure(&document, operation, limits)?;
        let prepared = Arc::new(Prepared { document, cost });
        self.keep(query, operation, Arc::clone(&prepared));
        Ok(prepared)
    }

    /// The document, if it was read before.
    fn find(&self, query: &str, operation: Option<&str>) -> Option<Arc<Prepared>> {
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
    fn keep(&self, query: &str, operation: Option<&str>, prepared: Arc<Prepared>) {
        let is_short_query = prepared.cost.kind == OperationType::Query && query.len() <= LONGEST_BYTES;
        if is_short_query && is_of_names_only(query) && says_nothing(&prepared.document) {
            let key = (query.to_owned(), operation.map(str::to_owned));
            keep(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner), key, prepared);
        }
    }
}

/// Where the parser stopped. Its own message shows the caller's line, so only this is kept.
fn unread(error: &async_graphql::parser::Error) -> Refused {
    let position = error.positions().next().unwrap_or_default();
    Refused::Unreadable { line: position.line.max(1), column: position.column.max(1) }
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

/// True where no value in the document could tell anything of somebody.
fn says_nothing(document: &ExecutableDocument) -> bool {
    let of_operation = |operation: &OperationDefinition| {
        let defaults =
            operation.variable_definitions.iter().filter_map(|variable| variable.node.default_value.as_ref());
        defaults.into_iter().all(|default| is_a_setting(&default.node))
            && of_directives(&operation.directives)
            && of_selections(&operation.selection_set.node)
    };
    document.operations.iter().all(|(_, operation)| of_operation(&operation.node))
        && document.fragments.values().all(|fragment| {
            of_directives(&fragment.node.directives) && of_selections(&fragment.node.selection_set.node)
        })
}

fn of_selections(selections: &SelectionSet) -> bool {
    selections.items.iter().all(|selection| match &selection.node {
        Selection::Field(field) => {
            let field = &field.node;
            field
                .arguments
                .iter()
                .all(|(_, value)| value.node.clone().into_const_with(no_value).is_ok_and(|it| is_a_setting(&it)))
                && of_directives(&field.directives)
                && of_selections(&field.selection_set.node)
        }
        Selection::FragmentSpread(spread) => of_directives(&spread.node.directives),
        Selection::InlineFragment(fragment) => {
            of_directives(&fragment.node.directives) && of_selections(&fragment.node.selection_set.node)
        }
    })
}

/// What a variable holds is not in the document.
fn no_value(_: Name) -> Result<Value, Infallible> {
    Ok(Value::Null)
}

fn of_directives(directives: &[Positioned<Directive>]) -> bool {
    let mut arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
    arguments.all(|(_, value)| value.node.clone().into_const_with(no_value).is_ok_and(|it| is_a_setting(&it)))
}

/// How many, in which order, whether: what stands by itself. Within a list or an object only variables do, because that is
/// how people and places are told.
fn is_a_setting(value: &Value) -> bool {
    match value {
        Value::Boolean(_) | Value::Enum(_) => true,
        Value::Number(number) => number.is_i64(),
        value => is_empty(value),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::List(items) => items.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("query($f: F, $n: Int = 3) { services(filter: $f, order: BEST, first: $n) { nodes { id } } }", true),
            ("query($t: T) { services(filter: { near: $t, person: { languages: [$t] } }) { nodes { id } } }", true),
            ("{ services(filter: { person: { ageBand: AGE_15_17 } }) { nodes { id } } }", false),
            ("{ services(filter: { near: { latitude: 48.9, longitude: 2.4 } }) { nodes { id } } }", false),
            ("{ services(within: 48.9) { nodes { id } } }", false),
            ("query($f: F = { person: { gender: WOMAN } }) { services(filter: $f) { nodes { id } } }", false),
            ("{ viewer { ...Own } } fragment Own on Viewer { a(of: { gender: WOMAN }) }", false),
            ("{ viewer { ... @include(if: { gender: WOMAN }) { a } } }", false),
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
