//! A product tag: a marker on the thing, and a label beside it.

pub mod viewability;

#[cfg(target_arch = "wasm32")]
mod edge_chip;
#[cfg(target_arch = "wasm32")]
mod marker;

#[cfg(target_arch = "wasm32")]
pub(crate) use edge_chip::edge_chip;
#[cfg(target_arch = "wasm32")]
pub(crate) use marker::{TagLook, product_tag};
