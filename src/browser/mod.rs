//! The only place with web-sys: clock, viewport, video, storage, network; runs the effects.

pub mod callback;
pub mod channel;
pub mod clock;
mod company;
pub mod cues;
mod database;
pub mod dom;
pub mod fullscreen;
pub mod intersection;
pub mod intl;
pub mod json;
pub mod layer;
pub mod lead;
pub mod motion;
pub mod mutation;
pub mod network;
pub mod page_track;
pub mod random;
pub mod run;
pub mod storage;
pub mod styles;
mod touch_storage;
pub mod video;
pub mod viewport;
