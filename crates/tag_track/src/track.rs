//! The checked tag track: what the rest of Shoptag works with. Every value here is valid.

use shoptag_commerce::{ProductId, TagId, VariantId};

/// All tags of one video.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TagTrack {
    /// In order of start time, then id.
    pub tags: Vec<Tag>,
}

impl TagTrack {
    /// The track of `tags`, put in order of start time, then id.
    #[must_use]
    pub fn new(mut tags: Vec<Tag>) -> Self {
        tags.sort_by(|a, b| {
            a.start_s
                .total_cmp(&b.start_s)
                .then_with(|| a.id.cmp(&b.id))
        });
        Self { tags }
    }
}

/// One product tag: a product, a time span, and where the thing is during it.
#[derive(Debug, Clone, PartialEq)]
pub struct Tag {
    /// Unique within the track.
    pub id: TagId,
    /// What is for sale.
    pub product: ProductId,
    /// The variant that is seen in the picture, preselected in the card.
    pub variant: Option<VariantId>,
    /// First moment on screen, seconds, at least 0.
    pub start_s: f64,
    /// The moment it leaves, seconds, after `start_s`; the span is half open, `[start, end)`.
    pub end_s: f64,
    /// A point, or a rectangle around the key frame's position.
    pub shape: Shape,
    /// At least one, strictly ascending in time.
    pub key_frames: Vec<KeyFrame>,
    /// How positions between key frames are made.
    pub interpolation: Interpolation,
    /// Where the button stands still while the marker moves; `None`: the button moves along.
    pub anchor: Option<Anchor>,
    /// A label instead of the product's title.
    pub label: Option<String>,
}

/// What the marker marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shape {
    /// A point.
    Point,
    /// A rectangle; its size may be key-framed through [`KeyFrame::size`].
    Rectangle {
        /// Width, 0..=1 of the picture.
        width: f64,
        /// Height, 0..=1 of the picture.
        height: f64,
    },
}

/// Where the thing is at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyFrame {
    /// Seconds of media time.
    pub time_s: f64,
    /// Centre, 0..=1 from the left of the picture.
    pub x: f64,
    /// Centre, 0..=1 from the top of the picture.
    pub y: f64,
    /// Width and height of a rectangle from here on (interpolated); `None`: the shape's own.
    pub size: Option<(f64, f64)>,
    /// From here to the next key frame the thing cannot be seen.
    pub hidden: bool,
}

/// How positions between two key frames are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Interpolation {
    /// Straight lines.
    #[default]
    Linear,
    /// A smooth curve through every key frame: Catmull-Rom with the key frames' own times as knots.
    /// Sizes change in straight lines, so that they never swing below zero.
    CatmullRom,
}

impl Interpolation {
    /// As the format writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::CatmullRom => "catmull-rom",
        }
    }

    /// The one that the format calls `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Linear, Self::CatmullRom]
            .into_iter()
            .find(|each| each.name() == name)
    }
}

/// A fixed position, 0..=1 of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchor {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Where a tag is at one moment, 0..=1 of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Centre from the left.
    pub x: f64,
    /// Centre from the top.
    pub y: f64,
    /// Width, 0 for a point.
    pub width: f64,
    /// Height, 0 for a point.
    pub height: f64,
}
