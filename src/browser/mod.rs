//! The only place with web-sys: clock, viewport, video, storage, network; runs the effects.

pub mod dom;
pub mod styles;
pub mod video;
