//! kill -9 at random moments under load: no acknowledged order is lost, none is doubled, and every
//! order that was not answered becomes one order when it is sent again under its key.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::{figures, shop};

/// Shoppers at the same time.
const SHOPPERS: usize = 32;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Lines that a shopper has in the bag at the beginning.
const TAPS: usize = 40;

/// The server lives between these, milliseconds, once it listens.
const LIFE_MS: std::ops::Range<u64> = 30..250;

/// Kills, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(200, 10);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    let seed = u64::from(std::process::id());
    println!("seed {seed}");
    let mut random = seed;
    let mut unanswered = 0;
    let server = program.serve(&database, &[])?;
    crowd.fill_bags(server.address, TAPS).await?;
    server.stop().await?;
    let started = Instant::now();
    for _ in 0..times {
        let mut server = program.serve(&database, &[])?;
        let life = Duration::from_millis(draw(&mut random, &LIFE_MS));
        let address = server.address;
        let round = Round::new();
        let kill = async {
            tokio::time::sleep(life).await;
            server.kill()
        };
        let (ordered, killed) = tokio::join!(crowd.order(address, &round), kill);
        killed?;
        ordered?;
        unanswered += crowd.pending();
    }
    let server = program.serve(&database, &[])?;
    crowd.finish(server.address).await?;
    server.stop().await?;
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    program.run(&["ledger", "verify", "--tenant", shop::TENANT], &database)?;
    program.run(&["replay", "--tenant", shop::TENANT], &database)?;
    if crowd.acknowledged.len() < times {
        bail!("too little load: {} orders", crowd.acknowledged.len());
    }
    let figures = json!({
        "kills": times, "acknowledged_orders": crowd.acknowledged.len(), "lost": 0, "doubled": 0,
        "unanswered_when_killed": unanswered, "of_those_already_placed": crowd.found_placed,
        "ledger_sum_minor": 0, "seconds": started.elapsed().as_secs(),
    });
    println!(
        "{times} kills, {} acknowledged orders: 0 lost, 0 doubled, ledger sum 0; {unanswered} \
         orders were unanswered when the server died, {} of them had been placed",
        crowd.acknowledged.len(),
        crowd.found_placed
    );
    figures::write(arguments, "kill", &figures)
}

/// The next number of a linear congruential generator (Knuth's MMIX constants) within `range`.
fn draw(state: &mut u64, range: &std::ops::Range<u64>) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    range.start + (*state >> 33) % (range.end - range.start)
}
