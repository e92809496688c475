//! The product's pictures: swiped with the finger, stepped with buttons.

use shoptag_commerce::decimal;
use shoptag_protocol::{Image, Product};
use web_sys::Element;
use yew::{Callback, TargetCast};

use crate::browser::layer;
use crate::event::Event;
use crate::markup::{Markup, On, element};
use crate::messages::fill;
use crate::view::{View, icon, icons};

/// A strip of pictures in a box that never changes its size. Whoever draws it sees to it that the
/// strip is scrolled to the picture at `index`, with [`show_picture`].
pub(super) fn gallery(view: &View<'_>, product: &Product, index: usize) -> Markup {
    let images = &product.images;
    let count = images.len();
    let index = index.min(count.saturating_sub(1));
    let text = view.text();
    let pictures = images.iter().enumerate();
    let pictures = pictures.map(|(at, image)| picture(view, at, count, image));
    let strip = element("ul.gallery-strip")
        .attribute("tabindex", (count > 1).then_some("0"))
        .node(view.strip)
        .on(On::Scroll, swiped(view, index))
        .children(pictures)
        .child((count == 0).then(|| element("li.picture")));
    let step = |class: &str, label: &str, path, to| {
        element("button.gallery-step[type=button]")
            .class(class)
            .attribute("aria-label", label)
            .sends(view, Event::ImageChosen(to))
            .child(icon(path))
    };
    let before = (index > 0).then(|| step("before", text.picture_before, icons::BACK, index - 1));
    let next = (index + 1 < count).then(|| step("next", text.picture_next, icons::NEXT, index + 1));
    let dots = (count > 1).then(|| {
        let dots = (0..count).map(|at| element("span").class_if("current", at == index));
        element("div.gallery-dots[aria-hidden=true]").children(dots)
    });
    element("div.gallery")
        .child(strip)
        .child(before)
        .child(next)
        .child(dots)
}

/// Scrolls the strip to the picture at `index`, unless it is there.
pub(crate) fn show_picture(strip: &Element, index: usize) {
    if layer::strip_index(strip) != index {
        layer::scroll_strip(strip, index);
    }
}

/// Tells which picture the finger has brought.
fn swiped(view: &View<'_>, index: usize) -> Callback<yew::Event> {
    let dispatch = view.dispatch.clone();
    Callback::from(move |event: yew::Event| {
        if let Some(strip) = event.target_dyn_into::<Element>() {
            let shown = layer::strip_index(&strip);
            if shown != index {
                dispatch.emit(Event::ImageChosen(shown));
            }
        }
    })
}

fn picture(view: &View<'_>, at: usize, count: usize, image: &Image) -> Markup {
    let alt = if image.alt.is_empty() {
        let numbers = [decimal(at as u64 + 1), decimal(count as u64)];
        fill(view.text().picture, &[&numbers[0], &numbers[1]])
    } else {
        image.alt.clone()
    };
    let picture = view.words.address(&image.url).map(|source| {
        element("img[decoding=async][draggable=false]")
            .attribute("src", source)
            .attribute("alt", alt)
            .attribute("loading", if at == 0 { "eager" } else { "lazy" })
    });
    element("li.picture").key_index(at).child(picture)
}
