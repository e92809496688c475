//! The words that widget, studio and backend share: money, rates, ids, instants.
//!
//! Values and arithmetic only. This crate never does I/O, never reads a clock, never uses a float, and
//! depends on no other crate of ours.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::float_arithmetic)
)]

mod allocation;
mod currency;
mod id;
mod money;
mod rate;
mod timestamp;

pub use allocation::{AllocationError, allocate};
pub use currency::{Currency, UnknownCurrency};
pub use id::{
    BrandId, CheckoutAttemptId, CreatorId, IdError, OrderId, ProductId, QuoteId, SiteKey, TagId,
    TenantId, VariantId, VideoId,
};
pub use money::{AmountError, Money, divide_half_away_from_zero};
pub use rate::{BasisPoints, RateError};
pub use timestamp::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};
