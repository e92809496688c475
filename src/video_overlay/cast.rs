//! Which tags are on screen, and which have a node in the page.
//!
//! Making and removing nodes is the dearest part of an overlay (DESIGN section 4), so a tag gets
//! its node before it enters and keeps it for a while after it has left; showing and hiding is a
//! class.

use shoptag_tag_track::{Tag, TagTrack, Timeline};

/// A tag that enters within this time after the next change already has its node, seconds.
const LEAD_S: f64 = 2.0;

/// A tag keeps its node for this long after it has left, seconds: long enough for one that comes
/// back.
const LAG_S: f64 = 12.0;

/// Most nodes kept for tags that are not on screen. With 16 on screen, 64 nodes in all are laid out
/// in well under a millisecond.
const SPARE_MAX: usize = 48;

/// What an update has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CastChange {
    /// The set of tags on screen.
    pub on_screen: bool,
    /// The set of tags with a node.
    pub nodes: bool,
}

/// The tags around one moment. Indices are those of the track, ascending, so by start time.
#[derive(Debug, Clone, Default)]
pub struct Cast {
    timeline: Timeline,
    /// On screen, and not in a hidden gap.
    on_screen: Vec<usize>,
    /// With a node; contains `on_screen`.
    nodes: Vec<usize>,
    /// Nothing changes while media time is in `[from_s, until_s)`.
    from_s: f64,
    until_s: f64,
    found: Vec<usize>,
}

impl Cast {
    /// The cast of `track`, with nothing on screen until the first update.
    #[must_use]
    pub fn new(track: &TagTrack) -> Self {
        Self {
            timeline: Timeline::new(track),
            from_s: 0.0,
            until_s: 0.0,
            ..Self::default()
        }
    }

    /// Tags on screen.
    #[must_use]
    pub fn on_screen(&self) -> &[usize] {
        &self.on_screen
    }

    /// Tags with a node.
    #[must_use]
    pub fn nodes(&self) -> &[usize] {
        &self.nodes
    }

    /// Whether an update at `media_s` could change anything.
    #[must_use]
    pub fn is_due(&self, media_s: f64) -> bool {
        !(self.from_s..self.until_s).contains(&media_s)
    }

    /// The moment up to which nothing changes, seconds; infinite after the last change.
    #[must_use]
    pub fn until_s(&self) -> f64 {
        self.until_s
    }

    /// Goes to `media_s`.
    pub fn update(&mut self, track: &TagTrack, media_s: f64) -> CastChange {
        let mut found = std::mem::take(&mut self.found);
        self.timeline.on_screen(media_s, &mut found);
        self.until_s = self.timeline.next_change(media_s).unwrap_or(f64::INFINITY);
        for tag in found.iter().filter_map(|&index| track.tags.get(index)) {
            self.until_s = self.until_s.min(next_gap_change(tag, media_s));
        }
        self.from_s = media_s;
        found.retain(|&index| {
            track
                .tags
                .get(index)
                .is_some_and(|tag| tag.place_at(media_s).is_some())
        });
        heap_sort(&mut found);
        let on_screen = found != self.on_screen;
        std::mem::swap(&mut self.on_screen, &mut found);
        self.found = found;
        CastChange {
            on_screen,
            nodes: self.update_nodes(track, media_s),
        }
    }

    /// Takes every tag off the screen until the next update, for as long as the picture is not the
    /// tagged one. Nodes stay.
    pub fn clear(&mut self) -> CastChange {
        let on_screen = !self.on_screen.is_empty();
        self.on_screen.clear();
        self.until_s = self.from_s;
        CastChange {
            on_screen,
            nodes: false,
        }
    }

    fn update_nodes(&mut self, track: &TagTrack, media_s: f64) -> bool {
        let ahead_s = if self.until_s.is_finite() {
            self.until_s
        } else {
            media_s
        } + LEAD_S;
        let mut spare: Vec<(f64, usize)> = Vec::new();
        for (index, tag) in track.tags.iter().enumerate() {
            if tag.start_s > ahead_s {
                break;
            }
            if tag.end_s + LAG_S > media_s && self.on_screen.binary_search(&index).is_err() {
                let away_s = (tag.start_s - media_s).max(media_s - tag.end_s).max(0.0);
                spare.push((away_s, index));
            }
        }
        if spare.len() > SPARE_MAX {
            heap_sort(&mut spare);
            spare.truncate(SPARE_MAX);
        }
        let mut nodes: Vec<usize> = spare.into_iter().map(|(_, index)| index).collect();
        nodes.extend_from_slice(&self.on_screen);
        heap_sort(&mut nodes);
        let changed = nodes != self.nodes;
        self.nodes = nodes;
        changed
    }
}

/// Sorts in place. The standard library's sorts are faster, and several kilobytes each in the
/// widget; there are a few dozen values here as a rule, and with 10,000 it still takes a
/// millisecond or two.
fn heap_sort<T: PartialOrd>(values: &mut [T]) {
    for root in (0..values.len() / 2).rev() {
        sift_down(values, root);
    }
    for end in (1..values.len()).rev() {
        values.swap(0, end);
        if let Some(heap) = values.get_mut(..end) {
            sift_down(heap, 0);
        }
    }
}

