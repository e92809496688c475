//! The tag on the picture: a real button with its label, on a carrier as large as the picture.

use std::rc::Rc;

use yew::prelude::*;

use super::name::fill;
use crate::video_overlay::placement::Side;
use crate::video_overlay::{Scene, TagLabel};

/// What a tag is given.
#[derive(Properties, PartialEq, Debug)]
pub struct ProductTagProps {
    /// Tags and texts.
    pub scene: Rc<Scene>,
    /// Which tag, index in the track.
    pub index: usize,
    /// Whether it is on screen; without this it has a node and nothing is seen of it.
    pub shown: bool,
    /// Whether its label is there without being pointed at.
    pub labelled: bool,
    /// Where the label stands.
    pub side: Side,
    /// The carrier, moved by whoever gave the reference.
    pub carrier: NodeRef,
    /// The label's carrier if it stands still.
    pub still: NodeRef,
    /// The tag was tapped.
    pub on_tap: Callback<usize>,
}

/// A tag on the picture.
#[component]
pub fn ProductTag(props: &ProductTagProps) -> Html {
    let ProductTagProps {
        scene,
        index,
        shown,
        labelled,
        side,
        ..
    } = props;
    let index = *index;
    let (Some(tag), Some(label)) = (scene.track.tags.get(index), scene.labels.get(index)) else {
        return Html::default();
    };
    let onclick = props.on_tap.reform(move |_: MouseEvent| index);
    let template = if label.sold_out {
        &scene.texts.open_sold_out
    } else {
        &scene.texts.open_product
    };
    let name = fill(template, label);
    let state = classes!(
        shown.then_some("shown"),
        labelled.then_some("labelled"),
        class_of(*side)
    );
    let pill = pill(scene, label);
    let is_still = tag.anchor.is_some();
    let own_label = (!is_still).then(|| pill.clone());
    // A still label is the same thing for the mouse; for the keyboard the marker is enough.
    let still = is_still.then(|| {
        html! {
            <div class={classes!("carrier", "still", state.clone())} ref={props.still.clone()}
                aria-hidden="true" onclick={onclick.clone()}>
                { pill }
            </div>
        }
    });
    html! {
        <>
            <div class={classes!("carrier", state)} ref={props.carrier.clone()}>
                <button type="button" class="tag" data-tag={tag.id.as_str().to_owned()}
                    aria-label={name} {onclick}>
                    <span class="marker" part="marker"></span>
                    { own_label }
                </button>
            </div>
            { still }
        </>
    }
}

fn pill(scene: &Scene, label: &TagLabel) -> Html {
    let price = if label.sold_out {
        html! { <span class="price sold-out">{ &scene.texts.sold_out }</span> }
    } else {
        let former = label.former_price.as_ref();
        html! {
            <span class={classes!("price", former.map(|_| "sale"))}>
                { &label.price }
                { former.map(|former| html! { <s>{ former }</s> }) }
            </span>
        }
    };
    html! {
        <span class="label" part="label">
            if let Some(url) = &label.thumbnail {
                <img class="thumbnail" src={url.clone()} alt="" width="36" height="36"
                    decoding="async" />
            }
            <span class="words">
                <span class="title">{ &label.title }</span>
                { price }
            </span>
        </span>
    }
}

fn class_of(side: Side) -> &'static str {
    match side {
        Side::Right => "right",
        Side::Left => "left",
        Side::AboveRight => "above-right",
        Side::AboveLeft => "above-left",
        Side::BelowRight => "below-right",
        Side::BelowLeft => "below-left",
        Side::FarAbove => "far-above",
        Side::FarBelow => "far-below",
        Side::Centre => "centre",
    }
}
