//! A shopper's way to an order: watch, tap, put into the bag, ask for the price; then the order is
//! ready to be sent, any number of times, under one key.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::http::{Answer, Connection, post};
use crate::shop::{self, SITE, VARIANT};

/// Taps that one view session makes: below the 60 a minute that a person makes.
const TAPS_A_SESSION: u32 = 50;

/// An order that its shopper has confirmed.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Made by the client.
    pub(crate) id: String,
    /// The whole HTTP request.
    pub(crate) request: Vec<u8>,
}

/// Time between tap and order below which no person is believed to have ordered, and a little more.
const DWELL: Duration = Duration::from_millis(2_100);

/// Taps that wait for their order: 70 orders a second and connection.
const TAPS_WAITING_MAX: usize = 150;

/// A browser that orders again and again.
#[derive(Debug)]
pub(crate) struct Shopper {
    creators: Vec<usize>,
    visits: usize,
    visit: Option<Visit>,
    /// Taps that it makes ahead of their orders.
    taps_ahead: usize,
    /// Lines in the bag, the oldest first.
    bag: VecDeque<BagLine>,
}

/// A view session.
#[derive(Debug)]
struct Visit {
    video: String,
    session: Value,
    taps: u32,
}

/// A line bound to its tap.
#[derive(Debug)]
struct BagLine {
    tapped: Instant,
    video: String,
    receipt: Value,
}

/// Why there is no order yet.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// The connection broke.
    Broken,
    /// The backend has too much to do, or no store.
    Unavailable,
    /// Anything else: a defect.
    Refused(u16, String),
}

impl From<std::io::Error> for Missed {
    fn from(_: std::io::Error) -> Self {
        Self::Broken
    }
}

impl Shopper {
    /// Watches these creators' videos in turn.
    pub(crate) fn new(creators: Vec<usize>) -> Self {
        Self {
            creators,
            visits: 0,
            visit: None,
            taps_ahead: TAPS_WAITING_MAX,
            bag: VecDeque::new(),
        }
    }

    /// Watches one creator's videos, and waits after each tap until it can order.
    pub(crate) fn patient(creator: usize) -> Self {
        Self {
            taps_ahead: 1,
            ..Self::new(vec![creator])
        }
    }

    /// Walks the way up to the confirmation. Like a person, it takes two seconds from a tap to the
    /// order; it taps ahead, so that it can go on meanwhile.
    ///
    /// # Errors
    /// A step was not answered with 200.
    pub(crate) async fn prepare(&mut self, line: &mut Connection) -> Result<Order, Missed> {
        loop {
            if self.bag.len() < self.taps_ahead {
                let own = self.tap(line).await?;
                self.bag.push_back(own);
            }
            let Some(first) = self.bag.front() else {
                continue;
            };
            let age = first.tapped.elapsed();
            if age < DWELL && self.bag.len() < self.taps_ahead {
                continue;
            }
            tokio::time::sleep(DWELL.saturating_sub(age)).await;
            let body = quote_body(&first.video);
            let quote = ok(line.send(&post("/v1/quotes", None, &body)).await?)?;
            let Some(own) = self.bag.pop_front() else {
                continue;
            };
            return Ok(order(&quote, &own.receipt));
        }
    }

    /// Fills the bag, so that the next orders can be prepared without waiting once [`DWELL`] is
    /// over.
    ///
    /// # Errors
    /// As [`Shopper::prepare`].
    pub(crate) async fn fill_bag(
        &mut self,
        line: &mut Connection,
        taps: usize,
    ) -> Result<(), Missed> {
        while self.bag.len() < taps.min(TAPS_WAITING_MAX) {
            let own = self.tap(line).await?;
            self.bag.push_back(own);
        }
        Ok(())
    }

    /// Leaves the page: the visit ends, and the bag is emptied.
    pub(crate) fn leave(&mut self) {
        self.look_again();
        self.bag.clear();
    }

    /// Ends the visit and keeps the bag.
    pub(crate) fn look_again(&mut self) {
        self.visit = None;
    }

    async fn tap(&mut self, line: &mut Connection) -> Result<BagLine, Missed> {
        let mut visit = match self.visit.take() {
            Some(visit) if visit.taps < TAPS_A_SESSION => visit,
            _ => self.watch(line).await?,
        };
        let session = &visit.session;
        let click = json!({"touchpoint_id": uuid_v7(), "sequence": visit.taps,
            "view_session_id": session["view_session_id"],
            "token": session["tokens"][0]["token"], "occurred_at": now_ms()});
        visit.taps += 1;
        let clicked = ok(line.send(&post("/v1/clicks", None, &click)).await?)?;
        let bind = json!({"receipt": clicked["receipt"], "variant_id": VARIANT});
        let bound = ok(line.send(&post("/v1/bag-bindings", None, &bind)).await?)?;
        let video = visit.video.clone();
        self.visit = Some(visit);
        Ok(BagLine {
            tapped: Instant::now(),
            video,
            receipt: bound["receipt"].clone(),
        })
    }

