//! All that can happen to a widget. A closed list: whatever is not here cannot reach the session.

mod parts;

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::{BrandId, IdempotencyKey, OrderId, TagId, TouchId, VariantId};
use shoptag_outbox::Record;
use shoptag_protocol::{
    BagReceipt, ClickReceipt, OrderStatus, Quote, SavedBag, VideoDocument, ViewSession,
};

use crate::bag::LineId;
use crate::checkout::Field;
use crate::touchpoint::SavedTouchpoints;

pub use parts::{Entropy, Failure, Stored};

/// Something that happened outside the session.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The widget has been mounted.
    Started,
    /// The video's tags, products and policy have arrived.
    DocumentLoaded(Rc<VideoDocument>),
    /// They have not.
    DocumentFailed(Failure),
    /// The shopper asks to load them again.
    ReloadPressed,
    /// What the browser's storage held.
    StorageLoaded(Stored),
    /// Another tab or another instance on the page has changed the bag; `None`: emptied.
    BagChangedElsewhere(Option<SavedBag>),
    /// The browser went on or off line.
    ConnectionChanged {
        /// Whether it believes to be online.
        online: bool,
        /// For the delays of what is sent now.
        entropy: Entropy,
    },
    /// A timer that the session asked for is due.
    Woken {
        /// Which.
        timer: Timer,
        /// For the delays of what is sent now.
        entropy: Entropy,
    },

    /// The set of tags on screen has changed; in the order of the track.
    TagsOnScreen(Vec<TagId>),
    /// The shopper tapped a tag, or opened its product from elsewhere.
    TagTapped {
        /// Which.
        tag: TagId,
        /// From where.
        origin: TapOrigin,
    },
    /// A tag has been in view, in the playing video, long enough to be an impression.
    TagSeen {
        /// Which.
        tag: TagId,
    },
    /// Where the video is, told before what happens there.
    PositionRead {
        /// Seconds of media time.
        position_s: f64,
    },
    /// The page is hidden or being left.
    PageHidden,
    /// The page is what the shopper looks at again.
    PageShown,
    /// This tab has become the one that sends orders, or has stopped being it.
    LeadChanged {
        /// Whether it leads now.
        leads: bool,
        /// For the delays of what is sent now.
        entropy: Entropy,
    },
    /// Another tab or another instance on the page has changed the outbox.
    SubmissionsChangedElsewhere,
    /// The answer to [`crate::effect::Effect::LoadSubmissions`].
    SubmissionsLoaded {
        /// Orders that have not been acknowledged; `None`: storage could not be read.
        submissions: Option<Vec<Record>>,
        /// For the delays of what is sent now.
        entropy: Entropy,
    },
    /// Another instance has changed the touchpoints on the device: what it holds now.
    TouchpointsChangedElsewhere(SavedTouchpoints),
    /// What the page, and the browser for the shopper, say about the journal.
    ConsentChanged(Consent),
    /// The page says anew whether the video pauses while the sheet is open.
    PauseOnCardChanged(bool),
    /// The answer to [`crate::effect::Effect::AskViewSession`].
    ViewSessionAnswered(Result<Rc<ViewSession>, Failure>),
    /// The answer to [`crate::effect::Effect::PostClick`].
    ClickAnswered {
        /// Which.
        touch: TouchId,
        /// Its receipt, or why there is none.
        answer: Result<ClickReceipt, Failure>,
    },
    /// The answer to [`crate::effect::Effect::PostBinding`].
    BindingAnswered {
        /// Whose line.
        variant: VariantId,
        /// Its receipt, or why there is none.
        answer: Result<BagReceipt, Failure>,
    },
    /// The answer to [`crate::effect::Effect::SendTouchpoints`].
    TouchpointsAnswered {
        /// Which.
        ids: Vec<TouchId>,
        /// Why they were not taken, if so.
        failure: Option<Failure>,
    },
    /// The shopper asks what the device has stored.
    DeviceOpened,
    /// The shopper erases something that the device has stored.
    Erased(Erasable),
    /// The video has started or stopped playing.
    PlaybackChanged {
        /// Whether it plays now.
        playing: bool,
    },
    /// What is in fullscreen has changed.
    FullscreenChanged(FullscreenMode),

    /// The bag's button was pressed.
    BagOpened,
    /// A list of products was asked for.
    ListOpened(ListKind),
    /// Back to the page before, within the sheet.
    BackPressed,
    /// The sheet was closed: button, swipe, Escape or outside tap.
    SheetClosed,
    /// Jump to the moment at which a tag enters.
    JumpPressed(TagId),
    /// The short message was dismissed.
    NoticeDismissed,

    /// A value of an option was chosen in the card.
    OptionChosen {
        /// Index into the product's options.
        axis: usize,
        /// The value's label.
        label: String,
    },
    /// The card's quantity was changed.
    QuantityChanged(u32),
    /// Another picture of the card was asked for.
    ImageChosen(usize),
    /// The card's product goes into the bag.
    AddToBagPressed,
    /// The card's product is bought now, by itself.
    BuyNowPressed(Entropy),

    /// A line's quantity was changed in the bag.
    LineQuantityChanged {
        /// Which.
        line: LineId,
        /// 0 removes the line.
        quantity: u32,
    },
    /// A line was removed from the bag.
    LineRemoved(LineId),
    /// The last removal is taken back.
    RemovalUndone,
    /// The page's own script adds to the bag; credits nobody (DESIGN 5.9).
    AddedByPage {
        /// What.
        variant: VariantId,
        /// How many, at least 1.
        quantity: u32,
    },
    /// The bag is to be bought.
    CheckoutPressed(Entropy),

    /// A field's text has changed.
    FieldTyped {
        /// Which.
        field: Field,
        /// Its whole text.
        text: String,
    },
    /// The shopper went on to another field.
    FieldLeft(Field),
    /// A way of delivery was chosen.
    DeliveryChosen {
        /// Whose delivery.
        brand: BrandId,
        /// [`shoptag_protocol::DeliveryOption::id`].
        option: String,
    },
    /// "Order with obligation to pay."
    ConfirmPressed(Entropy),
    /// The changed price is accepted.
    ChangeAccepted(Entropy),
    /// The lines that are short are reduced to what can be had, or removed.
    ShortageAccepted(Entropy),
    /// Ask or send again now.
    RetryPressed(Entropy),
    /// The answer to [`crate::effect::Effect::AskQuote`].
    QuoteAnswered {
        /// As asked.
        sequence: u32,
        /// The quote, or why there is none.
        answer: Result<Rc<Quote>, Failure>,
    },
    /// The order's bytes are fixed from here on.
    OrderFixed {
        /// As asked.
        order_id: OrderId,
        /// The request's JSON; `None` if it could not be written.
        body: Option<String>,
    },
    /// The answer to [`crate::effect::Effect::KeepSubmission`].
    SubmissionKept {
        /// Which.
        key: IdempotencyKey,
        /// Whether it is on durable storage now.
        durable: bool,
        /// For the delays of what is sent now.
        entropy: Entropy,
    },
    /// Instead of an answer to [`crate::effect::Effect::Submit`]: another tab is sending this
    /// order.
    SubmissionHeld {
        /// The order's.
        key: IdempotencyKey,
        /// How long the other tab has it still, milliseconds.
        rest_ms: u64,
    },
    /// The answer to [`crate::effect::Effect::CheckStorage`]: whether an order can be saved.
    StorageChecked {
        /// As in [`Stored::durable`].
        durable: bool,
    },
    /// The answer to [`crate::effect::Effect::Submit`].
    SubmissionAnswered {
        /// Which.
        key: IdempotencyKey,
        /// The order, or why there is none.
        answer: Result<Rc<OrderStatus>, Failure>,
        /// For the delay of the next attempt.
        entropy: Entropy,
    },
    /// A refused order's details are wanted in the clipboard.
    RefusalCopied(IdempotencyKey),
    /// A refused order is given up; its record is deleted.
    RefusalDismissed(IdempotencyKey),
}

