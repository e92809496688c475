//! All that can happen to a widget. A closed list: whatever is not here cannot reach the session.

use std::rc::Rc;

use shoptag_commerce::TagId;
use shoptag_protocol::VideoDocument;

/// Something that happened outside the session.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The video's tags, products and policy have arrived.
    DocumentLoaded(Rc<VideoDocument>),
    /// The set of tags on screen has changed; in the order of the track.
    TagsOnScreen(Vec<TagId>),
    /// The shopper tapped a tag, or opened its product from elsewhere.
    TagTapped {
        /// Which.
        tag: TagId,
        /// From where.
        origin: TapOrigin,
    },
    /// The video has started or stopped playing.
    PlaybackChanged {
        /// Whether it plays now.
        playing: bool,
    },
}

/// Where a tag's product was opened from. Each of them is a click on the tag (DESIGN 5.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TapOrigin {
    /// The marker or its label on the picture.
    Tag,
    /// The chip at the edge, for a thing outside the visible part of the picture.
    EdgeChip,
    /// The list "products in this moment" or "all products in this video".
    List,
}
