//! The confirmed order: `POST /v1/orders`, and what its secret link shows.

use std::fmt;

use serde::de::{IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use shoptag_commerce::{
    BrandId, CheckoutAttemptId, Currency, OrderId, ProductId, QuoteId, SiteKey, Timestamp,
    VariantId,
};
use shoptag_json::{readable, readable_name};

use crate::{Brand, CreatorInfo, DeliveryOption, Totals};

/// The shopper's confirmation. Amounts are evidence of what the shopper saw; the server prices
/// again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRequest {
    /// The page's site key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteKey,
    /// UUIDv7, made by the client.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    /// The attempt this order ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub checkout_attempt_id: CheckoutAttemptId,
    /// The quote that the shopper accepted.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub quote_id: QuoteId,
    /// Must be the quote's.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Must be the quote's lines.
    pub lines: Vec<OrderLine>,
    /// What the shopper saw on the button, minor units.
    pub total_minor: i64,
    /// What the shopper saw as taken off, minor units; `None`: not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_minor: Option<i64>,
    /// How it is paid.
    pub payment: Payment,
    /// The shopper's clock, RFC 3339 with a zone. Evidence only.
    pub created_at: String,
    /// Signed click receipts that the device holds, at most 100. The decision reads nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<String>,
    /// The host's own name for the account that the shopper is signed in with, 1..=255 bytes. Only
    /// its hash is compared with those of creators, and none is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Not read: the server alone decides who earned what.
    #[serde(default, skip_serializing)]
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub credits: ClaimedCredits,
}

/// How many credits a client claims. What it claims is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClaimedCredits(pub usize);

impl<'de> Deserialize<'de> for ClaimedCredits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Counted;

        impl<'de> Visitor<'de> for Counted {
            type Value = ClaimedCredits;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut count = 0;
                while items.next_element::<IgnoredAny>()?.is_some() {
                    count += 1;
                }
                Ok(ClaimedCredits(count))
            }
        }

        deserializer.deserialize_seq(Counted)
    }
}

/// A line as the shopper saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderLine {
    /// What.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
    /// 1..=1 000.
    pub quantity: u32,
    /// Minor units, as shown.
    pub unit_price_minor: i64,
    /// The signed bag receipt (or click receipt) that the line was bound to when it was added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// How an order is paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payment {
    /// The method.
    pub method: PaymentMethod,
}

readable!(Payment { method });

/// The methods of payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PaymentMethod {
    /// The shopper pays whoever brings the parcel.
    PayOnDelivery,
}

readable_name!(PaymentMethod { PayOnDelivery = "pay_on_delivery" });

/// An order: the answer to its POST, and what its secret link shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderStatus {
    /// As submitted.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    /// For people: "ST-7K3Q-94MX".
    pub number: String,
    /// Server's time.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub placed_at: Timestamp,
    /// ISO 4217.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<OrderedLine>,
    /// One a brand.
    pub shipments: Vec<Shipment>,
    /// The sums.
    pub totals: Totals,
    /// How it is paid.
    pub payment: Payment,
    /// Path of the order's own page; it contains the secret.
    pub status_url: String,
    /// Whether the shopper may still cancel: nothing has been shipped.
    pub cancellable: bool,
}

readable!(OrderStatus {
    order_id,
    number,
    placed_at,
    currency,
    lines,
    shipments,
    totals,
    payment,
    status_url,
    cancellable
});

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderedLine {
    /// What.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
    /// Its product.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// Its seller.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub brand_id: BrandId,
    /// Title at the time of the order.
    pub title: String,
    /// "Sand / 42"; empty without options.
    pub variant_label: String,
    /// Thumbnail, if there is one.
    pub image_url: Option<String>,
    /// How many.
    pub quantity: u32,
    /// Each, minor units, tax included.
    pub unit_price_minor: i64,
    /// Share of the discounts, minor units.
    pub discount_minor: i64,
    /// Paid for the line, minor units.
    pub total_minor: i64,
    /// The creator whom the seller pays a commission for it, if anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited: Option<CreatorInfo>,
}

readable!(OrderedLine {
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
    credited
});

/// What one brand sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Shipment {
    /// Who.
    pub brand: Brand,
    /// How.
    pub delivery: DeliveryOption,
    /// How far it is.
    pub status: FulfilmentStatus,
}

readable!(Shipment {
    brand,
    delivery,
    status
});

/// How far one brand's part of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FulfilmentStatus {
    /// The brand has it.
    Placed,
    /// On its way.
    Shipped,
    /// With the shopper.
    Delivered,
    /// Sent back.
    Returned,
    /// Stopped before it was shipped.
    Cancelled,
}

readable_name!(FulfilmentStatus {
    Placed = "placed", Shipped = "shipped", Delivered = "delivered", Returned = "returned",
    Cancelled = "cancelled"
});
