//! What was seen in a run: which orders were confirmed, what was told to whom, what went over the
//! wire. It only watches; the rules that need no look at the database are checked on the way.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use shoptag_commerce::{IdempotencyKey, OrderId};
use shoptag_protocol::{OrderRequest, OrderStatus, Problem, code};

use crate::backend::{Answer, Request};
use crate::happening::TabId;

/// An order that a shopper's press has made.
#[derive(Debug)]
pub(crate) struct Intent {
    pub(crate) request: OrderRequest,
    pub(crate) shopper: usize,
    /// The tab that made it.
    tab: TabId,
    pub(crate) key: Option<IdempotencyKey>,
    /// Storage has said that it is durable, and the session has heard it: from here on it must not
    /// be lost.
    pub(crate) is_confirmed: bool,
    /// The page was told that the order is placed.
    pub(crate) is_told_placed: bool,
    /// The record says that it was refused for good.
    pub(crate) is_told_refused: bool,
}

/// A placed order, for those who do something with it afterwards.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) status: OrderStatus,
}

/// Bytes that were sent under one key, and their answer.
#[derive(Debug, Default)]
struct Wire {
    bodies: Vec<u64>,
    answers: BTreeMap<u64, (u16, u64)>,
}

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Witness {
    pub(crate) intents: BTreeMap<OrderId, Intent>,
    pub(crate) placed: Vec<Placed>,
    /// What broke a rule.
    pub(crate) broken: Vec<String>,
    keys_of_orders: BTreeMap<String, (String, u64)>,
    wire: BTreeMap<String, Wire>,
}

/// What stands for bytes in the trace.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

impl Witness {
    pub(crate) fn breaks(&mut self, what: String) {
        self.broken.push(what);
    }

    /// The session has made an order of a press, at a total that was on the button.
    pub(crate) fn made(
        &mut self,
        (shopper, tab): (usize, TabId),
        request: &OrderRequest,
        pressed: Option<i64>,
    ) {
        let id = request.order_id.clone();
        if pressed != Some(request.total_minor) {
            let total = request.total_minor;
            self.breaks(format!(
                "order {id}: made at {total}, pressed at {pressed:?}"
            ));
        }
        let intent = Intent {
            request: request.clone(),
            shopper,
            tab,
            key: None,
            is_confirmed: false,
            is_told_placed: false,
            is_told_refused: false,
        };
        if self.intents.insert(id.clone(), intent).is_some() {
            self.breaks(format!("order {id}: its id was made twice"));
        }
    }

    pub(crate) fn intent_of_key(&mut self, key: &IdempotencyKey) -> Option<&mut Intent> {
        let mut intents = self.intents.values_mut();
        intents.find(|intent| intent.key.as_ref() == Some(key))
    }

    /// Whether the order of this key is of this tab, or of one that was opened before it.
    pub(crate) fn is_made_by(&self, key: &str, tab: TabId) -> bool {
        let mut intents = self.intents.values();
        let own = |intent: &Intent| intent.key.as_ref().is_some_and(|own| own.as_str() == key);
        intents.any(|intent| own(intent) && intent.tab <= tab)
    }

    /// A widget's order goes out: always the same bytes under the same key.
    pub(crate) fn sent(&mut self, request: &Request) {
        let (Some(key), Ok(order)) = (
            request.key.clone(),
            serde_json::from_str::<OrderRequest>(&request.body),
        ) else {
            self.breaks("an order without a key, or unreadable, was sent".into());
            return;
        };
        let now = (key, hash(request.body.as_bytes()));
        let id = order.order_id.as_str().to_owned();
        let first = self.keys_of_orders.entry(id.clone()).or_insert(now.clone());
        if *first != now {
            self.breaks(format!(
                "order {id}: sent under another key or with other bytes"
            ));
        }
    }

    /// The backend has answered an order: a final answer is the answer for ever.
    pub(crate) fn answered(&mut self, request: &Request, answer: &Answer) {
        let Some(key) = request.key.clone().filter(|_| request.is_order()) else {
            return;
        };
        let problem = serde_json::from_slice::<Problem>(&answer.body).ok();
        let reused = problem.is_some_and(|it| it.code == code::IDEMPOTENCY_KEY_REUSED);
        let is_final = answer.is_success() || matches!(answer.status, 409 | 410 | 422);
        let body = hash(request.body.as_bytes());
        let wire = self.wire.entry(key.clone()).or_default();
        if wire.bodies.first().is_some_and(|first| *first != body) {
            if is_final && !reused {
                self.breaks(format!("key {key}: other bytes were not refused"));
            }
            return;
        }
        if is_in_flight(answer) || !is_final {
            return;
        }
        wire.bodies.push(body);
        let now = (answer.status, hash(&answer.body));
        let first = *wire.answers.entry(body).or_insert(now);
        if first != now {
            self.breaks(format!("key {key}: answered {} after {}", now.0, first.0));
        }
        if answer.is_success() {
            self.see_placed(answer);
        }
    }

    fn see_placed(&mut self, answer: &Answer) {
        let Ok(status) = serde_json::from_slice::<OrderStatus>(&answer.body) else {
            self.breaks("a 2xx without an order".into());
            return;
        };
        let known = |placed: &Placed| placed.status.order_id == status.order_id;
        if !self.placed.iter().any(known) {
            self.placed.push(Placed { status });
        }
    }
}

fn is_in_flight(answer: &Answer) -> bool {
    let problem = serde_json::from_slice::<Problem>(&answer.body);
    problem.is_ok_and(|it| it.code == code::IDEMPOTENCY_IN_FLIGHT)
}
