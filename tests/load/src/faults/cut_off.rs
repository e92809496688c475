//! Two backends on one PostgreSQL, one of them cut from it under load: it answers 503 within its
//! deadline while the other goes on, shoppers send their orders to the other under the same key,
//! and it comes back by itself. By turns the line is closed, or open and silent.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::{Program, Server};
use crate::books::{Books, compare};
use crate::cluster::Cluster;
use crate::http::{self, Connection};
use crate::proxy::{Line, Proxy};
use crate::shopper::{self, Order};
use crate::{figures, shop};

/// Shoppers of each backend.
const SHOPPERS: usize = 16;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Lines that a shopper has in the bag at the beginning.
const TAPS: usize = 12;

/// Orders of each backend before the line is cut, and the time that these may take.
const ORDERS_BEFORE: usize = 8;
const BEFORE_MAX: Duration = Duration::from_secs(30);

/// By how much later each cut comes after that, and after how many it begins anew.
const STEP: Duration = Duration::from_millis(17);
const STEPS: usize = 10;

/// How long the line stays cut: longer than the backend's deadline, and than the database keeps a
/// transaction that nobody goes on with.
const CUT: Duration = Duration::from_secs(11);

/// Time within which a request must be answered: the backend's ten seconds, and a busy machine's.
const ANSWER_MAX: Duration = Duration::from_millis(10_900);

/// Time within which the backend must be back once the line is whole.
const RECOVERY_MAX: Duration = Duration::from_secs(10);

/// What the cuts came to.
#[derive(Debug, Default)]
struct Seen {
    /// The longest that the backend without a database took to say so.
    slowest: Duration,
    /// The longest until it was ready again.
    recovery: Duration,
    /// Orders that the other one took meanwhile.
    meanwhile: usize,
    /// Orders of the one that was cut off that were sent to the other one.
    moved: usize,
}

/// The two.
struct Pair {
    cut: Server,
    other: Server,
    proxy: Proxy,
}

/// Cuts, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(20, 2);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let cluster = Cluster::start()?;
    let database = cluster.create("shop")?;
    let direct = database.place(None, folder.path());
    shop::fill(&program, folder.path(), CREATORS, direct.clone())?;
    let proxy = Proxy::to(&cluster.socket()).await?;
    let behind = database.place(Some(proxy.address), folder.path());
    // The program starts while this thread would have to pass its bytes on.
    let starting = program.clone();
    let cut = tokio::task::spawn_blocking(move || starting.serve(behind, &[])).await??;
    let other = program.serve(direct.clone(), &[])?;
    let pair = Pair { cut, other, proxy };
    let mut crowds = [
        Crowd::new(SHOPPERS, CREATORS),
        Crowd::new(SHOPPERS, CREATORS),
    ];
    crowds[0].fill_bags(pair.cut.address, TAPS).await?;
    crowds[1].fill_bags(pair.other.address, TAPS).await?;
    let probes = shopper::prepare(pair.other.address, times, CREATORS).await?;
    let started = Instant::now();
    let mut seen = Seen::default();
    for (time, probe) in probes.into_iter().enumerate() {
        let line = [Line::Closed, Line::Silent][time % 2];
        let later = STEP * u32::try_from(time % STEPS)?;
        round(&pair, &mut crowds, (line, later), probe, &mut seen)
            .await
            .with_context(|| format!("cut {time}, {line:?}"))?;
    }
    let [mut first, mut second] = crowds;
    // What is still unanswered goes to the one that was cut off: it knows what the other has done.
    first.finish(pair.cut.address).await?;
    second.finish(pair.other.address).await?;
    pair.cut.stop().await?;
    pair.other.stop().await?;
    let books = Books::Server(database);
    books.check()?;
    let mut acknowledged = first.acknowledged;
    acknowledged.extend(second.acknowledged);
    compare(&books, &acknowledged)?;
    program.run(
        &["ledger", "verify", "--tenant", shop::TENANT],
        direct.clone(),
    )?;
    program.run(&["replay", "--tenant", shop::TENANT], direct)?;
    let figures = json!({
        "cuts": times, "acknowledged_orders": acknowledged.len(), "lost": 0, "doubled": 0,
        "answers_503": first.unavailable + second.unavailable, "moved_to_the_other": seen.moved,
        "of_those_already_placed": first.found_placed + second.found_placed,
        "orders_of_the_other_meanwhile": seen.meanwhile,
        "slowest_503_ms": seen.slowest.as_millis() as u64,
        "slowest_recovery_ms": seen.recovery.as_millis() as u64,
        "ledger_sum_minor": 0, "seconds": started.elapsed().as_secs(),
    });
    println!(
        "{times} cuts, {} acknowledged orders: 0 lost, 0 doubled, ledger sum 0; {} orders moved to \
         the other backend, {} of them had been placed; {} orders there meanwhile; the slowest 503 \
         after {} ms, ready again after {} ms at most",
        acknowledged.len(),
        seen.moved,
        first.found_placed + second.found_placed,
        seen.meanwhile,
        seen.slowest.as_millis(),
        seen.recovery.as_millis(),
    );
    figures::write(arguments, "cut-off", &figures)
}

