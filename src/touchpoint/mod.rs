//! From the tag to the sale, as this browser knows it: the view session with its tokens, taps and
//! the receipts they are exchanged for, the bond between a bag line and its receipt, and the
//! journal of what was seen. Pure; the rules of payment are the backend's.
//!
//! Nothing here is in the way of a purchase: what cannot be had is asked for again, or done
//! without. Receipts and journal are on the device only under consent; a line's receipt lives with
//! its line.

mod answers;
mod attempt;
mod keeping;
mod sending;
mod state;
#[cfg(test)]
mod tests;
#[cfg(target_arch = "wasm32")]
mod view;

pub use state::{
    HeldReceipt, RECEIPTS_MAX, SavedTouchpoints, TouchedTag, TouchpointChanges, Touchpoints,
};
#[cfg(target_arch = "wasm32")]
pub(crate) use view::{stored, stored_link};
