//! Where everything of the overlay stands: measures the video, and gives boxes, labels and chips
//! their places. The page's layout is read here and nowhere else.

use shoptag_tag_track::Tag;
use yew::prelude::*;

use super::geometry::{Rect, Size};
use super::labels::Seen;
use super::overlay::VideoOverlay;
use crate::browser::dom::{self, HtmlElement};
use crate::browser::video::animation_now_ms;
use crate::browser::viewport::{Layout, boxes_within, measure};

/// Buttons over the picture that are always there.
const BUTTONS: &str =
    "[part~='products-button'], [part~='bag-button'], [part~='fullscreen-button']";

/// How far ahead a label looks for a place that it can keep, seconds.
const LOOK_AHEAD_S: f64 = 1.0;

/// Left and top, CSS pixels.
type Point = (f64, f64);

impl VideoOverlay {
    /// Measures again; true when the tags must be shown anew.
    pub(super) fn measure(&mut self, context: &Context<Self>) -> bool {
        let (Some(video), Some(frame)) = (&context.props().video, self.frame.cast::<HtmlElement>())
        else {
            return false;
        };
        let Some(root) = dom::containing_block(&frame) else {
            return false;
        };
        let layout = measure(video, &root);
        if layout == self.layout {
            return false;
        }
        if (layout.frame.width - self.layout.frame.width).abs() > 0.5 {
            self.labels.forget_sizes();
        }
        self.layout = layout;
        self.apply_layout();
        self.measure_buttons();
        self.place(context);
        true
    }

    /// Keeps labels clear of the buttons over the picture.
    pub(super) fn measure_buttons(&mut self) {
        let Some(frame) = self.frame.cast::<HtmlElement>() else {
            return;
        };
        self.labels.block(boxes_within(&frame, BUTTONS));
    }

    pub(super) fn apply_layout(&self) {
        let Layout {
            frame,
            viewport,
            stage,
            ..
        } = self.layout;
        for (node, rect) in [
            (&self.frame, frame),
            (&self.viewport, viewport),
            (&self.stage, stage),
        ] {
            if let Some(element) = node.cast::<HtmlElement>() {
                dom::set_box(&element, rect);
            }
        }
    }

    /// Gives labels and chips their places; true when they look different now.
    pub(super) fn place(&mut self, context: &Context<Self>) -> bool {
        let (Some(driver), Some(scene)) = (&self.driver, &context.props().scene) else {
            return false;
        };
        let Layout {
            viewport,
            stage,
            visible,
            labels,
            ..
        } = self.layout;
        let picture = picture_of(viewport, stage);
        let mut seen = Vec::new();
        for &tag in &self.on_screen {
            if let Some((now, ahead)) = driver.places(tag, LOOK_AHEAD_S)
                && let Some(known) = scene.track.tags.get(tag)
            {
                let anchor = known.anchor;
                seen.push(Seen {
                    tag,
                    at: picture.at(now.x, now.y),
                    ahead: picture.at(ahead.x, ahead.y),
                    still: anchor.map(|anchor| picture.at(anchor.x, anchor.y)),
                });
            }
        }
        self.labels
            .place(&seen, visible, labels, animation_now_ms().unwrap_or(0.0))
    }

    /// Where a tag is now, and where its label stands still, if it does.
    pub(super) fn place_of(&self, index: usize, tag: &Tag) -> Option<(Point, Option<Point>)> {
        let picture = picture_of(self.layout.viewport, self.layout.stage);
        let (now, _) = self.driver.as_ref()?.places(index, 0.0)?;
        let still = tag.anchor.map(|anchor| picture.at(anchor.x, anchor.y));
        Some((picture.at(now.x, now.y), still))
    }

    /// Measures the labels that are new; true when there were any.
    pub(super) fn measure_labels(&mut self) -> bool {
        let mut found = false;
        for (&index, nodes) in self.nodes.iter() {
            if self.labels.is_measured(index) {
                continue;
            }
            let still = nodes.still.cast::<HtmlElement>();
            let carrier = still.or_else(|| nodes.carrier.cast::<HtmlElement>());
            let label = carrier.and_then(|carrier| dom::find(&carrier, ".label"));
            if let Some(label) = label.filter(|label| label.offset_width() > 0) {
                let (width, height) = (label.offset_width(), label.offset_height());
                let size = Size {
                    width: f64::from(width),
                    height: f64::from(height),
                };
                self.labels.measured(index, size);
                found = true;
            }
        }
        found
    }

    pub(super) fn place_chips(&self) {
        for (index, point) in self.labels.chips() {
            let chip = self
                .nodes
                .get(index)
                .and_then(|nodes| nodes.chip.cast::<HtmlElement>());
            if let Some(chip) = chip {
                dom::set_style(
                    &chip,
                    "transform",
                    &dom::translate(point.at.0, point.at.1, "px"),
                );
            }
        }
    }
}

/// The whole picture as seen from the frame.
fn picture_of(viewport: Rect, stage: Rect) -> Rect {
    Rect {
        x: viewport.x + stage.x,
        y: viewport.y + stage.y,
        ..stage
    }
}
