//! Stamps a code on every error that leaves the schema, and lets nothing private out.
//!
//! One rule: an error **with** a code was written by this house and passes untouched; one
//! without was written by async-graphql or by chance, and is rewritten. Texts that
//! async-graphql derives from the schema stay, and so do the *names* a caller typed (of
//! fields, types, arguments, variables, fragments, directives), because a developer cannot
//! find a misspelling otherwise; the grammar keeps a name to letters, digits and `_`.
//! *Values* never come back: literals, enum values, variables, keys of JSON objects.

use std::any::Any;
use std::fmt::Write as _;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextRequest};
use async_graphql::{Response, ServerError, Value, async_trait};

/// Request errors kept of one answer: enough to mend a document, too few to be a weapon.
const REPORTED_ERRORS: usize = 20;

/// The longest message about names that is passed on.
const MESSAGE_BYTES: usize = 300;

/// How messages begin that the validator makes of names alone.
const ABOUT_NAMES: [&str; 18] = [
    "Cannot spread fragment \"",
    "Directive \"",
    "Duplicate directive \"",
    "Field \"",
    "Fields \"",
    "Fragment \"",
    "Fragment cannot ",
    "Operation name required",
    "Schema is not configured for ",
    "Subscriptions are not supported",
    "The Upload type ",
    "There can only be one ",
    "Unknown argument \"",
    "Unknown directive \"",
    "Unknown field \"",
    "Unknown fragment",
    "Unknown type \"",
    "Variable \"",
];

type Draw = dyn Fn() -> [u8; 8] + Send + Sync;
type Describe = dyn Fn(&(dyn Any + Send + Sync)) -> Option<String> + Send + Sync;

/// Gives each error its `extensions.code`, and each internal one an incident number.
///
/// Either registered as an extension of the schema, or called on each answer with
/// [`ErrorCodes::stamp`]. The second is cheaper: async-graphql takes a slower path through
/// every single field as soon as one extension is registered. Doing both is harmless.
#[derive(Clone)]
pub struct ErrorCodes {
    draw: Arc<Draw>,
    describe: Arc<Describe>,
}

impl ErrorCodes {
    /// `draw` gives 8 random bytes, by which an internal error is found in the log.
    pub fn new(draw: impl Fn() -> [u8; 8] + Send + Sync + 'static) -> Self {
        Self { draw: Arc::new(draw), describe: Arc::new(|_| None) }
    }

    /// Says what the log may tell of an internal error's source.
    ///
    /// Without this the log holds the incident and nothing else, because the text of an
    /// unknown error may quote a value. `describe` should know our own error types, whose
    /// texts are written for the log.
    #[must_use]
    pub fn describing(
        self,
        describe: impl Fn(&(dyn Any + Send + Sync)) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { describe: Arc::new(describe), ..self }
    }

    /// Rewrites the errors of one answer. What is stamped already is left alone.
    pub fn stamp(&self, response: &mut Response) {
        let before_execution =
            response.data == Value::Null && response.errors.iter().all(|error| error.path.is_empty());
        if before_execution {
            response.errors.truncate(REPORTED_ERRORS);
        }
        for error in &mut response.errors {
            let coded = error.extensions.as_ref().is_some_and(|it| it.get("code").is_some());
            if !coded {
                self.rewrite(error, before_execution);
            }
        }
    }

    fn rewrite(&self, error: &mut ServerError, before_execution: bool) {
        let extensions = error.extensions.get_or_insert_default();
        let (code, message) = match error.source.take() {
            Some(source) => {
                extensions.set("incident", self.incident(&*source));
                ("INTERNAL", "Internal error".to_owned())
            }
            None if before_execution => request_error(&error.message),
            None => ("BAD_USER_INPUT", bad_value(&error.message)),
        };
        extensions.set("code", code);
        error.message = message;
    }

    /// Logs an internal error, once, and gives the number it is logged under.
    fn incident(&self, source: &(dyn Any + Send + Sync)) -> String {
        let mut incident = String::with_capacity(16);
        for byte in (self.draw)() {
            // Writing to a string cannot fail.
            let _ = write!(incident, "{byte:02x}");
        }
        let cause = (self.describe)(source).unwrap_or_else(|| "unknown".to_owned());
        tracing::error!(%incident, %cause, "internal error in a resolver");
        incident
    }
}

