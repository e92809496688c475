//! The chip at the edge for a thing that is in the picture, but not in its visible part.

use yew::{Callback, Event, NodeRef};

use crate::markup::{Markup, On, element};
use crate::messages::fill;
use crate::video_overlay::Scene;
use crate::video_overlay::edge::Direction;

/// A chip at the edge of the picture for the tag `index`, seen `towards` there. It is placed by
/// whoever gave `chip`.
pub(crate) fn edge_chip(
    scene: &Scene,
    index: usize,
    towards: Direction,
    chip: &NodeRef,
    tapped: Callback<Event>,
) -> Option<Markup> {
    let (tag, label) = (scene.track.tags.get(index)?, scene.labels.get(index)?);
    let towards = match towards {
        Direction::Left => "towards-left",
        Direction::Right => "towards-right",
        Direction::Up => "towards-up",
        Direction::Down => "towards-down",
    };
    let picture = match &label.thumbnail {
        Some(url) => {
            element("img[alt=][width=32][height=32][decoding=async]").attribute("src", url)
        }
        None => element("span.dot"),
    };
    let chip = element("button.edge-chip[type=button][part=edge-chip]")
        .class(towards)
        .key_index(index)
        .node(chip)
        .attribute("data-edge-tag", tag.id.as_str())
        .attribute(
            "aria-label",
            fill(scene.texts.outside, &[&label.title, &label.price]),
        )
        .on(On::Click, tapped)
        .child(picture);
    Some(chip)
}
