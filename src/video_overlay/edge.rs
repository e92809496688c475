//! Where the chips stand of things that are in the picture but outside its visible part: at the
//! nearest edge, beside each other, and clear of the buttons. Measures nothing.

use super::geometry::{Rect, Size};

/// A chip's side, CSS pixels.
pub const CHIP: Size = Size {
    width: 44.0,
    height: 44.0,
};

/// How finely a chip looks for a free place along its edge, CSS pixels. A chip that gives way to
/// another thus moves by little, and a gap of up to this much is left beside it.
const STEP: f64 = 4.0;

/// Rows of chips along one edge. With more things than that outside, the last ones lie on others:
/// the list of the moment still has them all.
const ROWS: u8 = 3;

/// Where a marker outside the visible part of the picture has its edge chip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgePoint {
    /// The chip's centre, CSS pixels of the video's box.
    pub at: (f64, f64),
    /// Direction of the thing as seen from the chip.
    pub towards: Direction,
}

/// Eight directions would be more exact, and harder to tell apart at this size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the left.
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

/// The chip for a marker at `at`, or `None` when its centre lies within `area`. The chip stays
/// within the area, and off everything in `taken` while there is room.
#[must_use]
pub fn edge_point(at: (f64, f64), area: Rect, taken: &[Rect]) -> Option<EdgePoint> {
    let beyond = [
        (area.x - at.0, Direction::Left),
        (at.0 - area.x - area.width, Direction::Right),
        (area.y - at.1, Direction::Up),
        (at.1 - area.y - area.height, Direction::Down),
    ];
    let (by, towards) = beyond.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    if by <= 0.0 {
        return None;
    }
    let within = |value: f64, from: f64, length: f64, own: f64| {
        let (low, high) = (from + own / 2.0, from + length - own / 2.0);
        if low > high {
            from + length / 2.0
        } else {
            value.clamp(low, high)
        }
    };
    let at = (
        within(at.0, area.x, area.width, CHIP.width),
        within(at.1, area.y, area.height, CHIP.height),
    );
    let at = free_place(at, towards, area, taken).unwrap_or(at);
    Some(EdgePoint { at, towards })
}

/// The box of a chip whose centre is `at`.
#[must_use]
pub fn chip_box(at: (f64, f64)) -> Rect {
    Rect {
        x: at.0 - CHIP.width / 2.0,
        y: at.1 - CHIP.height / 2.0,
        width: CHIP.width,
        height: CHIP.height,
    }
}

/// The free place that is nearest to `at` along the edge; else in the next row.
fn free_place(
    at: (f64, f64),
    towards: Direction,
    area: Rect,
    taken: &[Rect],
) -> Option<(f64, f64)> {
    let (inwards, along) = match towards {
        Direction::Left => ((1.0, 0.0), (0.0, 1.0)),
        Direction::Right => ((-1.0, 0.0), (0.0, 1.0)),
        Direction::Up => ((0.0, 1.0), (1.0, 0.0)),
        Direction::Down => ((0.0, -1.0), (1.0, 0.0)),
    };
    let length = area.width * along.0 + area.height * along.1;
    // A chip at the very edge must not fall out of the area by a rounding.
    let area = area.inset(-0.01);
    for row in 0..ROWS {
        let in_px = f64::from(row) * (CHIP.width + STEP);
        let mut off_px = 0.0;
        while off_px <= length {
            for off in [off_px, -off_px] {
                let place = (
                    at.0 + inwards.0 * in_px + along.0 * off,
                    at.1 + inwards.1 * in_px + along.1 * off,
                );
                let chip = chip_box(place);
                if area.contains(&chip) && !taken.iter().any(|other| other.overlaps(&chip)) {
                    return Some(place);
                }
            }
            off_px += STEP;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AREA: Rect = Rect {
        x: 0.0,
        y: 0.0,
        width: 800.0,
        height: 400.0,
    };

    fn chips(things: &[(f64, f64)], area: Rect, blocked: &[Rect]) -> Vec<EdgePoint> {
        let mut taken = blocked.to_vec();
        let mut chips = Vec::new();
        for thing in things {
            if let Some(chip) = edge_point(*thing, area, &taken) {
                taken.push(chip_box(chip.at));
                chips.push(chip);
            }
        }
        chips
    }

    #[track_caller]
    fn check(things: &[(f64, f64)], blocked: &[Rect], expected: &[(f64, f64, Direction)]) {
        let found: Vec<_> = chips(things, AREA, blocked)
            .iter()
            .map(|chip| (chip.at.0, chip.at.1, chip.towards))
            .collect();
        assert_eq!(found, expected, "{things:?}");
    }

    #[test]
    fn a_thing_outside_the_visible_part_has_a_chip_at_the_nearest_edge() {
        check(&[(400.0, 200.0), (0.0, 400.0)], &[], &[]);
        check(&[(-300.0, 200.0)], &[], &[(22.0, 200.0, Direction::Left)]);
        check(&[(1000.0, 500.0)], &[], &[(778.0, 378.0, Direction::Right)]);
        check(&[(400.0, 401.0)], &[], &[(400.0, 378.0, Direction::Down)]);
    }

    #[test]
    fn things_beyond_the_same_edge_have_their_chips_beside_each_other() {
        let left = Direction::Left;
        let beside = [(22.0, 200.0, left), (22.0, 244.0, left)];
        check(&[(-50.0, 200.0), (-90.0, 208.0)], &[], &beside);
        let in_turn = [
            (22.0, 200.0, left),
            (22.0, 244.0, left),
            (22.0, 156.0, left),
        ];
        check(&[(-50.0, 200.0); 3], &[], &in_turn);
        // In a corner there is only one way to go.
        let corner = [
            (778.0, 378.0, Direction::Down),
            (734.0, 378.0, Direction::Down),
        ];
        check(&[(790.0, 900.0); 2], &[], &corner);
    }

    #[test]
    fn a_chip_keeps_clear_of_a_button() {
        let button = Rect {
            x: 0.0,
            y: 0.0,
            width: 120.0,
            height: 48.0,
        };
        let below = [(22.0, 70.0, Direction::Left)];
        check(&[(-50.0, 10.0)], &[button], &below);
    }

    #[test]
    fn chips_that_find_no_place_at_the_edge_stand_in_the_next_row() {
        let low = Rect {
            height: 50.0,
            ..AREA
        };
        let found = chips(&[(-50.0, 20.0); 2], low, &[]);
        assert_eq!(found[0].at, (22.0, 22.0));
        assert_eq!(found[1].at, (70.0, 22.0));
        // Where nothing fits at all, the chip is still there.
        let tiny = Rect {
            width: 30.0,
            height: 30.0,
            ..AREA
        };
        assert_eq!(chips(&[(-50.0, 20.0)], tiny, &[])[0].at, (15.0, 15.0));
    }

    proptest! {
        #[test]
        fn up_to_sixteen_chips_lie_in_the_area_and_on_no_other(
            things in proptest::collection::vec((-400.0..1200.0f64, -300.0..700.0f64), 0..16),
            x in 0.0..9.0f64,
            width in 780.0..800.0f64,
        ) {
            let area = Rect { x, width, ..AREA };
            let found = chips(&things, area, &[]);
            for (index, chip) in found.iter().enumerate() {
                prop_assert!(area.inset(-0.1).contains(&chip_box(chip.at)));
                for other in found.iter().take(index) {
                    prop_assert!(!chip_box(chip.at).overlaps(&chip_box(other.at)));
                }
            }
        }
    }
}
