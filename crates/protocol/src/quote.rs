//! Prices, delivery and tax as the server sees them: `POST /v1/quotes`.
//!
//! A quote holds price and stock for 15 minutes. Asking again with the same `checkout_attempt_id`
//! replaces the earlier quote and its hold. Requests that count themselves (`sequence`) are told
//! apart from earlier ones that come late or twice, which replace nothing.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    BrandId, CheckoutAttemptId, Currency, ProductId, QuoteId, SiteKey, Timestamp, VariantId,
    VideoId,
};
use shoptag_json::readable;

use crate::Brand;

/// What the shopper wants, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteRequest {
    /// The page's site key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteKey,
    /// The video in which the checkout takes place.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoId>,
    /// Made by the client when the checkout opens; at most one order comes of it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub checkout_attempt_id: CheckoutAttemptId,
    /// Counts the requests of the attempt upwards. The newest one's quote stays: an earlier request
    /// that comes late replaces nothing, and the same one again is answered with the same quote.
    /// Left out, whatever comes last replaces what was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u32>,
    /// Must be the site's.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// 1..=500 lines; a variant stands in several only under different receipts.
    pub lines: Vec<QuoteLine>,
    /// ISO 3166-1 alpha-2 of the destination. Enough for prices.
    pub country: String,
    /// Who to reach. Needed before the quote is `ready` to be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Where to deliver. Needed before the quote is `ready` to be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// Chosen delivery by brand; brands that are left out get their cheapest.
    #[serde(default)]
    pub delivery: Vec<DeliveryChoice>,
}

/// How many of what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteLine {
    /// What.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
    /// 1..=1 000.
    pub quantity: u32,
    /// What the order will carry for this line. Needed only to tell lines of one variant apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// Who to reach about the order. Personal data: stays with the quote and its address record, never
/// in the order, the ledger or a log.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contact {
    /// An address of at most 254 characters.
    pub email: String,
    /// Full name, 1..=100 characters.
    pub name: String,
    /// Optional, at most 30 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Where to deliver. Personal data, as [`Contact`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// Street and number, 1..=100 characters.
    pub line1: String,
    /// Flat, floor; at most 100 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line2: Option<String>,
    /// In the country's own form.
    pub postcode: String,
    /// 1..=100 characters.
    pub city: String,
}

/// Personal data never reaches a log through `{:?}`.
impl std::fmt::Debug for Contact {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Contact(..)")
    }
}

/// Personal data never reaches a log through `{:?}`.
impl std::fmt::Debug for Address {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Address(..)")
    }
}

/// One brand's delivery option, chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryChoice {
    /// Whose.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub brand_id: BrandId,
    /// [`DeliveryOption::id`].
    pub option_id: String,
}

/// The server's answer: what it costs, until when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    /// Named in the order.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub quote_id: QuoteId,
    /// As asked.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub checkout_attempt_id: CheckoutAttemptId,
    /// Server's time at which it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub quoted_at: Timestamp,
    /// Price and stock are held until then.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub expires_at: Timestamp,
    /// ISO 4217.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// In the order asked.
    pub lines: Vec<PricedLine>,
    /// One a brand.
    pub shipments: Vec<QuotedShipment>,
    /// What was taken off, and why.
    pub discounts: Vec<AppliedDiscount>,
    /// The sums.
    pub totals: Totals,
    /// Contact and address are there and valid: an order may name this quote.
    pub ready: bool,
}

readable!(Quote {
    quote_id,
    checkout_attempt_id,
    quoted_at,
    expires_at,
    currency,
    lines,
    shipments,
    discounts,
    totals,
    ready
});

/// A line with its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PricedLine {
    /// What.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
    /// Its product.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// Its seller.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub brand_id: BrandId,
    /// The product's title.
    pub title: String,
    /// "Sand / 42"; empty without options.
    pub variant_label: String,
    /// Thumbnail, if there is one.
    pub image_url: Option<String>,
    /// How many.
    pub quantity: u32,
    /// Each, minor units, tax included.
    pub unit_price_minor: i64,
    /// Share of the discounts, minor units, 0 or more, of the whole line.
    pub discount_minor: i64,
    /// `unit_price_minor * quantity - discount_minor`.
    pub total_minor: i64,
    /// Tax contained in `total_minor`.
    pub tax_minor: i64,
}

readable!(PricedLine {
    variant_id,
    product_id,
    brand_id,
    title,
    variant_label,
    image_url,
    quantity,
    unit_price_minor,
    discount_minor,
    total_minor,
    tax_minor
});

/// What one brand sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuotedShipment {
    /// Who.
    pub brand: Brand,
    /// At least one, cheapest first.
    pub options: Vec<DeliveryOption>,
    /// [`DeliveryOption::id`] of the chosen one.
    pub chosen: String,
}

readable!(QuotedShipment {
    brand,
    options,
    chosen
});

/// A way of delivery and its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryOption {
    /// "standard", "express".
    pub id: String,
    /// "Standard delivery".
    pub label: String,
    /// Minor units, tax included; 0 is free.
    pub price_minor: i64,
    /// Earliest, in working days.
    pub days_min: u16,
    /// Latest, in working days.
    pub days_max: u16,
}

readable!(DeliveryOption {
    id,
    label,
    price_minor,
    days_min,
    days_max
});

/// An automatic discount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppliedDiscount {
    /// "10 % off two or more from Halden".
    pub label: String,
    /// Minor units, more than 0.
    pub amount_minor: i64,
}

readable!(AppliedDiscount {
    label,
    amount_minor
});

/// The sums of a quote or an order, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Totals {
    /// Unit prices times quantities, before discounts.
    pub items_minor: i64,
    /// All discounts, 0 or more.
    pub discount_minor: i64,
    /// All shipments.
    pub delivery_minor: i64,
    /// Tax contained in `total_minor`.
    pub tax_minor: i64,
    /// `items_minor - discount_minor + delivery_minor`.
    pub total_minor: i64,
}

readable!(Totals {
    items_minor,
    discount_minor,
    delivery_minor,
    tax_minor,
    total_minor
});
