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

/// Texts of the overlay in the shopper's language. `{0}` stands for a label's title,
/// `{1}` for its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OverlayTexts {
    /// Name of the group of tags: "Products in the video".
    pub group: &'static str,
    /// Accessible name of a tag: "{0}, {1}, open product".
    pub open_product: &'static str,
    /// Accessible name of a tag whose product is sold out: "{0}, sold out, open product".
    pub open_sold_out: &'static str,
    /// Shown instead of the price: "Sold out".
    pub sold_out: &'static str,
    /// Accessible name of an edge chip: "{0}, {1}, outside the picture, open product".
    pub outside: &'static str,
    /// Announced when a tag enters: "New product: {0}, {1}".
    pub new_product: &'static str,
    /// Name of the button that fills the screen: "Full screen".
    pub enter_fullscreen: &'static str,
    /// Name of the button that leaves it: "Exit full screen".
    pub leave_fullscreen: &'static str,
    /// Offered after the system's own player: "1 product you passed".
    pub passed_one: &'static str,
    /// The same for several: "{0} products you passed".
    pub passed_other: &'static str,
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
