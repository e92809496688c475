//! What must hold after every run, once the network has healed and time has passed. Looks at the
//! database beside the backend's code, and at the books through the store.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde_json::Value;
use shoptag_backend::ledger_accounts::{replay_decision, verify};
use shoptag_backend::store::CreditStore;
use shoptag_commerce::{Digest, OrderId};
use shoptag_ledger::Outcome;
use shoptag_protocol::{Problem, code};

use crate::market::{STOCK, tenant};
use crate::stranger::Mistake;
use crate::world::World;

/// Decisions that are read at once: more than a run makes.
const DECISIONS_MAX: usize = 10_000;

impl World<'_> {
    /// Everything that is broken.
    pub(crate) fn check(&mut self) -> Vec<String> {
        let mut broken = std::mem::take(&mut self.witness.broken);
        let connection = self.backend.connect();
        self.check_orders(&connection, &mut broken);
        self.check_quotes(&mut broken);
        self.check_devices(&connection, &mut broken);
        self.check_strangers(&connection, &mut broken);
        self.check_aftercare(&connection, &mut broken);
        check_stock(&connection, &mut broken);
        self.check_books(&connection, &mut broken);
        let sound: String = text(&connection, "PRAGMA integrity_check");
        if sound != "ok" {
            broken.push(format!("the database: {sound}"));
        }
        broken
    }

    /// Each confirmed order exists once, as it was confirmed, or was refused; no other exists.
    fn check_orders(&self, connection: &Connection, broken: &mut Vec<String>) {
        let mut statement = connection
            .prepare("SELECT order_id, total_minor FROM orders")
            .unwrap();
        let rows = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let rows = rows.collect::<Result<Vec<(String, i64)>, _>>().unwrap();
        let orders: BTreeMap<String, i64> = rows.iter().cloned().collect();
        if orders.len() != rows.len() {
            broken.push("an order exists twice".into());
        }
        for (id, total_minor) in &orders {
            let intent = self
                .witness
                .intents
                .get(&OrderId::parse(id.clone()).unwrap());
            let by_stranger = self.strangers.iter().any(|it| it.has_sent(id));
            match intent {
                Some(intent) if intent.request.total_minor != *total_minor => {
                    broken.push(format!("order {id}: costs {total_minor}, not as confirmed"));
                }
                Some(intent) => {
                    let lines = intent.request.lines.iter();
                    let wanted: Vec<(String, i64)> = lines
                        .map(|line| {
                            let variant = line.variant_id.as_str().to_owned();
                            (variant, i64::from(line.quantity))
                        })
                        .collect();
                    if lines_of(connection, id) != wanted {
                        broken.push(format!("order {id}: other lines than confirmed"));
                    }
                }
                None if by_stranger => {}
                None => broken.push(format!("order {id}: nobody has confirmed it")),
            }
        }
        for (id, intent) in &self.witness.intents {
            let exists = orders.contains_key(id.as_str());
            let refused = refusals(connection, intent.key.as_ref().map(|key| key.as_str()));
            if intent.is_told_placed && !exists {
                broken.push(format!("order {id}: told as placed, and does not exist"));
            }
            if intent.is_confirmed && !exists && refused == 0 {
                let shopper = intent.shopper;
                broken.push(format!("order {id} of shopper {shopper}: lost"));
            }
            if intent.is_told_refused && exists {
                broken.push(format!("order {id}: told as refused, and exists"));
            }
        }
    }

    /// What the shopper saw last is what can be ordered: no request for a price that came late, or
    /// twice, has taken its quote away.
    fn check_quotes(&self, broken: &mut Vec<String>) {
        let lost = self.refusals();
        let lost = lost.iter().filter(|reason| *reason == code::QUOTE_INVALID);
        match lost.count() {
            0 => {}
            count => broken.push(format!("{count} orders: the quote was gone")),
        }
    }

    /// Why confirmed orders were refused for good.
    pub(crate) fn refusals(&self) -> Vec<String> {
        let connection = self.backend.connect();
        let sql = "SELECT body FROM idempotency_keys WHERE key = ?1 AND status >= 400";
        let mut statement = connection.prepare(sql).unwrap();
        let intents = self.witness.intents.values().filter(|it| it.is_confirmed);
        let keys = intents.filter_map(|intent| intent.key.as_ref());
        let codes = keys.filter_map(|key| {
            let body = statement.query_row([key.as_str()], |row| row.get::<_, Vec<u8>>(0));
            let problem: Problem = serde_json::from_slice(&body.ok()?).unwrap();
            Some(problem.code)
        });
        codes.collect()
    }

    /// Nothing waits any more, and whoever was refused can still see it.
    fn check_devices(&self, connection: &Connection, broken: &mut Vec<String>) {
        for (index, shopper) in self.shoppers.iter().enumerate() {
            for record in shopper.storage.submissions() {
                let (id, key) = (&record.order_id, record.key.as_str());
                let is_refused = refusals(connection, Some(key)) > 0;
                if record.dead.is_none() && !is_refused {
                    broken.push(format!("order {id}: shopper {index} still keeps it"));
                }
            }
        }
        for (id, tab) in &self.tabs {
            let waiting = tab.session.pending_orders();
            if waiting > 0 {
                broken.push(format!("tab {id}: {waiting} orders still wait"));
            }
        }
    }

    fn check_strangers(&self, connection: &Connection, broken: &mut Vec<String>) {
        for stranger in &self.strangers {
            let mut attempts: BTreeMap<&str, usize> = BTreeMap::new();
            for (id, attempt) in &stranger.sent {
                *attempts.entry(attempt).or_default() += exists(connection, id);
            }
            for (attempt, orders) in &attempts {
                if *orders > 1 {
                    broken.push(format!("attempt {attempt}: {orders} orders"));
                }
                if *orders > 0 && stranger.mistake == Mistake::TotalOfOneCent {
                    broken.push(format!("attempt {attempt}: ordered at another total"));
                }
            }
            for id in &stranger.acknowledged {
                if exists(connection, id) != 1 {
                    broken.push(format!("order {id}: acknowledged, and does not exist"));
                }
            }
        }
    }

    /// Each refund that was acknowledged was made once, and no other.
    fn check_aftercare(&self, connection: &Connection, broken: &mut Vec<String>) {
        let refunds = self
            .tasks
            .iter()
            .filter(|task| task.request.path.ends_with("/refunds"));
        let mut made = 0;
        for task in refunds {
            let Some(answer) = &task.answer else {
                broken.push(format!("{} was never answered", task.request.path));
                continue;
            };
            if !answer.is_success() {
                continue;
            }
            made += 1;
            let document: Value = serde_json::from_slice(&answer.body).unwrap();
            let sql = "SELECT coalesce(sum(amount_minor), 0) FROM refunds WHERE refund_id = ?1";
            let id = document["refund_id"].as_str().unwrap();
            let row = connection.query_row(sql, [id], |row| row.get::<_, i64>(0));
            if Some(row.unwrap()) != document["amount_minor"].as_i64() {
                broken.push(format!("refund {id}: not as it was acknowledged"));
            }
        }
        let sql = "SELECT count(DISTINCT refund_id) FROM refunds WHERE source = 'refund'";
        let there = number(connection, sql);
        if there != made {
            broken.push(format!(
                "{made} refunds were acknowledged, {there} were made"
            ));
        }
        let sql = "SELECT count(*) FROM (
                       SELECT l.total_minor AS total, sum(r.amount_minor) AS given
                       FROM order_lines l JOIN refunds r
                            ON r.order_id = l.order_id AND r.line = l.position
                       GROUP BY l.order_id, l.position)
                   WHERE given > total";
        if number(connection, sql) > 0 {
            broken.push("more was refunded than was paid".into());
        }
    }

    /// The books balance, the log replays, and every order has its decision.
    fn check_books(&self, connection: &Connection, broken: &mut Vec<String>) {
        let Some(store) = self.backend.store() else {
            broken.push("the backend does not run".into());
            return;
        };
        let (ledger, decisions) = self.runtime.block_on(async {
            let decisions = store.decisions(tenant(), 0, DECISIONS_MAX).await.unwrap();
            (store.ledger(tenant()).await.unwrap(), decisions)
        });
        let (records, tables) = ledger;
        for record in &records {
            if let Outcome::Applied(Some(posting)) = &record.outcome {
                let entries = posting.entries.iter();
                let sum: i128 = entries.map(|entry| i128::from(entry.amount_minor)).sum();
                if sum != 0 {
                    let sequence = record.sequence;
                    broken.push(format!("ledger record {sequence}: sums to {sum}"));
                }
            }
        }
        if let Err(error) = verify(records, &tables) {
            broken.push(format!("the ledger: {error}"));
        }
        let mut head = Digest::START;
        for row in &decisions {
            match replay_decision(row, head) {
                Ok(digest) => head = digest,
                Err(error) => broken.push(format!("the decisions: {error}")),
            }
        }
        let orders = number(connection, "SELECT count(*) FROM orders");
        let keys = "SELECT count(*) FROM idempotency_keys
                    WHERE order_id IS NOT NULL AND route = 'POST /v1/orders'";
        let counts = (
            i64::try_from(decisions.len()).unwrap(),
            number(connection, keys),
        );
        if counts != (orders, orders) {
            broken.push(format!("{orders} orders, {counts:?} decisions and keys"));
        }
        let credits = number(connection, "SELECT count(*) FROM credits");
        let accruals = "SELECT count(*) FROM ledger_records WHERE key LIKE '%/accrue'";
        let accruals = number(connection, accruals);
        if credits != accruals {
            broken.push(format!("{credits} credits, {accruals} accruals"));
        }
    }
}

