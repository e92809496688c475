//! Where a tag is at a moment: interpolation between key frames.
//!
//! Nothing here allocates: it runs for every tag on screen at every video frame.

use crate::track::{Interpolation, KeyFrame, Place, Shape, Tag};

impl Tag {
    /// Where the thing is at `time_s` (seconds of media time); `None` outside `[start, end)` and in a
    /// hidden gap.
    ///
    /// Before the first key frame it is where the first one puts it, after the last where the last one
    /// does. The centre never leaves the picture.
    #[must_use]
    pub fn place_at(&self, time_s: f64) -> Option<Place> {
        if !(self.start_s..self.end_s).contains(&time_s) {
            return None;
        }
        let after = self.key_frames.partition_point(|key| key.time_s <= time_s);
        let Some(before) = after.checked_sub(1) else {
            return self.key_frames.first().map(|key| self.place_of(key));
        };
        if self.key_frames.get(before)?.hidden {
            return None;
        }
        match self.segment(before) {
            Some(segment) => Some(segment.place_at(segment.progress(time_s))),
            None => self.key_frames.get(before).map(|key| self.place_of(key)),
        }
    }

    /// Where a key frame puts the tag.
    pub(crate) fn place_of(&self, key: &KeyFrame) -> Place {
        let (width, height) = self.size_of(key);
        Place {
            x: key.x,
            y: key.y,
            width,
            height,
        }
    }

    fn size_of(&self, key: &KeyFrame) -> (f64, f64) {
        match self.shape {
            Shape::Point => (0.0, 0.0),
            Shape::Rectangle { width, height } => key.size.unwrap_or((width, height)),
        }
    }

    /// What lies between the key frames `index` and `index + 1`; `None` after the last one.
    pub(crate) fn segment(&self, index: usize) -> Option<Segment> {
        let from = self.key_frames.get(index)?;
        let to = self.key_frames.get(index + 1)?;
        let curves = match self.interpolation {
            Interpolation::Linear => None,
            Interpolation::CatmullRom => self.curves(index, from, to),
        };
        Some(Segment {
            from_s: from.time_s,
            to_s: to.time_s,
            from: self.place_of(from),
            to: self.place_of(to),
            curves,
        })
    }

    /// `None` where key frames lie so close that the arithmetic overflows: a straight line is exact
    /// enough there.
    fn curves(&self, index: usize, from: &KeyFrame, to: &KeyFrame) -> Option<[Cubic; 2]> {
        // A hidden gap cuts the curve: what is on its other side does not shape this one.
        let before = index
            .checked_sub(1)
            .and_then(|before| self.key_frames.get(before))
            .filter(|before| !before.hidden);
        let after = self.key_frames.get(index + 2).filter(|_| !to.hidden);
        let curve = |axis: fn(&KeyFrame) -> f64| {
            let knot = |key: &KeyFrame| (key.time_s, axis(key));
            Cubic::new(before.map(knot), knot(from), knot(to), after.map(knot))
        };
        Some([curve(|key| key.x)?, curve(|key| key.y)?])
    }
}

/// The way from one key frame to the next.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Segment {
    pub(crate) from_s: f64,
    pub(crate) to_s: f64,
    from: Place,
    to: Place,
    /// Of x and y; `None`: straight.
    pub(crate) curves: Option<[Cubic; 2]>,
}

impl Segment {
    /// The part of the way covered at `time_s`, 0..=1.
    pub(crate) fn progress(&self, time_s: f64) -> f64 {
        ((time_s - self.from_s) / (self.to_s - self.from_s)).clamp(0.0, 1.0)
    }

    pub(crate) fn place_at(&self, progress: f64) -> Place {
        let (x, y) = match &self.curves {
            Some([x, y]) => (
                x.at(progress).clamp(0.0, 1.0),
                y.at(progress).clamp(0.0, 1.0),
            ),
            None => (
                between(self.from.x, self.to.x, progress),
                between(self.from.y, self.to.y, progress),
            ),
        };
        Place {
            x,
            y,
            width: between(self.from.width, self.to.width, progress),
            height: between(self.from.height, self.to.height, progress),
        }
    }
}

/// Linear interpolation that never leaves the two ends, not even by rounding.
fn between(from: f64, to: f64, progress: f64) -> f64 {
    (from + (to - from) * progress).clamp(from.min(to), from.max(to))
}

/// One coordinate along a segment, as a cubic in the progress 0..=1 (Hermite form).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cubic {
    from: f64,
    to: f64,
    /// Slopes at the two ends, per unit of progress.
    slope_from: f64,
    slope_to: f64,
}

impl Cubic {
    /// Through knots of (seconds, position). Without a neighbour, the end's slope is that of the segment.
    fn new(
        before: Option<(f64, f64)>,
        from: (f64, f64),
        to: (f64, f64),
        after: Option<(f64, f64)>,
    ) -> Option<Self> {
        let length_s = to.0 - from.0;
        let cubic = Self {
            from: from.1,
            to: to.1,
            slope_from: length_s * slope(before.unwrap_or(from), from, to),
            slope_to: length_s * slope(from, to, after.unwrap_or(to)),
        };
        (cubic.slope_from.is_finite() && cubic.slope_to.is_finite()).then_some(cubic)
    }

    pub(crate) fn at(&self, progress: f64) -> f64 {
        let rise = self.to - self.from;
        let square = 3.0 * rise - 2.0 * self.slope_from - self.slope_to;
        let cube = self.slope_from + self.slope_to - 2.0 * rise;
        self.from + progress * (self.slope_from + progress * (square + progress * cube))
    }

    /// Largest second derivative between two points of the progress. It is linear, so an end has it.
    pub(crate) fn bend(&self, from: f64, to: f64) -> f64 {
        let rise = self.to - self.from;
        let square = 3.0 * rise - 2.0 * self.slope_from - self.slope_to;
        let cube = self.slope_from + self.slope_to - 2.0 * rise;
        let second = |progress: f64| (2.0 * square + 6.0 * cube * progress).abs();
        second(from).max(second(to))
    }
}

/// Slope per second at the middle one of three knots of unequal distance: the mean of the two sides'
/// slopes, each weighted by the length of the other side (the derivative of the parabola through them).
/// A side of no length counts for nothing.
fn slope(before: (f64, f64), at: (f64, f64), after: (f64, f64)) -> f64 {
    let (left_s, right_s) = (at.0 - before.0, after.0 - at.0);
    let left = (at.1 - before.1) / left_s;
    let right = (after.1 - at.1) / right_s;
    if left_s <= 0.0 {
        right
    } else if right_s <= 0.0 {
        left
    } else {
        (left * right_s + right * left_s) / (left_s + right_s)
    }
}
