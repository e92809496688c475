//! Delivery prices, by brand and country.

use shoptag_protocol::{DeliveryChoice, DeliveryOption, DeliveryPromise, QuotedShipment};

use super::{BrandTerms, PricingError};

/// A way in which a brand delivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryTerms {
    /// Unique within the brand.
    pub id: String,
    /// "Standard delivery".
    pub label: String,
    /// ISO 3166-1 alpha-2 codes.
    pub countries: Vec<String>,
    /// Minor units, tax included.
    pub price_minor: i64,
    /// Items of the brand worth at least this much, before discounts, are delivered free.
    pub free_from_minor: Option<i64>,
    /// Earliest, in working days.
    pub days_min: u16,
    /// Latest, in working days.
    pub days_max: u16,
}

impl DeliveryTerms {
    fn option(&self, items_minor: i64) -> DeliveryOption {
        let free = self.free_from_minor.is_some_and(|from| items_minor >= from);
        DeliveryOption {
            id: self.id.clone(),
            label: self.label.clone(),
            price_minor: if free { 0 } else { self.price_minor },
            days_min: self.days_min,
            days_max: self.days_max,
        }
    }
}

/// The brand's options for `country`, cheapest first, with the chosen one: the shopper's, else the
/// cheapest. "Free from" counts items before discounts, so that a discount never adds a delivery
/// price.
///
/// # Errors
/// [`PricingError::NoDelivery`], [`PricingError::UnknownChoice`].
pub(super) fn ship(
    terms: &BrandTerms,
    country: &str,
    items_minor: i64,
    choices: &[DeliveryChoice],
) -> Result<QuotedShipment, PricingError> {
    let mut options: Vec<DeliveryOption> = terms
        .delivery
        .iter()
        .filter(|delivery| delivery.countries.iter().any(|code| code == country))
        .map(|delivery| delivery.option(items_minor))
        .collect();
    options.sort_by_key(|option| option.price_minor);
    let brand_id = &terms.brand.id;
    let cheapest = options
        .first()
        .ok_or_else(|| PricingError::NoDelivery(brand_id.clone()))?;
    let chosen = match choices
        .iter()
        .position(|choice| choice.brand_id == *brand_id)
    {
        None => cheapest.id.clone(),
        Some(index) => {
            let wanted = &choices[index].option_id;
            if !options.iter().any(|option| option.id == *wanted) {
                return Err(PricingError::UnknownChoice(index));
            }
            wanted.clone()
        }
    };
    Ok(QuotedShipment {
        brand: terms.brand.clone(),
        options,
        chosen,
    })
}

/// What the chosen option costs.
pub(super) fn chosen_price(shipment: &QuotedShipment) -> i64 {
    shipment
        .options
        .iter()
        .find(|option| option.id == shipment.chosen)
        .map_or(0, |option| option.price_minor)
}

/// The brand's cheapest delivery to `country` in one line, for the product card; `None` when it
/// does not deliver there.
#[must_use]
pub fn promise(terms: &BrandTerms, country: &str) -> Option<DeliveryPromise> {
    terms
        .delivery
        .iter()
        .filter(|delivery| delivery.countries.iter().any(|code| code == country))
        .min_by_key(|delivery| delivery.price_minor)
        .map(|delivery| DeliveryPromise {
            price_minor: delivery.price_minor,
            free_from_minor: delivery.free_from_minor,
            days_min: delivery.days_min,
            days_max: delivery.days_max,
        })
}
