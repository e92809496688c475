//! The outbox: confirmed orders on their way to the backend.
//!
//! Sans-io, in the manner of a protocol state machine. Inputs: [`Outbox::restore`],
//! [`Outbox::enqueue`], [`Outbox::saved`], [`Outbox::save_failed`], [`Outbox::answered`],
//! [`Outbox::sync`], [`Outbox::held`], [`Outbox::set_leader`], [`Outbox::woken`]. Outputs: the
//! [`Action`]s they return, to be carried out in order, and [`Outbox::poll_timeout`]. Time is an
//! argument in milliseconds of a monotonic clock that starts anywhere; randomness is an argument
//! too.
//!
//! What holds, whatever happens:
//!
//! * a record is sent only after its storage was acknowledged, or after the caller said that it
//!   cannot be stored at all;
//! * a record is removed only by its key, and only after a full 2xx answer that names its order,
//!   when the shopper discards a dead letter, or when another tab did one of these and storage
//!   shows it;
//! * key and bytes of a record never change, so any number of attempts has the effect of one;
//! * nothing is dropped to make room: a full outbox refuses, before the shopper confirms.
//!
//! This crate never sends, never stores and never reads a clock.
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

mod answer;
mod backoff;
mod queue;
mod record;

pub use answer::{Answer, Verdict};
pub use backoff::{RETRY_AFTER_MS_MAX, RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN, retry_delay_ms};
pub use queue::{
    Action, EnqueueError, IN_FLIGHT_MAX, LEASE_MS, ORDERS_MAX, Outbox, REQUEST_TIMEOUT_MS,
};
pub use record::{BODY_BYTES_MAX, DeadLetter, Record, RecordError, State};
