//! What the demo page shows beside the video: what the backend just received, personal data masked.
//! Only `serve --demo` has it.

mod events;

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use shoptag_commerce::Timestamp;
use shoptag_protocol::{OrderStatus, Quote};
use tokio::sync::broadcast;

use crate::orders::{OrderRecord, StoredAnswer};

pub(crate) use events::__path_events;
pub(crate) use events::events;

/// Events that a page which opens late still sees.
const RING: usize = 50;

/// Something that the backend has just done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// A bag was priced and held.
    QuoteMade {
        /// What is in it.
        lines: Vec<Line>,
        /// Minor units.
        total_minor: i64,
        /// ISO 4217.
        currency: String,
        /// Contact and address are there.
        ready: bool,
        /// `m…@example.com`, once it is known.
        email: Option<String>,
        /// Until when it is held.
        expires_at: Timestamp,
    },
    /// An order was written.
    OrderPlaced {
        /// For people.
        number: String,
        /// What is in it.
        lines: Vec<Line>,
        /// Minor units.
        total_minor: i64,
        /// ISO 4217.
        currency: String,
        /// The sellers' names.
        sellers: Vec<String>,
    },
    /// An order was sent again; the first answer was given again, nothing was doubled.
    OrderReplayed {
        /// The order's number; `None` when the stored answer was a refusal.
        number: Option<String>,
    },
    /// The shopper cancelled.
    OrderCancelled {
        /// For people.
        number: String,
    },
}

/// A line as the demo shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The product's title.
    pub title: String,
    /// "Sand / 42"; may be empty.
    pub variant_label: String,
    /// How many.
    pub quantity: u32,
    /// Minor units, of the whole line.
    pub total_minor: i64,
}

impl Happened {
    pub(crate) fn quote_made(quote: &Quote, email: Option<String>) -> Self {
        Self::QuoteMade {
            lines: quote
                .lines
                .iter()
                .map(|line| Line {
                    title: line.title.clone(),
                    variant_label: line.variant_label.clone(),
                    quantity: line.quantity,
                    total_minor: line.total_minor,
                })
                .collect(),
            total_minor: quote.totals.total_minor,
            currency: quote.currency.code().to_owned(),
            ready: quote.ready,
            email,
            expires_at: quote.expires_at,
        }
    }

    pub(crate) fn order_placed(order: &OrderRecord) -> Self {
        Self::OrderPlaced {
            number: order.number.clone(),
            lines: order
                .lines
                .iter()
                .map(|line| Line {
                    title: line.title.clone(),
                    variant_label: line.variant_label.clone(),
                    quantity: line.quantity,
                    total_minor: line.total_minor,
                })
                .collect(),
            total_minor: order.totals.total_minor,
            currency: order.currency.code().to_owned(),
            sellers: order
                .shipments
                .iter()
                .map(|shipment| shipment.brand.name.clone())
                .collect(),
        }
    }

    pub(crate) fn order_replayed(answer: &StoredAnswer) -> Self {
        let order = serde_json::from_slice::<OrderStatus>(&answer.body).ok();
        Self::OrderReplayed {
            number: order.map(|order| order.number),
        }
    }

    pub(crate) fn order_cancelled(order: &OrderRecord) -> Self {
        Self::OrderCancelled {
            number: order.number.clone(),
        }
    }
}

/// An event with its place in the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DemoEvent {
    /// Counts from 1.
    pub id: u64,
    /// The server's time.
    pub at: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
}

/// The list: the last fifty events, and whoever listens for the next.
#[derive(Debug)]
pub struct Demo {
    ring: Mutex<VecDeque<DemoEvent>>,
    news: broadcast::Sender<DemoEvent>,
}

impl Default for Demo {
    fn default() -> Self {
        Self {
            ring: Mutex::default(),
            news: broadcast::Sender::new(RING),
        }
    }
}

impl Demo {
    /// Adds an event.
    pub fn tell(&self, at: Timestamp, happened: Happened) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let id = ring.back().map_or(1, |last| last.id + 1);
        let event = DemoEvent { id, at, happened };
        ring.push_back(event.clone());
        if ring.len() > RING {
            ring.pop_front();
        }
        // Sent under the lock, so that `listen` sees each event exactly once. No listener is fine.
        let _ = self.news.send(event);
    }

    /// What has happened after event `after`, and what will.
    pub fn listen(&self, after: u64) -> (Vec<DemoEvent>, broadcast::Receiver<DemoEvent>) {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let past = ring
            .iter()
            .filter(|event| event.id > after)
            .cloned()
            .collect();
        (past, self.news.subscribe())
    }
}
