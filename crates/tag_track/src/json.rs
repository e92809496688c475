//! A tag track as JSON text.
//!
//! The browser does not need this: there `JSON.parse` and a serde adapter give a [`RawTrack`].

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::defect::Defect;
use crate::field::Field;
use crate::limits::Limits;
use crate::raw::{RawTag, RawTrack, SCHEMA_VERSION};
use crate::track::TagTrack;

/// Deepest nesting that is read, in brackets; the format itself needs 5.
const DEPTH_MAX: usize = 128;

/// What an overflowing number is read as: the largest `f64`, out of every range of the format. JSON
/// allows `1e309`, serde_json refuses the whole text for it, but only its tag is bad.
const LARGEST: &str = "1.7976931348623157e308";

/// Why a text is not JSON that can be read. Nothing of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It begins with a byte order mark (RFC 8259 section 8.1 forbids writing one).
    #[error("the text begins with a byte order mark")]
    ByteOrderMark,
    /// Brackets are nested more than 128 deep.
    #[error("brackets are nested more than 128 deep")]
    TooDeep,
    /// It is not JSON: comments, trailing commas, cut off...
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In bytes, from 1; 0 at a line's start.
        column: usize,
    },
}

impl JsonError {
    /// The stable text, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "config-json"
    }
}

/// Reads and checks a track under the default limits.
///
/// # Errors
/// [`JsonError`] if the text is not JSON; the author has to correct it. Whatever JSON says, it is
/// no error here but a [`Defect`].
pub fn read(text: &str) -> Result<(TagTrack, Vec<Defect>), JsonError> {
    read_with(text, &Limits::default())
}

/// The same under the caller's limits.
///
/// # Errors
/// As [`read`].
pub fn read_with(text: &str, limits: &Limits) -> Result<(TagTrack, Vec<Defect>), JsonError> {
    Ok(read_raw(text)?.validate_with(limits))
}

/// Reads a track without checking it.
///
/// # Errors
/// As [`read`].
pub fn read_raw(text: &str) -> Result<RawTrack, JsonError> {
    parse(text)
}

/// Reads one tag, such as the text of a WebVTT cue, without checking it.
///
/// # Errors
/// As [`read`].
pub fn read_tag(text: &str) -> Result<Field<RawTag>, JsonError> {
    parse(text)
}

/// Writes a track, one tag a line, always in the same way for the same track.
#[must_use]
pub fn write(track: &TagTrack) -> String {
    let mut text = format!("{{\"schema_version\":{SCHEMA_VERSION},\"tags\":[");
    for (index, tag) in track.tags.iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&write_tag(&RawTag::from(tag)));
    }
    text.push_str("\n]}\n");
    text
}

/// Writes one tag on one line.
#[must_use]
pub(crate) fn write_tag(tag: &RawTag) -> String {
    // A `RawTag` has only text keys and no failing parts, so this cannot fail.
    serde_json::to_string(tag).unwrap_or_default()
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, JsonError> {
    if text.starts_with('\u{FEFF}') {
        return Err(JsonError::ByteOrderMark);
    }
    let scan = scan(text);
    if scan.depth > DEPTH_MAX {
        return Err(JsonError::TooDeep);
    }
    let saturated = saturate(text, &scan.overflows);
    serde_json::from_str(saturated.as_deref().unwrap_or(text)).map_err(|error| JsonError::Syntax {
        line: error.line(),
        column: error.column(),
    })
}

/// What serde_json would stumble over.
struct Scan {
    depth: usize,
    /// Byte ranges of numbers that no `f64` holds.
    overflows: Vec<std::ops::Range<usize>>,
}

fn scan(text: &str) -> Scan {
    let bytes = text.as_bytes();
    let mut result = Scan {
        depth: 0,
        overflows: Vec::new(),
    };
    let mut depth = 0_usize;
    let mut next = 0;
    while let Some(byte) = bytes.get(next) {
        next += 1;
        match byte {
            b'[' | b'{' => {
                depth += 1;
                result.depth = result.depth.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => next = string_end(bytes, next),
            b'-' | b'0'..=b'9' => {
                let rest = bytes.get(next..).unwrap_or_default();
                let length = rest.iter().take_while(|byte| is_in_number(**byte)).count();
                let number = next - 1..next + length;
                next = number.end;
                if overflows(text.get(number.clone()).unwrap_or_default()) {
                    result.overflows.push(number);
                }
            }
            _ => {}
        }
    }
    result
}

/// The position after the quotation mark that ends a string.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut next = from;
    while let Some(byte) = bytes.get(next) {
        next += match byte {
            b'"' => return next + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    next
}

fn is_in_number(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')
}

fn overflows(number: &str) -> bool {
    // Below 2 bytes of exponent and 300 digits no number overflows; most numbers end here.
    let can_overflow = number.len() > 300 || number.contains(['e', 'E']);
    can_overflow
        && number.parse::<f64>().is_ok_and(f64::is_infinite)
        && serde_json::from_str::<IgnoredAny>(number).is_ok()
}

/// The text with each overflowing number replaced by the largest of its sign; `None` if there is
/// none.
fn saturate(text: &str, overflows: &[std::ops::Range<usize>]) -> Option<String> {
    if overflows.is_empty() {
        return None;
    }
    let mut saturated = String::with_capacity(text.len());
    let mut copied = 0;
    for number in overflows {
        saturated.push_str(text.get(copied..number.start).unwrap_or_default());
        if text
            .get(number.clone())
            .is_some_and(|number| number.starts_with('-'))
        {
            saturated.push('-');
        }
        saturated.push_str(LARGEST);
        copied = number.end;
    }
    saturated.push_str(text.get(copied..).unwrap_or_default());
    Some(saturated)
}
