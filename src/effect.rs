//! All that a widget may ask of the outside. A closed list, carried out by `src/browser` alone.

use shoptag_commerce::{Currency, IdempotencyKey, OrderId, ProductId, TagId, Timestamp, TouchId};
use shoptag_outbox::Record;
use shoptag_protocol::{
    BagBindingRequest, ClickRequest, OrderRequest, QuoteRequest, SavedBag, TouchpointBatch,
    ViewSessionRequest,
};

use crate::event::{FullscreenMode, Timer};
use crate::touchpoint::TouchpointChanges;

/// Something the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Pause the video (the card opened and the page asked for a pause).
    PauseVideo,
    /// Play the video again; asked only when we paused it ourselves.
    ResumeVideo,
    /// Move the video to a moment.
    SeekVideo {
        /// Seconds of media time.
        to_s: f64,
    },
    /// Fetch the video's document; answered by `DocumentLoaded` or `DocumentFailed`.
    LoadDocument,
    /// Read bag and outbox; answered by `StorageLoaded`.
    LoadStored,
    /// Write the bag and tell the other instances; an empty one is erased.
    SaveBag(SavedBag),
    /// Ask what it costs; answered by `QuoteAnswered`.
    AskQuote {
        /// Comes back with the answer, so that a late one is known as such.
        sequence: u32,
        /// The question.
        request: Box<QuoteRequest>,
    },
    /// Be the tab that sends; answered by `LeadChanged`, maybe much later.
    Lead {
        /// Now, in the place of any other tab: the shopper uses this one.
        takes_over: bool,
    },
    /// There is nothing to send: let another tab lead. No answer.
    StopLeading,
    /// Read the outbox again, for what other tabs have left; answered by `SubmissionsLoaded`.
    LoadSubmissions,
    /// See whether an order could be saved, before it is confirmed; answered by `StorageChecked`.
    CheckStorage,
    /// Write the request as JSON once and for all; answered by `OrderFixed`.
    FixOrder(Box<OrderRequest>),
    /// Put a confirmed order on durable storage; answered by `SubmissionKept`.
    KeepSubmission(Record),
    /// Put a changed record in the place of the earlier one. No answer.
    UpdateSubmission(Record),
    /// Delete a record; asked only after a 2xx that names the order, or when the shopper gave it
    /// up.
    ForgetSubmission(IdempotencyKey),
    /// Send; answered by `SubmissionAnswered`, or by `SubmissionHeld` if another tab is sending it.
    Submit {
        /// The `Idempotency-Key`.
        key: IdempotencyKey,
        /// Path and query under the API.
        path: String,
        /// The bytes.
        body: String,
    },
    /// Begin or renew the view session; answered by `ViewSessionAnswered`.
    AskViewSession(ViewSessionRequest),
    /// Exchange a tap for a receipt; answered by `ClickAnswered`.
    PostClick(ClickRequest),
    /// Bind a bag line to a receipt; answered by `BindingAnswered`.
    PostBinding(BagBindingRequest),
    /// Send touchpoints; answered by `TouchpointsAnswered`. Asked only under consent.
    SendTouchpoints {
        /// Their ids.
        ids: Vec<TouchId>,
        /// They.
        batch: TouchpointBatch,
        /// The page is being left: the request must outlive it.
        leaving: bool,
    },
    /// Change the touchpoints on the device and tell the other instances. Asked only under consent.
    SaveTouchpoints(TouchpointChanges),
    /// Erase the touchpoints on the device and tell the other instances.
    EraseTouchpoints,
    /// Send `Woken` at `at`; replaces an earlier request for the same timer.
    WakeAt {
        /// Which.
        timer: Timer,
        /// When.
        at: Timestamp,
    },
    /// Put a text into the clipboard.
    Copy(String),
    /// Tell the page.
    Announce(Announcement),
}

/// What the page is told, as DOM events.
#[derive(Debug, Clone, PartialEq)]
pub enum Announcement {
    /// Tags and products are there.
    Ready,
    /// The shopper opened a tag's product.
    TagClick {
        /// The tag.
        tag: TagId,
        /// Its product.
        product: ProductId,
    },
    /// The bag has changed.
    BagChange {
        /// Items in it, counted with their quantities.
        count: u32,
        /// Sum of the lines, minor units; `None` when it does not fit.
        subtotal_minor: Option<i64>,
        /// Of the sum.
        currency: Currency,
    },
    /// The checkout opened.
    CheckoutStart {
        /// Items to be bought, counted with their quantities.
        count: u32,
    },
    /// The backend has the order.
    OrderPlaced {
        /// The order.
        order_id: OrderId,
        /// Its number for people.
        number: String,
        /// Paid, minor units.
        total_minor: i64,
        /// Of the total.
        currency: Currency,
    },
    /// Something else fills the screen.
    FullscreenChange {
        /// What does now.
        mode: FullscreenMode,
    },
    /// Something failed that the page may want to know.
    Error {
        /// Stable, kebab-case.
        code: String,
    },
}
