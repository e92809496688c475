//! The way from view to purchase: `POST /v1/touchpoints`, in batches, only under consent.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{SiteKey, Timestamp};
use shoptag_json::readable;

/// Up to 1 000 touchpoints in at most 64 KiB. Each counts once, by its id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchpointBatch {
    /// The page's site key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub site: SiteKey,
    /// The shopper's clock at sending; `None` is accepted and marks the clock as untrusted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub sent_at: Option<Timestamp>,
    /// How many touchpoints the device gave up unsent because its journal was full, since it last
    /// said so.
    #[serde(default, skip_serializing_if = "is_none")]
    pub dropped: u32,
    /// In session order.
    pub touchpoints: Vec<TouchpointReport>,
}

/// One touchpoint as the browser saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchpointReport {
    /// UUIDv7; counted once however often it arrives.
    pub id: String,
    /// What happened.
    pub kind: TouchpointKind,
    /// The session in which it happened.
    pub view_session_id: String,
    /// The tag's token.
    pub token: String,
    /// Position in the session's order, from 0.
    pub sequence: u32,
    /// The shopper's clock.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub occurred_at: Timestamp,
    /// Media time, seconds.
    pub position_s: f64,
    /// Continuous playing time in view before an impression, milliseconds; 0 for the others.
    #[serde(default)]
    pub dwell_ms: u32,
    /// Whether the page was visible.
    #[serde(default = "visible")]
    pub visible: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_none(dropped: &u32) -> bool {
    *dropped == 0
}

fn visible() -> bool {
    true
}

/// The kinds of touchpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum TouchpointKind {
    /// Two continuous seconds at least half in view, playing.
    Impression,
    /// A tap on the tag.
    Click,
    /// The product card was opened.
    CardOpen,
    /// Something was put into the bag.
    BagAdd,
}

/// What became of a batch: 202 when all were taken, 200 when some were rejected.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TouchpointBatchAnswer {
    /// How many were stored or known already.
    pub accepted: u32,
    /// The others.
    pub rejected: Vec<RejectedTouchpoint>,
}

readable!(TouchpointBatchAnswer { accepted, rejected });

/// A touchpoint that was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RejectedTouchpoint {
    /// Index in the batch.
    pub index: u32,
    /// Stable, kebab-case.
    pub code: String,
}

readable!(RejectedTouchpoint { index, code });
