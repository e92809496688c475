//! The surface that a host page relies on: names, attributes, methods, events.

mod config;
pub mod names;

#[cfg(target_arch = "wasm32")]
mod announce;
#[cfg(target_arch = "wasm32")]
pub mod element;
#[cfg(target_arch = "wasm32")]
pub mod exports;
#[cfg(target_arch = "wasm32")]
mod fallback;
#[cfg(target_arch = "wasm32")]
mod slots;

#[cfg(target_arch = "wasm32")]
pub use announce::{announce, announce_error};
pub use config::{ColourScheme, Config, ConfigDefect, ConfigError, Page, TrackSource};
#[cfg(target_arch = "wasm32")]
pub use slots::Slots;
