//! Double entry, append-only: what creators have earned, what is paid, what was reversed.
#![doc = ""]
#![doc = include_str!("../README.md")]
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

mod account;
mod balances;
mod book;
mod event;
mod export;
mod hold;
mod line;
mod payout;
mod posting;
mod statement;

pub use account::Account;
pub use balances::Balances;
pub use book::{Book, Position, Recorded, ReplayError};
pub use event::{
    Event, FreezeReason, KeyError, LedgerError, LineRef, Outcome, Record, RecordKey, Refusal,
};
pub use export::hledger_journal;
pub use hold::{HOLD_DAYS, HoldError, HoldPeriod};
pub use line::{CreatorFunds, LineState, LineStatus, LineTerms, PaidBy, PlatformFee, Stage};
pub use payout::{Payout, PayoutStatus};
pub use posting::{Entry, Posting, PostingError};
pub use statement::{Statement, StatementRow};
