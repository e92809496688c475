//! Products as a shopper sees them.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, Currency, ProductId, VariantId};
use shoptag_json::readable;

/// A product with everything its card shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Product {
    /// Unique within the tenant.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: ProductId,
    /// Who sells it.
    pub brand: Brand,
    /// Plain text, at most 150 graphemes. Never markup.
    pub title: String,
    /// Plain text with line breaks. Never markup.
    pub description: String,
    /// First one is the thumbnail. May be empty.
    pub images: Vec<Image>,
    /// Axes such as colour and size; empty when there is just one variant.
    pub options: Vec<OptionAxis>,
    /// At least one.
    pub variants: Vec<Variant>,
    /// ISO 4217 code of every price of this product.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// What buyers said; `None` when nobody has.
    pub rating: Option<Rating>,
    /// The brand's delivery in one line.
    pub delivery: DeliveryPromise,
    /// Days in which the shopper may send it back, 0..=365; at least 14 where the law says so.
    pub return_days: u16,
    /// How long a creator who showed it may be paid for it.
    #[serde(default)]
    pub credit: CreditDays,
}

readable!(Product {
    id, brand, title, description, images, options, variants, currency, rating, delivery,
    return_days, credit or CreditDays::default()
});

/// How long a creator may be paid for a product that was found in a video. Both ends are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditDays {
    /// Days from the tap to the purchase.
    pub click: u16,
    /// Days that it may lie in the bag, 1..=90; its brand sets them.
    pub bag: u16,
}

readable!(CreditDays { click, bag });

impl Default for CreditDays {
    /// What holds where nobody says otherwise.
    fn default() -> Self {
        Self { click: 7, bag: 30 }
    }
}

/// A seller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Brand {
    /// Unique within the tenant.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: BrandId,
    /// The name shoppers know.
    pub name: String,
    /// The legal seller, with its place, as a contract names it.
    pub legal_name: String,
}

readable!(Brand {
    id,
    name,
    legal_name
});

/// A picture. Its box is known before it loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Image {
    /// `https:` or a path on the API's own origin.
    pub url: String,
    /// Text for those who do not see it.
    pub alt: String,
    /// CSS pixels; 0 when unknown.
    pub width: u32,
    /// CSS pixels; 0 when unknown.
    pub height: u32,
}

readable!(Image {
    url,
    alt,
    width,
    height
});

/// One axis of choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionAxis {
    /// "Colour", "Size".
    pub name: String,
    /// In the brand's order.
    pub values: Vec<OptionValue>,
}

readable!(OptionAxis { name, values });

/// One value of an axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionValue {
    /// "Sand", "42".
    pub label: String,
    /// `#rrggbb` of a colour, for the swatch.
    pub swatch: Option<String>,
}

readable!(OptionValue { label, swatch });

/// What is really sold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Variant {
    /// Unique within the tenant.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: VariantId,
    /// One label for each of the product's axes, in their order.
    pub options: Vec<String>,
    /// Price now, minor units, tax included, more than 0.
    pub price_minor: i64,
    /// Former price, minor units, above `price_minor`; struck through.
    pub compare_at_minor: Option<i64>,
    /// Whether one can be bought now. A hint: the quote decides.
    pub available: bool,
    /// Index into the product's images.
    pub image: Option<u32>,
}

readable!(Variant {
    id,
    options,
    price_minor,
    compare_at_minor,
    available,
    image
});

/// What buyers said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rating {
    /// Mean in hundredths of a star, 0..=500.
    pub average_hundredths: u16,
    /// How many ratings.
    pub count: u32,
}

readable!(Rating {
    average_hundredths,
    count
});

/// The brand's delivery to the tenant's home country, in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryPromise {
    /// Cheapest price, minor units.
    pub price_minor: i64,
    /// Items of this brand worth at least this much are delivered free, minor units.
    pub free_from_minor: Option<i64>,
    /// Earliest, in working days.
    pub days_min: u16,
    /// Latest, in working days.
    pub days_max: u16,
}

readable!(DeliveryPromise {
    price_minor,
    free_from_minor,
    days_min,
    days_max
});
