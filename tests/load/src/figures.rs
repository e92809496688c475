//! Figures as JSON, and latencies in order.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;

use crate::arguments::Arguments;

/// Writes the figures of a trial where `--figures` says.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn write(arguments: &Arguments, name: &str, figures: &Value) -> Result<()> {
    if let Some(folder) = &arguments.figures {
        fs::create_dir_all(folder)?;
        let text = serde_json::to_string_pretty(figures)?;
        fs::write(folder.join(format!("{name}.json")), text)?;
    }
    Ok(())
}

/// Latencies, sorted.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    /// Sorts them.
    pub(crate) fn new(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        Self(all)
    }

    /// The latency that `per_mille` of all do not exceed, milliseconds; 0 without any.
    pub(crate) fn quantile_ms(&self, per_mille: usize) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let at = self.0.len() * per_mille / 1_000;
        let found = self.0.get(at.min(last)).copied().unwrap_or_default();
        (found.as_secs_f64() * 10_000.0).round() / 10.0
    }
}

/// `count` in `elapsed`, a second.
pub(crate) fn rate(count: usize, elapsed: Duration) -> f64 {
    count as f64 / elapsed.as_secs_f64().max(1e-9)
}