/// What there is = what there was - what was ordered + what was cancelled; holds add up.
fn check_stock(connection: &Connection, broken: &mut Vec<String>) {
    for (variant, initial) in STOCK {
        let sold = "SELECT coalesce(sum(l.quantity), 0) FROM order_lines l JOIN fulfilments f
                         ON f.order_id = l.order_id AND f.brand_id = l.brand_id
                    WHERE l.variant_id = ?1 AND f.status <> 'cancelled'";
        let sold: i64 = connection
            .query_row(sold, [variant], |row| row.get(0))
            .unwrap();
        let stock = "SELECT on_hand, held FROM stock WHERE variant_id = ?1";
        let (on_hand, held): (i64, i64) = connection
            .query_row(stock, [variant], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        let holds = "SELECT coalesce(sum(quantity), 0) FROM stock_holds WHERE variant_id = ?1";
        let holds: i64 = connection
            .query_row(holds, [variant], |row| row.get(0))
            .unwrap();
        if on_hand < 0 || on_hand != initial - sold {
            broken.push(format!(
                "{variant}: {on_hand} left of {initial}, {sold} sold"
            ));
        }
        if held != holds {
            broken.push(format!("{variant}: {held} held, holds of {holds}"));
        }
    }
}

fn lines_of(connection: &Connection, order: &str) -> Vec<(String, i64)> {
    let sql = "SELECT variant_id, quantity FROM order_lines WHERE order_id = ?1 ORDER BY position";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([order], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

/// How many final refusals are stored under a key.
fn refusals(connection: &Connection, key: Option<&str>) -> i64 {
    let sql = "SELECT count(*) FROM idempotency_keys WHERE key = ?1 AND order_id IS NULL
               AND status >= 400";
    let row = connection.query_row(sql, params![key], |row| row.get(0));
    row.unwrap()
}

fn exists(connection: &Connection, order: &str) -> usize {
    let sql = "SELECT count(*) FROM orders WHERE order_id = ?1";
    let row = connection.query_row(sql, [order], |row| row.get(0));
    row.unwrap()
}

fn number(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn text(connection: &Connection, sql: &str) -> String {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}