impl Event {
    /// Whether it is a touch, which is written down with the moment of the video.
    #[must_use]
    pub fn happens_in_video(&self) -> bool {
        matches!(
            self,
            Self::TagTapped { .. } | Self::TagSeen { .. } | Self::AddToBagPressed
        )
    }
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

/// What a shopper may erase. An order on its way is not among it: it was confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasable {
    /// The lines of the bag, with their receipts.
    Bag,
    /// What was seen and tapped, with the receipts.
    Touchpoints,
}

/// What is in fullscreen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FullscreenMode {
    /// Nothing.
    #[default]
    None,
    /// The wrapper with its tags, or an ancestor of it.
    Wrapper,
    /// The bare video: only a modal dialog can be shown above it.
    BareVideo,
    /// The wrapper fills the viewport by style, where there is no element fullscreen.
    Pseudo,
}

impl FullscreenMode {
    /// The mode's name in the page's event.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Wrapper => "wrapper",
            Self::BareVideo => "bare-video",
            Self::Pseudo => "pseudo",
        }
    }
}

/// The lists of products.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// What is on screen now.
    Moment,
    /// Everything in the video.
    Video,
}

/// Timers the session can ask for. A later request for the same timer replaces the earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timer {
    /// Ask for a quote: typing has paused, or an earlier attempt failed.
    Quote,
    /// The quote's hold ends.
    QuoteExpiry,
    /// Something in the outbox is due.
    Outbox,
    /// The short message has been there long enough.
    Notice,
    /// Something about touchpoints is due.
    Touchpoints,
}

impl Timer {
    /// All of them, for a table with one entry each.
    pub const ALL: [Self; 5] = [
        Self::Quote,
        Self::QuoteExpiry,
        Self::Outbox,
        Self::Notice,
        Self::Touchpoints,
    ];
}
