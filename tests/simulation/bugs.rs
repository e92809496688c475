//! Mistakes that the simulation must find, planted around the product: in the twins of the shell,
//! and in front of the backend. Each is one that somebody has made.

use std::collections::BTreeMap;

use rusqlite::params;
use serde_json::{Value, json};

use crate::backend::{Answer, Backend, Request};
use crate::dice::Dice;
use crate::market::STOCK;

/// A planted mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bug {
    /// The record is deleted when it is sent (Workbox).
    DeletesBeforeTheAnswer,
    /// A retry gets another key.
    NewKeyOnRetry,
    /// The order counts as stored before storage has said so.
    ConfirmsBeforeStored,
    /// Any 2xx is a delivery, also a captive portal's.
    AnySuccessCounts,
    /// The lock of a dead tab is not passed on.
    DeadLeaderStays,
    /// Three attempts, then silence.
    GivesUp,
    /// The queue is stored as one value, as each tab knows it (Snowplow).
    QueueIsOneValue,
    /// Stock is read when the price is asked for, and written back when the order comes.
    StockOutsideTheTransaction,
    /// The answer leaves before the disk has the commit.
    AnswersBeforeSync,
    /// The idempotency key is not looked at.
    KeyNotChecked,
    /// A checkout attempt may end in any number of orders.
    AttemptNotChecked,
    /// A refund that is asked for again is made again.
    RefundsAgain,
    /// Cancelling twice puts the items back twice.
    CancelsTwice,
    /// The total that the client sends is believed.
    TotalIsTrusted,
    /// A request for the price that comes late or twice replaces the newer quote.
    LateQuoteReplaces,
}

impl Bug {
    pub(crate) const ALL: [Self; 15] = [
        Self::DeletesBeforeTheAnswer,
        Self::NewKeyOnRetry,
        Self::ConfirmsBeforeStored,
        Self::AnySuccessCounts,
        Self::DeadLeaderStays,
        Self::GivesUp,
        Self::QueueIsOneValue,
        Self::StockOutsideTheTransaction,
        Self::AnswersBeforeSync,
        Self::KeyNotChecked,
        Self::AttemptNotChecked,
        Self::RefundsAgain,
        Self::CancelsTwice,
        Self::TotalIsTrusted,
        Self::LateQuoteReplaces,
    ];
}

/// Commits between two syncs of a disk that lies.
const SYNC_EVERY: u32 = 4;

/// What stands in front of the backend; without a bug it passes everything on.
pub(crate) struct Front {
    bug: Option<Bug>,
    dice: Dice,
    /// What each checkout attempt was quoted for.
    asked: BTreeMap<String, Value>,
    /// Stock as it was when a quote was made.
    seen: BTreeMap<String, Vec<(String, i64)>>,
    written: u32,
}

impl Front {
    pub(crate) fn new(bug: Option<Bug>, dice: Dice) -> Self {
        Self {
            bug,
            dice,
            asked: BTreeMap::new(),
            seen: BTreeMap::new(),
            written: 0,
        }
    }

    /// Whether several requests may be in the backend at once.
    pub(crate) fn is_transparent(&self) -> bool {
        self.bug.is_none()
    }

    /// The backend's answer, with the bug.
    pub(crate) async fn answer(
        &mut self,
        backend: &mut Backend,
        request: &Request,
    ) -> Option<Answer> {
        let answer = match self.bug {
            Some(Bug::KeyNotChecked) => self.without_key(backend, request).await,
            Some(Bug::AttemptNotChecked) => self.without_attempt(backend, request).await,
            Some(Bug::TotalIsTrusted) => trusting(backend, request).await,
            Some(Bug::StockOutsideTheTransaction) => self.stale(backend, request).await,
            Some(Bug::RefundsAgain) => self.refunding(backend, request).await,
            Some(Bug::CancelsTwice) => cancelling(backend, request).await,
            Some(Bug::LateQuoteReplaces) => uncounted(backend, request).await,
            _ => backend.answer(request).await,
        };
        if self.bug == Some(Bug::AnswersBeforeSync) && request.method == "POST" {
            if self.written.is_multiple_of(SYNC_EVERY) && backend.store().is_some() {
                backend.sync_only_now();
            }
            self.written += 1;
        }
        answer
    }

    fn fresh_id(&mut self) -> String {
        format!("{:032x}", self.dice.bits())
    }

    async fn without_key(&mut self, backend: &Backend, request: &Request) -> Option<Answer> {
        let mut request = request.clone();
        if request.key.is_some() {
            request.key = Some(self.fresh_id());
        }
        backend.answer(&request).await
    }

    /// Quotes a bag anew whose attempt has ended, and orders that.
    async fn without_attempt(&mut self, backend: &Backend, request: &Request) -> Option<Answer> {
        if request.path == "/v1/quotes" {
            let body: Value = serde_json::from_str(&request.body).unwrap();
            let attempt = body["checkout_attempt_id"].as_str().unwrap().to_owned();
            self.asked.insert(attempt, body);
        }
        let mut request = request.clone();
        if let (true, Ok(mut order)) = (
            request.is_order(),
            serde_json::from_str::<Value>(&request.body),
        ) {
            let attempt = order["checkout_attempt_id"].as_str().unwrap_or_default();
            if is_ended_by_another(backend, attempt, request.key.as_deref())
                && let Some(mut asked) = self.asked.get(attempt).cloned()
            {
                asked["checkout_attempt_id"] = json!(self.fresh_id());
                let again = Request::post("/v1/quotes", asked.to_string());
                let quote = backend.answer(&again).await?;
                let quote: Value = serde_json::from_slice(&quote.body).unwrap();
                for field in ["checkout_attempt_id", "quote_id"] {
                    order[field] = quote[field].clone();
                }
                request.body = order.to_string();
            }
        }
        backend.answer(&request).await
    }

