//! The memory behind the labels: which stands where, since when, and how large it is.

use shoptag_commerce::SmallMap;

use super::edge::{EdgePoint, chip_box, edge_point};
use super::geometry::{Rect, Size};
use super::placement::{Candidate, Placed, Room, Side, place};

/// Width of the video below which three labels are too many, CSS pixels: a phone in portrait.
const WIDTH_FOR_THREE: f64 = 560.0;

/// Width of the video below which even two are, CSS pixels.
const WIDTH_FOR_TWO: f64 = 320.0;

/// A tag on screen, CSS pixels of the video's box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// Index in the track.
    pub tag: usize,
    /// The thing now.
    pub at: (f64, f64),
    /// The thing in a moment.
    pub ahead: (f64, f64),
    /// Where its label stands still, if it does.
    pub still: Option<(f64, f64)>,
}

/// How one tag's label is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LabelState {
    /// Where it stands, or would.
    pub side: Side,
    /// Whether it is there.
    pub labelled: bool,
    since_ms: f64,
    had_label: bool,
}

/// The labels and chips of an overlay.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    states: SmallMap<usize, LabelState>,
    sizes: SmallMap<usize, Size>,
    chips: Vec<(usize, EdgePoint)>,
    blocked: Vec<Rect>,
}

impl Labels {
    /// Takes the boxes on which no label and no chip may stand, such as those of buttons.
    pub fn block(&mut self, blocked: Vec<Rect>) {
        self.blocked = blocked;
    }

    /// How the label of `tag` is.
    #[must_use]
    pub fn state(&self, tag: usize) -> Option<LabelState> {
        self.states.get(&tag).copied()
    }

    /// Chips for what is outside the visible part of the picture.
    #[must_use]
    pub fn chips(&self) -> &[(usize, EdgePoint)] {
        &self.chips
    }

    /// Whether `tag` is shown as a chip.
    #[must_use]
    pub fn is_chip(&self, tag: usize) -> bool {
        self.chips.iter().any(|(chip, _)| *chip == tag)
    }

    /// Whether the size of the label of `tag` is known.
    #[must_use]
    pub fn is_measured(&self, tag: usize) -> bool {
        self.sizes.contains_key(&tag)
    }

    /// The size of the label of `tag`, if it is known.
    #[must_use]
    pub fn size(&self, tag: usize) -> Option<Size> {
        self.sizes.get(&tag).copied()
    }

    /// Takes the size of a label.
    pub fn measured(&mut self, tag: usize, size: Size) {
        self.sizes.insert(tag, size);
    }

    /// Forgets the sizes of all labels: the style may have given them others.
    pub fn forget_sizes(&mut self) {
        self.sizes.clear();
    }

    /// Places everything anew at `now_ms`; true when something has changed that is seen.
    pub fn place(&mut self, seen: &[Seen], visible: Rect, area: Rect, now_ms: f64) -> bool {
        let mut taken = self.blocked.clone();
        let mut chips: Vec<(usize, EdgePoint)> = Vec::new();
        let mut candidates = Vec::new();
        for one in seen {
            if let Some(chip) = edge_point(one.at, visible, &taken) {
                taken.push(chip_box(chip.at));
                chips.push((one.tag, chip));
            } else {
                candidates.push(self.candidate(one, now_ms));
            }
        }
        let labels_max = match area.width {
            width if width < WIDTH_FOR_TWO => 1,
            width if width < WIDTH_FOR_THREE => 2,
            _ => 3,
        };
        let placed = place(&candidates, Room { area, labels_max }, &taken);
        let mut changed = chips != self.chips || placed.len() != self.states.len();
        let mut states = SmallMap::new();
        for one in &placed {
            let before = self.states.get(&one.tag);
            changed |= before.is_none_or(|before| !before.looks_like(one));
            states.insert(one.tag, next_state(before, one, now_ms));
        }
        self.states = states;
        self.chips = chips;
        changed
    }

