//! What monitoring reads of a node: what it has counted, and what the database says when it is asked.
//!
//! Invariants: a label's value is one of a list of ours (a route's template, a class, a code) and never anything that a
//! caller sent. Nothing is counted by service, need, organisation or person, and why something was not sent is not told:
//! small numbers would tell of people. Each node counts by itself, in a registry of its own.
//!
//! Start at [`Metrics`].

use crate::domain::code::CodeList as _;
use crate::domain::delivery::{AttemptResult, DeliveryChannel};
use crate::domain::job::JobKind;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TEXT_FORMAT, TextEncoder,
};
use std::collections::BTreeSet;

/// The media type of what is served: the text format of Prometheus.
pub const MEDIA_TYPE: &str = TEXT_FORMAT;

/// Of which route a request is that fits none.
pub const NO_ROUTE: &str = "none";

/// The class of a request whose caller has gone, or whose time was over, before there was an answer.
pub const CUT_OFF: &str = "cut_off";

/// The outcome of an attempt that sent nothing, whatever the reason.
pub const NOT_SENT: &str = "not_sent";

/// Upper bounds of the classes of durations, in seconds; a request is cut off after fifteen.
const DURATIONS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];

/// What one node has counted since it began.
pub struct Metrics {
    routes: BTreeSet<&'static str>,
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    attempts: IntCounterVec,
    given_up: IntCounterVec,
    job_failures: IntCounterVec,
}

/// What the database says when it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseFigures {
    /// What waits in the outbox, by channel.
    pub channels: Vec<ChannelFigures>,
    /// How many webhooks are told nothing more until somebody enables them.
    pub webhook_endpoints_disabled: i64,
    /// For how long the job has been due that is due the longest; 0 where none is.
    pub jobs_overdue_seconds: i64,
}

/// What waits in the outbox to leave by one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChannelFigures {
    /// The channel.
    pub channel: DeliveryChannel,
    /// How many deliveries wait.
    pub waiting: i64,
    /// For how long the oldest of them has; 0 where none does.
    pub oldest_waiting_seconds: i64,
}

impl Metrics {
    /// Counts nothing yet; requests are told apart by these routes' templates.
    pub fn new(routes: impl IntoIterator<Item = &'static str>) -> Self {
        let registry = Registry::new();
        let counters = |name: &str, help: &str, labels: &[&str]| {
            let counters =
                IntCounterVec::new(Opts::new(name, help), labels).expect("our names and labels are in order");
            registry.register(Box::new(counters.clone())).expect("each name stands once");
            counters
        };
        let seconds = HistogramOpts::new(
            "relais_http_request_duration_seconds",
            "Time from a request's head to its answer's, by the template of its route.",
        );
        let durations = HistogramVec::new(seconds.buckets(DURATIONS.to_vec()), &["route"])
            .expect("our names, labels and bounds are in order");
        registry.register(Box::new(durations.clone())).expect("each name stands once");
        let metrics = Self {
            routes: routes.into_iter().collect(),
            requests: counters(
                "relais_http_requests_total",
                "Requests, by the template of their route and the class of the answer's status.",
                &["route", "status_class"],
            ),
            durations,
            attempts: counters(
                "relais_delivery_attempts_total",
                "Attempts to tell an endpoint, by what came of them.",
                &["channel", "outcome"],
            ),
            given_up: counters(
                "relais_deliveries_given_up_total",
                "Deliveries that were tried for as long as anything is, or that the endpoint refused for good.",
                &["channel"],
            ),
            job_failures: counters(
                "relais_job_failures_total",
                "Runs of jobs that failed, or that wait for somebody to confirm the clock.",
                &["kind"],
            ),
            registry,
        };
        metrics.begin();
        metrics
    }