/// One cut: load on both, the line is cut, the orders move, the line is whole again.
async fn round(
    pair: &Pair,
    crowds: &mut [Crowd; 2],
    (line, later): (Line, Duration),
    probe: Order,
    seen: &mut Seen,
) -> Result<()> {
    let [first, second] = crowds;
    let (own, others) = (Round::new(), Round::new());
    let away = async {
        let loaded = async {
            own.reaches(ORDERS_BEFORE).await;
            others.reaches(ORDERS_BEFORE).await;
        };
        let loaded = tokio::time::timeout(BEFORE_MAX, loaded).await;
        loaded.with_context(|| {
            let least = own.placed().min(others.placed());
            format!("{least} orders in {BEFORE_MAX:?}: too little load")
        })?;
        // Shoppers whose answers came in one group go on in step: each cut meets another step.
        tokio::time::sleep(later).await;
        own.end();
        pair.proxy.set(line);
        let cut = Instant::now();
        let placed_before = others.placed();
        let slowest = turned_away(pair, &probe).await?;
        tokio::time::sleep(CUT.saturating_sub(cut.elapsed())).await;
        let meanwhile = others.placed() - placed_before;
        others.end();
        anyhow::Ok((slowest, meanwhile))
    };
    let moving = async {
        first.order(pair.cut.address, &own).await?;
        let moved = first.pending();
        first.finish(pair.other.address).await?;
        anyhow::Ok(moved)
    };
    let (away, moved, other) =
        tokio::join!(away, moving, second.order(pair.other.address, &others));
    other?;
    let ((slowest, meanwhile), moved) = (away?, moved?);
    if meanwhile == 0 {
        bail!("the other backend took no order meanwhile");
    }
    pair.proxy.set(Line::Whole);
    let recovery = ready_again(&pair.cut).await?;
    let number = placed_by(&pair.other, &probe).await?;
    first.acknowledged.insert(probe.id, number);
    seen.slowest = seen.slowest.max(slowest);
    seen.recovery = seen.recovery.max(recovery);
    seen.meanwhile += meanwhile;
    seen.moved += moved;
    Ok(())
}

/// The backend without a database lives, says that it is not ready, and turns an order away; how
/// long that took at most.
async fn turned_away(pair: &Pair, probe: &Order) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    let requests = [probe.request.clone(), http::get("/readyz")];
    let ask = |request: Vec<u8>| async move {
        let mut line = Connection::open(pair.cut.address).await?;
        let asked = Instant::now();
        let answer = line.send(&request).await?;
        if answer.status != 503 || !answer.has_retry_after {
            bail!("without a database the answer is {}", answer.status);
        }
        Ok(asked.elapsed())
    };
    let [order, ready] = requests.map(ask);
    let (order, ready) = tokio::join!(order, ready);
    for took in [order?, ready?] {
        slowest = slowest.max(took);
    }
    if slowest > ANSWER_MAX {
        bail!("it took {slowest:?} to say so");
    }
    let mut line = Connection::open(pair.cut.address).await?;
    let lives = line.send(&http::get("/healthz")).await?.status;
    if lives != 200 {
        bail!("/healthz is answered {lives}");
    }
    Ok(slowest)
}

async fn ready_again(server: &Server) -> Result<Duration> {
    let whole = Instant::now();
    while whole.elapsed() < RECOVERY_MAX {
        let mut line = Connection::open(server.address).await?;
        if line.send(&http::get("/readyz")).await?.status == 200 {
            return Ok(whole.elapsed());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("it is not ready {RECOVERY_MAX:?} after it has its database again")
}

/// The number of the order that was turned away, placed at the other backend under its key.
async fn placed_by(server: &Server, order: &Order) -> Result<String> {
    let mut line = Connection::open(server.address).await?;
    let answer = line.send(&order.request).await?;
    let body = answer.json();
    if answer.status != 201 || body["order_id"] != order.id.as_str() {
        bail!(
            "the order that was turned away was answered {}: {body}",
            answer.status
        );
    }
    Ok(body["number"].as_str().unwrap_or_default().to_owned())
}
