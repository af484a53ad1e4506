//! Puts the fields of an answer into the order in which they were asked.
//!
//! async-graphql writes sibling fields as they come to an end. Below the root nothing waits, so their order
//! is right there; at the root it would tell which of two questions took the longer.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Request, Response, Value};

/// The keys at the root of an answer, in the order of the specification: that of their first selection,
/// fragments written out.
pub struct RootOrder {
    keys: Vec<Name>,
    is_plain: bool,
}

impl RootOrder {
    /// The order that a request asks for; empty where the document cannot be read, which the schema will say.
    pub fn of(request: &mut Request) -> Self {
        let name = request.operation_name.clone();
        let (mut keys, mut selections_count) = (Vec::new(), 0);
        if let Ok(document) = request.parsed_query() {
            let operation = document
                .operations
                .iter()
                .find(|(found, _)| name.is_none() || found.map(Name::as_str) == name.as_deref())
                .map(|(_, operation)| &operation.node.selection_set.node);
            operation.into_iter().for_each(|selections| selections_count += collect(document, selections, &mut keys));
        }
        let is_plain = keys.len() == selections_count;
        Self { keys, is_plain }
    }

    /// True where each key is asked for once, so that an answer is the whole of what stands under its key.
    pub const fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Puts the root of the answer into this order.
    pub fn restore(&self, response: &mut Response) {
        if let Value::Object(fields) = &mut response.data {
            // A key that was not foreseen stays, behind the others.
            fields.sort_by_cached_key(|key, _| self.keys.iter().position(|known| known == key).unwrap_or(usize::MAX));
        }
    }
}

/// Collects the keys, and tells how many fields ask for them. The guard has refused fragments that lead into themselves,
/// and bounded how far they fan out.
fn collect(document: &ExecutableDocument, selections: &SelectionSet, keys: &mut Vec<Name>) -> usize {
    let count = |selection: &Positioned<Selection>| match &selection.node {
        Selection::Field(field) => {
            let key = &field.node.response_key().node;
            if !keys.contains(key) {
                keys.push(key.clone());
            }
            1
        }
        Selection::InlineFragment(fragment) => collect(document, &fragment.node.selection_set.node, keys),
        Selection::FragmentSpread(spread) => {
            let fragment = document.fragments.get(&spread.node.fragment_name.node);
            fragment.map_or(0, |fragment| collect(document, &fragment.node.selection_set.node, keys))
        }
    };
    selections.items.iter().map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{indexmap::IndexMap, value};

    #[test]
    fn the_root_comes_in_the_order_of_its_first_selections() {
        let query = "query($x: Int) { b: services c ...Two ... { a } c } fragment Two on Query { d a }";
        let order = RootOrder::of(&mut Request::new(query));
        let fields: IndexMap<Name, Value> =
            ["a", "d", "c", "b"].into_iter().map(|key| (Name::new(key), value!(1))).collect();
        let mut response = Response::new(Value::Object(fields));
        order.restore(&mut response);
        assert_eq!(response.data.to_string(), "{b: 1, c: 1, d: 1, a: 1}");
        assert!(!order.is_plain(), "c is asked for twice");
        assert!(RootOrder::of(&mut Request::new("{ a b ...Two } fragment Two on Query { c }")).is_plain());
        let mut nothing = Response::new(Value::Null);
        RootOrder::of(&mut Request::new("{")).restore(&mut nothing);
        assert_eq!(nothing.data, Value::Null);
    }
}
