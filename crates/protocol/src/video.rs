//! What a page needs to show tags: `GET /v1/videos/{id}?site=pk_...`.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{CreatorId, Currency, VideoId};
use shoptag_json::readable;
use shoptag_tag_track::RawTrack;

use crate::Product;

/// A video's tags, products and selling policy. Cacheable; contains nothing about the shopper.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoDocument {
    /// [`crate::SCHEMA_VERSION`].
    pub schema_version: u32,
    /// The video.
    pub video: Video,
    /// Where the products are in the picture.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub tag_track: RawTrack,
    /// Every product that a tag names.
    pub products: Vec<Product>,
    /// What holds for buying here.
    pub policy: SellingPolicy,
}

readable!(VideoDocument {
    schema_version,
    video,
    tag_track,
    products,
    policy
});

/// A video and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Video {
    /// Unique within the tenant.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: VideoId,
    /// Plain text.
    pub title: String,
    /// Who made it, and earns by it.
    pub creator: CreatorInfo,
}

readable!(Video { id, title, creator });

/// A creator as the disclosure names them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatorInfo {
    /// Unique within the tenant.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: CreatorId,
    /// "Mira Okafor".
    pub name: String,
    /// "@mira.makes".
    pub handle: String,
}

readable!(CreatorInfo { id, name, handle });

/// What holds for buying on this site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SellingPolicy {
    /// ISO 4217; a bag has one currency.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// ISO 3166-1 alpha-2 codes to which someone delivers; the first is the default.
    pub countries: Vec<String>,
    /// Largest quantity of one line.
    pub quantity_max: u32,
    /// Days of the legal right of withdrawal (14 in the EU).
    pub withdrawal_days: u16,
    /// Absolute or relative link.
    pub terms_url: String,
    /// Absolute or relative link.
    pub privacy_url: String,
    /// Whether the creator is paid for sales, and so must be named as a partner.
    pub paid_partnership: bool,
}

readable!(SellingPolicy {
    currency,
    countries,
    quantity_max,
    withdrawal_days,
    terms_url,
    privacy_url,
    paid_partnership
});
