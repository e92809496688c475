//! Which tags have a label, and on which side of the marker it stands.
//!
//! A label covers neither another label, nor a marker, nor the zones of the controls and the
//! captions. It stays where it is as long as that holds: a label that jumps cannot be read. Looks a
//! little ahead, so that a moving tag does not get a side that it must leave at once. Measures
//! nothing.

use super::geometry::{Rect, Size};

/// Side of a marker's box, CSS pixels: 28 of DESIGN section 9 and 2 of air on each side.
pub const MARKER_BOX: f64 = 32.0;

/// From the marker's centre to a label beside it, CSS pixels; half a marker and a gap of 6.
pub const LABEL_GAP: f64 = 20.0;

/// From the marker's centre to a label that stands off, with a leader line, CSS pixels.
pub const LABEL_GAP_FAR: f64 = 56.0;

/// How far a label beside the marker reaches back over the marker's centre, CSS pixels.
pub const LABEL_BACK: f64 = 14.0;

/// Overlap that a label which is already there puts up with, CSS pixels: hysteresis.
const TOLERANCE: f64 = 6.0;

/// A label is read before another takes its turn, seconds. Two fixations a word for five words.
const LABEL_SECONDS_MIN: f64 = 2.5;

/// Where a label stands as seen from its marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the right, centred.
    Right,
    /// To the left, centred.
    Left,
    /// Above, reaching to the right.
    AboveRight,
    /// Above, reaching to the left.
    AboveLeft,
    /// Below, reaching to the right.
    BelowRight,
    /// Below, reaching to the left.
    BelowLeft,
    /// Well above, centred, with a leader line.
    FarAbove,
    /// Well below, centred, with a leader line.
    FarBelow,
    /// Centred on a still anchor.
    Centre,
}

impl Side {
    /// In the order of preference.
    const ALL: [Self; 8] = [
        Self::Right,
        Self::Left,
        Self::AboveRight,
        Self::AboveLeft,
        Self::BelowRight,
        Self::BelowLeft,
        Self::FarAbove,
        Self::FarBelow,
    ];

    /// The label's box on this side of a marker at `at`.
    #[must_use]
    pub fn label_box(self, at: (f64, f64), label: Size) -> Rect {
        let (x, y) = match self {
            Self::Right => (LABEL_GAP, -label.height / 2.0),
            Self::Left => (-LABEL_GAP - label.width, -label.height / 2.0),
            Self::AboveRight => (-LABEL_BACK, -LABEL_GAP - label.height),
            Self::AboveLeft => (LABEL_BACK - label.width, -LABEL_GAP - label.height),
            Self::BelowRight => (-LABEL_BACK, LABEL_GAP),
            Self::BelowLeft => (LABEL_BACK - label.width, LABEL_GAP),
            Self::FarAbove => (-label.width / 2.0, -LABEL_GAP_FAR - label.height),
            Self::FarBelow => (-label.width / 2.0, LABEL_GAP_FAR),
            Self::Centre => (-label.width / 2.0, -label.height / 2.0),
        };
        Rect {
            x: at.0 + x,
            y: at.1 + y,
            width: label.width,
            height: label.height,
        }
    }
}

/// A tag on screen that may have a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// Index in the track.
    pub tag: usize,
    /// The marker's centre now, CSS pixels of the video's box.
    pub at: (f64, f64),
    /// The marker's centre in a moment.
    pub ahead: (f64, f64),
    /// Size of its label.
    pub label: Size,
    /// Side on which the label stands now.
    pub side: Option<Side>,
    /// Seconds for which the label has been there.
    pub labelled_s: f64,
    /// Whether it has had a label since it entered.
    pub had_label: bool,
    /// A label that stands still, centred here, while its marker moves.
    pub still: Option<(f64, f64)>,
}

impl Candidate {
    /// The sides on which its label may stand, in the order of preference.
    fn sides(&self) -> &'static [Side] {
        if self.still.is_some() {
            &[Side::Centre]
        } else {
            &Side::ALL
        }
    }

    /// The label's box on `side`, now and in a moment.
    fn label_boxes(&self, side: Side) -> (Rect, Rect) {
        let (at, ahead) = self
            .still
            .map_or((self.at, self.ahead), |still| (still, still));
        (
            side.label_box(at, self.label),
            side.label_box(ahead, self.label),
        )
    }
}

/// Room for labels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Room {
    /// The visible picture without the zones of controls and captions, CSS pixels of the video's
    /// box.
    pub area: Rect,
    /// Largest number of labels at a time.
    pub labels_max: usize,
}

