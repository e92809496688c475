//! The widget's program: what it exports is called by `www/shop-tags.js`.

#[cfg(target_arch = "wasm32")]
pub use shoptag::embed::exports::{Handle, mount};

/// A quarter of the code of the standard library's.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

fn main() {}
