//! Shoppers who order without end, keep what was not answered, and send it again under the same
//! key.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};

use crate::http::Connection;
use crate::shopper::{Missed, Order, Shopper};

/// What the shoppers know together.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    shoppers: Vec<Member>,
    /// Number of every acknowledged order, by id.
    pub(crate) acknowledged: HashMap<String, String>,
    /// Orders that turned out to have been placed although no answer came.
    pub(crate) found_placed: usize,
    /// Answers 503 and 507.
    pub(crate) unavailable: usize,
}

/// A shopper with at most one order that is not answered yet.
#[derive(Debug)]
struct Member {
    shopper: Shopper,
    pending: Option<Order>,
    /// The last order that was acknowledged.
    last: Option<Order>,
}

/// How long a round goes.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    /// Set when nobody shall begin anything new.
    over: Arc<AtomicBool>,
    /// Orders acknowledged in this round so far.
    placed: Arc<AtomicUsize>,
    /// Whether an unanswered order is sent again in the same round.
    insists: bool,
    /// Orders after which each is done; `None`: any number.
    each: Option<usize>,
}

impl Round {
    /// A round that goes on until it is told that it is over, or the connection breaks.
    pub(crate) fn new() -> Self {
        Self {
            over: Arc::default(),
            placed: Arc::default(),
            insists: false,
            each: None,
        }
    }

    /// The same, in which an unanswered order is sent again.
    pub(crate) fn insisting() -> Self {
        Self {
            insists: true,
            ..Self::new()
        }
    }

    /// Orders acknowledged so far.
    pub(crate) fn placed(&self) -> usize {
        self.placed.load(Ordering::Relaxed)
    }

