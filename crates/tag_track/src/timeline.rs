//! Which tags are on screen at a moment, in O(log n + found), and when that changes next.
//!
//! A centred interval tree (Edelsbrunner 1980), built once and kept in flat arrays: a query walks
//! from the root to a leaf and in each node reads only tags that it reports, and one more. Nothing
//! allocates but the build.

use crate::track::TagTrack;

/// No node.
const NONE: u32 = u32::MAX;

/// An index over the spans of a track. It knows positions in [`TagTrack::tags`], not the tags.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    nodes: Vec<Node>,
    /// Each node's tags by ascending start.
    by_start: Vec<Moment>,
    /// Each node's tags by descending end.
    by_end: Vec<Moment>,
    /// Every start and end once, ascending.
    changes_s: Vec<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// All tags of the node are on screen then.
    centre_s: f64,
    /// Where its tags begin in `by_start` and `by_end`, and how many they are.
    first: u32,
    count: u32,
    /// Tags that end at the centre or before.
    left: u32,
    /// Tags that start after the centre.
    right: u32,
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    time_s: f64,
    tag: u32,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    start_s: f64,
    end_s: f64,
    tag: u32,
}

impl Timeline {
    /// Builds the index, O(n log n). Tags of an unchecked track whose span is empty are never
    /// found.
    #[must_use]
    pub fn new(track: &TagTrack) -> Self {
        let mut spans: Vec<Span> = Vec::new();
        for (tag_index, tag) in (0..).zip(&track.tags) {
            if tag.start_s < tag.end_s {
                spans.push(Span {
                    start_s: tag.start_s,
                    end_s: tag.end_s,
                    tag: tag_index,
                });
            }
        }
        spans.sort_unstable_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let mut changes_s = Vec::new();
        for span in &spans {
            changes_s.push(span.start_s);
            changes_s.push(span.end_s);
        }
        changes_s.sort_unstable_by(f64::total_cmp);
        changes_s.dedup();
        let mut timeline = Self {
            changes_s,
            ..Self::default()
        };
        timeline.add(spans);
        timeline
    }

    /// Replaces `found` by the positions in [`TagTrack::tags`] of the tags with
    /// `start <= time_s < end`, in no particular order. Allocates only if `found` has to grow.
    pub fn on_screen(&self, time_s: f64, found: &mut Vec<usize>) {
        found.clear();
        let mut next = 0;
        while let Some(node) = self.node(next) {
            let tags = node.first as usize..(node.first + node.count) as usize;
            if time_s < node.centre_s {
                // All of them end after the centre, so only the start decides.
                let tags = self.by_start.get(tags).unwrap_or_default();
                let started = tags.iter().take_while(|moment| moment.time_s <= time_s);
                found.extend(started.map(|moment| moment.tag as usize));
                next = node.left;
            } else {
                // All of them started at the centre or before, so only the end decides.
                let tags = self.by_end.get(tags).unwrap_or_default();
                let on_screen = tags.iter().take_while(|moment| moment.time_s > time_s);
                found.extend(on_screen.map(|moment| moment.tag as usize));
                next = node.right;
            }
        }
    }

    /// The next moment after `time_s` at which a tag enters or leaves, seconds; `None`: no more.
    /// Hidden gaps are not such moments: a tag in a gap stays in the list.
    #[must_use]
    pub fn next_change(&self, time_s: f64) -> Option<f64> {
        let next = self
            .changes_s
            .partition_point(|change_s| *change_s <= time_s);
        self.changes_s.get(next).copied()
    }

    fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// Adds the subtree of `spans` (ascending by start) and returns its root. The start in the
    /// middle is the centre, so that each side has at most half of the spans: the tree is at most
    /// log2(n) deep.
    fn add(&mut self, spans: Vec<Span>) -> u32 {
        let Some(middle) = spans.get(spans.len() / 2) else {
            return NONE;
        };
        let centre_s = middle.start_s;
        let (mut left, mut here, mut right) = (Vec::new(), Vec::new(), Vec::new());
        for span in spans {
            if span.end_s <= centre_s {
                left.push(span);
            } else if span.start_s > centre_s {
                right.push(span);
            } else {
                here.push(span);
            }
        }
        let index = position(self.nodes.len());
        self.nodes.push(Node {
            centre_s,
            first: position(self.by_start.len()),
            count: position(here.len()),
            left: NONE,
            right: NONE,
        });
        self.by_start.extend(here.iter().map(|span| Moment {
            time_s: span.start_s,
            tag: span.tag,
        }));
        here.sort_unstable_by(|a, b| b.end_s.total_cmp(&a.end_s));
        self.by_end.extend(here.iter().map(|span| Moment {
            time_s: span.end_s,
            tag: span.tag,
        }));
        let (left, right) = (self.add(left), self.add(right));
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.left = left;
            node.right = right;
        }
        index
    }
}

/// A track has at most 10,000 tags; one with more than 2^32 does not fit any memory.
fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(spans: &[(f64, f64)]) -> Timeline {
        let (mut timeline, mut tag) = (Timeline::default(), 0_u32);
        let spans = spans.iter().map(|&(start_s, end_s)| {
            tag += 1;
            Span {
                start_s,
                end_s,
                tag: tag - 1,
            }
        });
        timeline.add(spans.collect());
        timeline
    }

    fn depth(timeline: &Timeline, node: u32) -> usize {
        timeline.node(node).map_or(0, |node| {
            1 + depth(timeline, node.left).max(depth(timeline, node.right))
        })
    }

    #[test]
    fn no_shape_of_track_makes_the_tree_deep() {
        let disjoint: Vec<_> = (0..10_000)
            .map(|n| (f64::from(n), f64::from(n) + 0.5))
            .collect();
        let nested: Vec<_> = (0..10_000)
            .map(|n| (f64::from(n), 20_000.0 - f64::from(n)))
            .collect();
        let equal = vec![(1.0, 2.0); 10_000];
        let stairs: Vec<_> = (0..10_000)
            .map(|n| (f64::from(n), f64::from(n) + 16.0))
            .collect();
        for spans in [disjoint, nested, equal, stairs] {
            let timeline = timeline(&spans);
            assert!(depth(&timeline, 0) <= 14, "log2 of 10,000 is 13.3");
            assert_eq!(timeline.by_start.len(), spans.len());
        }
    }

    #[test]
    fn an_empty_track_has_nothing_on_screen_and_no_changes() {
        let timeline = Timeline::new(&TagTrack::default());
        let mut found = vec![1, 2];
        timeline.on_screen(0.0, &mut found);
        assert!(found.is_empty());
        assert_eq!(timeline.next_change(f64::NEG_INFINITY), None);
    }
}