    /// What can fail stands at 0 from the beginning: of a series that begins with its first failure no rise is seen.
    fn begin(&self) {
        for channel in DeliveryChannel::ALL {
            self.given_up.with_label_values(&[channel.code()]);
            for result in AttemptResult::ALL {
                self.attempts.with_label_values(&[channel.code(), outcome(*result)]);
            }
        }
        for kind in JobKind::ALL {
            self.job_failures.with_label_values(&[kind.code()]);
        }
    }

    /// Counts a request that was answered with this status, or was cut off before, after so many microseconds.
    pub fn count_request(&self, route: &str, status: Option<u16>, microseconds: i64) {
        let route = self.routes.get(route).copied().unwrap_or(NO_ROUTE);
        self.requests.with_label_values(&[route, status.map_or(CUT_OFF, class)]).inc();
        // A clock that is set back makes no time negative.
        #[expect(clippy::cast_precision_loss, reason = "a duration has far fewer than 2^52 microseconds")]
        let seconds = microseconds.max(0) as f64 / 1_000_000.0;
        self.durations.with_label_values(&[route]).observe(seconds);
    }

    /// Counts an attempt to tell an endpoint.
    pub fn count_attempt(&self, channel: DeliveryChannel, result: AttemptResult) {
        self.attempts.with_label_values(&[channel.code(), outcome(result)]).inc();
    }

    /// Counts a delivery that is not tried again though it did not arrive.
    pub fn count_given_up(&self, channel: DeliveryChannel) {
        self.given_up.with_label_values(&[channel.code()]).inc();
    }

    /// Counts a run of a job that came to nothing.
    pub fn count_job_failure(&self, kind: JobKind) {
        self.job_failures.with_label_values(&[kind.code()]).inc();
    }

    /// Everything as one text. Without the database what it would say is not there at all, because nobody knows it.
    pub fn text(&self, database: Option<&DatabaseFigures>) -> String {
        let asked = Registry::new();
        gauge(&asked, "relais_database_up", "1 where the database has answered this scrape, 0 where it has not.")
            .set(i64::from(database.is_some()));
        if let Some(figures) = database {
            show(&asked, figures);
        }
        let families = [self.registry.gather(), asked.gather()].concat();
        TextEncoder::new().encode_to_string(&families).expect("what is registered can be written")
    }
}

/// How an attempt is told. What speaks of a referral or a partner (withdrawn, frozen, revoked) is one word.
fn outcome(result: AttemptResult) -> &'static str {
    if result.is_of_endpoint() || result == AttemptResult::Fault { result.code() } else { NOT_SENT }
}

const fn class(status: u16) -> &'static str {
    match status {
        100..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

fn show(registry: &Registry, figures: &DatabaseFigures) {
    let waiting = by_channel(
        registry,
        "relais_outbox_waiting_deliveries",
        "Deliveries that wait in the outbox, those of disabled webhooks too.",
    );
    let oldest = by_channel(
        registry,
        "relais_outbox_oldest_waiting_seconds",
        "How long the oldest delivery has waited in the outbox; 0 where none waits.",
    );
    for of in &figures.channels {
        waiting.with_label_values(&[of.channel.code()]).set(of.waiting);
        oldest.with_label_values(&[of.channel.code()]).set(of.oldest_waiting_seconds);
    }
    gauge(
        registry,
        "relais_webhook_endpoints_disabled",
        "Webhooks that are told nothing more until somebody enables them.",
    )
    .set(figures.webhook_endpoints_disabled);
    gauge(
        registry,
        "relais_jobs_oldest_overdue_seconds",
        "For how long the job has been due that is due the longest; 0 where none is.",
    )
    .set(figures.jobs_overdue_seconds);
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    let gauge = IntGauge::new(name, help).expect("our names are in order");
    registry.register(Box::new(gauge.clone())).expect("each name stands once");
    gauge
}

fn by_channel(registry: &Registry, name: &str, help: &str) -> IntGaugeVec {
    let gauges = IntGaugeVec::new(Opts::new(name, help), &["channel"]).expect("our names and labels are in order");
    registry.register(Box::new(gauges.clone())).expect("each name stands once");
    gauges
}
