//! Clicks: a tag's token exchanged for a receipt that outlives reloads.

mod decision;
mod exchange;

pub use decision::{ClickFacts, Clicked, NewClick, RATE_A_MINUTE, touchpoint};
pub(crate) use exchange::exchange;
pub(crate) use exchange::{__path_exchange, directory_allows, sign, touch_id};
