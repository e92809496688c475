//! The widget's program: what it exports is called by `www/shop-tags.js`.

#[cfg(target_arch = "wasm32")]
pub use shoptag::embed::exports::{Handle, mount};

fn main() {}
