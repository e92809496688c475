//! Instants. A clock is never read here; every rule takes `now` as an argument.

use serde::{Deserialize, Serialize};
use shoptag_json::{Readable, Reader, Value};

/// Milliseconds in a second.
pub const SECOND_MS: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
/// Milliseconds in an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds in a day of 24 hours (all our windows are of this kind, not calendar days).
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// An instant, UTC, in milliseconds since 1970-01-01T00:00Z. A number on the wire.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant `ms` milliseconds after the epoch.
    #[must_use]
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn ms(self) -> i64 {
        self.0
    }

    /// The instant `ms` later (earlier when negative), held at the ends of the range.
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to `self`; negative when `self` is the earlier one.
    #[must_use]
    pub const fn since_ms(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Readable for Timestamp {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        Self(from.whole())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_signed_and_never_wrap() {
        let early = Timestamp::from_ms(10);
        assert_eq!(early.plus_ms(5).since_ms(early), 5);
        assert_eq!(early.since_ms(early.plus_ms(5)), -5);
        assert_eq!(Timestamp::from_ms(i64::MAX).plus_ms(1).ms(), i64::MAX);
    }
}
