//! Where a tag is at a moment: interpolation between key frames.
//!
//! Nothing here allocates: it runs for every tag on screen at every video frame.

use crate::track::{Interpolation, KeyFrame, Place, Shape, Tag};

impl Tag {
    /// Where the thing is at `time_s` (seconds of media time); `None` outside `[start, end)` and in
    /// a hidden gap.
    ///
    /// Before the first key frame it is where the first one puts it, after the last where the last
    /// one does. The centre never leaves the picture.
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
    /// Through knots of (seconds, position). Without a neighbour, the end's slope is that of the
    /// segment.
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

    /// Largest second derivative between two points of the progress. It is linear, so an end has
    /// it.
    pub(crate) fn bend(&self, from: f64, to: f64) -> f64 {
        let rise = self.to - self.from;
        let square = 3.0 * rise - 2.0 * self.slope_from - self.slope_to;
        let cube = self.slope_from + self.slope_to - 2.0 * rise;
        let second = |progress: f64| (2.0 * square + 6.0 * cube * progress).abs();
        second(from).max(second(to))
    }
}

/// Slope per second at the middle one of three knots of unequal distance: the mean of the two
/// sides' slopes, each weighted by the length of the other side (the derivative of the parabola
/// through them). A side of no length counts for nothing.
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

#[cfg(test)]
mod tests {
    use shoptag_commerce::{ProductId, TagId};

    use super::*;

    /// A tag on screen from 0 to 10 s, with key frames (time, x, y, hidden).
    fn tag(interpolation: Interpolation, keys: &[(f64, f64, f64, bool)]) -> Tag {
        let key = |&(time_s, x, y, hidden): &(f64, f64, f64, bool)| KeyFrame {
            time_s,
            x,
            y,
            size: None,
            hidden,
        };
        Tag {
            id: TagId::parse("t").unwrap(),
            product: ProductId::parse("p").unwrap(),
            variant: None,
            start_s: 0.0,
            end_s: 10.0,
            shape: Shape::Point,
            key_frames: keys.iter().map(key).collect(),
            interpolation,
            anchor: None,
            label: None,
        }
    }

    #[track_caller]
    fn check(tag: &Tag, time_s: f64, expected: Option<(f64, f64)>) {
        let place = tag.place_at(time_s);
        assert_eq!(
            place.is_some(),
            expected.is_some(),
            "at {time_s}: {place:?}"
        );
        if let (Some(place), Some((x, y))) = (place, expected) {
            let error = (place.x - x).abs().max((place.y - y).abs());
            assert!(error < 1e-12, "at {time_s}: {place:?}, not ({x}, {y})");
        }
    }

    #[test]
    fn a_tag_is_somewhere_only_within_its_span() {
        let still = tag(Interpolation::Linear, &[(0.0, 0.3, 0.4, false)]);
        check(&still, -0.001, None);
        check(&still, 0.0, Some((0.3, 0.4)));
        check(&still, 9.999, Some((0.3, 0.4)));
        check(&still, 10.0, None);
        check(&still, f64::NAN, None);
        check(&still, f64::INFINITY, None);
    }

    #[test]
    fn straight_lines_join_key_frames_and_the_ends_hold() {
        let moving = tag(
            Interpolation::Linear,
            &[(2.0, 0.2, 0.0, false), (6.0, 0.6, 1.0, false)],
        );
        check(&moving, 0.0, Some((0.2, 0.0)));
        check(&moving, 2.0, Some((0.2, 0.0)));
        check(&moving, 3.0, Some((0.3, 0.25)));
        check(&moving, 6.0, Some((0.6, 1.0)));
        check(&moving, 9.0, Some((0.6, 1.0)));
    }

