//! How much of a document is used, and how far its times may reach.

/// Most tags of one track. Timeline and memory are measured at this size.
pub const TAGS_MAX: usize = 10_000;

/// Most tags taken from a track that the page itself hands over: keeps the page's main thread below
/// 50 ms.
pub const TAGS_OF_PAGE_MAX: usize = 1_000;

/// Most key frames of one tag: one at each frame for five and a half minutes at 30 frames a second.
pub const KEY_FRAMES_MAX: usize = 10_000;

/// Longest label, in characters; the widget shows one line.
pub const LABEL_CHARS_MAX: usize = 200;

/// Latest time, seconds. Live players count from 1970, so it lies in the year 2286; a `f64` still
/// tells microseconds there.
pub const TIME_S_MAX: f64 = 1e10;

/// How far a tag may end after the video, seconds: containers round, and sound may outlast the
/// picture.
pub const END_SLACK_S: f64 = 1.0;

/// Most defects that one validation reports; what comes after is dropped all the same.
pub const DEFECTS_MAX: usize = 1_000;

/// What a caller restricts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Most tags used, 1..=10,000; those after it are reported once as `cue-limit`.
    pub tags_max: usize,
    /// Length of the video, seconds. `None`, NaN and infinity: not known (yet), or live.
    pub duration_s: Option<f64>,
}

impl Default for Limits {
    /// For tracks that a backend stores: 10,000 tags, any length.
    fn default() -> Self {
        Self {
            tags_max: TAGS_MAX,
            duration_s: None,
        }
    }
}

impl Limits {
    /// For tracks that the page itself hands over: 1,000 tags, any length.
    #[must_use]
    pub fn of_page() -> Self {
        Self {
            tags_max: TAGS_OF_PAGE_MAX,
            duration_s: None,
        }
    }

    /// The same with a known length of the video, seconds.
    #[must_use]
    pub fn within(self, duration_s: Option<f64>) -> Self {
        Self { duration_s, ..self }
    }
}
