//! The tag track: which product is where in the picture, and when.
//!
//! Times are seconds of media time, positions 0..=1 of the encoded picture (not of the element's
//! box). This crate reads, checks and writes the format (its reference is the README beside it),
//! tells where a tag is at a moment, and which tags are on screen. It never touches a browser or a
//! network.
//!
//! A bad tag is dropped and reported with a stable code, the others stay:
//!
//! ```
//! # #[cfg(feature = "json")] {
//! use shoptag_tag_track::{DefectCode, Timeline, json};
//!
//! let (track, defects) = json::read(r#"{"schema_version": 1, "tags": [
//!     {"id": "lamp", "product": "lamp-01", "start": 2, "end": 6,
//!      "key_frames": [{"t": 2, "x": 0.2, "y": 0.5}, {"t": 6, "x": 0.6, "y": 0.5}]},
//!     {"id": "rug", "product": "rug-07", "start": 9, "end": 4, "x": 0.5, "y": 0.9}
//! ]}"#).unwrap();
//!
//! // The lamp is usable ...
//! let place = track.tags[0].place_at(4.0).unwrap();
//! assert!((place.x - 0.4).abs() < 1e-12);
//! let mut on_screen = Vec::new();
//! Timeline::new(&track).on_screen(4.0, &mut on_screen);
//! assert_eq!(on_screen, [0]);
//!
//! // ... the rug ends before it starts.
//! assert_eq!(defects[0].code, DefectCode::CueRange);
//! assert_eq!(defects[0].to_string(), "cue-range at /tags/1/end");
//!
//! // What is not JSON is refused as a whole.
//! assert_eq!(json::read("{").unwrap_err().code(), "config-json");
//! # }
//! ```
#![forbid(unsafe_code)]

mod canonical;
mod defect;
mod field;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "json")]
pub mod jsonld;
mod limits;
mod motion;
mod place;
mod raw;
#[cfg(test)]
mod schema;
mod timeline;
mod track;
mod validate;
pub mod webvtt;

pub use defect::{Defect, DefectCode, Effect};
pub use field::Field;
pub use limits::{
    DEFECTS_MAX, END_SLACK_S, KEY_FRAMES_MAX, LABEL_CHARS_MAX, Limits, TAGS_MAX, TAGS_OF_PAGE_MAX,
    TIME_S_MAX,
};
pub use motion::MotionKey;
pub use raw::{RawAnchor, RawKeyFrame, RawTag, RawTrack, SCHEMA_VERSION};
pub use timeline::Timeline;
pub use track::{Anchor, Interpolation, KeyFrame, Place, Shape, Tag, TagTrack};
