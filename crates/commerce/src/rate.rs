//! Rates in basis points.

use serde::{Deserialize, Serialize};

/// A rate in hundredths of a percent, 0..=10 000 (0 % to 100 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct BasisPoints(u16);

/// The rate is above 100 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is at most 10000 basis points")]
pub struct RateError;

impl BasisPoints {
    /// 100 %.
    pub const WHOLE: u16 = 10_000;

    /// A rate of `basis_points`.
    ///
    /// # Errors
    /// [`RateError`] above 10 000.
    pub fn new(basis_points: u16) -> Result<Self, RateError> {
        if basis_points > Self::WHOLE {
            Err(RateError)
        } else {
            Ok(Self(basis_points))
        }
    }

    /// The number of basis points.
    #[must_use]
    pub fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = RateError;

    fn try_from(basis_points: u16) -> Result<Self, Self::Error> {
        Self::new(basis_points)
    }
}

impl From<BasisPoints> for u16 {
    fn from(rate: BasisPoints) -> Self {
        rate.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_above_the_whole_is_refused() {
        assert_eq!(BasisPoints::new(10_000).unwrap().get(), 10_000);
        assert_eq!(BasisPoints::new(10_001), Err(RateError));
    }
}
