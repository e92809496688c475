//! The way from view to purchase, in batches, only under consent. Kept with the reasons why
//! something does not count. A decision shows what was seen, and pays nothing for it.

mod decision;
mod receive;
pub(crate) mod user_agent;

pub use decision::{JournalFacts, NewTouchpoint, POSITION_SLACK_MS, Stored, exclusion_of, weigh};
pub(crate) use receive::{__path_beacon, __path_receive};
pub(crate) use receive::{beacon, receive};