    async fn stale(&mut self, backend: &Backend, request: &Request) -> Option<Answer> {
        let answer = backend.answer(request).await?;
        let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if request.path == "/v1/quotes" && answer.is_success() {
            let quote = document["quote_id"].as_str().unwrap().to_owned();
            let stock = STOCK.iter().map(|(variant, _)| {
                let on_hand = on_hand(backend, variant);
                ((*variant).to_owned(), on_hand)
            });
            self.seen.insert(quote, stock.collect());
        } else if request.is_order() && answer.is_success() && !answer.is_replayed {
            let order: Value = serde_json::from_str(&request.body).unwrap();
            let quote = order["quote_id"].as_str().unwrap();
            let seen = self.seen.get(quote).cloned().unwrap_or_default();
            for line in order["lines"].as_array().unwrap() {
                let own = seen
                    .iter()
                    .find(|(variant, _)| line["variant_id"] == **variant);
                if let Some((variant, on_hand)) = own {
                    let left = on_hand - line["quantity"].as_i64().unwrap();
                    let sql = "UPDATE stock SET on_hand = ?2 WHERE variant_id = ?1";
                    let _ = backend
                        .connect()
                        .execute(sql, params![variant, left.max(0)]);
                }
            }
        }
        Some(answer)
    }

    async fn refunding(&mut self, backend: &Backend, request: &Request) -> Option<Answer> {
        let answer = backend.answer(request).await?;
        if request.path.ends_with("/refunds") && answer.is_replayed {
            let mut again = request.clone();
            again.key = Some(self.fresh_id());
            return backend.answer(&again).await;
        }
        Some(answer)
    }
}

/// Believes the prices that the client sends: the order is made to say what was quoted.
async fn trusting(backend: &Backend, request: &Request) -> Option<Answer> {
    let mut request = request.clone();
    if let (true, Ok(mut order)) = (
        request.is_order(),
        serde_json::from_str::<Value>(&request.body),
    ) {
        let sql = "SELECT document FROM quotes WHERE quote_id = ?1";
        let quote_id = order["quote_id"].as_str().unwrap_or_default();
        let document = backend
            .connect()
            .query_row(sql, [quote_id], |row| row.get::<_, String>(0));
        let quote: Value = document
            .ok()
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        if quote["totals"]["total_minor"].is_i64() {
            order["total_minor"] = quote["totals"]["total_minor"].clone();
            request.body = order.to_string();
        }
    }
    backend.answer(&request).await
}

/// Nothing tells an earlier request for the price from a later one.
async fn uncounted(backend: &Backend, request: &Request) -> Option<Answer> {
    let mut request = request.clone();
    if request.path == "/v1/quotes" {
        let mut body: Value = serde_json::from_str(&request.body).unwrap();
        body.as_object_mut().unwrap().remove("sequence");
        request.body = body.to_string();
    }
    backend.answer(&request).await
}

/// Puts the items back once more when an order is cancelled that is so already.
async fn cancelling(backend: &Backend, request: &Request) -> Option<Answer> {
    let cancelled = |backend: &Backend| -> i64 {
        let sql = "SELECT count(*) FROM fulfilments WHERE status = 'cancelled'";
        let count = backend.connect().query_row(sql, [], |row| row.get(0));
        count.unwrap()
    };
    backend.store()?;
    let before = cancelled(backend);
    let answer = backend.answer(request).await?;
    if request.path.ends_with("/cancel") && answer.is_success() && cancelled(backend) == before {
        let document: Value = serde_json::from_slice(&answer.body).unwrap();
        for line in document["lines"].as_array().unwrap() {
            let sql = "UPDATE stock SET on_hand = on_hand + ?2 WHERE variant_id = ?1";
            let (variant, quantity) = (line["variant_id"].as_str(), line["quantity"].as_i64());
            let changed = backend.connect().execute(sql, params![variant, quantity]);
            assert_eq!(changed.unwrap(), 1);
        }
    }
    Some(answer)
}

fn is_ended_by_another(backend: &Backend, attempt: &str, key: Option<&str>) -> bool {
    if backend.store().is_none() {
        return false;
    }
    let sql = "SELECT 1 FROM checkout_attempts
               WHERE checkout_attempt_id = ?1 AND ended_key <> ?2";
    let connection = backend.connect();
    let mut statement = connection.prepare(sql).unwrap();
    statement.exists(params![attempt, key]).unwrap()
}

fn on_hand(backend: &Backend, variant: &str) -> i64 {
    let sql = "SELECT on_hand FROM stock WHERE variant_id = ?1";
    let found = backend
        .connect()
        .query_row(sql, [variant], |row| row.get(0));
    found.unwrap()
}
