//! The best-seller day: one product, 10,000 creators, 700,000 orders; every order is there once,
//! and the books balance to the cent. (A single journal has sold nearly 700,000 copies through such
//! videos.)

use std::collections::HashSet;
use std::time::Instant;

use anyhow::{Result, bail};
use serde_json::json;

use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::Books;
use crate::http::Connection;
use crate::shopper::Shopper;
use crate::{figures, intake, shop};

/// Connections at the same time.
const CONNECTIONS: usize = 128;

/// Creators in the long and in the short form.
const CREATORS: (usize, usize) = (10_000, 200);

/// Orders in the long and in the short form.
const ORDERS: (usize, usize) = (700_000, 2_000);

/// Orders between two lines of progress.
const PROGRESS: usize = 50_000;

/// Sells.
///
/// # Errors
/// An order is lost or doubled, or the books do not balance.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let count = arguments.orders_or(ORDERS.0, ORDERS.1);
    let creators = if arguments.is_short {
        CREATORS.1
    } else {
        CREATORS.0
    };
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let opened = Instant::now();
    let database = shop::open(&program, folder.path(), creators)?;
    println!(
        "{creators} creators applied in {:.1} s",
        opened.elapsed().as_secs_f64()
    );
    let server = program.serve(&database, &[])?;
    let started = Instant::now();
    let (progress, mut watched) = tokio::sync::mpsc::unbounded_channel::<()>();
    let mut tasks = Vec::with_capacity(CONNECTIONS);
    for index in 0..CONNECTIONS {
        let share = count / CONNECTIONS + usize::from(index < count % CONNECTIONS);
        let own: Vec<usize> = (index..creators).step_by(CONNECTIONS).collect();
        let (address, progress) = (server.address, progress.clone());
        tasks.push(tokio::spawn(async move {
            let mut line = Connection::open(address).await?;
            let mut shopper = Shopper::new(if own.is_empty() { vec![0] } else { own });
            let mut placed = Vec::with_capacity(share);
            while placed.len() < share {
                let order = match shopper.prepare(&mut line).await {
                    Ok(order) => order,
                    Err(missed) => bail!("an order could not be prepared: {missed:?}"),
                };
                let answer = line.send(&order.request).await?;
                if answer.status != 201 {
                    let body = String::from_utf8_lossy(&answer.body);
                    bail!("an order was answered {}: {body}", answer.status);
                }
                placed.push(order.id);
                progress.send(())?;
            }
            Ok(placed)
        }));
    }
    drop(progress);
    let (mut placed, mut lap) = (0, Instant::now());
    while watched.recv().await.is_some() {
        placed += 1;
        if placed % PROGRESS == 0 {
            let rate = figures::rate(PROGRESS, lap.elapsed());
            let (now, _) = server.memory_kib()?;
            println!(
                "{placed} orders, the last {PROGRESS} at {rate:.0}/s, {} MiB",
                now / 1_024
            );
            lap = Instant::now();
        }
    }
    let mut acknowledged = HashSet::with_capacity(count);
    for task in tasks {
        acknowledged.extend(task.await??);
    }
    let elapsed = started.elapsed();
    let (_, peak_kib) = server.memory_kib()?;
    let syncs = server.counter(intake::SYNCS).await?;
    let writes = server.counter("shoptag_store_writes_total").await?;
    server.stop().await?;
    let books = Books::open(&database)?;
    let stored = books.orders()?;
    let lost = acknowledged
        .iter()
        .filter(|id| !stored.contains_key(*id))
        .count();
    if lost > 0 || stored.len() != acknowledged.len() || stored.len() != count {
        bail!(
            "{lost} orders are lost, {} are there of {count}",
            stored.len()
        );
    }
    books.check()?;
    let (decided, owed) = books.commissions()?;
    if decided != owed {
        bail!("commissions of {decided} are decided, {owed} are owed");
    }
    let rate = figures::rate(count, elapsed);
    println!(
        "{count} orders of one product by {creators} creators in {:.0} s ({rate:.0}/s with the \
         way to each), peak memory {} MiB, {:.1} changes a sync: 0 lost, 0 doubled, {decided} \
         cents of commission decided and owed",
        elapsed.as_secs_f64(),
        peak_kib / 1_024,
        writes as f64 / syncs.max(1) as f64
    );
    let figures = json!({"orders": count, "creators": creators, "seconds": elapsed.as_secs(),
        "orders_per_second": rate.round(), "peak_memory_mib": peak_kib / 1_024,
        "lost": 0, "doubled": 0,
        "changes_per_sync": (writes as f64 / syncs.max(1) as f64 * 10.0).round() / 10.0,
        "commission_decided_minor": decided, "commission_owed_minor": owed,
        "database_mib": std::fs::metadata(&database)?.len() / 1_048_576});
    figures::write(arguments, "best-seller", &figures)
}