fn sift_down<T: PartialOrd>(heap: &mut [T], mut root: usize) {
    loop {
        let (left, right) = (2 * root + 1, 2 * root + 2);
        let larger = if heap.get(right) > heap.get(left) {
            right
        } else {
            left
        };
        // Nothing is less than `None`: a missing child ends it.
        if heap.get(larger) <= heap.get(root) {
            return;
        }
        heap.swap(root, larger);
        root = larger;
    }
}

/// The next moment after `media_s` at which a hidden gap of `tag` begins or ends; infinite without
/// one.
fn next_gap_change(tag: &Tag, media_s: f64) -> f64 {
    let later = tag.key_frames.partition_point(|key| key.time_s <= media_s);
    let hidden = later.checked_sub(1).and_then(|now| tag.key_frames.get(now));
    let hidden = hidden.is_some_and(|key| key.hidden);
    let mut keys = tag.key_frames.iter().skip(later);
    keys.find(|key| key.hidden != hidden)
        .map_or(f64::INFINITY, |key| key.time_s)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use shoptag_commerce::{ProductId, TagId};
    use shoptag_tag_track::{Interpolation, KeyFrame, Shape};

    use super::*;

    fn tag(id: &str, start_s: f64, end_s: f64, gap: Option<(f64, f64)>) -> Tag {
        let key = |time_s, hidden| KeyFrame {
            time_s,
            x: 0.5,
            y: 0.5,
            size: None,
            hidden,
        };
        let mut key_frames = vec![key(start_s, false)];
        key_frames.extend(
            gap.iter()
                .flat_map(|gap| [key(gap.0, true), key(gap.1, false)]),
        );
        Tag {
            id: TagId::parse(id).expect("an id"),
            product: ProductId::parse("p").expect("an id"),
            variant: None,
            start_s,
            end_s,
            shape: Shape::Point,
            key_frames,
            interpolation: Interpolation::Linear,
            anchor: None,
            label: None,
        }
    }

    fn track() -> TagTrack {
        TagTrack {
            tags: vec![
                tag("a", 0.0, 10.0, None),
                tag("b", 2.0, 8.0, Some((4.0, 6.0))),
                tag("c", 30.0, 40.0, None),
            ],
        }
    }

    fn check(media_s: f64, on_screen: &[usize], until_s: f64) {
        let track = track();
        let mut cast = Cast::new(&track);
        cast.update(&track, media_s);
        assert_eq!(
            (cast.on_screen(), cast.until_s()),
            (on_screen, until_s),
            "{media_s}"
        );
        assert!(!cast.is_due(media_s));
        assert!(cast.is_due(until_s));
    }

    #[test]
    fn a_tag_in_a_hidden_gap_is_not_on_screen_and_the_gaps_ends_are_changes() {
        check(0.0, &[0], 2.0);
        check(3.0, &[0, 1], 4.0);
        check(4.0, &[0], 6.0);
        check(6.0, &[0, 1], 8.0);
        check(8.0, &[0], 10.0);
        check(10.0, &[], 30.0);
        check(40.0, &[], f64::INFINITY);
    }

    #[test]
    fn a_tag_has_its_node_before_it_enters_and_for_a_while_after_it_has_left() {
        let track = track();
        let mut cast = Cast::new(&track);
        for (media_s, nodes) in [
            (0.0, &[0, 1][..]),
            (9.0, &[0, 1]),
            (12.0, &[0, 1, 2]),
            (25.0, &[2]),
            (60.0, &[]),
        ] {
            cast.update(&track, media_s);
            assert_eq!(cast.nodes(), nodes, "{media_s}");
        }
    }

    #[test]
    fn a_cleared_cast_shows_nothing_until_the_next_update() {
        let track = track();
        let mut cast = Cast::new(&track);
        cast.update(&track, 3.0);
        assert_eq!(
            cast.clear(),
            CastChange {
                on_screen: true,
                nodes: false
            }
        );
        assert_eq!((cast.on_screen(), cast.is_due(3.0)), (&[][..], true));
        assert_eq!(cast.clear(), CastChange::default());
        assert!(cast.update(&track, 3.0).on_screen);
    }

    #[test]
    fn the_number_of_nodes_is_bounded_and_those_on_screen_come_first() {
        let tags = (0..500).map(|at| {
            tag(
                "x",
                f64::from(at) / 100.0,
                f64::from(at) / 100.0 + 0.5,
                None,
            )
        });
        let track = TagTrack {
            tags: tags.collect(),
        };
        let mut cast = Cast::new(&track);
        cast.update(&track, 2.0);
        assert_eq!(cast.on_screen().len(), 50);
        assert_eq!(cast.nodes().len(), 50 + SPARE_MAX);
        assert!(cast.on_screen().iter().all(|on| cast.nodes().contains(on)));
    }

    proptest! {
        #[test]
        fn the_heap_sort_sorts(mut values in proptest::collection::vec(0..50_usize, 0..80)) {
            let mut expected = values.clone();
            expected.sort_unstable();
            heap_sort(&mut values);
            prop_assert_eq!(values, expected);
        }
    }
}
