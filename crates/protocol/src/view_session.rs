//! The proof of who led to a sale: short tokens for tags, receipts for clicks and bag lines.
//!
//! All of them are PASETO v4.public, minted and read by the backend. The widget only carries them.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{SiteKey, TagId, Timestamp, VariantId, VideoId};
use shoptag_json::readable;

/// `POST /v1/view-sessions`: somebody watches a video. Asked again before `renew_at`, with the same
/// `view_session_id`, to renew the tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewSessionRequest {
    /// The page's site key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteKey,
    /// The video.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub video: VideoId,
    /// The session to renew; `None` starts one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view_session_id: Option<String>,
}

/// A view session and the token of each tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ViewSession {
    /// Random, kept in memory only; says nothing about the shopper.
    pub view_session_id: String,
    /// One a tag of the video.
    pub tokens: Vec<TagToken>,
    /// Server's time of minting.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub issued_at: Timestamp,
    /// From then on the tokens are refused.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub expires_at: Timestamp,
}

readable!(ViewSession {
    view_session_id,
    tokens,
    issued_at,
    expires_at
});

/// What a tap on a tag is exchanged with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TagToken {
    /// The tag.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub tag: TagId,
    /// `v4.public...`
    pub token: String,
}

readable!(TagToken { tag, token });

/// `POST /v1/clicks`: the shopper tapped a tag. Idempotent by `touchpoint_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClickRequest {
    /// UUIDv7, made by the client.
    pub touchpoint_id: String,
    /// The session in which the tap happened.
    pub view_session_id: String,
    /// The tag's token.
    pub token: String,
    /// Position in the session's order of touchpoints, from 0.
    pub sequence: u32,
    /// The shopper's clock.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub occurred_at: Timestamp,
}

/// A click that counts: valid 7 days on this device, across reloads and videos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClickReceipt {
    /// `v4.public...`
    pub receipt: String,
    /// Server's time of the click.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub clicked_at: Timestamp,
    /// Last instant at which it can earn, inclusive.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub valid_until: Timestamp,
}

readable!(ClickReceipt {
    receipt,
    clicked_at,
    valid_until
});

/// `POST /v1/bag-bindings`: the shopper put something into the bag after a click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BagBindingRequest {
    /// The click receipt that led to it.
    pub receipt: String,
    /// What went into the bag.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
}

/// A bag line's bond to the creator who led to it; no later click can take it away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BagReceipt {
    /// `v4.public...`
    pub receipt: String,
    /// Server's time of binding.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub bound_at: Timestamp,
    /// Last instant at which it can earn, inclusive (30 days, or what the brand has set).
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub valid_until: Timestamp,
}

readable!(BagReceipt {
    receipt,
    bound_at,
    valid_until
});
