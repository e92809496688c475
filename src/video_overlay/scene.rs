//! What the overlay shows: the tag track with a label for each tag, and the overlay's own texts.

use std::rc::Rc;

use shoptag_tag_track::TagTrack;

/// What a tag's label says. Prices are texts: whoever makes a label has formatted them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagLabel {
    /// The tag's own label, else the product's title.
    pub title: String,
    /// Price now, formatted; of the tagged variant or of the cheapest.
    pub price: String,
    /// Former price, formatted, when the product is on sale.
    pub former_price: Option<String>,
    /// Small square picture, an absolute URL.
    pub thumbnail: Option<String>,
    /// Nothing of the product can be bought now.
    pub sold_out: bool,
}

/// Texts of the overlay in the shopper's language. `{name}` and `{price}` stand for a label's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OverlayTexts {
    /// Name of the group of tags: "Products in the video".
    pub group: String,
    /// Accessible name of a tag: "{name}, {price}, open product".
    pub open_product: String,
    /// Accessible name of a tag whose product is sold out: "{name}, sold out, open product".
    pub open_sold_out: String,
    /// Shown instead of the price: "Sold out".
    pub sold_out: String,
    /// Accessible name of an edge chip: "{name}, {price}, outside the picture, open product".
    pub outside: String,
    /// Announced when a tag enters: "New product: {name}, {price}".
    pub new_product: String,
    /// Name of the button that fills the screen: "Full screen".
    pub enter_fullscreen: String,
    /// Name of the button that leaves it: "Exit full screen".
    pub leave_fullscreen: String,
    /// Offered after the system's own player: "1 product you passed".
    pub passed_one: String,
    /// The same for several: "{0} products you passed".
    pub passed_other: String,
}

/// Everything the overlay needs of a video document.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// The checked track.
    pub track: Rc<TagTrack>,
    /// One label for each tag, in the track's order.
    pub labels: Vec<TagLabel>,
    /// The overlay's own texts.
    pub texts: OverlayTexts,
}

impl Scene {
    /// A scene of `track`, with one label per tag in the track's order; tags beyond the labels are
    /// not shown.
    #[must_use]
    pub fn new(track: Rc<TagTrack>, labels: Vec<TagLabel>, texts: OverlayTexts) -> Self {
        Self {
            track,
            labels,
            texts,
        }
    }
}
