//! The product card: one product, its options, its price, and the two ways to take it.

mod state;

pub(crate) use state::variant_label;
pub use state::{Card, Choice, ChoiceState};
