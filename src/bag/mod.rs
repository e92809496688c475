//! The bag: what the shopper means to buy.

mod state;
#[cfg(target_arch = "wasm32")]
mod view;

pub use state::{Added, Bag, LINES_MAX, LineId};
#[cfg(target_arch = "wasm32")]
pub(crate) use view::{bag, bag_actions, bag_button};
