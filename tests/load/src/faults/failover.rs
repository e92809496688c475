//! The PostgreSQL server dies under load, and its synchronous standby takes over: no acknowledged
//! order is lost, and what was not answered becomes one order when it is sent again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::cluster::Cluster;
use crate::{figures, shop};

/// Shoppers at the same time.
const SHOPPERS: usize = 16;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Lines that a shopper has in the bag at the beginning.
const TAPS: usize = 12;

/// Orders before the server dies, and as many after it, and the time that these may take.
const ORDERS: usize = 16;
const PATIENCE: Duration = Duration::from_secs(60);

/// By how much later each server dies after that, and after how many it begins anew: each meets
/// another step of a group.
const STEP: Duration = Duration::from_millis(17);
const STEPS: usize = 10;

/// Fails over, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(10, 1);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let mut cluster = Cluster::start()?;
    let database = cluster.create("shop")?;
    let place = database.place(None, folder.path());
    shop::fill(&program, folder.path(), CREATORS, place.clone())?;
    let server = program.serve(place.clone(), &[])?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    crowd.fill_bags(server.address, TAPS).await?;
    let mut longest = Duration::ZERO;
    for time in 0..times {
        cluster.add_standby()?;
        let round = Round::insisting();
        let failing = async {
            reaches(&round, ORDERS).await?;
            tokio::time::sleep(STEP * u32::try_from(time % STEPS)?).await;
            let died = Instant::now();
            let fail = move || cluster.fail_over().map(|()| cluster);
            let cluster = tokio::task::spawn_blocking(fail).await??;
            reaches(&round, round.placed() + 1).await?;
            let away = died.elapsed();
            reaches(&round, round.placed() + ORDERS).await?;
            round.end();
            anyhow::Ok((away, cluster))
        };
        let (ordered, failed) = tokio::join!(crowd.order(server.address, &round), failing);
        ordered.with_context(|| format!("failover {time}"))?;
        let (away, alive) = failed.with_context(|| format!("failover {time}"))?;
        cluster = alive;
        longest = longest.max(away);
    }
    crowd.finish(server.address).await?;
    server.stop().await?;
    let books = Books::Server(database);
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    program.run(
        &["ledger", "verify", "--tenant", shop::TENANT],
        place.clone(),
    )?;
    program.run(&["replay", "--tenant", shop::TENANT], place)?;
    println!(
        "{times} failovers of PostgreSQL under load, {} acknowledged orders: 0 lost, 0 doubled, \
         ledger sum 0; {} had been placed and not answered; orders again after {} ms at most",
        crowd.acknowledged.len(),
        crowd.found_placed,
        longest.as_millis()
    );
    let figures = json!({"failovers": times, "acknowledged_orders": crowd.acknowledged.len(),
        "lost": 0, "doubled": 0, "of_those_already_placed": crowd.found_placed,
        "answers_503": crowd.unavailable,
        "longest_without_orders_ms": u64::try_from(longest.as_millis())?});
    figures::write(arguments, "failover", &figures)
}

async fn reaches(round: &Round, orders: usize) -> Result<()> {
    let reached = tokio::time::timeout(PATIENCE, round.reaches(orders)).await;
    reached.context("too little load")
}
