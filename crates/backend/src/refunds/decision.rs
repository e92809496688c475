//! How much a refund gives back, and how much of the commission's base goes with it. Pure.
//!
//! Everything is a function of the sum refunded so far, so that no series of refunds drifts: the
//! parts add up to the whole exactly.

use shoptag_commerce::divide_half_away_from_zero;
use shoptag_protocol::{RefundLine, code};

use crate::error::ApiError;

/// A line and what was refunded of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineFacts {
    /// Paid for the line, tax included, minor units.
    pub total_minor: i64,
    /// Tax in it, minor units.
    pub tax_minor: i64,
    /// Items.
    pub quantity: u32,
    /// Refunded so far, minor units.
    pub refunded_minor: i64,
    /// Items refunded so far.
    pub refunded_quantity: u32,
    /// Of the base, refunded so far, minor units.
    pub refunded_base_minor: i64,
}

/// What a refund takes from a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRefund {
    /// Minor units, at least 1.
    pub amount_minor: i64,
    /// Items, 0 for a refund by amount.
    pub quantity: u32,
    /// Of the base, minor units, at least 0.
    pub base_minor: i64,
}

impl LineFacts {
    fn left_minor(&self) -> i64 {
        self.total_minor - self.refunded_minor
    }

    /// The base's part that goes with `amount_minor` more.
    fn base_of(&self, amount_minor: i64) -> i64 {
        let base = i128::from(self.total_minor - self.tax_minor);
        let refunded = i128::from(self.refunded_minor) + i128::from(amount_minor);
        let due = divide_half_away_from_zero(base * refunded, i128::from(self.total_minor));
        // At most the base, which is an i64.
        i64::try_from(due).unwrap_or(i64::MAX) - self.refunded_base_minor
    }

    /// What `quantity` items of the line cost together, minor units.
    fn cost_of(&self, quantity: u32) -> i64 {
        let cost = i128::from(self.total_minor) * i128::from(quantity);
        let cost = divide_half_away_from_zero(cost, i128::from(self.quantity));
        i64::try_from(cost).unwrap_or(i64::MAX)
    }
}

/// What a request takes from its line.
///
/// # Errors
/// `refund-amount`, `over-refund`, with the field `/lines/{index}`.
pub fn share(facts: &LineFacts, wish: &RefundLine, index: usize) -> Result<LineRefund, ApiError> {
    let at = format!("/lines/{index}");
    let nothing = |detail| ApiError::field(code::REFUND_AMOUNT, at.clone(), detail);
    let over = || {
        let detail = format!(
            "At most {} minor units can be refunded.",
            facts.left_minor()
        );
        ApiError::field(code::OVER_REFUND, at.clone(), detail)
    };
    let (amount_minor, quantity) = match (wish.amount_minor, wish.quantity) {
        (Some(amount), None) => (amount, 0),
        (None, Some(quantity)) => {
            let after = facts
                .refunded_quantity
                .checked_add(quantity)
                .filter(|after| *after <= facts.quantity)
                .ok_or_else(over)?;
            let cost = facts.cost_of(after) - facts.cost_of(facts.refunded_quantity);
            (cost, quantity)
        }
        _ => return Err(nothing("Give either an amount or a quantity.")),
    };
    if amount_minor < 1 {
        return Err(nothing("Refund at least one minor unit."));
    }
    if amount_minor > facts.left_minor() {
        return Err(over());
    }
    Ok(LineRefund {
        amount_minor,
        quantity,
        base_minor: facts.base_of(amount_minor),
    })
}

/// All that remains of a line, as a return or a cancellation gives back; `None`: nothing remains.
#[must_use]
pub fn remaining(facts: &LineFacts) -> Option<LineRefund> {
    let amount_minor = facts.left_minor();
    (amount_minor > 0).then(|| LineRefund {
        amount_minor,
        quantity: facts.quantity.saturating_sub(facts.refunded_quantity),
        base_minor: facts.base_of(amount_minor),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(total_minor: i64, tax_minor: i64, quantity: u32) -> LineFacts {
        LineFacts {
            total_minor,
            tax_minor,
            quantity,
            refunded_minor: 0,
            refunded_quantity: 0,
            refunded_base_minor: 0,
        }
    }

    fn after(facts: LineFacts, refund: LineRefund) -> LineFacts {
        LineFacts {
            refunded_minor: facts.refunded_minor + refund.amount_minor,
            refunded_quantity: facts.refunded_quantity + refund.quantity,
            refunded_base_minor: facts.refunded_base_minor + refund.base_minor,
            ..facts
        }
    }

    fn wish(amount_minor: Option<i64>, quantity: Option<u32>) -> RefundLine {
        RefundLine {
            line: 0,
            amount_minor,
            quantity,
        }
    }

    #[test]
    fn a_refund_names_what_it_gives_back() {
        let check = |wish: RefundLine, expected: Result<(i64, u32, i64), &str>| {
            let found = share(&line(10_000, 1_597, 3), &wish, 0);
            let found = found.map(|it| (it.amount_minor, it.quantity, it.base_minor));
            let found = found.map_err(|error| error.problem.code);
            assert_eq!(found, expected.map_err(str::to_owned), "{wish:?}");
        };
        check(wish(Some(10_000), None), Ok((10_000, 0, 8_403)));
        check(wish(Some(1), None), Ok((1, 0, 1)));
        check(wish(None, Some(1)), Ok((3_333, 1, 2_801)));
        check(wish(None, Some(3)), Ok((10_000, 3, 8_403)));
        check(wish(Some(10_001), None), Err("over-refund"));
        check(wish(None, Some(4)), Err("over-refund"));
        check(wish(None, Some(u32::MAX)), Err("over-refund"));
        check(wish(Some(0), None), Err("refund-amount"));
        check(wish(Some(-5), None), Err("refund-amount"));
        check(wish(None, Some(0)), Err("refund-amount"));
        check(wish(None, None), Err("refund-amount"));
        check(wish(Some(1), Some(1)), Err("refund-amount"));
    }

    proptest! {
        #[test]
        fn any_series_of_refunds_adds_up_to_the_whole(
            total in 1_i64..1_000_000, tax_share in 0_i64..100,
            amounts in prop::collection::vec(1_i64..200_000, 0..8)
        ) {
            let tax = total * tax_share / 100;
            let mut facts = line(total, tax, 4);
            for amount in amounts {
                if let Ok(refund) = share(&facts, &wish(Some(amount), None), 0) {
                    prop_assert!(refund.base_minor >= 0);
                    facts = after(facts, refund);
                }
            }
            if let Some(rest) = remaining(&facts) {
                facts = after(facts, rest);
            }
            prop_assert_eq!(facts.refunded_minor, total);
            prop_assert_eq!(facts.refunded_base_minor, total - tax);
            prop_assert!(remaining(&facts).is_none());
        }

        #[test]
        fn items_refunded_one_by_one_cost_what_they_cost_together(
            total in 1_i64..1_000_000, quantity in 1_u32..50
        ) {
            let mut facts = line(total, 0, quantity);
            for _ in 0..quantity {
                if let Ok(refund) = share(&facts, &wish(None, Some(1)), 0) {
                    facts = after(facts, refund);
                } else {
                    // An item that costs less than half a minor unit.
                    facts.refunded_quantity += 1;
                }
            }
            prop_assert_eq!(facts.refunded_minor, total);
        }
    }
}