    /// Waits until so many orders were acknowledged.
    pub(crate) async fn reaches(&self, orders: usize) {
        while self.placed() < orders {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Nobody begins anything new from now on.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// Each shopper is done after so many orders.
    pub(crate) fn end_after(&mut self, orders: usize) {
        self.each = Some(orders);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// What one member saw in a round.
#[derive(Debug, Default)]
struct Seen {
    acknowledged: Vec<(String, String)>,
    found_placed: usize,
    unavailable: usize,
}

impl Crowd {
    /// So many shoppers, for creators 0..`creators`.
    pub(crate) fn new(shoppers: usize, creators: usize) -> Self {
        let member = |index: usize| Member {
            shopper: Shopper::new((0..creators).map(|own| (own + index) % creators).collect()),
            pending: None,
            last: None,
        };
        Self {
            shoppers: (0..shoppers).map(member).collect(),
            ..Self::default()
        }
    }

    /// Orders not answered yet.
    pub(crate) fn pending(&self) -> usize {
        let waiting = self.shoppers.iter();
        waiting.filter(|member| member.pending.is_some()).count()
    }

    /// Everybody fills the bag, so that orders come as soon as a round begins.
    ///
    /// # Errors
    /// A tap is refused.
    pub(crate) async fn fill_bags(&mut self, address: SocketAddr, taps: usize) -> Result<()> {
        for member in &mut self.shoppers {
            let mut line = Connection::open(address).await?;
            let filled = member.shopper.fill_bag(&mut line, taps).await;
            filled.map_err(|missed| anyhow::anyhow!("a bag could not be filled: {missed:?}"))?;
        }
        Ok(())
    }

    /// Everybody orders until the round is over or the connection breaks. What was not answered
    /// before goes first.
    ///
    /// # Errors
    /// An answer that no fault explains.
    pub(crate) async fn order(&mut self, address: SocketAddr, round: &Round) -> Result<()> {
        let mut tasks = Vec::with_capacity(self.shoppers.len());
        for mut member in std::mem::take(&mut self.shoppers) {
            let round = round.clone();
            tasks.push(tokio::spawn(async move {
                let mut seen = Seen::default();
                let done = member.orders(address, &round, &mut seen).await;
                (member, seen, done)
            }));
        }
        let mut failed = None;
        for task in tasks {
            let (member, seen, done) = task.await?;
            self.shoppers.push(member);
            self.found_placed += seen.found_placed;
            self.unavailable += seen.unavailable;
            for (id, number) in seen.acknowledged {
                if let Some(before) = self.acknowledged.insert(id, number.clone())
                    && before != number
                {
                    failed = Some(anyhow::anyhow!("an order was placed twice"));
                }
            }
            if let Err(error) = done {
                failed = Some(error);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Everybody leaves the page: visits end, and bags are emptied.
    pub(crate) fn leave(&mut self) {
        for member in &mut self.shoppers {
            member.shopper.leave();
        }
    }

    /// Everybody begins a new visit and keeps the bag.
    pub(crate) fn look_again(&mut self) {
        for member in &mut self.shoppers {
            member.shopper.look_again();
        }
    }

    /// Sends the last acknowledged order of each again; how many there were.
    ///
    /// # Errors
    /// One is answered in another way than before.
    pub(crate) async fn ask_again(&self, address: SocketAddr) -> Result<usize> {
        let mut line = Connection::open(address).await?;
        let mut asked = 0;
        for member in &self.shoppers {
            let Some(order) = &member.last else { continue };
            let answer = line.send(&order.request).await?;
            let number = &answer.json()["number"];
            let known = self.acknowledged.get(&order.id).map(String::as_str);
            if answer.status != 201 || !answer.is_replayed || number.as_str() != known {
                let body = String::from_utf8_lossy(&answer.body);
                bail!("asked again, it was answered {}: {body}", answer.status);
            }
            asked += 1;
        }
        Ok(asked)
    }

    /// Sends what was not answered again, until everything is.
    ///
    /// # Errors
    /// An order is refused.
    pub(crate) async fn finish(&mut self, address: SocketAddr) -> Result<()> {
        let round = Round::insisting();
        round.end();
        self.order(address, &round).await?;
        if self.pending() > 0 {
            bail!("{} orders were never answered", self.pending());
        }
        Ok(())
    }
}

impl Member {
    async fn orders(&mut self, address: SocketAddr, round: &Round, seen: &mut Seen) -> Result<()> {
        let Ok(mut line) = Connection::open(address).await else {
            return Ok(());
        };
        let mut placed = 0;
        loop {
            let is_again = self.pending.is_some();
            let order = match self.pending.take() {
                Some(order) => order,
                None if round.is_over() || Some(placed) == round.each => return Ok(()),
                None => match self.shopper.prepare(&mut line).await {
                    Ok(order) => order,
                    Err(Missed::Broken) => return Ok(()),
                    Err(Missed::Unavailable) => {
                        seen.unavailable += 1;
                        pause().await;
                        continue;
                    }
                    Err(Missed::Refused(status, body)) => bail!("refused: {status} {body}"),
                },
            };
            let answer = match line.send(&order.request).await {
                Ok(answer) => answer,
                Err(_) => {
                    self.pending = Some(order);
                    return Ok(());
                }
            };
            match answer.status {
                201 => {
                    let body = answer.json();
                    let number = body["number"].as_str().unwrap_or_default().to_owned();
                    if body["order_id"] != order.id.as_str() || number.is_empty() {
                        bail!("201 for another order: {body}");
                    }
                    seen.found_placed += usize::from(is_again && answer.is_replayed);
                    seen.acknowledged.push((order.id.clone(), number));
                    self.last = Some(order);
                    placed += 1;
                    round.placed.fetch_add(1, Ordering::Relaxed);
                }
                503 | 507 => {
                    seen.unavailable += 1;
                    if answer.status == 503 && !answer.has_retry_after {
                        bail!("503 without Retry-After");
                    }
                    self.pending = Some(order);
                    if round.is_over() && !round.insists {
                        return Ok(());
                    }
                    pause().await;
                }
                status => {
                    let body = String::from_utf8_lossy(&answer.body);
                    bail!("an order was answered {status}: {body}");
                }
            }
        }
    }
}

/// Between two attempts of one shopper.
async fn pause() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}
