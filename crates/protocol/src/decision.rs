//! Who earned each line of an order, as its creators and brands read it: `GET
//! /v1/orders/{number}/decision`.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    BasisPoints, BrandId, CollaborationId, CreatorId, Currency, OrderId, ProductId, TagId,
    Timestamp, TouchId, VariantId, VideoId,
};

/// The decision on an order, as far as the reader takes part in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionDocument {
    /// "ST-7K3Q-94MX".
    pub number: String,
    /// The order.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub order_id: OrderId,
    /// Version of the rules.
    pub policy_version: u32,
    /// Name of the policy.
    pub policy: String,
    /// Of every amount.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Where windows end: the server's time of the accepted quote.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub quoted_at: Timestamp,
    /// Position in the chain of decisions, from 0.
    pub sequence: u64,
    /// Covers this decision and all before it, 64 hexadecimal digits.
    pub digest: String,
    /// The reader's lines.
    pub lines: Vec<DecidedLine>,
    /// Receipts that came with the order and stand for no click: those that the reader's lines
    /// carried, and those of the order's own list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused_receipts: Vec<DecisionRefusal>,
}

/// A receipt that stands for no click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionRefusal {
    /// The line that carried it, from 0; `None`: it was in the order's own list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// `token-tampered`, `token-expired` or `token-foreign`.
    pub reason: String,
}

/// The decision on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecidedLine {
    /// Position in the order, from 0.
    pub line: u32,
    /// What was bought.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub variant_id: VariantId,
    /// Its product.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// Its seller.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub brand_id: BrandId,
    /// What the commission is a share of: paid less discounts less tax, minor units.
    pub base_minor: i64,
    /// `bag-binding`, `direct-click`, `halo-click` or `nobody`.
    pub outcome: String,
    /// Who is paid, if anybody.
    pub credit: Option<DecisionCredit>,
    /// What became of the line's bag binding, if it had one.
    pub binding: Option<DecisionBinding>,
    /// All that were weighed, oldest first.
    pub candidates: Vec<DecisionCandidate>,
}

/// What a creator earns with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionCredit {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub creator_id: CreatorId,
    /// By which click.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub touchpoint_id: TouchId,
    /// Under which collaboration.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub collaboration_id: CollaborationId,
    /// `open` or `target`.
    pub kind: String,
    /// `direct` or `halo`.
    pub scope: String,
    /// Basis points.
    #[cfg_attr(feature = "openapi", schema(value_type = u16))]
    pub rate_bps: BasisPoints,
    /// Version of the terms in force at the click.
    pub terms_version: u32,
    /// Version that the rate comes from; an earlier one when it is protected.
    pub rate_terms_version: u32,
    /// Last instant of that protection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub protected_until: Option<Timestamp>,
    /// Minor units, before refunds.
    pub commission_minor: i64,
}

/// What became of a bag binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionBinding {
    /// The click that the line was bound to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub touchpoint_id: TouchId,
    /// Whether it decided.
    pub holds: bool,
    /// Why it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From the adding to the quote.
    pub bag_window: DecisionWindow,
    /// From the click to the adding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub click_window: Option<DecisionWindow>,
}

/// A touchpoint that was weighed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionCandidate {
    /// Which.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub touchpoint_id: TouchId,
    /// `click` or `impression`.
    pub kind: String,
    /// Whose video.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub creator_id: CreatorId,
    /// Which video.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub video: VideoId,
    /// Which tag.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub tag: TagId,
    /// The tag's product.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub product_id: ProductId,
    /// `direct` or `halo`.
    pub scope: String,
    /// When, server's time.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub at: Timestamp,
    /// Its window.
    pub window: DecisionWindow,
    /// Every reason why it cannot earn.
    pub exclusions: Vec<String>,
    /// Whether it is paid.
    pub won: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The touchpoint that went first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub lost_to: Option<TouchId>,
}

/// The arithmetic of a window; both ends are inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionWindow {
    /// First instant.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub opened_at: Timestamp,
    /// Last instant inside.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub closes_at: Timestamp,
    /// The instant that was compared.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub measured_at: Timestamp,
    /// Whether that is inside.
    pub inside: bool,
}
