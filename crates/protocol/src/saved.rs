//! What the widget keeps in the browser's storage, versioned.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{Currency, ProductId, TagId, Timestamp, VariantId, VideoId};
use shoptag_json::readable;

use crate::CreatorInfo;

/// The bag of one site. Strictly necessary, so it is kept without consent; erased when emptied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedBag {
    /// [`crate::SCHEMA_VERSION`]; a bag of another version is left alone and not shown.
    pub schema_version: u32,
    /// The bag's one currency.
    pub currency: Currency,
    /// In the order of adding.
    pub lines: Vec<SavedLine>,
}

readable!(SavedBag {
    schema_version,
    currency,
    lines
});

/// A line of the bag, with what is needed to show it in another video.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedLine {
    /// What.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// As it was when added.
    pub title: String,
    /// "Sand / 42"; empty without options.
    pub variant_label: String,
    /// The seller's name.
    pub brand_name: String,
    /// Thumbnail, if there is one.
    pub image_url: Option<String>,
    /// Price when added, minor units. Shown until a quote says otherwise.
    pub unit_price_minor: i64,
    /// How many, at least 1.
    pub quantity: u32,
    /// Where it was found.
    pub video: VideoId,
    /// The tag that led to it; `None` when added by the page.
    pub tag: Option<TagId>,
    /// Whose video that was; `None` when added by the page, and in bags of before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<CreatorInfo>,
    /// The shopper's clock. Orders lines, nothing more.
    pub added_at: Timestamp,
    /// The signed receipt that binds the line to the creator who led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

readable!(SavedLine {
    variant_id,
    product_id,
    title,
    variant_label,
    brand_name,
    image_url,
    unit_price_minor,
    quantity,
    video,
    tag,
    creator,
    added_at,
    receipt
});
