//! The operation of a request, in words of the schema's own.
//!
//! A client's `operationName` is the client's text and is never told; the field at the root is ours.

use super::sdl;
use async_graphql::Request;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{Field, Selection, TypeKind, TypeSystemDefinition};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The fields at the roots of the schema. They live as long as the process, so their names are `'static`.
static ROOT_FIELDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let document = parse_schema(sdl()).expect("the schema's own text is a schema");
    let roots = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(found)
            if matches!(found.node.name.node.as_str(), "Query" | "Mutation" | "Subscription") =>
        {
            match found.node.kind {
                TypeKind::Object(object) => Some(object.fields),
                _ => None,
            }
        }
        _ => None,
    });
    roots.flatten().map(|field| field.node.name.node.to_string()).collect()
});

/// The first field at the root, if the schema has it.
pub(super) fn operation(request: &mut Request) -> Option<&'static str> {
    let name = first_field(request)?.name.node.to_string();
    ROOT_FIELDS.get(&name).map(String::as_str)
}

/// The first field at the root of the only operation.
pub(super) fn first_field(request: &mut Request) -> Option<&Field> {
    let document = request.parsed_query().ok()?;
    let (_, operation) = document.operations.iter().next()?;
    match &operation.node.selection_set.node.items.first()?.node {
        Selection::Field(field) => Some(&field.node),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_is_named_by_the_schema_and_never_by_the_caller() {
        for (document, expected) in [
            ("query Aminata { services { nodes { id } } }", Some("services")),
            (
                "mutation Aminata { aminata: referralAccept(input: {}) { errors { __typename } } }",
                Some("referralAccept"),
            ),
            ("{ aminata }", None),
            ("{ ... { services } }", None),
            ("{ __typename }", None),
            ("{", None),
        ] {
            assert_eq!(operation(&mut Request::new(document)), expected, "{document}");
        }
    }
}
