//! A tag track as a WebVTT metadata track: one cue a tag, the cue's text is the tag as JSON.
//!
//! In a browser the page's own parser reads the file (`<track kind="metadata">`) and
//! [`tag_from_cue`] takes its cues; elsewhere `read` and `write` do all of it.

#[cfg(feature = "json")]
mod carrier;
mod cue;

#[cfg(feature = "json")]
pub use carrier::{read, read_with, write};
pub use cue::{Cue, WebVttError, cues, tag_from_cue};
