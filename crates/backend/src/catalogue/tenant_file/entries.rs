//! The tenant file's shape. Unknown fields are refused, so that a slip of the pen is not a silent
//! default.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use shoptag_commerce::{
    BasisPoints, BrandId, CreatorId, Currency, ProductId, SiteKey, TenantId, VideoId,
};
use shoptag_ledger::HoldPeriod;

use crate::collaborations::{CollaborationEntry, FeeEntry};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantFile {
    pub(super) tenant: TenantEntry,
    #[serde(default)]
    pub(super) sites: Vec<SiteEntry>,
    pub(super) tax: Vec<TaxEntry>,
    #[serde(default)]
    pub(super) brands: Vec<BrandEntry>,
    #[serde(default)]
    pub(super) creators: Vec<CreatorEntry>,
    #[serde(default)]
    pub(super) videos: Vec<VideoEntry>,
    #[serde(default)]
    pub(super) feeds: Vec<FeedEntry>,
    #[serde(default)]
    pub(super) ratings: Vec<RatingEntry>,
    #[serde(default)]
    pub(super) swatches: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) collaborations: Vec<CollaborationEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TenantEntry {
    pub(super) id: TenantId,
    pub(super) name: String,
    pub(super) currency: Currency,
    pub(super) countries: Vec<String>,
    pub(super) quantity_max: u32,
    pub(super) withdrawal_days: u16,
    pub(super) terms_url: String,
    pub(super) privacy_url: String,
    #[serde(default)]
    pub(super) platform_fee: Option<FeeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteEntry {
    pub(super) key: SiteKey,
    pub(super) origins: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxEntry {
    pub(super) country: String,
    pub(super) category: String,
    pub(super) rate_bp: BasisPoints,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BrandEntry {
    pub(super) id: BrandId,
    pub(super) name: String,
    pub(super) legal_name: String,
    pub(super) return_days: u16,
    pub(super) delivery: Vec<DeliveryEntry>,
    #[serde(default)]
    pub(super) discounts: Vec<DiscountEntry>,
    #[serde(default)]
    pub(super) bag_binding_days: Option<u16>,
    #[serde(default)]
    pub(super) hold_days: Option<HoldPeriod>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryEntry {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) countries: Vec<String>,
    pub(super) price_minor: i64,
    #[serde(default)]
    pub(super) free_from_minor: Option<i64>,
    pub(super) days_min: u16,
    pub(super) days_max: u16,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DiscountEntry {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) quantity_min: u32,
    pub(super) rate_bp: BasisPoints,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CreatorEntry {
    pub(super) id: CreatorId,
    pub(super) name: String,
    pub(super) handle: String,
    pub(super) followers: u32,
    /// Only its hash is kept, for finding purchases of one's own.
    #[serde(default)]
    pub(super) email: Option<String>,
    /// The host's own names for the creator's accounts. Only their hashes are kept.
    #[serde(default)]
    pub(super) accounts: Vec<String>,
    /// What the payment provider calls the creator's cards and bank accounts. Only their hashes are
    /// kept.
    #[serde(default)]
    pub(super) payment_fingerprints: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VideoEntry {
    pub(super) id: VideoId,
    pub(super) title: String,
    pub(super) creator: CreatorId,
    pub(super) duration_s: f64,
    pub(super) tag_track: PathBuf,
    #[serde(default)]
    pub(super) paid_partnership: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedEntry {
    pub(super) file: PathBuf,
    #[serde(default)]
    pub(super) format: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RatingEntry {
    pub(super) product: ProductId,
    pub(super) average_hundredths: u16,
    pub(super) count: u32,
}
