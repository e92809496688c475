//! The WebVTT parser algorithm (W3C WebVTT, section 6) as far as a metadata track needs it: header,
//! NOTE, STYLE and REGION blocks are passed over, cue settings are ignored, cue texts are kept as
//! they are.

use crate::field::Field;
use crate::raw::RawTag;

/// What stands between the two times of a cue.
const ARROW: &str = "-->";

/// Most digits of the hours that are read; more are no time of any video.
const HOUR_DIGITS_MAX: usize = 9;

/// One cue.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// The line above the times; empty if there is none.
    pub id: String,
    /// Start and end, seconds; `None` where the times cannot be read (a browser drops such a cue).
    pub span_s: Option<(f64, f64)>,
    /// The text, lines joined by LF.
    pub text: String,
}

/// Why a text is not a WebVTT file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebVttError {
    /// It does not begin with `WEBVTT`. Nothing can be read; show the author the first line.
    #[error("the text does not begin with WEBVTT")]
    Signature,
}

impl WebVttError {
    /// The stable text, kebab-case.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Signature => "webvtt-signature",
        }
    }
}

/// The cues of a WebVTT text, in order of appearance. A byte order mark, CR, CRLF and NUL are
/// treated as the standard says.
///
/// # Errors
/// [`WebVttError::Signature`] if the text is no WebVTT at all.
pub fn cues(text: &str) -> Result<Vec<Cue>, WebVttError> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let text = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace('\0', "\u{FFFD}");
    let after_signature = text.strip_prefix("WEBVTT").ok_or(WebVttError::Signature)?;
    if !after_signature.is_empty() && !after_signature.starts_with([' ', '\t', '\n']) {
        return Err(WebVttError::Signature);
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let mut cues = Vec::new();
    let mut next = header_end(&lines);
    while next < lines.len() {
        let (cue, end) = block(&lines, next);
        cues.extend(cue);
        next = end;
    }
    Ok(cues)
}

/// The first line after the header block: after a blank line, or at a line with times.
fn header_end(lines: &[&str]) -> usize {
    let rest = lines.iter().enumerate().skip(1);
    let end = rest
        .into_iter()
        .find(|(_, line)| line.is_empty() || line.contains(ARROW));
    end.map_or(lines.len(), |(index, _)| index)
}

/// Reads the block that begins at line `first`; answers its cue, if it is one, and the line after
/// it.
fn block(lines: &[&str], first: usize) -> (Option<Cue>, usize) {
    let line = |index: usize| lines.get(index).copied().unwrap_or_default();
    let (id, times) = if line(first).contains(ARROW) {
        ("", Some(first))
    } else if !line(first).is_empty() && line(first + 1).contains(ARROW) {
        (line(first), Some(first + 1))
    } else {
        ("", None)
    };
    // A block ends at a blank line, and before the next line with an arrow: a missing blank line
    // must not swallow the next cue.
    let text_first = times.unwrap_or(first) + 1;
    let rest = lines.iter().enumerate().skip(text_first);
    let text_end = rest
        .into_iter()
        .find(|(_, line)| line.is_empty() || line.contains(ARROW))
        .map_or(lines.len(), |(index, _)| index);
    let blank = line(first).is_empty();
    let end = if blank { first + 1 } else { text_end };
    let cue = times.map(|times| Cue {
        id: id.to_owned(),
        span_s: span(line(times)),
        text: lines
            .get(text_first..text_end)
            .unwrap_or_default()
            .join("\n"),
    });
    (cue, end)
}

fn span(line: &str) -> Option<(f64, f64)> {
    let (start_s, rest) = timestamp(line.trim_start_matches(is_space))?;
    let rest = rest.trim_start_matches(is_space).strip_prefix(ARROW)?;
    let (end_s, _settings) = timestamp(rest.trim_start_matches(is_space))?;
    Some((start_s, end_s))
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{C}')
}

/// Reads `hh:mm:ss.ttt` or `mm:ss.ttt`; answers seconds and what follows.
fn timestamp(text: &str) -> Option<(f64, &str)> {
    let (first, first_digits, rest) = digits(text)?;
    let (second, second_digits, rest) = digits(rest.strip_prefix(':')?)?;
    let has_hours = first_digits != 2 || first > 59 || rest.starts_with(':');
    let (hours, minutes, seconds, seconds_digits, rest) = if has_hours {
        if second_digits != 2 {
            return None;
        }
        let (third, third_digits, rest) = digits(rest.strip_prefix(':')?)?;
        (first, second, third, third_digits, rest)
    } else {
        (0, first, second, second_digits, rest)
    };
    let (milliseconds, fraction_digits, rest) = digits(rest.strip_prefix('.')?)?;
    let well_formed = seconds_digits == 2 && fraction_digits == 3 && minutes <= 59 && seconds <= 59;
    if !well_formed {
        return None;
    }
    let whole_ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds;
    #[expect(
        clippy::cast_precision_loss,
        reason = "nine digits of hours in ms are below 2^53"
    )]
    Some((whole_ms as f64 / 1_000.0, rest))
}