/// How one tag is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index in the track.
    pub tag: usize,
    /// The label's side; where it would stand when there is none.
    pub side: Side,
    /// Whether the label is there.
    pub labelled: bool,
}

/// Gives each of `candidates` its place; the answer is in the order of the candidates. No label
/// stands on anything `blocked`.
#[must_use]
pub fn place(candidates: &[Candidate], room: Room, blocked: &[Rect]) -> Vec<Placed> {
    let mut placed: Vec<Placed> = candidates
        .iter()
        .map(|one| Placed::bare(one, room.area))
        .collect();
    let mut taken: Vec<Rect> = blocked.to_vec();
    let mut labels = 0;
    // A pass for each rank: a sort would be longer than all of this in the widget.
    for wanted in 0..=RANK_LAST {
        for (candidate, slot) in candidates.iter().zip(&mut placed) {
            if rank(candidate) != wanted || labels >= room.labels_max {
                continue;
            }
            if let Some(side) = find_side(candidate, candidates, &taken, room.area) {
                slot.side = side;
                slot.labelled = true;
                let (now, ahead) = candidate.label_boxes(side);
                taken.push(now);
                taken.push(ahead);
                labels += 1;
            }
        }
    }
    placed
}

impl Placed {
    /// No label; the side is where it fits best when the shopper points at the marker.
    fn bare(candidate: &Candidate, area: Rect) -> Self {
        let fits = |side: &Side| area.contains(&candidate.label_boxes(*side).0);
        let roomy = || {
            let left = candidate.at.0 > area.x + area.width / 2.0;
            if left { Side::Left } else { Side::Right }
        };
        let sides = candidate.sides();
        let side = candidate.side.filter(fits);
        let side = side
            .or_else(|| sides.iter().copied().find(fits))
            .unwrap_or_else(roomy);
        Self {
            tag: candidate.tag,
            side,
            labelled: false,
        }
    }
}

/// The rank that chooses last.
const RANK_LAST: u8 = 3;

/// Who chooses first; smaller is earlier, at most [`RANK_LAST`].
fn rank(candidate: &Candidate) -> u8 {
    match (candidate.side.is_some(), candidate.had_label) {
        (true, _) if candidate.labelled_s < LABEL_SECONDS_MIN => 0,
        (false, false) => 1,
        (true, _) => 2,
        (false, true) => 3,
    }
}

fn find_side(candidate: &Candidate, all: &[Candidate], taken: &[Rect], area: Rect) -> Option<Side> {
    let is_free = |label: &Rect| {
        area.contains(label)
            && !taken.iter().any(|other| other.overlaps(label))
            && !all.iter().any(|other| {
                let covers = |at| marker_box(at).overlaps(label);
                other.tag != candidate.tag && (covers(other.at) || covers(other.ahead))
            })
    };
    let stays = candidate
        .side
        .filter(|side| is_free(&candidate.label_boxes(*side).0.inset(TOLERANCE)));
    stays.or_else(|| {
        candidate.sides().iter().copied().find(|side| {
            let (now, ahead) = candidate.label_boxes(*side);
            is_free(&now) && is_free(&ahead)
        })
    })
}

