//! Copies of a PostgreSQL database by its own tools while orders come, as docs/operations.md says:
//! each comes back sound, with every order that was acknowledged before it was begun.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::{Place, Program};
use crate::books::Books;
use crate::cluster::Cluster;
use crate::{figures, shop};

/// Shoppers at the same time.
const SHOPPERS: usize = 16;

/// Creators of the shop.
const CREATORS: usize = 20;

/// Lines that a shopper has in the bag at the beginning.
const TAPS: usize = 12;

/// Orders before each copy is begun, and the time that they may take.
const ORDERS_BEFORE: usize = 16;
const BEFORE_MAX: Duration = Duration::from_secs(60);

/// Dumps, brings back, and looks into each.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(10, 1);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let cluster = Cluster::start()?;
    let database = cluster.create("shop")?;
    let place = database.place(None, folder.path());
    shop::fill(&program, folder.path(), CREATORS, place.clone())?;
    let server = program.serve(place.clone(), &[])?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    crowd.fill_bags(server.address, TAPS).await?;
    let (mut meanwhile, mut longest) = (0, Duration::ZERO);
    for time in 0..times {
        let before = crowd.acknowledged.clone();
        let round = Round::new();
        let file = folder.path().join(format!("copy-{time}.dump"));
        let dumping = async {
            let loaded = tokio::time::timeout(BEFORE_MAX, round.reaches(ORDERS_BEFORE)).await;
            loaded.context("too little load")?;
            let (placed, begun) = (round.placed(), Instant::now());
            let (file, place) = (file.clone(), place.clone());
            tokio::task::spawn_blocking(move || dump(&place, &file)).await??;
            let placed = round.placed() - placed;
            round.end();
            anyhow::Ok((begun.elapsed(), placed))
        };
        let (ordered, dumped) = tokio::join!(crowd.order(server.address, &round), dumping);
        ordered?;
        let (took, placed) = dumped?;
        longest = longest.max(took);
        meanwhile += placed;

        let copy = cluster.create(&format!("copy_{time}"))?;
        let copied = copy.place(None, folder.path());
        restore(&copied, &file)?;
        let books = Books::Server(copy);
        books.check().with_context(|| format!("copy {time}"))?;
        books
            .includes(&before, &crowd.acknowledged)
            .with_context(|| format!("copy {time}"))?;
        program.run(&["ledger", "verify", "--tenant", shop::TENANT], copied)?;
    }
    server.stop().await?;
    println!(
        "{times} dumps of PostgreSQL under load, brought back: each sound, with every order \
         acknowledged before it was begun; {} orders, {meanwhile} of them while dumps were made; \
         the longest took {} ms",
        crowd.acknowledged.len(),
        longest.as_millis()
    );
    let figures = json!({"copies": times, "acknowledged_orders": crowd.acknowledged.len(),
        "missing": 0, "orders_meanwhile": meanwhile,
        "longest_copy_ms": u64::try_from(longest.as_millis())?});
    figures::write(arguments, "dump", &figures)
}

fn dump(place: &Place, file: &Path) -> Result<()> {
    let mut command = Command::new("pg_dump");
    command.arg("--format=custom").arg("--file").arg(file);
    done(command.arg(place.url()?))
}

fn restore(place: &Place, file: &Path) -> Result<()> {
    let mut command = Command::new("pg_restore");
    command.args(["--clean", "--if-exists", "--single-transaction", "--dbname"]);
    done(command.arg(place.url()?).arg(file))
}

fn done(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .context("the trial needs pg_dump and pg_restore (apt-get install postgresql)")?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
