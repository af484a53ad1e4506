//! Every bound that one GraphQL request must keep, in one table.
//!
//! The bounds stand here and nowhere else: [`guard`](super::guard) enforces those that
//! concern the document, [`http`](super::http) those that concern the transport, and the
//! schema takes `page_size` and `complexity`. They exist because async-graphql can be
//! stopped by one small anonymous request: a deep literal overflows the stack and aborts
//! the process, and fragments that fan out burn seconds of CPU that no timeout can stop.

use std::time::Duration;

/// What one request may cost, with the unit in the name wherever it is not a plain count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of the document's text. Long data belongs into variables.
    pub document_bytes: usize,
    /// Lexical tokens in the document; the price of parsing grows with these.
    pub tokens: usize,
    /// Brackets open at once, of all three kinds. The parser recurses once per bracket, so
    /// this is what keeps the process alive.
    pub nesting_levels: usize,
    /// Fields below one another, followed through fragments. graphql-js's introspection
    /// query needs 15.
    pub depth_levels: usize,
    /// Selections once every fragment is written out where it is spread.
    pub expanded_selections: usize,
    /// Aliases in the document: the usual way to ask for one expensive field many times.
    pub aliases: usize,
    /// Fields at the top of an operation, fragments included.
    pub root_fields: usize,
    /// Directives in the whole document.
    pub directives: usize,
    /// Directives on any one field, fragment, variable or operation.
    pub directives_per_place: usize,
    /// Operations in the document. None of the graphql-http audits needs a second one.
    pub operations: usize,
    /// Fragment definitions in the document.
    pub fragments: usize,
    /// Variables that one operation declares.
    pub variables: usize,
    /// Fields at the top of a mutation: one action per request, so that a refusal is never
    /// half of an answer.
    pub root_mutations: usize,
    /// Comparisons that the rule "fields can be merged" may make. async-graphql reports
    /// each conflict it finds, once per enclosing inline fragment: without this bound a
    /// document inside all the others makes it write gigabytes of error messages.
    pub merge_comparisons: usize,
    /// Length of a request body, counted while it is read.
    pub body_bytes: usize,
    /// Length of path and query string together. The audits' longest GET has 158 bytes.
    pub url_bytes: usize,
    /// Time in which a body must have arrived.
    pub body_timeout: Duration,
    /// Entries that a client may ask of one page; the schema's connections enforce it.
    pub page_size: usize,
    /// Points that a query may cost (`first × child`); the schema enforces it.
    pub complexity: usize,
}

impl Limits {
    /// The bounds in force unless the operator says otherwise.
    pub const STANDARD: Self = Self {
        document_bytes: 16 * 1024,
        tokens: 1_500,
        nesting_levels: 24,
        depth_levels: 16,
        expanded_selections: 1_000,
        aliases: 30,
        root_fields: 10,
        directives: 20,
        directives_per_place: 5,
        operations: 1,
        fragments: 20,
        variables: 30,
        root_mutations: 1,
        merge_comparisons: 10_000,
        body_bytes: 64 * 1024,
        url_bytes: 2 * 1024,
        body_timeout: Duration::from_secs(10),
        page_size: 100,
        complexity: 5_000,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::STANDARD
    }
}
