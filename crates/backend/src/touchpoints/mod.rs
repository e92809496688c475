//! The way from view to purchase, in batches, only under consent. Kept with the reasons why
//! something does not count, read by reports, never by a decision.

mod decision;
mod receive;
pub(crate) mod user_agent;

pub use decision::{JournalFacts, NewTouchpoint, POSITION_SLACK_MS, Stored, weigh};
pub(crate) use receive::{__path_beacon, __path_receive};
pub(crate) use receive::{beacon, receive};
