//! A request that is made again until there is a final answer. Pure.

use shoptag_commerce::{MINUTE_MS, SECOND_MS, Timestamp};

/// First and longest delay before a failed request is made again, milliseconds.
const RETRY_MS_MIN: i64 = 2 * SECOND_MS;
const RETRY_MS_MAX: i64 = MINUTE_MS;

/// Failures in a row after which a request is given up: some eight minutes.
const FAILURES_MAX: u32 = 12;

/// When a request is due, and how often it has failed. Nothing is due while an answer is awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Attempt {
    due: Option<Timestamp>,
    failures: u32,
}

impl Attempt {
    /// Due at `due`, and never failed.
    pub(super) fn at(due: Timestamp) -> Self {
        let failures = 0;
        Self {
            due: Some(due),
            failures,
        }
    }

    /// When it is due; `None`: an answer is awaited, or nothing is wanted.
    pub(super) fn due(self) -> Option<Timestamp> {
        self.due
    }

    /// Whether it is due; if so, it is being made from here on.
    pub(super) fn take(&mut self, now: Timestamp) -> bool {
        let is_due = self.due.is_some_and(|due| due <= now);
        if is_due {
            self.due = None;
        }
        is_due
    }

    /// It failed: due again after a delay that grows, moved by `jitter_ms`.
    pub(super) fn failed(&mut self, now: Timestamp, jitter_ms: i64) {
        let delay_ms = RETRY_MS_MIN << self.failures.min(5);
        self.failures = self.failures.saturating_add(1);
        self.due = Some(now.plus_ms(delay_ms.min(RETRY_MS_MAX) + jitter_ms));
    }

    /// Whether it has failed too often to be made again.
    pub(super) fn is_hopeless(self) -> bool {
        self.failures >= FAILURES_MAX
    }

    /// What waits after a failure is due now: the network is back.
    pub(super) fn hurry(&mut self, now: Timestamp) {
        if self.failures > 0 {
            self.due = self.due.map(|due| due.min(now));
        }
    }
}
