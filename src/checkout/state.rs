//! One walk through the checkout, from editing to an order on its way. Pure.
//!
//! The shopper never orders at a total that was not on the button when it was pressed: a quote that
//! comes back with another total leads back to editing. Key, order id and attempt id are made from
//! the entropy of one press, so no press can make two.

use std::rc::Rc;

use shoptag_commerce::{
    CheckoutAttemptId, Currency, IdempotencyKey, OrderId, SiteKey, Timestamp, VideoId,
};
use shoptag_protocol::{Quote, SavedLine};

use crate::bag::LineId;
use crate::checkout::field::Field;
use crate::checkout::submission::uuid_v7;
use crate::event::Entropy;

/// What is being bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Everything in the bag.
    Bag,
    /// One product, straight from its card. The bag stays as it is.
    Product,
}

/// Whether the shown quote is what holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quoting {
    /// Nothing is being asked.
    Idle,
    /// To be asked when the timer is due.
    Waiting,
    /// Asked.
    Asking,
}

/// Where the walk stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The shopper fills in.
    Editing,
    /// The order was pressed; a quote for what stands in the form is on its way.
    Confirming {
        /// Of the press.
        entropy: Entropy,
        /// The total on the button, minor units.
        shown_minor: i64,
    },
    /// The request is being written and stored. The shopper is not told yet that anything is sent.
    Fixing {
        /// Made for this press.
        order_id: OrderId,
        /// Made for this press.
        key: IdempotencyKey,
    },
    /// The order is being sent.
    Sending {
        /// The submission.
        key: IdempotencyKey,
        /// Whether it outlives the page.
        durable: bool,
    },
}

/// Something that keeps the order from being placed, for the shopper to read.
#[derive(Debug, Clone, PartialEq)]
pub enum Trouble {
    /// The server does not answer; it is asked again by itself.
    Unreachable,
    /// The total is not what it was; the order was not placed.
    TotalChanged {
        /// Minor units, what the shopper saw.
        before_minor: i64,
        /// What holds now, if the server has said so.
        offered: Option<Rc<Quote>>,
    },
    /// There is not enough of something.
    Short(Vec<Shortage>),
    /// The device keeps as many unsent orders as it can.
    OutboxFull,
    /// The server refused for another reason.
    Refused {
        /// Stable code.
        code: String,
        /// The server's sentence, may be empty.
        detail: String,
    },
}

/// A line of which there is not enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Which.
    pub line: LineId,
    /// Its title.
    pub title: String,
    /// How many can still be had.
    pub available: u32,
}

/// A line that costs something else than the bag said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repriced {
    /// Its title.
    pub title: String,
    /// Minor units.
    pub before_minor: i64,
    /// Minor units.
    pub now_minor: i64,
}

/// What every request needs to name.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The page's site key.
    pub site: &'a SiteKey,
    /// The video.
    pub video: &'a VideoId,
    /// The site's currency.
    pub currency: Currency,
}

/// One walk through the checkout.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkout {
    /// What is being bought.
    pub source: Source,
    /// The lines, never empty while the checkout is open.
    pub lines: Vec<SavedLine>,
    /// The last quote.
    pub quote: Option<Rc<Quote>>,
    /// Whether it holds.
    pub quoting: Quoting,
    /// Where the walk stands.
    pub stage: Stage,
    /// What is in the way.
    pub trouble: Option<Trouble>,
    /// Lines that cost something else than the bag said.
    pub repriced: Vec<Repriced>,
    /// The field that shall have the focus, and a number that changes with each demand.
    pub focus: Option<(Field, u32)>,
    /// The record of a refused order that the shopper has not decided about.
    pub refused: Option<IdempotencyKey>,
    pub(super) attempt: CheckoutAttemptId,
    pub(super) attempt_closed: bool,
    pub(super) revision: u32,
    pub(super) quoted_revision: u32,
    pub(super) asked_revision: u32,
    pub(super) sequence: u32,
    pub(super) failures: u32,
}

impl Checkout {
    /// Opens the checkout for `lines`, with nothing quoted yet.
    #[must_use]
    pub fn open(source: Source, lines: Vec<SavedLine>, entropy: &Entropy, now: Timestamp) -> Self {
        Self {
            source,
            lines,
            quote: None,
            quoting: Quoting::Idle,
            stage: Stage::Editing,
            trouble: None,
            repriced: Vec::new(),
            focus: None,
            refused: None,
            attempt: attempt_id(entropy, now),
            attempt_closed: false,
            revision: 1,
            quoted_revision: 0,
            asked_revision: 0,
            sequence: 0,
            failures: 0,
        }
    }

    /// Whether fields may change: no order is being made.
    #[must_use]
    pub fn is_editable(&self) -> bool {
        matches!(self.stage, Stage::Editing | Stage::Confirming { .. })
    }

    /// Whether the button may be pressed.
    #[must_use]
    pub fn can_confirm(&self) -> bool {
        let blocked = matches!(self.trouble, Some(Trouble::Short(_) | Trouble::OutboxFull));
        self.stage == Stage::Editing && self.quote.is_some() && !blocked
    }

    /// Whether a newer quote is expected.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.quoting != Quoting::Idle
    }
}

pub(super) fn attempt_id(entropy: &Entropy, now: Timestamp) -> CheckoutAttemptId {
    let text = uuid_v7(now, entropy.attempt());
    CheckoutAttemptId::parse(text).unwrap_or_else(|_| unreachable!("a UUID is an id"))
}
