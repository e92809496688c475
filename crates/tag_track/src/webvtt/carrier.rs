//! Reading and writing whole WebVTT texts, with the crate's own parser.

use crate::defect::Defect;
use crate::field::Field;
use crate::json;
use crate::limits::Limits;
use crate::raw::{RawTag, RawTrack, SCHEMA_VERSION};
use crate::track::TagTrack;
use crate::webvtt::cue::{Cue, WebVttError, cues, tag_from_cue};

/// How the header line names the version: `WEBVTT Shoptag tag track, schema_version=1`.
const VERSION: &str = "schema_version=";

/// Reads a WebVTT metadata track under the default limits.
///
/// A header that names no version means version 1. In the defects' pointers the cues are `/tags/0`,
/// `/tags/1` and so on.
///
/// # Errors
/// [`WebVttError::Signature`] if the text is no WebVTT at all.
pub fn read(text: &str) -> Result<(TagTrack, Vec<Defect>), WebVttError> {
    read_with(text, &Limits::default())
}

/// The same under the caller's limits.
///
/// # Errors
/// As [`read`].
pub fn read_with(text: &str, limits: &Limits) -> Result<(TagTrack, Vec<Defect>), WebVttError> {
    // One more than are used, so that validation can tell that there were more.
    let read_max = limits.tags_max.saturating_add(1);
    let tags = cues(text)?.iter().take(read_max).map(tag).collect();
    let raw = RawTrack {
        schema_version: version(text),
        tags: Field::Known(tags),
        unknown_fields: Vec::new(),
    };
    Ok(raw.validate_with(limits))
}

fn version(text: &str) -> Field<f64> {
    let header = text.split(['\n', '\r']).next().unwrap_or_default();
    let Some((_, version)) = header.split_once(VERSION) else {
        return Field::Known(f64::from(SCHEMA_VERSION));
    };
    version
        .trim()
        .parse()
        .map_or(Field::Malformed, Field::Known)
}

fn tag(cue: &Cue) -> Field<RawTag> {
    // Times that cannot be read are reported as `cue-range`, like those that make no sense.
    let (start_s, end_s) = cue.span_s.unwrap_or((f64::NAN, f64::NAN));
    let text = json::read_tag(&cue.text).unwrap_or(Field::Malformed);
    tag_from_cue(&cue.id, start_s, end_s, text)
}

/// Writes a track as a WebVTT metadata track.
///
/// WebVTT has whole milliseconds: `start` and `end` are rounded to them (`end` stays at least 1 ms
/// after `start`), all else comes back exactly as it was.
#[must_use]
pub fn write(track: &TagTrack) -> String {
    let mut text = format!("WEBVTT Shoptag tag track, {VERSION}{SCHEMA_VERSION}\n");
    for tag in &track.tags {
        let start_ms = milliseconds(tag.start_s);
        let end_ms = milliseconds(tag.end_s).max(start_ms.saturating_add(1));
        let raw = RawTag {
            start: Field::Absent,
            end: Field::Absent,
            ..RawTag::from(tag)
        };
        // An arrow may only stand in a text of the JSON, where it can be escaped.
        let json = json::write_tag(&raw).replace("-->", "--\\u003e");
        text.push('\n');
        if !tag.id.as_str().contains("-->") {
            text.push_str(tag.id.as_str());
            text.push('\n');
        }
        text.push_str(&format!(
            "{} --> {}\n",
            timestamp(start_ms),
            timestamp(end_ms)
        ));
        text.push_str(&json);
        text.push('\n');
    }
    text
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, and a checked time is 0..=1e10 seconds"
)]
fn milliseconds(time_s: f64) -> u64 {
    (time_s * 1_000.0).round() as u64
}

fn timestamp(time_ms: u64) -> String {
    let (whole_s, ms) = (time_ms / 1_000, time_ms % 1_000);
    let (hours, minutes, seconds) = (whole_s / 3_600, whole_s / 60 % 60, whole_s % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{ms:03}")
}
