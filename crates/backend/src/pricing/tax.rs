//! Tax contained in a price, by country and category.

use shoptag_commerce::{BasisPoints, divide_half_away_from_zero};

use super::PricingError;

/// The category that stands for all others.
const EVERY_CATEGORY: &str = "*";

/// The category of delivery prices; a country without it taxes delivery at its general rate.
const DELIVERY_CATEGORY: &str = "delivery";

/// One row of a tenant's tax table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxRate {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// `*`, or a category path such as `Home & Garden > Plants`; it also holds for what lies below.
    pub category: String,
    /// The rate, of the price without tax.
    pub rate: BasisPoints,
}

/// The rate for `category` in `country`: that of the longest path which contains it, else the
/// general one.
///
/// # Errors
/// [`PricingError::NoTaxRate`] when the country has no general rate either.
pub(super) fn rate(
    table: &[TaxRate],
    country: &str,
    category: &str,
) -> Result<BasisPoints, PricingError> {
    table
        .iter()
        .filter(|row| row.country == country && contains(&row.category, category))
        .max_by_key(|row| {
            if row.category == EVERY_CATEGORY {
                0
            } else {
                row.category.len()
            }
        })
        .map(|row| row.rate)
        .ok_or(PricingError::NoTaxRate)
}

/// The rate of delivery prices in `country`.
///
/// # Errors
/// [`PricingError::NoTaxRate`].
pub(super) fn delivery_rate(table: &[TaxRate], country: &str) -> Result<BasisPoints, PricingError> {
    rate(table, country, DELIVERY_CATEGORY)
}

fn contains(row: &str, category: &str) -> bool {
    row == EVERY_CATEGORY
        || category
            .strip_prefix(row)
            .is_some_and(|below| below.is_empty() || below.starts_with(" > "))
}

/// The tax in `gross_minor`: `gross * rate / (1 + rate)`, rounded half away from zero once a line.
#[must_use]
pub fn contained_tax(gross_minor: i64, rate: BasisPoints) -> i64 {
    let rate = i128::from(rate.get());
    let whole = i128::from(BasisPoints::WHOLE) + rate;
    let tax = divide_half_away_from_zero(i128::from(gross_minor) * rate, whole);
    // Not more than the gross amount: it fits.
    i64::try_from(tax).unwrap_or(gross_minor)
}