fn marker_box(at: (f64, f64)) -> Rect {
    Rect {
        x: at.0 - MARKER_BOX / 2.0,
        y: at.1 - MARKER_BOX / 2.0,
        width: MARKER_BOX,
        height: MARKER_BOX,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LABEL: Size = Size {
        width: 160.0,
        height: 44.0,
    };
    const ROOM: Room = Room {
        area: Rect {
            x: 0.0,
            y: 0.0,
            width: 800.0,
            height: 400.0,
        },
        labels_max: 3,
    };

    fn candidate(tag: usize, x: f64, y: f64) -> Candidate {
        Candidate {
            tag,
            at: (x, y),
            ahead: (x, y),
            label: LABEL,
            side: None,
            labelled_s: 0.0,
            had_label: false,
            still: None,
        }
    }

    fn check(candidates: &[Candidate], expected: &[Option<Side>]) {
        let found: Vec<Option<Side>> = place(candidates, ROOM, &[])
            .iter()
            .map(|one| one.labelled.then_some(one.side))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_lone_label_stands_to_the_right_unless_there_is_no_room() {
        check(&[candidate(0, 300.0, 200.0)], &[Some(Side::Right)]);
        check(&[candidate(0, 780.0, 200.0)], &[Some(Side::Left)]);
        check(&[candidate(0, 20.0, 5.0)], &[Some(Side::BelowRight)]);
        check(&[candidate(0, 780.0, 395.0)], &[Some(Side::AboveLeft)]);
    }

    #[test]
    fn at_most_three_labels_are_shown() {
        let five: Vec<Candidate> = (0..5)
            .map(|row| candidate(row, 300.0, 30.0 + 80.0 * row as f64))
            .collect();
        let right = Some(Side::Right);
        check(&five, &[right, right, right, None, None]);
    }

    #[test]
    fn a_label_keeps_clear_of_what_is_blocked() {
        let button = Rect {
            x: 310.0,
            y: 190.0,
            width: 100.0,
            height: 40.0,
        };
        let placed = place(&[candidate(0, 300.0, 200.0)], ROOM, &[button]);
        assert_eq!(
            placed,
            [Placed {
                tag: 0,
                side: Side::Left,
                labelled: true
            }]
        );
    }

    #[test]
    fn a_label_stays_on_its_side_while_that_side_is_free() {
        let held = Candidate {
            side: Some(Side::Left),
            had_label: true,
            ..candidate(0, 400.0, 200.0)
        };
        check(&[held], &[Some(Side::Left)]);
        let pushed = Candidate {
            at: (170.0, 200.0),
            ahead: (170.0, 200.0),
            ..held
        };
        check(&[pushed], &[Some(Side::Right)]);
        let just_over = Candidate {
            at: (176.0, 200.0),
            ahead: (176.0, 200.0),
            ..held
        };
        check(&[just_over], &[Some(Side::Left)]);
    }

    #[test]
    fn a_label_that_has_been_read_gives_its_turn_to_a_newcomer() {
        let shown = |tag: usize, labelled_s| Candidate {
            side: Some(Side::Right),
            labelled_s,
            had_label: true,
            ..candidate(tag, 300.0, 30.0 + 80.0 * tag as f64)
        };
        let right = Some(Side::Right);
        let newcomer = candidate(3, 300.0, 270.0);
        check(
            &[shown(0, 1.0), shown(1, 2.0), shown(2, 0.1), newcomer],
            &[right, right, right, None],
        );
        check(
            &[shown(0, 9.0), shown(1, 9.0), shown(2, 9.0), newcomer],
            &[right, right, None, right],
        );
    }

    #[test]
    fn a_still_label_stands_on_its_anchor_wherever_the_marker_is() {
        let anchored = Candidate {
            still: Some((700.0, 40.0)),
            ..candidate(0, 10.0, 300.0)
        };
        check(&[anchored], &[Some(Side::Centre)]);
        let off = Candidate {
            still: Some((799.0, 40.0)),
            ..anchored
        };
        check(&[off], &[None]);
    }

    #[test]
    fn a_moving_tag_gets_a_side_that_it_can_keep() {
        let towards_right = Candidate {
            ahead: (700.0, 200.0),
            ..candidate(0, 600.0, 200.0)
        };
        check(&[towards_right], &[Some(Side::Left)]);
    }

    proptest! {
        #[test]
        fn labels_cover_no_other_label_no_marker_and_no_zone(
            places in proptest::collection::vec((0.0..800.0f64, 0.0..400.0f64), 0..16),
        ) {
            let candidates: Vec<Candidate> = places
                .iter()
                .enumerate()
                .map(|(tag, &(x, y))| candidate(tag, x, y))
                .collect();
            let placed = place(&candidates, ROOM, &[]);
            let labels: Vec<(usize, Rect)> = placed
                .iter()
                .filter(|one| one.labelled)
                .map(|one| (one.tag, one.side.label_box(candidates[one.tag].at, LABEL)))
                .collect();
            prop_assert!(labels.len() <= ROOM.labels_max);
            for (tag, label) in &labels {
                prop_assert!(ROOM.area.contains(label));
                for (other, box_of_other) in &labels {
                    prop_assert!(tag == other || !label.overlaps(box_of_other));
                }
                for other in candidates.iter().filter(|other| other.tag != *tag) {
                    prop_assert!(!marker_box(other.at).overlaps(label));
                }
            }
        }

        #[test]
        fn a_second_look_at_a_still_picture_changes_no_side(
            places in proptest::collection::vec((0.0..800.0f64, 0.0..400.0f64), 0..16),
        ) {
            let mut candidates: Vec<Candidate> = places
                .iter()
                .enumerate()
                .map(|(tag, &(x, y))| candidate(tag, x, y))
                .collect();
            let first = place(&candidates, ROOM, &[]);
            for (candidate, one) in candidates.iter_mut().zip(&first) {
                candidate.side = one.labelled.then_some(one.side);
                candidate.had_label = one.labelled;
            }
            let second = place(&candidates, ROOM, &[]);
            for (before, after) in first.iter().zip(&second) {
                prop_assert!(!before.labelled || !after.labelled || before.side == after.side);
            }
        }
    }
}