    async fn watch(&mut self, line: &mut Connection) -> Result<Visit, Missed> {
        let turn = self.visits % self.creators.len().max(1);
        let video = shop::creator(self.creators.get(turn).copied().unwrap_or(0));
        self.visits += 1;
        let body = json!({"site": SITE, "video": video});
        let session = ok(line.send(&post("/v1/view-sessions", None, &body)).await?)?;
        Ok(Visit {
            video,
            session,
            taps: 0,
        })
    }
}

fn ok(answer: Answer) -> Result<Value, Missed> {
    match answer.status {
        200 => Ok(answer.json()),
        503 => Err(Missed::Unavailable),
        status => {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            Err(Missed::Refused(status, body))
        }
    }
}

fn quote_body(video: &str) -> Value {
    json!({
        "site": SITE, "video": video, "checkout_attempt_id": uuid_v7(), "currency": "EUR",
        "lines": [{"variant_id": VARIANT, "quantity": 1}], "country": "DE",
        "contact": {"email": "jo@example.com", "name": "Jo Example"},
        "address": {"line1": "Lange Reihe 5", "postcode": "20099", "city": "Hamburg"},
    })
}

/// The order that accepts `quote`, its line bound to `receipt`.
fn order(quote: &Value, receipt: &Value) -> Order {
    let id = uuid_v7();
    let line = &quote["lines"][0];
    let body = json!({
        "site": SITE, "order_id": id, "checkout_attempt_id": quote["checkout_attempt_id"],
        "quote_id": quote["quote_id"], "currency": quote["currency"],
        "lines": [{"variant_id": line["variant_id"], "quantity": line["quantity"],
                   "unit_price_minor": line["unit_price_minor"], "receipt": receipt}],
        "total_minor": quote["totals"]["total_minor"], "payment": {"method": "pay_on_delivery"},
        "receipts": [], "created_at": "2026-11-22T10:00:00Z",
    });
    let key = format!("{:012x}{:016x}{:016x}", now_ms(), random(), random());
    let request = post("/v1/orders", Some(&key), &body);
    Order { id, request }
}

/// Milliseconds since 1970.
fn now_ms() -> u64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
    u64::try_from(elapsed.unwrap_or_default().as_millis()).unwrap_or(0)
}

/// A UUIDv7 that no other call and no other process has given.
pub(crate) fn uuid_v7() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let now = now_ms();
    let process = std::process::id() & 0xffff;
    format!(
        "{:08x}-{:04x}-7{:03x}-8{:03x}-{process:04x}{:08x}",
        now >> 16,
        now & 0xffff,
        (count >> 44) & 0xfff,
        (count >> 32) & 0xfff,
        count & 0xffff_ffff
    )
}

/// Bits that nobody can tell beforehand: the standard library's seeds for hash maps.
fn random() -> u64 {
    RandomState::new().hash_one(uuid_v7())
}

/// Prepares `count` orders for creators 0..`creators` over 32 connections, in the order in which
/// they were confirmed.
///
/// # Errors
/// A step is refused, or the backend is not there.
pub(crate) async fn prepare(
    address: SocketAddr,
    count: usize,
    creators: usize,
) -> Result<Vec<Order>> {
    const LINES: usize = 32;
    let mut tasks = Vec::with_capacity(LINES);
    for index in 0..LINES {
        let share = count / LINES + usize::from(index < count % LINES);
        let own = (index..creators.max(index + 1)).step_by(LINES);
        let own: Vec<usize> = own.map(|number| number % creators).collect();
        tasks.push(tokio::spawn(async move {
            let mut line = Connection::open(address).await?;
            let mut shopper = Shopper::new(own);
            let mut orders = Vec::with_capacity(share);
            while orders.len() < share {
                match shopper.prepare(&mut line).await {
                    Ok(order) => orders.push(order),
                    Err(missed) => bail!("an order could not be prepared: {missed:?}"),
                }
            }
            Ok(orders)
        }));
    }
    let mut orders = Vec::with_capacity(count);
    for task in tasks {
        orders.extend(task.await??);
    }
    orders.sort_by(|a: &Order, b: &Order| a.id.cmp(&b.id));
    Ok(orders)
}
