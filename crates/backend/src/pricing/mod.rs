//! What a bag costs: pure integer arithmetic over catalogue values, discounts, delivery and tax.
//!
//! Prices include tax. Every sum is checked; nothing wraps and no minor unit is lost.

mod delivery;
mod discount;
mod tax;

use std::collections::BTreeMap;

use shoptag_commerce::{BasisPoints, BrandId};
use shoptag_protocol::{
    AppliedDiscount, Brand, DeliveryChoice, PricedLine, QuotedShipment, Totals,
};

pub use delivery::{DeliveryTerms, promise};
pub use discount::DiscountTerms;
pub use tax::{TaxRate, contained_tax};

/// A thing to price, with what the catalogue says of it now.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The line as it will be answered; `discount_minor`, `total_minor` and `tax_minor` are
    /// ignored.
    pub line: PricedLine,
    /// The product's category, as in the tax table; empty when it has none.
    pub category: String,
}

/// How one brand sells.
#[derive(Debug, Clone, PartialEq)]
pub struct BrandTerms {
    /// Who.
    pub brand: Brand,
    /// Days in which the shopper may send it back.
    pub return_days: u16,
    /// Ways of delivery, in the brand's order.
    pub delivery: Vec<DeliveryTerms>,
    /// Automatic discounts, in the brand's order.
    pub discounts: Vec<DiscountTerms>,
}

/// What a tenant's brands and countries decide about prices.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SellingTerms {
    /// By brand id.
    pub brands: BTreeMap<BrandId, BrandTerms>,
    /// By country and category.
    pub tax: Vec<TaxRate>,
}

/// The price of a bag.
#[derive(Debug, Clone, PartialEq)]
pub struct Priced {
    /// In the order asked.
    pub lines: Vec<PricedLine>,
    /// One a brand, in the order in which the brands appear.
    pub shipments: Vec<QuotedShipment>,
    /// What was taken off.
    pub discounts: Vec<AppliedDiscount>,
    /// The sums.
    pub totals: Totals,
}

/// Why a bag has no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// A sum does not fit 64 bits of minor units.
    #[error("an amount does not fit 64 bits")]
    Overflow,
    /// A brand of the bag delivers nothing to the country.
    #[error("{0} does not deliver there")]
    NoDelivery(BrandId),
    /// A chosen delivery option does not exist for the country. The index is into the choices.
    #[error("choice {0} names no delivery option")]
    UnknownChoice(usize),
    /// The tax table has no rate for the country: nothing can be sold there.
    #[error("no tax rate for the country")]
    NoTaxRate,
}

/// Prices `items` for `country`.
///
/// # Errors
/// [`PricingError`]; nothing is priced in part.
pub fn price(
    items: &[Item],
    country: &str,
    choices: &[DeliveryChoice],
    terms: &SellingTerms,
) -> Result<Priced, PricingError> {
    let mut lines = items
        .iter()
        .map(undiscounted)
        .collect::<Result<Vec<_>, _>>()?;
    let brands = brands_in_order(&lines);
    for (index, choice) in choices.iter().enumerate() {
        if !brands.contains(&choice.brand_id) {
            return Err(PricingError::UnknownChoice(index));
        }
    }
    let mut shipments = Vec::with_capacity(brands.len());
    let mut discounts = Vec::new();
    for brand_id in &brands {
        let brand = terms
            .brands
            .get(brand_id)
            .ok_or_else(|| PricingError::NoDelivery(brand_id.clone()))?;
        let items_minor = brand_items(&lines, brand_id)?;
        let shipment = delivery::ship(brand, country, items_minor, choices)?;
        discounts.extend(discount::apply(&brand.discounts, brand_id, &mut lines)?);
        shipments.push(shipment);
    }
    for (line, item) in lines.iter_mut().zip(items) {
        let rate = tax::rate(&terms.tax, country, &item.category)?;
        line.tax_minor = contained_tax(line.total_minor, rate);
    }
    let delivery_rate = tax::delivery_rate(&terms.tax, country)?;
    let totals = sum(&lines, &shipments, delivery_rate)?;
    Ok(Priced {
        lines,
        shipments,
        discounts,
        totals,
    })
}

fn undiscounted(item: &Item) -> Result<PricedLine, PricingError> {
    let mut line = item.line.clone();
    line.discount_minor = 0;
    line.total_minor = line_items(&line)?;
    Ok(line)
}

fn line_items(line: &PricedLine) -> Result<i64, PricingError> {
    line.unit_price_minor
        .checked_mul(i64::from(line.quantity))
        .ok_or(PricingError::Overflow)
}

fn brands_in_order(lines: &[PricedLine]) -> Vec<BrandId> {
    let mut brands: Vec<BrandId> = Vec::new();
    for line in lines {
        if !brands.contains(&line.brand_id) {
            brands.push(line.brand_id.clone());
        }
    }
    brands
}

/// What a brand's lines cost before discounts.
fn brand_items(lines: &[PricedLine], brand: &BrandId) -> Result<i64, PricingError> {
    add(lines
        .iter()
        .filter(|line| line.brand_id == *brand)
        .map(|line| line.total_minor))
}

fn sum(
    lines: &[PricedLine],
    shipments: &[QuotedShipment],
    delivery_rate: BasisPoints,
) -> Result<Totals, PricingError> {
    let items = lines
        .iter()
        .map(line_items)
        .collect::<Result<Vec<_>, _>>()
        .and_then(|all| add(all.into_iter()))?;
    let discount = add(lines.iter().map(|line| line.discount_minor))?;
    let prices = || shipments.iter().map(delivery::chosen_price);
    let delivery = add(prices())?;
    let tax = add(lines
        .iter()
        .map(|line| line.tax_minor)
        .chain(prices().map(|price| contained_tax(price, delivery_rate))))?;
    let total = add([items, -discount, delivery].into_iter())?;
    Ok(Totals {
        items_minor: items,
        discount_minor: discount,
        delivery_minor: delivery,
        tax_minor: tax,
        total_minor: total,
    })
}

fn add(mut amounts: impl Iterator<Item = i64>) -> Result<i64, PricingError> {
    amounts
        .try_fold(0_i64, i64::checked_add)
        .ok_or(PricingError::Overflow)
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
