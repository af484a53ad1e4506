//! Pages that are written as text at once, instead of being resolved field by field.
//!
//! A page of a search has a thousand small values, all at hand when it is found; resolving each as a future of its own
//! costs ten times the search. So what is asked of the page is read first ([`Asked`]), and the page is written in one
//! go ([`Json`]). What a [`Written`] type does not know how to write, the whole page leaves to the resolvers, which
//! everything else in the schema uses: both give the same bytes, and a test holds every field of both side by side.

mod directory;
mod json;
mod page;

pub use json::Json;
pub use page::{ServicePage, write};

use super::request::RequestContext;
use async_graphql::SelectionField;

/// What is asked of an object: its fields in the order of the answer, with fragments written out and equal keys joined.
///
/// Directives that leave fields out have been heeded before; a type condition always holds, because it could not be
/// asked of an object otherwise.
#[derive(Debug, Default)]
pub struct Asked<'q> {
    fields: Vec<AskedField<'q>>,
}

/// One field that is asked for.
#[derive(Debug)]
pub struct AskedField<'q> {
    /// The key in the answer.
    key: &'q str,
    /// The name of the field in the schema.
    pub name: &'q str,
    /// True where it is asked with arguments, which only a resolver reads.
    has_arguments: bool,
    /// What is asked of its value.
    pub inner: Asked<'q>,
}

impl<'q> Asked<'q> {
    /// What is asked of the value of a field.
    pub fn of(field: &SelectionField<'q>) -> Self {
        let mut asked = Self::default();
        asked.add(field);
        asked
    }

    fn add(&mut self, field: &SelectionField<'q>) {
        for inner in field.selection_set() {
            let key = inner.alias().unwrap_or(inner.name());
            if let Some(known) = self.fields.iter_mut().find(|known| known.key == key) {
                known.inner.add(&inner);
                continue;
            }
            let has_arguments = !inner.arguments().is_ok_and(|arguments| arguments.is_empty());
            self.fields.push(AskedField { key, name: inner.name(), has_arguments, inner: Self::of(&inner) });
        }
    }
}

/// A value that can be written without asking anybody.
pub trait Written {
    /// Writes what is asked of the value; `None` where only resolvers can answer that.
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()>;
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{Context, EmptyMutation, EmptySubscription, Object, Schema, SimpleObject};

    struct Query;

    #[derive(SimpleObject)]
    struct Inner {
        a: i32,
        b: i32,
    }

    #[Object]
    impl Query {
        async fn told(&self, context: &Context<'_>, #[graphql(default)] deep: i32) -> String {
            format!("{deep}{:?}", Asked::of(&context.field()))
        }

        async fn inner(&self, context: &Context<'_>) -> Inner {
            assert_eq!(shape(&Asked::of(&context.field())), context.data_unchecked::<String>().as_str());
            Inner { a: 1, b: 2 }
        }
    }

    fn shape(asked: &Asked<'_>) -> String {
        let field = |field: &AskedField<'_>| {
            let arguments = if field.has_arguments { "!" } else { "" };
            format!("{}:{}{arguments}{}", field.key, field.name, shape(&field.inner))
        };
        let fields = asked.fields.iter().map(field).collect::<Vec<_>>().join(" ");
        if fields.is_empty() { fields } else { format!("({fields})") }
    }

    #[tokio::test]
    async fn what_is_asked_comes_in_the_order_of_the_answer() {
        for (query, expected) in [
            ("{ inner { b x: a b } }", "(b:b x:a)"),
            ("{ inner { ...Two a } } fragment Two on Inner { b __typename }", "(b:b __typename:__typename a:a)"),
            ("{ inner { ... { a } ... on Inner { b } c: a } }", "(a:a b:b c:a)"),
            ("{ inner { a @skip(if: true) b @include(if: true) } }", "(b:b)"),
        ] {
            let schema = Schema::build(Query, EmptyMutation, EmptySubscription).data(expected.to_owned()).finish();
            let response = schema.execute(query).await;
            assert!(response.is_ok(), "{query}: {:?}", response.errors);
        }
    }
}
