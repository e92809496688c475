//! A tag's whole way as straight pieces, from which the widget makes Web Animations key frames.

use crate::place::{Cubic, Segment};
use crate::track::{Place, Tag};

/// Most halvings of the way between two key frames: 256 pieces, more than the frames of a second.
const HALVINGS_MAX: u32 = 8;

/// One point of a tag's way. Between two points the tag moves in a straight line at constant speed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MotionKey {
    /// Part of the tag's span, 0..=1; never less than the one before. The first is 0, the last 1.
    pub offset: f64,
    /// Where the tag is then.
    pub place: Place,
    /// From here to the next point it cannot be seen.
    pub hidden: bool,
}

impl Tag {
    /// The way over the whole span `[start, end]` as straight pieces that are nowhere farther than
    /// `max_error` (0..=1 of the picture, on each axis) from [`Tag::place_at`].
    ///
    /// Linear key frames come out as they are; a curve is halved until it is straight enough, at
    /// most eight times between two key frames. `max_error` of zero, below, or NaN means eight
    /// times.
    #[must_use]
    pub fn motion(&self, max_error: f64) -> Vec<MotionKey> {
        let Some(first) = self.key_frames.first() else {
            return Vec::new();
        };
        let mut way = Way {
            tag: self,
            keys: Vec::with_capacity(self.key_frames.len() + 2),
        };
        if first.time_s > self.start_s {
            way.push(self.start_s, self.place_of(first), false);
        }
        for (index, key) in self.key_frames.iter().enumerate() {
            let Some(segment) = self.segment(index) else {
                // The last one holds to the end.
                if key.time_s < self.end_s {
                    way.push(key.time_s.max(self.start_s), self.place_of(key), key.hidden);
                }
                break;
            };
            if segment.to_s <= self.start_s {
                continue;
            }
            if segment.from_s >= self.end_s {
                // The way ends where the first key frame after the span begins.
                break;
            }
            way.follow(&segment, key.hidden, max_error);
        }
        way.close();
        way.keys
    }
}

struct Way<'a> {
    tag: &'a Tag,
    keys: Vec<MotionKey>,
}

impl Way<'_> {
    fn push(&mut self, time_s: f64, place: Place, hidden: bool) {
        let offset = (time_s - self.tag.start_s) / (self.tag.end_s - self.tag.start_s);
        self.keys.push(MotionKey {
            offset: offset.clamp(0.0, 1.0),
            place,
            hidden,
        });
    }

    /// Adds the part of a segment that lies within the span, without its end unless the span ends
    /// there.
    fn follow(&mut self, segment: &Segment, hidden: bool, max_error: f64) {
        let from_s = segment.from_s.max(self.tag.start_s);
        let to_s = segment.to_s.min(self.tag.end_s);
        let (from, to) = (segment.progress(from_s), segment.progress(to_s));
        self.push(from_s, segment.place_at(from), hidden);
        if !hidden && let Some(curves) = &segment.curves {
            self.halve(segment, curves, (from, to), max_error, HALVINGS_MAX);
        }
        if segment.to_s >= self.tag.end_s {
            self.push(to_s, segment.place_at(to), hidden);
        }
    }

    /// Adds the points inside a piece of a curve that it needs to be straight enough.
    fn halve(
        &mut self,
        segment: &Segment,
        curves: &[Cubic; 2],
        (from, to): (f64, f64),
        max_error: f64,
        halvings: u32,
    ) {
        let error = curves
            .iter()
            .map(|curve| error_of_chord(curve, from, to))
            .fold(0.0, f64::max);
        if error <= max_error || halvings == 0 {
            return;
        }
        let middle = f64::midpoint(from, to);
        self.halve(segment, curves, (from, middle), max_error, halvings - 1);
        let time_s = segment.from_s + middle * (segment.to_s - segment.from_s);
        self.push(time_s, segment.place_at(middle), false);
        self.halve(segment, curves, (middle, to), max_error, halvings - 1);
    }

    /// Ends the way at 1 with the last place, where no segment reached the end of the span.
    fn close(&mut self) {
        if let Some(last) = self.keys.last().copied()
            && last.offset < 1.0
        {
            self.keys.push(MotionKey {
                offset: 1.0,
                ..last
            });
        }
    }
}