/// Code and message of an error from before execution.
fn request_error(message: &str) -> (&'static str, String) {
    const TOO_DEEP: &str = "The query is nested too deeply. Ask for the inner objects by id.";
    const TOO_COMPLEX: &str = "The query costs too much. Ask for smaller pages or fewer lists.";
    const SYNTAX: &str = "The document is not GraphQL.";
    match message {
        "Query is too complex." => ("QUERY_TOO_COMPLEX", TOO_COMPLEX.into()),
        "Query is nested too deep." => ("QUERY_TOO_DEEP", TOO_DEEP.into()),
        _ if message.starts_with("The recursion depth") => ("QUERY_TOO_DEEP", TOO_DEEP.into()),
        _ if message.starts_with("The number of directives") => ("QUERY_TOO_COMPLEX", TOO_COMPLEX.into()),
        // The parser shows the caller's line under an arrow.
        _ if message.trim_start().starts_with("--> ") => ("GRAPHQL_PARSE_FAILED", SYNTAX.into()),
        _ if message.starts_with("Unknown operation named") => {
            ("BAD_USER_INPUT", "operationName names none of the document's operations.".into())
        }
        _ => ("GRAPHQL_VALIDATION_FAILED", invalid_document(message)),
    }
}

/// A message of the validator without the caller's values; one of an unknown form is not
/// passed on at all.
fn invalid_document(message: &str) -> String {
    for prefix in ["Invalid value for argument ", "Invalid default value for argument: "] {
        if let Some(reason) = message.strip_prefix(prefix) {
            return match schema_part(reason) {
                Some(reason) => format!("{prefix}{reason}"),
                None => "An argument has a value that does not fit its type.".into(),
            };
        }
    }
    let about_names = ABOUT_NAMES.iter().any(|prefix| message.starts_with(prefix));
    if about_names && message.len() <= MESSAGE_BYTES {
        message.to_owned()
    } else {
        "The document does not fit the schema.".into()
    }
}

/// Path and reason of a value that does not fit, as far as both come from the schema.
fn schema_part(reason: &str) -> Option<String> {
    let (path, reason) = reason.strip_prefix('"')?.split_once("\", ")?;
    let reason = if let Some(rest) = reason.strip_prefix("enumeration type \"") {
        let (name, _) = rest.split_once('"')?;
        format!("enumeration type \"{name}\" does not contain the value given")
    } else if reason.starts_with("unknown field \"") {
        // The key is the caller's and may imitate what follows it: the last match is ours.
        let (_, name) = reason.rsplit_once("\" of type \"")?;
        format!("unknown field of type \"{name}")
    } else if ["expected type \"", "field \"", "Oneof "].iter().any(|it| reason.starts_with(it)) {
        reason.to_owned()
    } else {
        return None;
    };
    Some(format!("\"{path}\", {reason}"))
}

/// What may be said of a value that failed while arguments were read: the type it was for.
fn bad_value(message: &str) -> String {
    let named = ["Failed to parse \"", "Expected input type \""]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .and_then(|rest| rest.split_once('"'));
    match named {
        Some((name, _)) => format!("The value given is not one that \"{name}\" accepts."),
        None => "An argument has a value that this field does not accept.".into(),
    }
}

