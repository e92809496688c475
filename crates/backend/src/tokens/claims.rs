//! What is signed.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shoptag_commerce::{
    BasisPoints, BrandId, CollaborationId, CreatorId, MINUTE_MS, ProductId, TagId, TenantId,
    Timestamp, TouchId, VariantId, VideoId,
};

/// Version of the claims. Others are refused.
pub(crate) const CLAIMS_VERSION: u8 = 1;

/// How long a tag's token can be exchanged: 15 minutes. Short, since whoever reads the page can
/// copy it.
pub const TAG_TOKEN_MS: i64 = 15 * MINUTE_MS;

/// How long a click counts: 7 days (DESIGN 5.3).
pub const CLICK_DAYS: i64 = 7;

/// What a text was signed for: signed too, so that a receipt never passes for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// A tag of a video in a view session.
    Tag,
    /// A click, or a bag line bound to one.
    Receipt,
}

impl Use {
    /// The implicit assertion of PASETO.
    pub(super) fn assertion(self) -> &'static [u8] {
        match self {
            Self::Tag => b"shoptag-tag-1",
            Self::Receipt => b"shoptag-receipt-1",
        }
    }
}

/// A tag that was shown: who earns by it, and at which rate at that time. Evidence; the rate that
/// counts is stamped at the click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagClaims {
    /// 1.
    pub v: u8,
    /// Whose platform.
    pub tenant: TenantId,
    /// [`session_hash`] of the view session.
    pub session: String,
    /// On which video.
    pub video: VideoId,
    /// Which tag.
    pub tag: TagId,
    /// The tag's product.
    pub product: ProductId,
    /// The product's brand.
    pub brand: BrandId,
    /// The video's creator.
    pub creator: CreatorId,
    /// Under which collaboration; `None`: there was none.
    pub collaboration: Option<CollaborationId>,
    /// Version of its terms, 0 without one.
    pub terms_version: u32,
    /// Rate on the product itself.
    pub rate_bps: Option<BasisPoints>,
    /// When the view session began.
    pub session_at: Timestamp,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// From then on it is refused.
    pub expires_at: Timestamp,
    /// Unique.
    pub jti: String,
}

/// A click that was counted, and the bag line it was bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptClaims {
    /// 1.
    pub v: u8,
    /// Whose platform.
    pub tenant: TenantId,
    /// The click.
    pub touch: TouchId,
    /// Server's time of the click.
    pub clicked_at: Timestamp,
    /// Last instant at which it can earn, inclusive.
    pub valid_until: Timestamp,
    /// The bag line, in a bag receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bag: Option<BagClaims>,
}

/// A line of the bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BagClaims {
    /// What was put into the bag.
    pub variant: VariantId,
    /// When, server's time.
    pub bound_at: Timestamp,
}

/// What tokens and rows keep of a view session's id: half of its SHA-256, which says nothing about
/// it.
#[must_use]
pub fn session_hash(view_session_id: &str) -> String {
    let hash = Sha256::digest(view_session_id.as_bytes());
    hash.iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
