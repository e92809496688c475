//! What can happen in a run, and the queue of what is going to.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use shoptag::event::{Event, Timer};
use shoptag_commerce::{IdempotencyKey, TouchId, VariantId};

use crate::backend::{Answer, Request};
use crate::lead::{Asked, Word};
use crate::storage::Write;

/// A tab; never used again after it has died.
pub(crate) type TabId = usize;

/// Who waits for an answer, and for which.
#[derive(Debug, Clone)]
pub(crate) enum Sender {
    Document(TabId),
    Quote(TabId, u32),
    Submission(TabId, IdempotencyKey),
    ViewSession(TabId),
    Click(TabId, TouchId),
    Binding(TabId, VariantId),
    Touchpoints(TabId, Vec<TouchId>),
    /// A program that speaks to the API by itself.
    Stranger(usize),
    /// What a brand or a shopper does after the order.
    Aftercare(usize),
}

/// A request with the number under which its answer is awaited.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) number: u64,
    pub(crate) sender: Sender,
    pub(crate) request: Request,
}

/// Something that happens at an instant.
#[derive(Debug)]
pub(crate) enum Happening {
    /// A tab is told something.
    Told(TabId, Box<Event>),
    /// A timer of a tab is due, unless it was set again.
    Due { tab: TabId, timer: Timer, set: u64 },
    /// A writing transaction ends.
    Commits {
        tab: TabId,
        shopper: usize,
        write: Box<Write>,
        is_awaited: bool,
    },
    /// A tab reads all of its storage, or the orders.
    Reads { tab: TabId, everything: bool },
    /// The browser's locks are asked.
    Asks { tab: TabId, steals: bool },
    /// The browser's locks answer.
    Hears(Asked, Word),
    /// A request reaches the backend.
    Arrives(Box<Exchange>),
    /// An answer, or the end of waiting for one, reaches its sender.
    Returns {
        number: u64,
        sender: Sender,
        answer: Option<Answer>,
    },
    /// A shopper does something.
    Acts(usize),
    /// A frozen tab wakes up.
    Thaws(TabId),
    /// A shopper's device is on line again.
    Online(usize),
    /// A shopper visits the page.
    Visits(usize),
    /// The backend's process starts.
    Starts,
    /// The platform's operator does something.
    Operates,
    /// A stranger goes on.
    Stranger(usize),
    /// Something after an order goes on.
    Aftercare(usize),
}

/// What is going to happen, in the order of time, then of planning.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    heap: BinaryHeap<Reverse<Planned>>,
    planned: u64,
}

#[derive(Debug)]
struct Planned {
    at_ms: i64,
    number: u64,
    what: Happening,
}

impl Queue {
    pub(crate) fn plan(&mut self, at_ms: i64, what: Happening) {
        self.planned += 1;
        self.heap.push(Reverse(Planned {
            at_ms,
            number: self.planned,
            what,
        }));
    }

    /// The next happening up to `until_ms`, with its instant.
    pub(crate) fn next(&mut self, until_ms: i64) -> Option<(i64, Happening)> {
        let next = self.heap.peek()?;
        if next.0.at_ms > until_ms {
            return None;
        }
        self.heap.pop().map(|next| (next.0.at_ms, next.0.what))
    }

    /// Takes the request that arrives at the very instant `at_ms` next, if that is what is next and
    /// it may be in the backend together with others.
    pub(crate) fn next_arrival(&mut self, at_ms: i64) -> Option<Exchange> {
        let next = &self.heap.peek()?.0;
        match &next.what {
            Happening::Arrives(it) if next.at_ms == at_ms && it.request.is_one_job() => {}
            _ => return None,
        }
        match self.heap.pop()?.0.what {
            Happening::Arrives(exchange) => Some(*exchange),
            _ => None,
        }
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at_ms, self.number).cmp(&(other.at_ms, other.number))
    }
}
