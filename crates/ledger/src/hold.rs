//! How long a commission waits after delivery.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{DAY_MS, Timestamp};

/// The periods that a brand may set, days after delivery.
pub const HOLD_DAYS: [u16; 7] = [0, 7, 14, 15, 30, 60, 90];

/// One of [`HOLD_DAYS`]; a number of days on the wire. Default 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct HoldPeriod(u16);

/// The number of days is not one of [`HOLD_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hold is 0, 7, 14, 15, 30, 60 or 90 days")]
pub struct HoldError;

impl HoldPeriod {
    /// A hold of `days`.
    ///
    /// # Errors
    /// [`HoldError`] for any number that is not in [`HOLD_DAYS`].
    pub fn days(days: u16) -> Result<Self, HoldError> {
        if HOLD_DAYS.contains(&days) {
            Ok(Self(days))
        } else {
            Err(HoldError)
        }
    }

    /// First instant at which what was delivered at `delivered_at` may be posted.
    #[must_use]
    pub fn over_at(self, delivered_at: Timestamp) -> Timestamp {
        delivered_at.plus_ms(i64::from(self.0) * DAY_MS)
    }
}

impl Default for HoldPeriod {
    fn default() -> Self {
        Self(15)
    }
}

impl TryFrom<u16> for HoldPeriod {
    type Error = HoldError;

    fn try_from(days: u16) -> Result<Self, HoldError> {
        Self::days(days)
    }
}

impl From<HoldPeriod> for u16 {
    fn from(hold: HoldPeriod) -> Self {
        hold.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_seven_periods_are_holds() {
        let allowed: Vec<u16> = (0..=400)
            .filter(|days| HoldPeriod::days(*days).is_ok())
            .collect();
        assert_eq!(allowed, HOLD_DAYS);
    }
}
