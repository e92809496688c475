//! How much of a tag can be seen: the share of its box, which is its marker with the visible label,
//! that lies within the visible picture. Pure; the rule itself is
//! `shoptag_attribution::viewability`.

use crate::video_overlay::geometry::Rect;

/// Side of a marker, CSS pixels.
const MARKER: f64 = 28.0;

/// The box of a marker centred at `at`.
#[must_use]
pub fn marker_box(at: (f64, f64)) -> Rect {
    Rect {
        x: at.0 - MARKER / 2.0,
        y: at.1 - MARKER / 2.0,
        width: MARKER,
        height: MARKER,
    }
}

/// What two boxes share; of no size when that is nothing.
#[must_use]
pub fn shared(one: Rect, other: Rect) -> Rect {
    let (x, y) = (one.x.max(other.x), one.y.max(other.y));
    let right = (one.x + one.width).min(other.x + other.width);
    let bottom = (one.y + one.height).min(other.y + other.height);
    Rect {
        x,
        y,
        width: (right - x).max(0.0),
        height: (bottom - y).max(0.0),
    }
}

/// The share of `parts` that lies within `visible`, thousandths, 0..=1000. Nothing is seen of what
/// has no size.
#[must_use]
pub fn visible_permille(parts: &[Rect], visible: Rect) -> u16 {
    let area = |rect: Rect| rect.width * rect.height;
    let whole: f64 = parts.iter().map(|part| area(*part)).sum();
    let seen: f64 = parts.iter().map(|part| area(shared(*part, visible))).sum();
    if whole <= 0.0 {
        return 0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of 0..=1, held to that"
    )]
    // Rounded: half a box is half a box whatever the last bit of a coordinate says.
    let permille = (seen / whole * 1_000.0).round().clamp(0.0, 1_000.0) as u16;
    permille
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rect(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect {
            x,
            y,
            width,
            height,
        }
    }

    #[test]
    fn a_box_is_seen_by_the_share_of_its_area() {
        let picture = rect(0.0, 0.0, 100.0, 100.0);
        let marker = marker_box((50.0, 50.0));
        for (parts, visible, expected) in [
            (vec![marker], picture, 1_000),
            (vec![marker_box((100.0, 50.0))], picture, 500),
            (vec![marker_box((100.01, 50.0))], picture, 500),
            (vec![marker_box((100.1, 50.0))], picture, 496),
            (vec![marker_box((100.0, 100.0))], picture, 250),
            (vec![marker_box((200.0, 50.0))], picture, 0),
            // The marker is in, its label of ten times the area is out.
            (vec![marker, rect(150.0, 0.0, 280.0, 28.0)], picture, 91),
            // Half of the picture is scrolled out of the viewport.
            (vec![marker], rect(0.0, 50.0, 100.0, 50.0), 500),
            (vec![marker], rect(0.0, 0.0, 0.0, 0.0), 0),
            (vec![rect(50.0, 50.0, 0.0, 0.0)], picture, 0),
            (vec![], picture, 0),
        ] {
            assert_eq!(visible_permille(&parts, visible), expected, "{parts:?}");
        }
    }

    #[test]
    fn boxes_apart_share_nothing() {
        let nothing = shared(rect(0.0, 0.0, 1.0, 1.0), rect(5.0, 5.0, 1.0, 1.0));
        assert_eq!((nothing.width, nothing.height), (0.0, 0.0));
    }
}
