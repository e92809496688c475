//! What the overlay looks like: the tags, the chips, and the button for the full screen.

use shoptag_commerce::decimal;
use yew::{Callback, Context};

use super::Scene;
use super::overlay::{Message, VideoOverlay};
use super::placement::Side;
use crate::browser::video::VideoHandle;
use crate::event::{FullscreenMode, TapOrigin};
use crate::markup::{Markup, On, element, fragment};
use crate::messages::fill;
use crate::product_tag::{TagLook, edge_chip, product_tag};

impl VideoOverlay {
    /// Tags and buttons, and what else lies over the picture.
    pub(super) fn view_frame(&self, context: &Context<Self>) -> Markup {
        let props = context.props();
        let scene = props.scene.as_ref().map(|scene| {
            fragment()
                .child(self.view_tags(context, scene))
                .child(self.view_fullscreen_button(context, scene))
                .child(self.view_recap(context, scene))
        });
        element("div.frame")
            .class_if("covered", props.covered)
            .node(&self.frame)
            .child(scene)
            .child(props.children.clone())
    }

    /// The tags with a node, chips, and what is said to those who do not see them.
    fn view_tags(&self, context: &Context<Self>, scene: &Scene) -> Markup {
        let tapped = |index, origin| says(context, Message::Tapped(index, origin));
        let tags = self.nodes.iter().filter_map(|(&index, nodes)| {
            let state = self.labels.state(index);
            let on_screen = self.on_screen.binary_search(&index).is_ok();
            let look = TagLook {
                shown: on_screen && !self.labels.is_chip(index),
                labelled: state.is_some_and(|state| state.labelled),
                side: state.map_or(Side::Right, |state| state.side),
                carrier: &nodes.carrier,
                still: &nodes.still,
            };
            product_tag(scene, index, &look, tapped(index, TapOrigin::Tag))
        });
        let chips = self.labels.chips().iter().filter_map(|(index, point)| {
            let chip = &self.nodes.get(index)?.chip;
            let tapped = tapped(*index, TapOrigin::EdgeChip);
            edge_chip(scene, *index, point.towards, chip, tapped)
        });
        let stage = element("div.stage").node(&self.stage).children(tags);
        let picture = element("div.viewport")
            .key("picture")
            .node(&self.viewport)
            .child(stage);
        let tags = element("div.tags[role=group]")
            .attribute("aria-label", scene.texts.group)
            .child(picture)
            .children(chips);
        let spoken =
            element("p.for-screen-readers[role=status][aria-live=polite]").text(&self.announced);
        fragment().child(tags).child(spoken)
    }

    /// The browser's own button would show the bare video; ours shows the wrapper.
    fn view_fullscreen_button(&self, context: &Context<Self>, scene: &Scene) -> Option<Markup> {
        let video = context.props().video.as_ref();
        let has_controls = video.is_some_and(VideoHandle::has_controls);
        if !has_controls && self.mode != FullscreenMode::Pseudo {
            return None;
        }
        let (name, path) = if self.mode == FullscreenMode::None {
            let corners = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
            (scene.texts.enter_fullscreen, corners)
        } else {
            let corners = "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5";
            (scene.texts.leave_fullscreen, corners)
        };
        let icon = element("svg[viewBox=0 0 24 24][aria-hidden=true]")
            .child(element("path").attribute("d", path));
        let button = element("button.fullscreen-button[type=button][part=fullscreen-button]")
            .attribute("aria-label", name)
            .attribute("title", name)
            .on(On::Click, says(context, Message::FullscreenPressed))
            .child(icon);
        Some(button)
    }

    /// What went by while the bare video, or the system's own player (iPhone), was in front of
    /// everything.
    fn view_recap(&self, context: &Context<Self>, scene: &Scene) -> Option<Markup> {
        let text = match self.recap {
            0 => return None,
            1 => scene.texts.passed_one.to_owned(),
            count => fill(scene.texts.passed_other, &[&decimal(count as u64)]),
        };
        let pressed = says(context, Message::RecapPressed);
        let button = element("button.recap[type=button]")
            .on(On::Click, pressed)
            .text(text);
        Some(button)
    }
}

/// A callback that lets the overlay hear a message.
#[inline(never)]
pub(super) fn says<T: 'static>(context: &Context<VideoOverlay>, message: Message) -> Callback<T> {
    context.link().callback(move |_| message)
}
