//! What the store is asked to write: a tenant's setup, and products of a feed. Checked values only.

use std::collections::BTreeMap;

use shoptag_commerce::{BrandId, CreatorId, Currency, ProductId, TenantId, VariantId, VideoId};
use shoptag_protocol::Image;

use crate::pricing::{BrandTerms, TaxRate};
use crate::sites::Site;

/// Everything that a tenant file says, but for its feeds.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantSetup {
    /// Unique.
    pub id: TenantId,
    /// The platform's name.
    pub name: String,
    /// Of every price.
    pub currency: Currency,
    /// Destinations, the default first; at least one.
    pub countries: Vec<String>,
    /// Largest quantity of a line, 1..=1 000.
    pub quantity_max: u32,
    /// Days of the right of withdrawal.
    pub withdrawal_days: u16,
    /// Link to the terms.
    pub terms_url: String,
    /// Link to the privacy notice.
    pub privacy_url: String,
    /// Site keys; those that are left out are taken away.
    pub sites: Vec<Site>,
    /// The tax table, whole.
    pub tax: Vec<TaxRate>,
    /// Brands; those that are left out stay as they are.
    pub brands: Vec<BrandSetup>,
    /// Creators; those that are left out stay as they are.
    pub creators: Vec<CreatorSetup>,
    /// Videos; those that are left out stay as they are.
    pub videos: Vec<VideoSetup>,
    /// What buyers said of products.
    pub ratings: Vec<RatingSetup>,
    /// `#rrggbb` of option values, by label.
    pub swatches: BTreeMap<String, String>,
}

/// A brand and how it sells.
pub type BrandSetup = BrandTerms;

/// A creator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatorSetup {
    /// Unique within the tenant.
    pub id: CreatorId,
    /// "Mira Okafor".
    pub name: String,
    /// "@mira.makes".
    pub handle: String,
    /// How many follow.
    pub followers: u32,
}

/// A video with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoSetup {
    /// Unique within the tenant.
    pub id: VideoId,
    /// Plain text.
    pub title: String,
    /// Whose it is.
    pub creator: CreatorId,
    /// Milliseconds, more than 0.
    pub duration_ms: i64,
    /// The creator is paid for sales.
    pub paid_partnership: bool,
    /// The valid part of the track, as canonical JSON.
    pub tag_track: String,
    /// Products that its tags name, in order of first appearance.
    pub products: Vec<ProductId>,
}

/// What buyers said of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingSetup {
    /// Of which product.
    pub product: ProductId,
    /// Hundredths of a star, 0..=500.
    pub average_hundredths: u16,
    /// How many ratings.
    pub count: u32,
}

/// A product of a feed, with the brand it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueProduct {
    /// Unique within the tenant.
    pub id: ProductId,
    /// Who sells it.
    pub brand: BrandId,
    /// Plain text.
    pub title: String,
    /// Plain text with line breaks.
    pub description: String,
    /// As in the tax table; may be empty.
    pub category: String,
    /// The first one is the thumbnail.
    pub images: Vec<CatalogueImage>,
    /// Axes of choice.
    pub options: Vec<CatalogueOption>,
    /// At least one.
    pub variants: Vec<CatalogueVariant>,
}

/// A picture of a product.
pub type CatalogueImage = Image;

/// One axis of choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueOption {
    /// "Colour", "Size".
    pub name: String,
    /// In the feed's order.
    pub values: Vec<String>,
}

/// What is really sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueVariant {
    /// Unique within the tenant.
    pub id: VariantId,
    /// One label an axis.
    pub options: Vec<String>,
    /// Minor units, more than 0.
    pub price_minor: i64,
    /// Former price, above `price_minor`.
    pub compare_at_minor: Option<i64>,
    /// Items in stock; `None` when nobody counts them.
    pub on_hand: Option<u32>,
    /// Index into the product's images.
    pub image: Option<u32>,
}
