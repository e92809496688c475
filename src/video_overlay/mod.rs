//! The tags over the video: which are on screen, where, and what may be tapped.

pub mod announcer;
pub mod cast;
pub mod clock;
pub mod edge;
pub mod geometry;
pub mod labels;
pub mod placement;
mod scene;

#[cfg(target_arch = "wasm32")]
mod driver;
#[cfg(target_arch = "wasm32")]
mod overlay;
#[cfg(target_arch = "wasm32")]
mod room;
#[cfg(target_arch = "wasm32")]
mod sight;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use overlay::{VideoOverlay, VideoOverlayProps};
pub use scene::{OverlayTexts, Scene, TagLabel};
