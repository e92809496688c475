//! The words that widget, studio and backend share: money, rates, ids, instants.
//!
//! Values and arithmetic only. This crate never does I/O, never reads a clock, never uses a float.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

mod allocation;
mod bounds;
#[cfg(feature = "chain")]
mod chain;
mod currency;
mod digits;
mod id;
mod idempotency_key;
mod money;
mod rate;
mod small_map;
mod timestamp;

pub use allocation::{AllocationError, allocate};
pub use bounds::{ORDER_BODY_BYTES_MAX, ORDER_LINES_MAX, ORDER_RECEIPTS_MAX};
#[cfg(feature = "chain")]
pub use chain::{Digest, DigestError};
pub use currency::{Currency, UnknownCurrency};
pub use digits::{decimal, hexadecimal};
pub use id::{
    BrandId, CheckoutAttemptId, CollaborationId, CreatorId, IdError, OrderId, PayoutBatchId,
    ProductId, QuoteId, SiteKey, TagId, TenantId, TouchId, VariantId, VideoId, ViewSessionId,
};
pub use idempotency_key::{IdempotencyKey, IdempotencyKeyError};
pub use money::{AmountError, Money, divide_half_away_from_zero};
pub use rate::{BasisPoints, RateError};
pub use small_map::SmallMap;
pub use timestamp::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};
