//! The tag track: which product is where in the picture, and when.
//!
//! Times are seconds of media time, positions 0..=1 of the encoded picture (not of the element's box).
//! This crate reads, checks and writes the format. It never touches a browser or a network.
#![forbid(unsafe_code)]

mod raw;
mod track;

pub use raw::RawTrack;
pub use track::{Anchor, Interpolation, KeyFrame, Place, Shape, Tag, TagTrack};
