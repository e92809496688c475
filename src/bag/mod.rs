//! The bag: what the shopper means to buy.

mod state;

pub use state::{Added, Bag, LINES_MAX};
