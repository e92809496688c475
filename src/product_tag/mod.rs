//! A product tag: a marker on the thing, and a label beside it.

mod name;
pub mod viewability;

#[cfg(target_arch = "wasm32")]
mod edge_chip;
#[cfg(target_arch = "wasm32")]
mod marker;

#[cfg(target_arch = "wasm32")]
pub use edge_chip::{EdgeChip, EdgeChipProps};
#[cfg(target_arch = "wasm32")]
pub use marker::{ProductTag, ProductTagProps};
pub use name::fill;
