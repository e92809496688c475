//! What the overlay looks like: the tags, the chips, and the button for the full screen.

use std::rc::Rc;

use yew::prelude::*;

use super::Scene;
use super::overlay::{Message, VideoOverlay};
use super::placement::Side;
use crate::browser::video::VideoHandle;
use crate::event::{FullscreenMode, TapOrigin};
use crate::product_tag::{EdgeChip, ProductTag};

impl VideoOverlay {
    /// The tags with a node, chips, and what is said to those who do not see them.
    pub(super) fn view_tags(&self, context: &Context<Self>, scene: &Rc<Scene>) -> Html {
        let tap = |origin| {
            context
                .link()
                .callback(move |index| Message::Tapped(index, origin))
        };
        let (on_tag, on_chip) = (tap(TapOrigin::Tag), tap(TapOrigin::EdgeChip));
        let tags = self.nodes.iter().map(|(&index, nodes)| {
            let state = self.labels.state(index);
            let on_screen = self.on_screen.binary_search(&index).is_ok();
            html! {
                <ProductTag key={index} scene={Rc::clone(scene)} {index}
                    shown={on_screen && !self.labels.is_chip(index)}
                    labelled={state.is_some_and(|state| state.labelled)}
                    side={state.map_or(Side::Right, |state| state.side)}
                    carrier={nodes.carrier.clone()} still={nodes.still.clone()}
                    on_tap={on_tag.clone()} />
            }
        });
        let chips = self.labels.chips().iter().filter_map(|(index, point)| {
            let element = self.nodes.get(index)?.chip.clone();
            Some(html! {
                <EdgeChip key={*index} scene={Rc::clone(scene)} index={*index}
                    towards={point.towards} {element} on_tap={on_chip.clone()} />
            })
        });
        html! {
            <>
                <div class="tags" role="group" aria-label={scene.texts.group.clone()}>
                    <div key="picture" class="viewport" ref={self.viewport.clone()}>
                        <div class="stage" ref={self.stage.clone()}>{ for tags }</div>
                    </div>
                    { for chips }
                </div>
                <p class="for-screen-readers" role="status" aria-live="polite">
                    { self.announced.clone() }
                </p>
            </>
        }
    }

    /// The browser's own button would show the bare video; ours shows the wrapper.
    pub(super) fn view_fullscreen_button(&self, context: &Context<Self>, scene: &Scene) -> Html {
        let has_controls = context
            .props()
            .video
            .as_ref()
            .is_some_and(VideoHandle::has_controls);
        if !has_controls && self.mode != FullscreenMode::Pseudo {
            return Html::default();
        }
        let is_full = self.mode != FullscreenMode::None;
        let name = if is_full {
            &scene.texts.leave_fullscreen
        } else {
            &scene.texts.enter_fullscreen
        };
        let path = if is_full {
            "M9 4v5H4M15 4v5h5M9 20v-5H4M15 20v-5h5"
        } else {
            "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"
        };
        let onclick = context
            .link()
            .callback(|_: MouseEvent| Message::FullscreenPressed);
        html! {
            <button type="button" class="fullscreen-button" part="fullscreen-button"
                aria-label={name.clone()} title={name.clone()} {onclick}>
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg>
            </button>
        }
    }

    /// What went by while the bare video, or the system's own player (iPhone), was in front of
    /// everything.
    pub(super) fn view_recap(&self, context: &Context<Self>, scene: &Scene) -> Html {
        let text = match self.recap {
            0 => return Html::default(),
            1 => scene.texts.passed_one.clone(),
            count => scene.texts.passed_other.replace("{0}", &count.to_string()),
        };
        let onclick = context
            .link()
            .callback(|_: MouseEvent| Message::RecapPressed);
        html! {
            <button type="button" class="recap" {onclick}>{ text }</button>
        }
    }
}
