//! The log: one event is one line, and a line holds only fields whose names stand in [`FIELDS`].
//!
//! Invariants: nothing personal is ever a field's value (a test reads every call in the source against the
//! list); what a library says is told by its place and level only, because nobody here vouches for its words;
//! a line cannot be broken, coloured or forged by a value in it; a panic tells where, never what.

mod line;

use self::line::{Fields, Written};
use crate::clock::Clock;
use std::panic::PanicHookInfo;
use std::sync::Arc;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// The fields that a line may hold. Values are the server's own words and numbers, ids of what an operator may
/// look up, pseudonyms and classes; causes are the texts of our own error types.
pub const FIELDS: [&str; 19] = [
    "cause",
    "code",
    "connections",
    "cost",
    "duration_microseconds",
    "error",
    "fault",
    "incident",
    "job",
    "kind",
    "location",
    "message",
    "operation",
    "principal",
    "request",
    "route",
    "size",
    "status",
    "units",
];

/// What libraries tell below this level can hold statements, headers and bodies.
const LIBRARIES: LevelFilter = LevelFilter::WARN;

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Text for people.
    Text,
    /// One JSON object.
    Json,
}

/// Starts the log of this process, on standard error, and keeps panics from telling what they hold.
pub fn start(level: LevelFilter, form: Form, clock: Arc<dyn Clock>) {
    let targets = Targets::new().with_default(LIBRARIES.min(level)).with_target(env!("CARGO_PKG_NAME"), level);
    let lines = Lines { form, clock, write: to_standard_error };
    tracing_subscriber::registry().with(lines.with_filter(targets)).init();
    std::panic::set_hook(Box::new(tell_panic));
}

/// A panic's payload may quote a value: only its place is told.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(ToString::to_string);
    tracing::error!(location, "panicked");
}

fn to_standard_error(line: &str) {
    use std::io::Write as _;
    // In one piece, so that lines of several threads do not mix; nobody is left to be told when it fails.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// Writes each event as one line.
struct Lines<W> {
    form: Form,
    clock: Arc<dyn Clock>,
    write: W,
}

impl<S: Subscriber, W: Fn(&str) + 'static> Layer<S> for Lines<W> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let is_ours = metadata.target().split("::").next() == Some(env!("CARGO_PKG_NAME"));
        let mut fields = Fields::default();
        if is_ours {
            event.record(&mut fields);
        } else {
            fields.withhold();
        }
        let at = self.clock.now();
        (self.write)(
            &Written { at, level: *metadata.level(), target: metadata.target(), fields: &fields }.line(self.form),
        );
    }
}

#[cfg(test)]
mod tests;