/// Upper bound of the distance between a curve, kept within the picture, and the straight line
/// between two of its points: h^2 / 8 times the largest second derivative (the error of linear
/// interpolation), plus the overshoot where only one of the two points lies outside the picture.
fn error_of_chord(curve: &Cubic, from: f64, to: f64) -> f64 {
    let length = to - from;
    let straight = length * length / 8.0 * curve.bend(from, to);
    let outside = |value: f64| value - value.clamp(0.0, 1.0);
    let (a, b) = (outside(curve.at(from)), outside(curve.at(to)));
    let overshoot = if a * b > 0.0 {
        0.0
    } else {
        a.abs().max(b.abs())
    };
    straight + overshoot
}

#[cfg(test)]
mod tests {
    use shoptag_commerce::{ProductId, TagId};

    use super::*;
    use crate::track::{Interpolation, KeyFrame, Shape};

    fn tag(interpolation: Interpolation, keys: &[(f64, f64, bool)]) -> Tag {
        let key = |&(time_s, x, hidden): &(f64, f64, bool)| KeyFrame {
            time_s,
            x,
            y: 0.5,
            size: None,
            hidden,
        };
        Tag {
            id: TagId::parse("t").unwrap(),
            product: ProductId::parse("p").unwrap(),
            variant: None,
            start_s: 10.0,
            end_s: 20.0,
            shape: Shape::Point,
            key_frames: keys.iter().map(key).collect(),
            interpolation,
            anchor: None,
            label: None,
        }
    }

    /// The way as (offset, x, hidden).
    #[track_caller]
    fn check(keys: &[(f64, f64, bool)], expected: &[(f64, f64, bool)]) {
        let way = tag(Interpolation::Linear, keys).motion(0.001);
        let way: Vec<_> = way
            .iter()
            .map(|key| (key.offset, key.place.x, key.hidden))
            .collect();
        assert_eq!(way, expected, "{keys:?}");
    }

    #[test]
    fn linear_key_frames_come_out_as_they_are_cut_to_the_span() {
        check(
            &[(10.0, 0.3, false)],
            &[(0.0, 0.3, false), (1.0, 0.3, false)],
        );
        check(
            &[(5.0, 0.3, false)],
            &[(0.0, 0.3, false), (1.0, 0.3, false)],
        );
        check(
            &[(25.0, 0.3, false)],
            &[(0.0, 0.3, false), (1.0, 0.3, false)],
        );
        check(&[(5.0, 0.3, true)], &[(0.0, 0.3, true), (1.0, 0.3, true)]);
        check(
            &[(12.0, 0.25, false), (15.0, 0.75, false)],
            &[
                (0.0, 0.25, false),
                (0.2, 0.25, false),
                (0.5, 0.75, false),
                (1.0, 0.75, false),
            ],
        );
        check(
            &[(5.0, 0.0, false), (15.0, 0.5, true), (25.0, 1.0, false)],
            &[(0.0, 0.25, false), (0.5, 0.5, true), (1.0, 0.75, true)],
        );
        check(
            &[(10.0, 0.0, false), (20.0, 1.0, false)],
            &[(0.0, 0.0, false), (1.0, 1.0, false)],
        );
        check(
            &[
                (0.0, 0.0, false),
                (10.0, 0.25, false),
                (20.0, 0.5, false),
                (30.0, 1.0, false),
            ],
            &[(0.0, 0.25, false), (1.0, 0.5, false)],
        );
        check(
            &[(21.0, 0.5, true), (22.0, 1.0, false)],
            &[(0.0, 0.5, false), (1.0, 0.5, false)],
        );
    }

    #[test]
    fn a_curve_gets_more_pieces_the_smaller_the_error() {
        let keys = [(10.0, 0.1, false), (14.0, 0.8, false), (20.0, 0.2, false)];
        let curve = tag(Interpolation::CatmullRom, &keys);
        let pieces = |max_error: f64| curve.motion(max_error).len() - 1;
        assert_eq!(pieces(1.0), 2, "the key frames alone");
        assert!(pieces(0.01) < pieces(0.001));
        assert!(pieces(0.001) < pieces(0.0001));
        for unusable in [0.0, -1.0, f64::NAN] {
            assert!(pieces(unusable) <= 512, "{unusable}");
        }
    }
}
