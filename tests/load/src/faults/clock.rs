//! The server's clock steps under load: nothing is refused for it, lost or doubled, and every key
//! keeps its answer.

use std::time::Duration;

use anyhow::{Result, bail};
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

/// Taps that wait for their order when a round begins.
const TAPS: usize = 20;

/// Steps in the middle of a round, seconds: what clocks that are kept by NTP may do. Whoever has
/// tapped and not ordered yet is not to notice.
const SMALL: [i64; 4] = [50, -50, -50, 50];

/// Steps between rounds, seconds: a wrong time zone, a machine that was asleep.
const LARGE: [i64; 4] = [3_600, -3_600, -3_600, 3_600];

/// A round goes on for so long before and after its step.
const HALF: Duration = Duration::from_millis(400);

/// Steps the clock, and then counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let times = arguments.times_or(10, 1);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let mut clock = FalseClock::new(folder.path())?;
    let server = program.serve(&database, &clock.words())?;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    let (mut steps, mut asked_again) = (0, 0);
    for _ in 0..times {
        crowd.fill_bags(server.address, TAPS).await?;
        for seconds in SMALL {
            let round = Round::new();
            let step = async {
                tokio::time::sleep(HALF).await;
                clock.step(seconds)?;
                tokio::time::sleep(HALF).await;
                round.end();
                anyhow::Ok(())
            };
            let (ordered, stepped) = tokio::join!(crowd.order(server.address, &round), step);
            stepped?;
            ordered?;
            steps += 1;
        }
        for seconds in LARGE {
            clock.step(seconds)?;
            steps += 1;
            // What was answered before the step is answered so after it.
            asked_again += crowd.ask_again(server.address).await?;
            // A tap of an hour ago is a tap of an hour ago: new visits begin.
            crowd.leave();
            crowd.fill_bags(server.address, 1).await?;
            let mut round = Round::new();
            round.end_after(1);
            crowd.order(server.address, &round).await?;
        }
    }
    server.stop().await?;
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    program.run(&["ledger", "verify", "--tenant", shop::TENANT], &database)?;
    program.run(&["replay", "--tenant", shop::TENANT], &database)?;
    if crowd.acknowledged.len() < steps * SHOPPERS / 2 {
        bail!("too little load: {} orders", crowd.acknowledged.len());
    }
    println!(
        "{steps} steps of the server's clock, by 50 s under load and by an hour: {} orders, 0 \
         lost, 0 doubled, 0 refused; {asked_again} keys were sent again and kept their answers",
        crowd.acknowledged.len()
    );
    let figures = json!({"steps": steps, "acknowledged_orders": crowd.acknowledged.len(),
        "lost": 0, "doubled": 0, "refused": 0, "asked_again": asked_again});
    figures::write(arguments, "clock", &figures)
}