impl ExtensionFactory for ErrorCodes {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for ErrorCodes {
    async fn request(&self, context: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(context).await;
        self.stamp(&mut response);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{PathSegment, Pos};
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn stamped(error: ServerError) -> ServerError {
        let codes = ErrorCodes::new(|| [1, 2, 3, 4, 5, 6, 7, 255]);
        let mut response = Response::from_errors(vec![error]);
        codes.stamp(&mut response);
        response.errors.remove(0)
    }

    fn code_of(error: &ServerError) -> Option<&Value> {
        error.extensions.as_ref().and_then(|it| it.get("code"))
    }

    #[test]
    fn messages_keep_the_schema_and_lose_the_values() {
        let unchanged = "Unknown field \"nam\" on type \"Query\".";
        let refused = "The document does not fit the schema.";
        for (message, code, expected) in [
            (
                "Query is too complex.",
                "QUERY_TOO_COMPLEX",
                "The query costs too much. Ask for smaller pages or fewer lists.",
            ),
            (
                "Query is nested too deep.",
                "QUERY_TOO_DEEP",
                "The query is nested too deeply. Ask for the inner objects by id.",
            ),
            (" --> 1:3\n  |\n1 | { MARKER", "GRAPHQL_PARSE_FAILED", "The document is not GraphQL."),
            (
                "Unknown operation named \"MARKER\"",
                "BAD_USER_INPUT",
                "operationName names none of the document's operations.",
            ),
            (unchanged, "GRAPHQL_VALIDATION_FAILED", unchanged),
            ("Something new about \"MARKER\"", "GRAPHQL_VALIDATION_FAILED", refused),
            (
                "Invalid value for argument \"a.0.b\", expected type \"Int\"",
                "GRAPHQL_VALIDATION_FAILED",
                "Invalid value for argument \"a.0.b\", expected type \"Int\"",
            ),
            (
                "Invalid value for argument \"a\", enumeration type \"E\" does not contain the value \"MARKER\"",
                "GRAPHQL_VALIDATION_FAILED",
                "Invalid value for argument \"a\", enumeration type \"E\" does not contain the value given",
            ),
            (
                "Invalid value for argument \"a\", unknown field \"MARKER\" of type \"MARKER\" of type \"T\"",
                "GRAPHQL_VALIDATION_FAILED",
                "Invalid value for argument \"a\", unknown field of type \"T\"",
            ),
            (
                "Invalid value for argument \"a\", MARKER",
                "GRAPHQL_VALIDATION_FAILED",
                "An argument has a value that does not fit its type.",
            ),
        ] {
            let error = stamped(ServerError::new(message, None));
            assert_eq!(error.message, expected);
            assert_eq!(code_of(&error), Some(&Value::from(code)), "{message}");
        }
        let long = format!("Unknown field \"{}\"", "x".repeat(MESSAGE_BYTES));
        assert_eq!(stamped(ServerError::new(long, None)).message, refused);
    }

    #[test]
    fn a_fault_inside_a_field_is_the_callers_unless_it_has_a_source() {
        let at = |error: ServerError| error.with_path(vec![PathSegment::Field("a".into())]);
        for (message, expected) in [
            ("Failed to parse \"Int\": MARKER", "The value given is not one that \"Int\" accepts."),
            (
                "Expected input type \"[Int!]\", found \"MARKER\".",
                "The value given is not one that \"[Int!]\" accepts.",
            ),
            ("MARKER", "An argument has a value that this field does not accept."),
        ] {
            let error = stamped(at(ServerError::new(message, Some(Pos { line: 1, column: 1 }))));
            assert_eq!(error.message, expected);
            assert_eq!(code_of(&error), Some(&Value::from("BAD_USER_INPUT")));
            assert_eq!(error.locations.len(), 1, "the place stays");
        }
        let io = async_graphql::Error::new_with_source(std::io::Error::other("MARKER"));
        let error = stamped(at(io.into_server_error(Pos { line: 1, column: 1 })));
        assert_eq!(error.message, "Internal error");
        assert_eq!(code_of(&error), Some(&Value::from("INTERNAL")));
        let incident = error.extensions.as_ref().and_then(|it| it.get("incident"));
        assert_eq!(incident, Some(&Value::from("01020304050607ff")));
    }

    #[test]
    fn stamping_twice_draws_one_incident_and_keeps_our_own_errors() {
        let drawn = Arc::new(AtomicUsize::new(0));
        let count = drawn.clone();
        let codes = ErrorCodes::new(move || {
            count.fetch_add(1, Ordering::Relaxed);
            [0; 8]
        })
        .describing(|source| source.downcast_ref::<std::io::Error>().map(ToString::to_string));
        let io = async_graphql::Error::new_with_source(std::io::Error::other("disk"));
        let mut own = ServerError::new("Not yours.", None);
        own.extensions.get_or_insert_default().set("code", "NOT_FOUND");
        let internal = io.into_server_error(Pos::default());
        let mut response = Response::from_errors(vec![internal, own.clone()]);
        codes.stamp(&mut response);
        codes.stamp(&mut response);
        assert_eq!(drawn.load(Ordering::Relaxed), 1);
        assert_eq!(response.errors[1], own);
    }

    #[test]
    fn a_flood_of_validation_errors_is_cut() {
        let flood = vec![ServerError::new("Unknown type \"A\"", None); 1_000];
        let mut response = Response::from_errors(flood);
        ErrorCodes::new(|| [0; 8]).stamp(&mut response);
        assert_eq!(response.errors.len(), REPORTED_ERRORS);
    }
}
