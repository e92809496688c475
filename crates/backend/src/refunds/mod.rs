//! Refunds: money given back for a line, and the commission that goes with it.

mod create;
mod decision;

pub(crate) use create::__path_create;
pub(crate) use create::create;
pub use decision::{LineFacts, LineRefund, remaining, share};

use shoptag_commerce::{BrandId, TenantId, Timestamp};
use shoptag_protocol::RefundRequest;

use crate::orders::{Fingerprint, IdempotencyKey, StoredAnswer};

/// A refund to be made.
#[derive(Debug, Clone)]
pub struct RefundCommand {
    /// On which platform.
    pub tenant: TenantId,
    /// Who refunds; only its own lines.
    pub brand: BrandId,
    /// The order's number.
    pub number: String,
    /// Names this request for ever, within the brand.
    pub key: IdempotencyKey,
    /// Of path and body.
    pub fingerprint: Fingerprint,
    /// What is refunded.
    pub request: RefundRequest,
    /// Names the refund.
    pub refund_id: String,
    /// The server's time.
    pub now: Timestamp,
}

/// What became of a refund.
#[derive(Debug, Clone, PartialEq)]
pub enum Refunded {
    /// Made now; the answer is stored under the key.
    Made(StoredAnswer),
    /// The key has had this answer already.
    Replayed(StoredAnswer),
    /// The key stands for other bytes.
    KeyReused,
}
