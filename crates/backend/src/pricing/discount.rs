//! Automatic discounts: the best one of a brand, spread over its lines without losing a minor unit.

use shoptag_commerce::{BasisPoints, BrandId, allocate, divide_half_away_from_zero};
use shoptag_protocol::{AppliedDiscount, PricedLine};

use super::PricingError;

/// An automatic discount of one brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscountTerms {
    /// Unique within the brand.
    pub id: String,
    /// "10 % off two or more from Halden".
    pub label: String,
    /// Items of the brand in the bag, at least.
    pub quantity_min: u32,
    /// Share of the brand's items.
    pub rate: BasisPoints,
}

/// Takes the brand's best discount off its lines: the greatest amount, the first one on a tie. At
/// most one a brand, so that discounts never pile up by accident.
///
/// # Errors
/// [`PricingError::Overflow`].
pub(super) fn apply(
    terms: &[DiscountTerms],
    brand: &BrandId,
    lines: &mut [PricedLine],
) -> Result<Option<AppliedDiscount>, PricingError> {
    let mine: Vec<usize> = (0..lines.len())
        .filter(|&at| lines[at].brand_id == *brand)
        .collect();
    let quantity: u64 = mine.iter().map(|&at| u64::from(lines[at].quantity)).sum();
    let items = mine
        .iter()
        .try_fold(0_i64, |sum, &at| sum.checked_add(lines[at].total_minor))
        .ok_or(PricingError::Overflow)?;
    let Some((label, amount)) = best(terms, quantity, items) else {
        return Ok(None);
    };
    let weights: Vec<u64> = mine
        .iter()
        .map(|&at| u64::try_from(lines[at].total_minor).unwrap_or(0))
        .collect();
    // An amount above zero is a share of items above zero: there is a weight.
    let parts = allocate(amount, &weights).map_err(|_| PricingError::Overflow)?;
    for (&at, part) in mine.iter().zip(parts) {
        lines[at].discount_minor = part;
        lines[at].total_minor -= part;
    }
    Ok(Some(AppliedDiscount {
        label: label.to_owned(),
        amount_minor: amount,
    }))
}

fn best(terms: &[DiscountTerms], quantity: u64, items_minor: i64) -> Option<(&str, i64)> {
    let mut best: Option<(&str, i64)> = None;
    for discount in terms
        .iter()
        .filter(|discount| quantity >= u64::from(discount.quantity_min))
    {
        let product = i128::from(items_minor) * i128::from(discount.rate.get());
        let share = divide_half_away_from_zero(product, i128::from(BasisPoints::WHOLE));
        // At most the whole of an i64.
        let amount = i64::try_from(share).unwrap_or(items_minor);
        if amount > best.map_or(0, |(_, best)| best) {
            best = Some((&discount.label, amount));
        }
    }
    best
}
