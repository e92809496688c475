//! Logs and metrics. Nothing here ever sees a name, an address, a secret or a body.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use axum::extract::State;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tracing_subscriber::EnvFilter;

use crate::error::ApiError;
use crate::log_lines::LogLines;
use crate::state::Shared;
use crate::store::StoreCounters;

/// Media type of the exposition format.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets, seconds: from one fsync of a fast disk to the deadline.
const BUCKETS_S: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Route template, method and status of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    method: String,
    route: String,
    status: u16,
}

/// Route template of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

/// What is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    answers: Family<AnswerLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    /// Quotes made.
    pub quotes: Counter,
    /// Orders placed.
    pub orders_placed: Counter,
    /// Orders that were sent again and got their first answer again.
    pub orders_replayed: Counter,
    /// Orders refused with an answer that is kept.
    pub orders_refused: Counter,
    /// Orders cancelled by their shopper.
    pub orders_cancelled: Counter,
    /// Changes that were turned away unread because there was too much to do.
    pub turned_away: Counter,
    /// Tokens exchanged for receipts of clicks.
    pub clicks: Counter,
    /// Touchpoints stored.
    pub touchpoints: Counter,
    /// Touchpoints that devices gave up unsent, by their own account.
    pub touchpoints_dropped: Counter,
    /// Touchpoints whose id came again with another body; the first one counts.
    pub touchpoint_conflicts: Counter,
}

/// Size of the store's journal at the moment of asking.
#[derive(Debug)]
struct JournalSize(PathBuf);

impl Collector for JournalSize {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let bytes = std::fs::metadata(&self.0).map_or(0, |file| file.len());
        let size = ConstGauge::new(i64::try_from(bytes).unwrap_or(i64::MAX));
        let help = "Changes that are not carried over into the database file";
        let kind = size.metric_type();
        size.encode(encoder.encode_descriptor("store_journal", help, Some(&Unit::Bytes), kind)?)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Everything at zero.
    #[must_use]
    pub fn new() -> Self {
        let mut registry = Registry::with_prefix("shoptag");
        let metrics = Self {
            answers: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS_S)),
            quotes: Counter::default(),
            orders_placed: Counter::default(),
            orders_replayed: Counter::default(),
            orders_refused: Counter::default(),
            orders_cancelled: Counter::default(),
            turned_away: Counter::default(),
            clicks: Counter::default(),
            touchpoints: Counter::default(),
            touchpoints_dropped: Counter::default(),
            touchpoint_conflicts: Counter::default(),
            registry: Mutex::default(),
        };
        registry.register("http_answers", "Answers", metrics.answers.clone());
        registry.register_with_unit(
            "http_duration",
            "Time from request to answer",
            Unit::Seconds,
            metrics.durations.clone(),
        );
        for (name, help, counter) in [
            ("quotes", "Quotes made", &metrics.quotes),
            ("orders_placed", "Orders placed", &metrics.orders_placed),
            (
                "orders_replayed",
                "Orders answered again",
                &metrics.orders_replayed,
            ),
            (
                "orders_refused",
                "Orders refused for good",
                &metrics.orders_refused,
            ),
            (
                "orders_cancelled",
                "Orders cancelled by shoppers",
                &metrics.orders_cancelled,
            ),
            (
                "turned_away",
                "Changes turned away unread because there was too much to do",
                &metrics.turned_away,
            ),
            ("clicks", "Tokens exchanged for receipts", &metrics.clicks),
            ("touchpoints", "Touchpoints stored", &metrics.touchpoints),
            (
                "touchpoints_dropped",
                "Touchpoints given up by devices whose journal was full",
                &metrics.touchpoints_dropped,
            ),
            (
                "touchpoint_conflicts",
                "Touchpoint ids sent again with another body",
                &metrics.touchpoint_conflicts,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        Self {
            registry: Mutex::new(registry),
            ..metrics
        }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, method: &Method, route: &str, status: u16, elapsed: Duration) {
        // Methods are an open set: a client must not be able to make new time series.
        let method = match *method {
            Method::GET | Method::POST | Method::HEAD | Method::OPTIONS => method.as_str(),
            _ => "other",
        };
        let labels = AnswerLabels {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.answers.get_or_create(&labels).inc();
        let labels = RouteLabels {
            route: route.to_owned(),
        };
        self.durations
            .get_or_create(&labels)
            .observe(elapsed.as_secs_f64());
    }

    /// Also shows what the store counts.
    pub(crate) fn show_store(&self, counters: &StoreCounters) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let commits = "Transactions made durable";
        registry.register("store_commits", commits, counters.commits.clone());
        let syncs = "Syncs of the journal, each for one transaction or more";
        registry.register("store_syncs", syncs, counters.syncs.clone());
        let writes = "Changes that those transactions carried";
        registry.register("store_writes", writes, counters.writes.clone());
        if let Some(journal) = counters.journal.clone() {
            registry.register_collector(Box::new(JournalSize(journal)));
        }
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(
            &mut text,
            &self.registry.lock().unwrap_or_else(PoisonError::into_inner),
        )?;
        Ok(text)
    }
}

/// Counters and histograms in the OpenMetrics text format.
#[utoipa::path(
    get, path = "/metrics", tag = "operation",
    responses((status = 200, description = "OpenMetrics text", content_type = "text/plain"))
)]
pub(crate) async fn metrics(State(state): State<Shared>) -> Response {
    match state.metrics.text() {
        Ok(text) => ([(CONTENT_TYPE, OPENMETRICS)], text).into_response(),
        Err(_) => ApiError::new(shoptag_protocol::code::INTERNAL).into_response(),
    }
}

/// Log lines that may still wait to be written.
#[must_use = "the last lines are written when it is dropped"]
pub struct Log(LogLines);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush_all();
    }
}

/// Writes logs as JSON lines to standard error, without ever waiting for who reads them;
/// `SHOPTAG_LOG` chooses what (default `info`).
///
/// # Errors
/// There are no more threads.
pub fn log_to_stderr() -> std::io::Result<Log> {
    let filter = EnvFilter::try_from_env("SHOPTAG_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = LogLines::to(std::io::stderr())?;
    let log = Log(lines.clone());
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(move || lines.clone())
        .init();
    Ok(log)
}
