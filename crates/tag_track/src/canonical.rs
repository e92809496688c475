//! From a checked track back to a document: one way to write each track.
//!
//! A field that says what its absence says is left out, so that writing is stable.

use crate::field::Field;
use crate::raw::{RawAnchor, RawKeyFrame, RawTag, RawTrack};
use crate::track::{Interpolation, KeyFrame, Shape, Tag, TagTrack};

impl From<&TagTrack> for RawTrack {
    fn from(track: &TagTrack) -> Self {
        let tags = track
            .tags
            .iter()
            .map(|tag| Field::Known(RawTag::from(tag)))
            .collect();
        Self {
            tags: Field::Known(tags),
            ..Self::default()
        }
    }
}

impl From<&Tag> for RawTag {
    fn from(tag: &Tag) -> Self {
        let (w, h) = match tag.shape {
            Shape::Point => (Field::Absent, Field::Absent),
            Shape::Rectangle { width, height } => (width.into(), height.into()),
        };
        let still = still_position(tag);
        let moving = || {
            tag.key_frames
                .iter()
                .map(|key| Field::Known(key.into()))
                .collect()
        };
        Self {
            id: tag.id.as_str().to_owned().into(),
            product: tag.product.as_str().to_owned().into(),
            variant: tag
                .variant
                .as_ref()
                .map(|variant| variant.as_str().to_owned())
                .into(),
            start: tag.start_s.into(),
            end: tag.end_s.into(),
            x: still.map(|(x, _)| x).into(),
            y: still.map(|(_, y)| y).into(),
            w,
            h,
            key_frames: still.is_none().then(moving).into(),
            interpolation: match tag.interpolation {
                Interpolation::Linear => Field::Absent,
                Interpolation::CatmullRom => tag.interpolation.name().to_owned().into(),
            },
            anchor: tag
                .anchor
                .map(|anchor| RawAnchor {
                    x: anchor.x.into(),
                    y: anchor.y.into(),
                    unknown_fields: Vec::new(),
                })
                .into(),
            label: tag.label.clone().into(),
            unknown_fields: Vec::new(),
        }
    }
}

impl From<&KeyFrame> for RawKeyFrame {
    fn from(key: &KeyFrame) -> Self {
        Self {
            t: key.time_s.into(),
            x: key.x.into(),
            y: key.y.into(),
            w: key.size.map(|(width, _)| width).into(),
            h: key.size.map(|(_, height)| height).into(),
            hidden: key.hidden.then_some(true).into(),
            unknown_fields: Vec::new(),
        }
    }
}

/// The position of a tag that `x` and `y` alone describe: one plain key frame at its start.
#[expect(
    clippy::float_cmp,
    reason = "reading `x` and `y` copies the start into the key frame"
)]
fn still_position(tag: &Tag) -> Option<(f64, f64)> {
    match tag.key_frames.as_slice() {
        [key] if key.time_s == tag.start_s && key.size.is_none() && !key.hidden => {
            Some((key.x, key.y))
        }
        _ => None,
    }
}
