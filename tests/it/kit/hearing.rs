//! What is logged while a test works, and no other test's share of it.
//!
//! Tests run side by side and SQLite logs from threads of its own, so one subscriber hears the whole
//! process and tells by the span around each line which test it belongs to.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Event, Instrument, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry};
use tracing_subscriber::{Layer, filter::LevelFilter};

const SPAN: &str = "heard";

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    pub target: String,
    pub level: Level,
    /// Its fields, written one after the other.
    pub text: String,
}

type Lines = Arc<Mutex<Vec<Line>>>;

/// Does the work; gives its result and every line that was logged for it, down to debug.
pub async fn hear<T>(work: impl Future<Output = T>) -> (T, Vec<Line>) {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        tracing::subscriber::set_global_default(Registry::default().with(Ear)).expect("the only subscriber");
    });
    let lines = Lines::default();
    let result = {
        BEING_OPENED.with(|slot| *slot.borrow_mut() = Some(Arc::clone(&lines)));
        let span = tracing::debug_span!(target: "test", SPAN);
        work.instrument(span).await
    };
    let heard = lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (result, heard)
}

/// Statements that the database was given, in their order, but for the settings of a fresh connection.
pub fn statements(lines: &[Line]) -> Vec<&str> {
    let asked = lines.iter().filter(|line| line.target == "sqlx::query").map(|line| line.text.as_str());
    asked.filter(|text| !text.contains("PRAGMA ")).collect()
}

thread_local! {
    /// Where the span that is being opened on this thread writes to.
    static BEING_OPENED: std::cell::RefCell<Option<Lines>> = const { std::cell::RefCell::new(None) };
}

struct Ear;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Ear {
    /// Never once for all: the same line of code logs for a test that listens and for one that does not.
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, metadata: &Metadata<'_>, context: Context<'_, S>) -> bool {
        metadata.is_span() || context.lookup_current().is_some()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() == SPAN
            && let Some(span) = context.span(id)
            && let Some(lines) = BEING_OPENED.with(|slot| slot.borrow_mut().take())
        {
            span.extensions_mut().insert(lines);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let around = context.event_scope(event).into_iter().flatten();
        for lines in around.filter_map(|span| span.extensions().get::<Lines>().cloned()) {
            let mut fields = Fields(String::new());
            event.record(&mut fields);
            let (target, level) = (event.metadata().target().to_owned(), *event.metadata().level());
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(Line { target, level, text: fields.0 });
        }
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, "{}={value:?} ", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, "{}={value} ", field.name());
    }
}

#[tokio::test]
async fn only_what_is_logged_for_the_work_is_heard() {
    tracing::error!("before");
    let ((), lines) = hear(async { tracing::debug!(number = 7, "during") }).await;
    tracing::error!("after");
    assert_eq!(lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["message=during number=7 "]);
}
