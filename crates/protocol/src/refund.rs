//! What a brand does after an order: its steps and refunds, and the statement of an account.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, Currency, Timestamp};

use crate::FulfilmentStatus;

/// `POST /v1/orders/{number}/refunds`: gives back some or all of what was paid for lines of one
/// brand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundRequest {
    /// At least one, each line once.
    pub lines: Vec<RefundLine>,
}

/// A line to be refunded, by amount or by quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundLine {
    /// Position in the order, from 0.
    pub line: u32,
    /// Minor units, tax included, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_minor: Option<i64>,
    /// Items, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
}

/// What was refunded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundDocument {
    /// Names this refund.
    pub refund_id: String,
    /// The order's number.
    pub number: String,
    /// ISO 4217.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Sum of the lines, minor units.
    pub amount_minor: i64,
    /// Server's time.
    #[cfg_attr(feature = "openapi", schema(value_type = i64))]
    pub refunded_at: Timestamp,
    /// As asked.
    pub lines: Vec<RefundedLine>,
}

/// A line after its refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefundedLine {
    /// Position in the order, from 0.
    pub line: u32,
    /// Refunded now, minor units.
    pub amount_minor: i64,
    /// Items refunded now; 0 for a refund by amount.
    pub quantity: u32,
    /// What can still be refunded, minor units.
    pub remaining_minor: i64,
    /// What the creator's commission became, minor units; `None`: the line credits nobody.
    pub commission_minor: Option<i64>,
}

/// Where a brand's part of an order stands after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FulfilmentDocument {
    /// The order's number.
    pub number: String,
    /// Whose part.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub brand_id: BrandId,
    /// How far it is.
    pub status: FulfilmentStatus,
}

/// `GET /v1/accounts/{id}/statement`: what a brand owes, or what a creator has earned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementDocument {
    /// Id of the brand or creator.
    pub party_id: String,
    /// `brand` or `creator`.
    pub party_kind: String,
    /// What stands on each of its accounts now.
    pub balances: Vec<StatementBalance>,
    /// The commissions, newest first, at most 500.
    pub lines: Vec<StatementLine>,
    /// Ask again with `lines` = this for older commissions; left out: that was all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_lines: Option<String>,
    /// What moved, oldest first.
    pub movements: Vec<StatementMovement>,
    /// Ask again with `after` = this for the movements that follow; `None`: that was all.
    pub next_after: Option<u64>,
}

/// What stands on an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementBalance {
    /// ISO 4217.
    pub currency: String,
    /// For a brand `owes`; for a creator `pending`, `frozen`, `posted`, `in-transit` or
    /// `receivable`.
    pub account: String,
    /// Minor units: what the brand owes, what the creator has; what the creator owes for
    /// `receivable`.
    pub amount_minor: i64,
}

/// The commission of one order line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    /// The order's number.
    pub number: String,
    /// Position in the order, from 0.
    pub line: u32,
    /// Title of the product.
    pub title: String,
    /// Who earns.
    pub creator_id: String,
    /// Who pays.
    pub brand_id: String,
    /// ISO 4217.
    pub currency: String,
    /// What the commission is a share of after refunds, minor units.
    pub base_minor: i64,
    /// Basis points.
    pub rate_bps: u16,
    /// What the creator has of it after refunds and fee, minor units.
    pub commission_minor: i64,
    /// What the platform has of it, minor units.
    pub fee_minor: i64,
    /// `pending`, `frozen`, `posted`, `paid` or `reversed`.
    pub status: String,
    /// When the hold ends; `None` before the delivery.
    pub due_at: Option<i64>,
}

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementMovement {
    /// Its record in the ledger.
    pub sequence: u64,
    /// Server's time.
    pub at: i64,
    /// What happened: `accrue`, `post`, `refund`, `open-payout-batch` and so on.
    pub event: String,
    /// The order's number, for what happened to a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The line, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// As in [`StatementBalance::account`].
    pub account: String,
    /// ISO 4217.
    pub currency: String,
    /// Minor units, in the sense of [`StatementBalance::amount_minor`].
    pub amount_minor: i64,
}
