//! fsync fails now and then (injected by strace): the orders of that commit are answered 503,
//! nothing that was acknowledged is lost, and the store goes on by itself.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::{figures, shop};

/// Creators of the shop.
const CREATORS: usize = 20;

/// Orders that are acknowledged between the failures, at least.
const ORDERS_MIN: usize = 20;

/// Injects, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(50, 4);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let trace = folder.path().join("trace");
    let path = trace.to_str().context("the folder's name is not text")?;
    let server = program.serve(
        &database,
        &[
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=fsync,fdatasync",
            "-e",
            "inject=fsync,fdatasync:error=EIO:when=30+11",
            "-o",
            path,
        ],
    )?;
    let mut crowd = Crowd::new(16, CREATORS);
    let round = Round::new();
    let enough = async {
        // A look a tenth of a second: the shoppers go on meanwhile.
        for _ in 0..3_000 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if injected(&trace)? >= times && round.placed() >= ORDERS_MIN {
                break;
            }
        }
        round.end();
        anyhow::Ok(())
    };
    let (ordered, waited) = tokio::join!(crowd.order(server.address, &round), enough);
    ordered?;
    waited?;
    crowd.finish(server.address).await?;
    server.stop().await?;
    let failures = injected(&trace)?;
    let acknowledged = crowd.acknowledged.len();
    if failures < times || crowd.unavailable == 0 || acknowledged < ORDERS_MIN {
        bail!(
            "{failures} syncs failed, {} answers were 503",
            crowd.unavailable
        );
    }
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    program.run(&["ledger", "verify", "--tenant", shop::TENANT], &database)?;
    println!(
        "{failures} failed syncs, {} answers 503, {} acknowledged orders: 0 lost, 0 doubled",
        crowd.unavailable,
        crowd.acknowledged.len()
    );
    let figures = json!({"failed_syncs": failures, "answers_503": crowd.unavailable,
        "acknowledged_orders": crowd.acknowledged.len(), "lost": 0, "doubled": 0,
        "unanswered_but_placed": crowd.found_placed});
    figures::write(arguments, "failing-sync", &figures)
}

fn injected(trace: &std::path::Path) -> Result<usize> {
    let text = fs::read_to_string(trace)?;
    Ok(text.matches("(INJECTED)").count())
}
