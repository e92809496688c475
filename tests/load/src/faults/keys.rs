//! The keys that sign tokens change under load, again and again: no valid request is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::false_clock::FalseClock;
use crate::{figures, shop};

/// Shoppers at the same time.
const SHOPPERS: usize = 16;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Taps that each has made ahead: they are signed by keys of earlier rounds when they are used.
const TAPS: usize = 60;

/// From one rotation to the next, seconds: more than the five minutes after which the new key
/// signs.
const APART_S: i64 = 6 * 60;

/// A round goes on for so long before and after the rotation, and after the new key signs.
const THIRD: Duration = Duration::from_millis(500);

/// Rotates, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(30, 3);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let mut clock = FalseClock::new(folder.path())?;
    let server = program.serve(&database, &clock.words())?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    crowd.fill_bags(server.address, TAPS).await?;
    for time in 0..times {
        let round = Round::new();
        let rotate = async {
            tokio::time::sleep(THIRD).await;
            program.run_under(&clock.words(), &["keys", "rotate"], &database)?;
            tokio::time::sleep(THIRD).await;
            clock.step(APART_S)?;
            tokio::time::sleep(THIRD).await;
            round.end();
            anyhow::Ok(())
        };
        let (ordered, rotated) = tokio::join!(crowd.order(server.address, &round), rotate);
        rotated?;
        ordered?;
        // A view session's tokens live for 15 minutes; what is in the bag lives on.
        if time % 2 == 1 {
            crowd.look_again();
        }
    }
    let listed = program.run_under(&clock.words(), &["keys", "list"], &database)?;
    server.stop().await?;
    let known: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    if known.len() != times + 1 {
        bail!("{} keys after {times} rotations:\n{listed}", known.len());
    }
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    let orders = crowd.acknowledged.len();
    orders
        .checked_sub(times * SHOPPERS)
        .with_context(|| format!("too little load: {orders} orders"))?;
    println!(
        "{times} rotations of the keys under load, {} keys believed at the end: {orders} orders, \
         each with its credit, 0 requests refused",
        known.len()
    );
    let figures = json!({"rotations": times, "keys": known.len(),
        "acknowledged_orders": orders, "lost": 0, "doubled": 0, "refused": 0});
    figures::write(arguments, "keys", &figures)
}
