//! Amounts of money: integer minor units with their currency. Every operation is checked.

use crate::{BasisPoints, Currency};

/// An amount in the minor unit of its currency (cents for EUR, yen for JPY). May be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// Signed minor units.
    pub amount_minor: i64,
    /// What the units are of.
    pub currency: Currency,
}

/// Why two amounts could not be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The result does not fit 64 bits. Nothing wraps; the caller answers `amount-overflow`.
    #[error("the amount does not fit 64 bits of minor units")]
    Overflow,
    /// The amounts have different currencies. Shoptag never converts.
    #[error("the amounts have different currencies")]
    CurrencyMismatch,
}

impl Money {
    /// An amount of `amount_minor` minor units of `currency`.
    #[must_use]
    pub const fn new(amount_minor: i64, currency: Currency) -> Self {
        Self {
            amount_minor,
            currency,
        }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`], [`AmountError::Overflow`].
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`], [`AmountError::Overflow`].
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_sub)
    }

    /// The amount of `quantity` such things.
    ///
    /// # Errors
    /// [`AmountError::Overflow`].
    pub fn checked_mul(self, quantity: i64) -> Result<Self, AmountError> {
        let amount_minor = self
            .amount_minor
            .checked_mul(quantity)
            .ok_or(AmountError::Overflow)?;
        Ok(Self::new(amount_minor, self.currency))
    }

    /// `rate` of the amount, rounded half away from zero.
    ///
    /// ```
    /// use shoptag_commerce::{BasisPoints, Currency, Money};
    /// let eur = Currency::parse("EUR").unwrap();
    /// let half = BasisPoints::new(5_000).unwrap();
    /// assert_eq!(Money::new(3, eur).share(half), Money::new(2, eur));
    /// assert_eq!(Money::new(-3, eur).share(half), Money::new(-2, eur));
    /// ```
    #[must_use]
    pub fn share(self, rate: BasisPoints) -> Self {
        let product = i128::from(self.amount_minor) * i128::from(rate.get());
        let rounded = divide_half_away_from_zero(product, i128::from(BasisPoints::WHOLE));
        // At most 100 % of an i64: it fits.
        Self::new(
            i64::try_from(rounded).unwrap_or(self.amount_minor),
            self.currency,
        )
    }

    fn combine(
        self,
        other: Self,
        operation: fn(i64, i64) -> Option<i64>,
    ) -> Result<Self, AmountError> {
        if self.currency != other.currency {
            return Err(AmountError::CurrencyMismatch);
        }
        let amount_minor =
            operation(self.amount_minor, other.amount_minor).ok_or(AmountError::Overflow)?;
        Ok(Self::new(amount_minor, self.currency))
    }
}

/// `numerator / denominator` rounded to the nearest integer, halves away from zero, so that the
/// result for a negative numerator is the exact opposite. A denominator below 1 counts as 1.
#[must_use]
pub fn divide_half_away_from_zero(numerator: i128, denominator: i128) -> i128 {
    let denominator = denominator.max(1);
    let magnitude = numerator.unsigned_abs();
    let divisor = denominator.unsigned_abs();
    let quotient = magnitude / divisor;
    let remainder = magnitude % divisor;
    let rounded = if remainder >= divisor - remainder {
        quotient + 1
    } else {
        quotient
    };
    let signed = i128::try_from(rounded).unwrap_or(i128::MAX);
    if numerator < 0 { -signed } else { signed }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn eur(amount_minor: i64) -> Money {
        Money::new(amount_minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn amounts_of_two_currencies_do_not_mix() {
        let yen = Money::new(1, Currency::parse("JPY").unwrap());
        assert_eq!(eur(1).checked_add(yen), Err(AmountError::CurrencyMismatch));
    }

    #[test]
    fn overflow_is_an_error_and_never_wraps() {
        assert_eq!(
            eur(i64::MAX).checked_add(eur(1)),
            Err(AmountError::Overflow)
        );
        assert_eq!(
            eur(i64::MIN).checked_sub(eur(1)),
            Err(AmountError::Overflow)
        );
        assert_eq!(
            eur(9_000_000_000_000_000).checked_mul(10_000),
            Err(AmountError::Overflow)
        );
    }

    #[test]
    fn halves_round_away_from_zero() {
        for (numerator, denominator, expected) in [
            (1, 2, 1),
            (-1, 2, -1),
            (3, 2, 2),
            (4, 3, 1),
            (5, 3, 2),
            (-5, 3, -2),
            (0, 7, 0),
        ] {
            assert_eq!(divide_half_away_from_zero(numerator, denominator), expected);
        }
    }

    proptest! {
        #[test]
        fn a_share_of_the_opposite_is_the_opposite(
            amount in i64::MIN + 1..=i64::MAX, rate in 0_u16..=10_000
        ) {
            let rate = BasisPoints::new(rate).unwrap();
            let share = eur(amount).share(rate).amount_minor;
            prop_assert_eq!(eur(-amount).share(rate).amount_minor, -share);
            prop_assert!(share.unsigned_abs() <= amount.unsigned_abs());
        }
    }
}
