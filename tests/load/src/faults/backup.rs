//! Copies while orders come at full rate: each is sound, its books balance, and it has every order
//! that was acknowledged before it was begun.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::{figures, shop};

/// Shoppers at the same time.
const SHOPPERS: usize = 64;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Load before each copy is begun.
const BEFORE: Duration = Duration::from_millis(700);

/// Copies, and looks into each.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(20, 3);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let server = program.serve(&database, &[])?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    crowd.fill_bags(server.address, 30).await?;
    let (mut longest, mut meanwhile, mut newer) = (Duration::ZERO, 0, 0);
    let started = Instant::now();
    for time in 0..times {
        let copy = folder.path().join(format!("copy-{time}.db"));
        let name = copy
            .to_str()
            .context("the folder's name is not text")?
            .to_owned();
        let acknowledged: HashMap<String, String> = crowd.acknowledged.clone();
        let round = Round::new();
        let copying = async {
            tokio::time::sleep(BEFORE).await;
            let before = round.placed();
            let (program, database, begun) = (program.clone(), database.clone(), Instant::now());
            let copied = move || program.run(&["backup", &name], &database);
            tokio::task::spawn_blocking(copied).await??;
            let took = begun.elapsed();
            let placed = round.placed() - before;
            round.end();
            anyhow::Ok((took, placed))
        };
        let (ordered, copied) = tokio::join!(crowd.order(server.address, &round), copying);
        ordered?;
        let (took, placed) = copied?;
        longest = longest.max(took);
        meanwhile += placed;
        let books = Books::open(&copy)?;
        books.check().with_context(|| format!("copy {time}"))?;
        let stored = books
            .includes(&acknowledged, &crowd.acknowledged)
            .with_context(|| format!("copy {time}"))?;
        newer += stored - acknowledged.len();
        program.run(&["ledger", "verify", "--tenant", shop::TENANT], &copy)?;
        drop(books);
        std::fs::remove_file(&copy)?;
    }
    crowd.finish(server.address).await?;
    server.stop().await?;
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    let rate = figures::rate(crowd.acknowledged.len(), started.elapsed());
    println!(
        "{times} copies under load, {} orders ({rate:.0} a second with copies and checks): each \
         copy sound, with every order acknowledged before it was begun; {meanwhile} orders were \
         placed while copies were made; the longest took {} ms",
        crowd.acknowledged.len(),
        longest.as_millis()
    );
    let figures = json!({"copies": times, "acknowledged_orders": crowd.acknowledged.len(),
        "missing": 0, "orders_meanwhile": meanwhile, "orders_since_the_round_began": newer,
        "longest_copy_ms": u64::try_from(longest.as_millis())?});
    figures::write(arguments, "backup", &figures)
}
