//! The product's pictures: swiped with the finger, stepped with buttons.

use shoptag_protocol::Image;
use web_sys::Element;
use yew::prelude::*;

use crate::browser::layer;
use crate::messages::fill;
use crate::view::{Wording, icon, icons};

/// What the gallery shows.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct GalleryProps {
    /// Names the product; another one starts anew.
    pub(super) product: AttrValue,
    /// In the product's order.
    pub(super) images: Vec<Image>,
    /// Index of the picture to show.
    pub(super) index: usize,
    /// The texts.
    pub(super) words: Wording,
    /// Told when another picture is shown.
    pub(super) on_index: Callback<usize>,
}

/// A strip of pictures in a box that never changes its size.
#[function_component]
pub(super) fn Gallery(props: &GalleryProps) -> Html {
    let strip = use_node_ref();
    {
        let strip = strip.clone();
        use_effect_with((props.product.clone(), props.index), move |(_, index)| {
            if let Some(strip) = strip.cast::<Element>()
                && layer::strip_index(&strip) != *index
            {
                layer::scroll_strip(&strip, *index);
            }
        });
    }
    let count = props.images.len();
    let index = props.index.min(count.saturating_sub(1));
    let onscroll = {
        let (strip, on_index) = (strip.clone(), props.on_index.clone());
        Callback::from(move |_: Event| {
            if let Some(strip) = strip.cast::<Element>() {
                let shown = layer::strip_index(&strip);
                if shown != index {
                    on_index.emit(shown);
                }
            }
        })
    };
    let text = props.words.text;
    let step = |to: usize, label: &'static str, class: &'static str, path: &'static str| {
        let on_index = props.on_index.clone();
        let onclick = Callback::from(move |_: MouseEvent| on_index.emit(to));
        html! {
            <button type="button" class={classes!("gallery-step", class)} aria-label={label}
                {onclick}>{ icon(path) }</button>
        }
    };
    html! {
        <div class="gallery">
            <ul class="gallery-strip" tabindex={(count > 1).then_some("0")} ref={strip} {onscroll}>
                { for props.images.iter().enumerate().map(|(at, image)| picture(props, at, image)) }
                if count == 0 { <li class="picture"></li> }
            </ul>
            if index > 0 {
                { step(index - 1, text.picture_before, "before", icons::BACK) }
            }
            if index + 1 < count {
                { step(index + 1, text.picture_next, "next", icons::NEXT) }
            }
            if count > 1 {
                <div class="gallery-dots" aria-hidden="true">
                    { for (0..count).map(|at| html! {
                        <span class={classes!((at == index).then_some("current"))}></span>
                    }) }
                </div>
            }
        </div>
    }
}

fn picture(props: &GalleryProps, at: usize, image: &Image) -> Html {
    let numbers = [(at + 1).to_string(), props.images.len().to_string()];
    let position = fill(props.words.text.picture, &[&numbers[0], &numbers[1]]);
    let alt = if image.alt.is_empty() {
        position
    } else {
        image.alt.clone()
    };
    let loading = if at == 0 { "eager" } else { "lazy" };
    html! {
        <li class="picture" key={at}>
            if let Some(source) = props.words.address(&image.url) {
                <img src={source} {alt} {loading} decoding="async" draggable="false" />
            }
        </li>
    }
}