    #[test]
    fn a_hidden_gap_lasts_until_the_next_key_frame() {
        for interpolation in [Interpolation::Linear, Interpolation::CatmullRom] {
            let keys = [
                (1.0, 0.1, 0.1, true),
                (3.0, 0.5, 0.5, false),
                (5.0, 0.9, 0.9, true),
            ];
            let leaving = tag(interpolation, &keys);
            check(&leaving, 0.5, Some((0.1, 0.1)));
            check(&leaving, 1.0, None);
            check(&leaving, 2.999, None);
            check(&leaving, 3.0, Some((0.5, 0.5)));
            check(&leaving, 5.0, None);
            check(&leaving, 9.0, None);
        }
    }

    #[test]
    fn the_curve_is_catmull_roms_where_times_are_even() {
        let (p0, p1, p2, p3) = (0.1, 0.3, 0.6, 0.5);
        let keys = [
            (0.0, p0, 0.5, false),
            (1.0, p1, 0.5, false),
            (2.0, p2, 0.5, false),
            (3.0, p3, 0.5, false),
        ];
        let curve = tag(Interpolation::CatmullRom, &keys);
        for part in [0.0, 0.25, 0.5, 0.75] {
            let cubic = 2.0 * p1
                + (p2 - p0) * part
                + (2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3) * part * part
                + (3.0 * p1 - p0 - 3.0 * p2 + p3) * part * part * part;
            check(&curve, 1.0 + part, Some((cubic / 2.0, 0.5)));
        }
    }

    #[test]
    fn the_curve_is_exact_for_a_throw_at_uneven_times() {
        // Between inner key frames the curve reproduces every parabola, whatever the distances in
        // time.
        let throw = |time_s: f64| (0.1 * time_s, 0.9 - 0.4 * time_s + 0.05 * time_s * time_s);
        let keys = [0.0, 0.5, 2.0, 5.0, 5.5, 8.0].map(|time_s| {
            let (x, y) = throw(time_s);
            (time_s, x, y, false)
        });
        let curve = tag(Interpolation::CatmullRom, &keys);
        for time_s in [0.5, 0.6, 1.9, 2.0, 3.3, 4.9, 5.2, 5.5] {
            check(&curve, time_s, Some(throw(time_s)));
        }
    }

    #[test]
    fn a_gap_cuts_the_curve() {
        let keys = [
            (0.0, 0.9, 0.9, true),
            (2.0, 0.2, 0.2, false),
            (4.0, 0.4, 0.4, true),
            (6.0, 0.0, 0.0, false),
        ];
        // Both neighbours are behind gaps: a straight line is left.
        check(
            &tag(Interpolation::CatmullRom, &keys),
            3.0,
            Some((0.3, 0.3)),
        );
    }

    #[test]
    fn the_curve_is_kept_within_the_picture() {
        let keys = [
            (0.0, 0.0, 0.0, false),
            (1.0, 1.0, 0.0, false),
            (2.0, 1.0, 0.0, false),
            (3.0, 0.0, 0.0, false),
        ];
        check(
            &tag(Interpolation::CatmullRom, &keys),
            1.5,
            Some((1.0, 0.0)),
        );
    }

    #[test]
    fn key_frames_too_close_for_arithmetic_are_joined_by_lines() {
        let keys = [
            (0.0, 0.0, 0.0, false),
            (5e-324, 1.0, 0.0, false),
            (1.0, 0.0, 0.0, false),
        ];
        check(
            &tag(Interpolation::CatmullRom, &keys),
            0.5,
            Some((0.5, 0.0)),
        );
    }

    #[test]
    fn a_rectangle_changes_its_size_in_straight_lines() {
        for interpolation in [Interpolation::Linear, Interpolation::CatmullRom] {
            let mut growing = tag(
                interpolation,
                &[(0.0, 0.5, 0.5, false), (4.0, 0.5, 0.5, false)],
            );
            growing.shape = Shape::Rectangle {
                width: 0.1,
                height: 0.2,
            };
            growing.key_frames[1].size = Some((0.3, 0.6));
            let expected = Place {
                x: 0.5,
                y: 0.5,
                width: 0.2,
                height: 0.4,
            };
            assert_eq!(growing.place_at(2.0), Some(expected));
        }
    }
}
