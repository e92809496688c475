//! The product card: one product, its options, its price, and the two ways to take it.

#[cfg(target_arch = "wasm32")]
mod gallery;
mod state;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub(crate) use gallery::show_picture;
pub(crate) use state::variant_label;
pub use state::{Card, Choice, ChoiceState};
#[cfg(target_arch = "wasm32")]
pub(crate) use view::{card, card_actions};
