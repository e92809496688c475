//! The chip at the edge for a thing that is in the picture, but not in its visible part.

use std::rc::Rc;

use yew::prelude::*;

use super::name::fill;
use crate::video_overlay::Scene;
use crate::video_overlay::edge::Direction;

/// What a chip is given.
#[derive(Properties, PartialEq, Debug)]
pub struct EdgeChipProps {
    /// Tags and texts.
    pub scene: Rc<Scene>,
    /// Which tag, index in the track.
    pub index: usize,
    /// Where the thing is as seen from the chip.
    pub towards: Direction,
    /// The chip's element, placed by whoever gave the reference.
    pub element: NodeRef,
    /// The chip was tapped.
    pub on_tap: Callback<usize>,
}

/// A chip at the edge of the picture.
#[component]
pub fn EdgeChip(props: &EdgeChipProps) -> Html {
    let index = props.index;
    let scene = &props.scene;
    let (Some(tag), Some(label)) = (scene.track.tags.get(index), scene.labels.get(index)) else {
        return Html::default();
    };
    let towards = match props.towards {
        Direction::Left => "towards-left",
        Direction::Right => "towards-right",
        Direction::Up => "towards-up",
        Direction::Down => "towards-down",
    };
    let onclick = props.on_tap.reform(move |_: MouseEvent| index);
    html! {
        <button type="button" class={classes!("edge-chip", towards)} part="edge-chip"
            ref={props.element.clone()} data-edge-tag={tag.id.as_str().to_owned()}
            aria-label={fill(&scene.texts.outside, label)} {onclick}>
            if let Some(url) = &label.thumbnail {
                <img src={url.clone()} alt="" width="32" height="32" decoding="async" />
            } else {
                <span class="dot"></span>
            }
        </button>
    }
}
