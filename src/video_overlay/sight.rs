//! Watches whether the tags on screen are seen, for `shoptag_attribution::viewability`: gives it
//! the player's state and the share of each tag's box that is in the visible picture and in the
//! viewport.

use shoptag_attribution::viewability::{Player, Viewability};
use shoptag_commerce::TagId;
use shoptag_tag_track::Tag;
use yew::prelude::*;

use super::geometry::Rect;
use super::overlay::{Message, VideoOverlay};
use super::placement::Side;
use super::view::says;
use crate::browser::clock;
use crate::browser::dom::{self, HtmlElement, Listener};
use crate::browser::intersection::IntersectionWatch;
use crate::browser::video::VideoHandle;
use crate::event::Event;
use crate::product_tag::viewability::{marker_box, shared, visible_permille};

/// The rule with what it needs of the page.
#[derive(Debug, Default)]
pub(super) struct Sight {
    rule: Viewability,
    viewport: Option<IntersectionWatch>,
    _visibility: Option<Listener>,
}

impl Sight {
    /// Follows `frame` through the page.
    pub(super) fn follow(&mut self, context: &Context<VideoOverlay>, frame: &HtmlElement) {
        let look = says(context, Message::Look);
        self._visibility =
            dom::document().map(|document| Listener::telling(&document, "visibilitychange", &look));
        self.viewport = IntersectionWatch::new(frame, look);
    }

    /// A seek or a wait for data: every tag starts again.
    pub(super) fn interrupt(&mut self) {
        self.rule.interrupt();
    }

    /// Another video: nothing of it has been seen.
    pub(super) fn forget(&mut self) {
        self.rule = Viewability::new();
    }
}

impl VideoOverlay {
    /// Looks at what is on screen now and tells what has been seen long enough.
    pub(super) fn look(&mut self, context: &Context<Self>) {
        let (Some(video), Some(scene)) = (&context.props().video, &context.props().scene) else {
            return;
        };
        let player = player(video, context.props().covered);
        let visible = self.visible_picture();
        let mut boxes: Vec<(TagId, u16)> = Vec::new();
        for &index in &self.on_screen {
            if let Some(tag) = scene.track.tags.get(index)
                && let Some(permille) = self.seen_permille(index, tag, visible)
            {
                boxes.push((tag.id.clone(), permille));
            }
        }
        let now_ms = u64::try_from(clock::now().ms()).unwrap_or(0);
        for tag in self.sight.rule.observe(player, &boxes, now_ms) {
            context.props().dispatch.emit(Event::TagSeen { tag });
        }
    }

    /// What of the picture can be seen, CSS pixels of the video's box.
    fn visible_picture(&self) -> Rect {
        let part = self.sight.viewport.as_ref().map(IntersectionWatch::part);
        let part = part.unwrap_or_default();
        let frame = self.layout.frame;
        let in_viewport = Rect {
            x: part.x * frame.width,
            y: part.y * frame.height,
            width: part.width * frame.width,
            height: part.height * frame.height,
        };
        shared(in_viewport, self.layout.visible)
    }

    /// `None` for an edge chip, which has no box.
    fn seen_permille(&self, index: usize, tag: &Tag, visible: Rect) -> Option<u16> {
        let state = self.labels.state(index)?;
        let (at, still) = self.place_of(index, tag)?;
        let label = self.labels.size(index).filter(|_| state.labelled);
        let label = label.map(|size| match still {
            Some(still) => Side::Centre.label_box(still, size),
            None => state.side.label_box(at, size),
        });
        // A label that is not there is a box without a size.
        let parts = [marker_box(at), label.unwrap_or_default()];
        Some(visible_permille(&parts, visible))
    }
}

fn player(video: &VideoHandle, covered: bool) -> Player {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates; what is no number is 0"
    )]
    let (media_time_ms, rate_permille) = (
        (video.current_time() * 1_000.0) as u64,
        (video.rate() * 1_000.0) as u32,
    );
    Player {
        playing: rate_permille > 0,
        page_visible: dom::is_visible(),
        covered,
        media_time_ms,
        rate_permille,
    }
}
