//! Programs that speak to the API by themselves, each with a mistake that others have made: a new
//! key with every try, a total of its own, one key for two orders.

use serde_json::{Value, json};
use shoptag::checkout::{uuid_v4, uuid_v7};
use shoptag_commerce::Timestamp;
use shoptag_protocol::Problem;

use crate::backend::{Answer, Request};
use crate::happening::{Happening, Sender};
use crate::market::SITE;
use crate::world::World;

/// A mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// Each try has a new key and a new order id, for the same checkout attempt.
    NewKeyEachTry,
    /// The order says that it costs one cent.
    TotalOfOneCent,
    /// The second order, of another checkout attempt, has the key of the first.
    OneKeyForAll,
}

/// A program.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) mistake: Mistake,
    /// Every order id that it has sent, with its checkout attempt.
    pub(crate) sent: Vec<(String, String)>,
    /// Order ids that a 2xx named.
    pub(crate) acknowledged: Vec<String>,
    quote: Option<Value>,
    key: String,
    pending: Option<Request>,
    placed: u32,
    is_done: bool,
}

/// Orders that a program of one key sends: the first, and the one that must be refused.
const ORDERS: u32 = 2;

impl World<'_> {
    pub(crate) fn add_stranger(&mut self) {
        let mistakes = [
            Mistake::NewKeyEachTry,
            Mistake::TotalOfOneCent,
            Mistake::OneKeyForAll,
        ];
        let stranger = Stranger {
            mistake: self.dice.pick(&mistakes),
            sent: Vec::new(),
            acknowledged: Vec::new(),
            quote: None,
            key: uuid_v4(self.dice.bits()),
            pending: None,
            placed: 0,
            is_done: false,
        };
        self.strangers.push(stranger);
        let delay_ms = self.dice.between(1_000, 200_000);
        let index = self.strangers.len() - 1;
        self.plan(delay_ms, Happening::Stranger(index));
    }

    /// Sends what comes next: a question for the price, or the order.
    pub(crate) fn stranger_goes_on(&mut self, index: usize) {
        let request = match &self.strangers[index].quote {
            None => self.question(),
            Some(quote) => {
                let quote = quote.clone();
                self.order(index, &quote)
            }
        };
        self.strangers[index].pending = Some(request.clone());
        self.send(Sender::Stranger(index), request);
    }

    fn question(&mut self) -> Request {
        let variant = self.dice.pick(&["post", "post", "mug", "lamp-sand"]);
        let body = json!({
            "site": SITE,
            "video": "day",
            "checkout_attempt_id": uuid_v4(self.dice.bits()),
            "currency": "EUR",
            "lines": [{"variant_id": variant, "quantity": 1}],
            "country": "DE",
            "contact": {"email": "jo@example.com", "name": "Jo Example"},
            "address": {"line1": "Lange Reihe 5", "postcode": "20099", "city": "Hamburg"},
        });
        Request::post("/v1/quotes", body.to_string())
    }

    fn order(&mut self, index: usize, quote: &Value) -> Request {
        let bits = self.dice.bits();
        let fresh_key = uuid_v4(self.dice.bits());
        let order_id = uuid_v7(Timestamp::from_ms(self.now_ms), bits);
        let stranger = &mut self.strangers[index];
        // Only the one with the new keys makes its order anew with each try.
        if stranger.mistake != Mistake::NewKeyEachTry
            && let Some(request) = stranger.pending.clone().filter(Request::is_order)
        {
            return request;
        }
        let (mut total, mut key) = (quote["totals"]["total_minor"].clone(), fresh_key);
        match stranger.mistake {
            Mistake::NewKeyEachTry => {}
            Mistake::TotalOfOneCent => total = json!(1),
            Mistake::OneKeyForAll => key.clone_from(&stranger.key),
        }
        let line = &quote["lines"][0];
        let attempt = quote["checkout_attempt_id"].as_str().unwrap().to_owned();
        let body = json!({
            "site": SITE,
            "order_id": order_id,
            "checkout_attempt_id": attempt,
            "quote_id": quote["quote_id"],
            "currency": "EUR",
            "lines": [{
                "variant_id": line["variant_id"],
                "quantity": line["quantity"],
                "unit_price_minor": line["unit_price_minor"],
            }],
            "total_minor": total,
            "payment": {"method": "pay_on_delivery"},
            "created_at": "2026-11-22T10:00:00Z",
        });
        stranger.sent.push((order_id, attempt));
        let mut request = Request::post("/v1/orders", body.to_string());
        request.key = Some(key);
        request
    }

    /// An answer, or none: the program tries again until it has a final one.
    pub(crate) fn stranger_hears(&mut self, index: usize, answer: Option<Answer>) {
        let document = answer.as_ref().and_then(|answer| {
            let document: Value = serde_json::from_slice(&answer.body).ok()?;
            document.is_object().then_some(document)
        });
        let stranger = &mut self.strangers[index];
        if let (Some(answer), Some(document)) = (answer, document) {
            let is_order = stranger.pending.as_ref().is_some_and(Request::is_order);
            if answer.is_success() && is_order {
                if let Some(id) = document["order_id"].as_str() {
                    stranger.acknowledged.push(id.to_owned());
                }
                stranger.next_order();
            } else if answer.is_success() {
                stranger.quote = Some(document);
                stranger.pending = None;
            } else if let Ok(problem) = serde_json::from_value::<Problem>(document) {
                // The backend has decided, unless it only asks to come back.
                let is_final = matches!(answer.status, 400 | 404 | 409 | 410 | 422);
                stranger.is_done |= is_final && problem.code != "idempotency-in-flight";
            }
        }
        if !stranger.is_done {
            let delay_ms = self.dice.between(200, 20_000);
            self.plan(delay_ms, Happening::Stranger(index));
        }
    }
}

impl Stranger {
    pub(crate) fn has_sent(&self, order: &str) -> bool {
        self.sent.iter().any(|(id, _)| id == order)
    }

    fn next_order(&mut self) {
        self.placed += 1;
        self.is_done = self.mistake != Mistake::OneKeyForAll || self.placed == ORDERS;
        self.quote = None;
        self.pending = None;
    }
}
