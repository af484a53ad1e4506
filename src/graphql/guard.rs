//! Two pure functions that stand before async-graphql and refuse what would hurt it.
//!
//! [`scan`] reads the bytes before the parser sees them, [`measure`] reads the parsed
//! document before the validator walks it. Invariants: neither recurses, neither costs more
//! than a small multiple of the text's length, and no refusal repeats any of the caller's
//! text. A document that passes both is cheap to parse and to validate; whether it is
//! *right* is still the validator's business.

mod measure;
mod scan;

use super::limits::Limits;
pub use measure::{Cost, measure};
pub use scan::scan;

/// One of the bounds in [`Limits`] that concern a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// [`Limits::document_bytes`].
    DocumentBytes,
    /// [`Limits::tokens`].
    Tokens,
    /// [`Limits::nesting_levels`].
    Nesting,
    /// [`Limits::depth_levels`].
    Depth,
    /// [`Limits::expanded_selections`].
    ExpandedSelections,
    /// [`Limits::aliases`].
    Aliases,
    /// [`Limits::root_fields`].
    RootFields,
    /// [`Limits::directives`].
    Directives,
    /// [`Limits::directives_per_place`].
    DirectivesPerPlace,
    /// [`Limits::operations`].
    Operations,
    /// [`Limits::fragments`].
    Fragments,
    /// [`Limits::variables`].
    Variables,
    /// [`Limits::root_mutations`].
    RootMutations,
    /// [`Limits::merge_comparisons`].
    MergeComparisons,
}

impl Bound {
    /// The largest value that `limits` lets through.
    pub const fn maximum(self, limits: &Limits) -> usize {
        match self {
            Self::DocumentBytes => limits.document_bytes,
            Self::Tokens => limits.tokens,
            Self::Nesting => limits.nesting_levels,
            Self::Depth => limits.depth_levels,
            Self::ExpandedSelections => limits.expanded_selections,
            Self::Aliases => limits.aliases,
            Self::RootFields => limits.root_fields,
            Self::Directives => limits.directives,
            Self::DirectivesPerPlace => limits.directives_per_place,
            Self::Operations => limits.operations,
            Self::Fragments => limits.fragments,
            Self::Variables => limits.variables,
            Self::RootMutations => limits.root_mutations,
            Self::MergeComparisons => limits.merge_comparisons,
        }
    }

    /// The machine's name for this bound, as `errors[].extensions.limit` gives it.
    pub const fn name(self) -> &'static str {
        self.words().0
    }

    /// The bound's name, what is counted, and what a caller over it can do.
    const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::DocumentBytes => ("documentBytes", "bytes", "Move data into variables."),
            Self::Tokens => ("tokens", "tokens", "Ask for less at once."),
            Self::Nesting => ("nesting", "levels of brackets", "Move values into variables."),
            Self::Depth => ("depth", "levels of fields", "Ask for the inner objects by id."),
            Self::ExpandedSelections => {
                ("expandedSelections", "selections once fragments are written out", "Spread fewer fragments.")
            }
            Self::Aliases => ("aliases", "aliases", "Split the request."),
            Self::RootFields => ("rootFields", "fields at the top", "Split the request."),
            Self::Directives => ("directives", "directives", "Leave fields out of the text."),
            Self::DirectivesPerPlace => ("directivesPerPlace", "directives in one place", "Combine the conditions."),
            Self::Operations => ("operations", "operations", "Send the one to run."),
            Self::Fragments => ("fragments", "fragments", "Send the ones in use."),
            Self::Variables => ("variables", "variables", "Group them in an input object."),
            Self::RootMutations => ("rootMutations", "mutations per request", "Send one request for each."),
            Self::MergeComparisons => {
                ("mergeComparisons", "field comparisons", "Repeat fewer fields, arguments and nested fragments.")
            }
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::DocumentBytes | Self::Tokens => "QUERY_TOO_LARGE",
            Self::Nesting | Self::Depth => "QUERY_TOO_DEEP",
            _ => "QUERY_TOO_COMPLEX",
        }
    }

    /// Refuses `count` when it is above this bound.
    const fn check(self, count: usize, limits: &Limits) -> Result<(), Refused> {
        let maximum = self.maximum(limits);
        if count > maximum { Err(Refused::Over { bound: self, maximum }) } else { Ok(()) }
    }
}

/// Why a document does not reach the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// One bound is exceeded. By how much is not said: counting stops there.
    Over {
        /// Which one.
        bound: Bound,
        /// Its value on this server.
        maximum: usize,
    },
    /// The text is not GraphQL from this place on (both count from 1).
    Unreadable {
        /// Line of the first character that does not fit.
        line: usize,
        /// Column of that character.
        column: usize,
    },
    /// The text holds U+0000, which PostgreSQL cannot store and which no client needs.
    NulCharacter,
    /// A fragment spreads itself, directly or through others.
    FragmentCycle,
    /// `operationName` names none of the document's operations.
    OperationUnknown,
    /// The document has several operations and the request does not say which.
    OperationUnnamed,
}

impl Refused {
    /// The stable code for `errors[].extensions.code`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Over { bound, .. } => bound.code(),
            Self::Unreadable { .. } => "GRAPHQL_PARSE_FAILED",
            Self::FragmentCycle => "GRAPHQL_VALIDATION_FAILED",
            Self::NulCharacter | Self::OperationUnknown | Self::OperationUnnamed => "BAD_USER_INPUT",
        }
    }

    /// One or two sentences for the caller: which limit, and what to do.
    pub fn message(self) -> String {
        match self {
            Self::Over { bound, maximum } => {
                let (_, counted, advice) = bound.words();
                format!("The document has more than {maximum} {counted}. {advice}")
            }
            Self::Unreadable { line, column } => {
                format!("Syntax error at line {line}, column {column}.")
            }
            Self::NulCharacter => "U+0000 is not accepted in text. Remove it.".into(),
            Self::FragmentCycle => "A fragment includes itself, directly or through others.".into(),
            Self::OperationUnknown => "operationName names none of the document's operations.".into(),
            Self::OperationUnnamed => "The document has several operations: say which in operationName.".into(),
        }
    }

    /// Whether the document was refused for its size rather than for being wrong.
    pub const fn is_limit(self) -> bool {
        matches!(self, Self::Over { .. })
    }
}