/// Reads one or more ASCII digits; answers their value, how many they are, and what follows.
fn digits(text: &str) -> Option<(u64, usize, &str)> {
    let rest = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let count = text.len() - rest.len();
    if count > HOUR_DIGITS_MAX {
        return None;
    }
    let value = text.get(..count)?.parse().ok()?;
    Some((value, count, rest))
}

/// The tag of a cue whose text was read as JSON: the cue's times win, and its identifier names the
/// tag if the text does not.
#[must_use]
pub fn tag_from_cue(id: &str, start_s: f64, end_s: f64, text: Field<RawTag>) -> Field<RawTag> {
    let Field::Known(mut tag) = text else {
        return Field::Malformed;
    };
    tag.start = Field::Known(start_s);
    tag.end = Field::Known(end_s);
    if tag.id.is_absent() && !id.is_empty() {
        tag.id = Field::Known(id.to_owned());
    }
    Field::Known(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(f64, f64)>) {
        assert_eq!(span(line), expected, "{line:?}");
    }

    #[test]
    fn times_are_read_as_the_standard_says() {
        check("00:01.500 --> 00:02.000", Some((1.5, 2.0)));
        check("01:00:01.500 --> 123:00:02.000", Some((3601.5, 442_802.0)));
        check("00:01.500-->00:02.000 align:start", Some((1.5, 2.0)));
        check("\t00:01.500 \t-->\t00:02.000\t", Some((1.5, 2.0)));
        check("1:00:00.000 --> 100:00:00.000", Some((3600.0, 360_000.0)));
        check("00:09.000 --> 00:02.000", Some((9.0, 2.0)));
        check("1:00.000 --> 00:02.000", None);
        check("60:00.000 --> 60:01.000", None);
        check("00:60.000 --> 01:01.000", None);
        check("00:1.000 --> 00:02.000", None);
        check("00:01.00 --> 00:02.000", None);
        check("00:01.0000 --> 00:02.000", None);
        check("00:01,500 --> 00:02,000", None);
        check("00:01.500 -> 00:02.000", None);
        check("-00:01.500 --> 00:02.000", None);
        check("00:01.500 -->", None);
        check("9999999999:00:00.000 --> 9999999999:00:01.000", None);
        check("--> 00:01.000", None);
    }

    #[test]
    fn blocks_that_are_no_cues_are_passed_over() {
        let text = "\u{FEFF}WEBVTT a title\nX-Header: 1\n\nSTYLE\n::cue { color: red }\n\n\
            REGION\nid:a\n\nNOTE a comment\nof two lines\n\nfirst\n00:01.000 --> 00:02.000\n{}\n\n\n\n\
            00:03.000 --> 00:04.000\n{\n}\nsecond\n00:05.000 --> 00:06.000\nNOTE inside\n";
        let expected = [
            ("first", Some((1.0, 2.0)), "{}"),
            ("", Some((3.0, 4.0)), "{\n}\nsecond"),
            ("", Some((5.0, 6.0)), "NOTE inside"),
        ];
        for newline in ["\n", "\r\n", "\r"] {
            let read = cues(&text.replace('\n', newline)).unwrap();
            let read: Vec<_> = read
                .iter()
                .map(|cue| (cue.id.as_str(), cue.span_s, cue.text.as_str()))
                .collect();
            assert_eq!(read, expected, "{newline:?}");
        }
    }

    #[test]
    fn a_header_may_end_at_the_first_cue() {
        let read = cues("WEBVTT\n00:01.000 --> 00:02.000\n{}").unwrap();
        assert_eq!(read.len(), 1);
        assert_eq!(cues("WEBVTT").unwrap(), []);
        assert_eq!(cues("WEBVTT\n").unwrap(), []);
    }

    #[test]
    fn what_is_not_webvtt_is_refused() {
        for text in [
            "",
            "WEBVT",
            "webvtt\n",
            " WEBVTT\n",
            "WEBVTTX\n",
            "1\n00:01.000 --> 00:02.000",
        ] {
            assert_eq!(cues(text), Err(WebVttError::Signature), "{text:?}");
        }
    }
}