    fn candidate(&self, seen: &Seen, now_ms: f64) -> Candidate {
        let state = self.states.get(&seen.tag);
        let labelled = state.filter(|state| state.labelled);
        Candidate {
            tag: seen.tag,
            at: seen.at,
            ahead: seen.ahead,
            // A label that is not measured yet fits nowhere.
            label: self.sizes.get(&seen.tag).copied().unwrap_or(Size {
                width: f64::INFINITY,
                height: f64::INFINITY,
            }),
            side: labelled.map(|state| state.side),
            labelled_s: labelled.map_or(0.0, |state| (now_ms - state.since_ms) / 1000.0),
            had_label: state.is_some_and(|state| state.had_label),
            still: seen.still,
        }
    }
}

impl LabelState {
    fn looks_like(&self, placed: &Placed) -> bool {
        self.side == placed.side && self.labelled == placed.labelled
    }
}

fn next_state(before: Option<&LabelState>, placed: &Placed, now_ms: f64) -> LabelState {
    let stays = before.filter(|state| state.labelled && placed.labelled);
    LabelState {
        side: placed.side,
        labelled: placed.labelled,
        since_ms: stays.map_or(now_ms, |state| state.since_ms),
        had_label: placed.labelled || before.is_some_and(|state| state.had_label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect {
        x: 0.0,
        y: 0.0,
        width: 800.0,
        height: 400.0,
    };

    fn seen(tag: usize, x: f64, y: f64) -> Seen {
        Seen {
            tag,
            at: (x, y),
            ahead: (x, y),
            still: None,
        }
    }

    fn measured(count: usize) -> Labels {
        let mut labels = Labels::default();
        for tag in 0..count {
            labels.measured(
                tag,
                Size {
                    width: 160.0,
                    height: 44.0,
                },
            );
        }
        labels
    }

    #[test]
    fn a_label_appears_only_when_its_size_is_known() {
        let mut labels = Labels::default();
        labels.place(&[seen(0, 300.0, 200.0)], AREA, AREA, 0.0);
        assert_eq!(labels.state(0).map(|state| state.labelled), Some(false));
        labels.measured(
            0,
            Size {
                width: 160.0,
                height: 44.0,
            },
        );
        assert!(labels.place(&[seen(0, 300.0, 200.0)], AREA, AREA, 10.0));
        assert_eq!(labels.state(0).map(|state| state.labelled), Some(true));
    }

    #[test]
    fn placing_the_same_again_changes_nothing_that_is_seen() {
        let mut labels = measured(2);
        let tags = [seen(0, 300.0, 100.0), seen(1, 300.0, 300.0)];
        assert!(labels.place(&tags, AREA, AREA, 0.0));
        assert!(!labels.place(&tags, AREA, AREA, 250.0));
    }

    #[test]
    fn a_thing_outside_has_a_chip_and_no_label() {
        let mut labels = measured(1);
        labels.place(&[seen(0, -100.0, 100.0)], AREA, AREA, 0.0);
        assert!(labels.is_chip(0));
        assert_eq!(labels.state(0), None);
    }

    #[test]
    fn a_label_keeps_clear_of_the_chips() {
        let thing = seen(0, 600.0, 100.0);
        let outside = seen(1, 900.0, 100.0);
        for (tags, side) in [(&[thing][..], Side::Right), (&[thing, outside], Side::Left)] {
            let mut labels = measured(2);
            labels.place(tags, AREA, AREA, 0.0);
            let state = labels.state(0).filter(|state| state.labelled);
            assert_eq!(state.map(|state| state.side), Some(side));
        }
    }

    #[test]
    fn a_narrow_video_has_fewer_labels() {
        for (width, expected) in [(300.0, 1), (390.0, 2), (900.0, 3)] {
            let mut labels = measured(4);
            let tags: Vec<Seen> = (0..4)
                .map(|tag| seen(tag, 30.0, 30.0 + 90.0 * tag as f64))
                .collect();
            let area = Rect { width, ..AREA };
            labels.place(&tags, area, area, 0.0);
            let shown = (0..4)
                .filter_map(|tag| labels.state(tag))
                .filter(|state| state.labelled);
            assert_eq!(shown.count(), expected, "{width}");
        }
    }
}
