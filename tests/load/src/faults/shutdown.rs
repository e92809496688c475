//! Told to stop under load: what was accepted is answered, nothing is placed without an answer, and
//! the process is gone within 30 seconds.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::{figures, shop};

/// Time for accepted requests.
const LIMIT: Duration = Duration::from_secs(30);

/// Creators of the shop.
const CREATORS: usize = 20;

/// Stops it, again and again, and counts each time.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(20, 3);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let mut crowd = Crowd::new(64, CREATORS);
    let server = program.serve(&database, &[])?;
    crowd.fill_bags(server.address, 30).await?;
    server.stop().await?;
    let mut longest = Duration::ZERO;
    for _ in 0..times {
        let mut server = program.serve(&database, &[])?;
        let (address, round) = (server.address, Round::new());
        let stop = async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            let asked = Instant::now();
            server.signal("TERM")?;
            let status = server.ended(LIMIT).await?;
            if !status.success() {
                bail!("the backend ended with {status}");
            }
            Ok(asked.elapsed())
        };
        let (ordered, stopped) = tokio::join!(crowd.order(address, &round), stop);
        ordered?;
        longest = longest.max(stopped?);
        // An order that the server has taken must have been answered: nothing is there without an
        // answer.
        compare(&Books::open(&database)?, &crowd.acknowledged)?;
    }
    let server = program.serve(&database, &[])?;
    crowd.finish(server.address).await?;
    server.stop().await?;
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    println!(
        "{times} stops under load, {} orders: 0 placed without an answer, 0 lost; the longest \
         stop took {} ms",
        crowd.acknowledged.len(),
        longest.as_millis()
    );
    let figures = json!({"stops": times, "acknowledged_orders": crowd.acknowledged.len(), "lost": 0,
        "placed_without_answer": 0, "longest_stop_ms": u64::try_from(longest.as_millis())?});
    figures::write(arguments, "shutdown", &figures)
}
