//! The tag on the picture: a real button with its label, on a carrier as large as the picture.

use yew::{Callback, Event, NodeRef};

use crate::markup::{Markup, On, element, fragment};
use crate::messages::fill;
use crate::video_overlay::placement::Side;
use crate::video_overlay::{Scene, TagLabel};

/// How a tag is shown.
#[derive(Debug)]
pub(crate) struct TagLook<'a> {
    /// Whether it is on screen; without this it has a node and nothing is seen of it.
    pub(crate) shown: bool,
    /// Whether its label is there without being pointed at.
    pub(crate) labelled: bool,
    /// Where the label stands.
    pub(crate) side: Side,
    /// The carrier, moved by whoever gave the reference.
    pub(crate) carrier: &'a NodeRef,
    /// The label's carrier if it stands still.
    pub(crate) still: &'a NodeRef,
}

/// The tag `index` on the picture.
pub(crate) fn product_tag(
    scene: &Scene,
    index: usize,
    look: &TagLook<'_>,
    tapped: Callback<Event>,
) -> Option<Markup> {
    let (tag, label) = (scene.track.tags.get(index)?, scene.labels.get(index)?);
    let template = if label.sold_out {
        scene.texts.open_sold_out
    } else {
        scene.texts.open_product
    };
    let button = element("button.tag[type=button]")
        .attribute("data-tag", tag.id.as_str())
        .attribute("aria-label", fill(template, &[&label.title, &label.price]))
        .on(On::Click, tapped.clone())
        .child(element("span.marker[part=marker]"));
    let carrier = |carrier: Markup| {
        carrier
            .class_if("shown", look.shown)
            .class_if("labelled", look.labelled)
            .class(class_of(look.side))
    };
    let moving = carrier(element("div.carrier")).node(look.carrier);
    let pill = pill(scene, label);
    let (button, still) = if tag.anchor.is_some() {
        // A still label is the same thing for the mouse; for the keyboard the marker is enough.
        let still = carrier(element("div.carrier.still[aria-hidden=true]"))
            .node(look.still)
            .on(On::Click, tapped)
            .child(pill);
        (button, Some(still))
    } else {
        (button.child(pill), None)
    };
    let tag = fragment().child(moving.child(button)).child(still);
    Some(tag.key_index(index))
}

fn pill(scene: &Scene, label: &TagLabel) -> Markup {
    let price = if label.sold_out {
        element("span.price.sold-out").text(scene.texts.sold_out)
    } else {
        let former = label.former_price.as_ref();
        element("span.price")
            .class_if("sale", former.is_some())
            .text(&label.price)
            .child(former.map(|former| element("s").text(former)))
    };
    let picture = label.thumbnail.as_ref().map(|url| {
        element("img.thumbnail[alt=][width=36][height=36][decoding=async]").attribute("src", url)
    });
    let words = element("span.words")
        .child(element("span.title").text(&label.title))
        .child(price);
    element("span.label[part=label]")
        .child(picture)
        .child(words)
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
