//! Order intake with everything on: tokens and receipts, pricing, decision, ledger, one fsync
//! before every answer. Rates of one disk vary twentyfold between minutes, so the bars are ratios
//! taken in one run: orders a sync, and a share of what the bare engine does with the same rows.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::arguments::Arguments;
use crate::backend::{Program, Server};
use crate::books::Books;
use crate::figures::{self, Latencies};
use crate::http::Connection;
use crate::shopper::{self, Order};
use crate::{bare, shop};

/// Connections, and orders of each cell in the long and in the short form. At 256 connections so
/// many that one percent is more than the first order of each, which all come at once, and that the
/// journal is begun anew meanwhile.
const CELLS: [(usize, usize, usize); 4] = [
    (1, 300, 20),
    (16, 2_000, 100),
    (64, 4_000, 200),
    (256, 60_000, 600),
];

/// Creators of the shop.
const CREATORS: usize = 500;

/// Orders a sync at 256 connections, at least.
const ORDERS_A_SYNC_MIN: f64 = 50.0;

/// Latency at 256 connections that 99 % do not exceed, milliseconds.
const P99_MS_MAX: f64 = 50.0;

/// Share of the bare engine's rate, at least.
const SHARE_MIN: f64 = 0.5;

/// The fsyncs of the store, as `/metrics` counts them.
pub(crate) const SYNCS: &str = "shoptag_store_syncs_total";

/// One number of connections.
struct Cell {
    connections: usize,
    orders: usize,
    elapsed: Duration,
    latencies: Latencies,
    syncs: u64,
    /// Processor time of the writing thread and of the others.
    processor: (Duration, Duration),
    /// Processor time of the load generator, which shares the machine.
    load: Duration,
    /// How long the bare engine takes for the same rows in as many commits as there were syncs.
    bare: Duration,
}

/// Measures.
///
/// # Errors
/// An order is refused, the books do not hold, or a bar is missed.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let server = program.serve(&database, &[])?;
    let mut cells = Vec::new();
    for (connections, long, short) in CELLS {
        let count = if arguments.is_short { short } else { long };
        cells.push(cell(&server, &database, folder.path(), connections, count).await?);
    }
    let (_, peak_kib) = server.memory_kib()?;
    server.stop().await?;
    Books::open(&database)?.check()?;
    let figures = report(&cells, peak_kib);
    figures::write(arguments, "intake", &figures)?;
    if arguments.is_short {
        return Ok(());
    }
    judge(cells.last().context("no cell")?)
}

async fn cell(
    server: &Server,
    database: &Path,
    folder: &Path,
    connections: usize,
    count: usize,
) -> Result<Cell> {
    let orders = shopper::prepare(server.address, count, CREATORS).await?;
    let before = folder.join(format!("before-{connections}.db"));
    bare::copy(database, &before)?;
    let syncs_before = server.counter(SYNCS).await?;
    let (writer, others) = server.processor()?;
    let load_before = own_processor()?;
    let (elapsed, latencies) = send_all(server.address, orders, connections).await?;
    let after = server.processor()?;
    let load = own_processor()?.saturating_sub(load_before);
    let processor = (
        after.0.saturating_sub(writer),
        after.1.saturating_sub(others),
    );
    let syncs = server.counter(SYNCS).await? - syncs_before;
    let a_sync = (count as f64 / syncs.max(1) as f64).round() as usize;
    let bare = bare::replay(&before, database, count, a_sync)?;
    std::fs::remove_file(&before)?;
    Ok(Cell {
        connections,
        orders: count,
        elapsed,
        latencies: Latencies::new(latencies),
        syncs,
        processor,
        load,
        bare,
    })
}

/// Processor time of this thread, which is all that sends.
fn own_processor() -> Result<Duration> {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let spent = times.split_whitespace().next().context("no time")?;
    Ok(Duration::from_nanos(spent.parse()?))
}

/// Sends every order once, over so many connections at the same time, each the next one when it has
/// its answer.
///
/// # Errors
/// An answer is not 201, or names another order.
pub(crate) async fn send_all(
    address: SocketAddr,
    orders: Vec<Order>,
    connections: usize,
) -> Result<(Duration, Vec<Duration>)> {
    let count = orders.len();
    let mut shares: Vec<Vec<Order>> = (0..connections).map(|_| Vec::new()).collect();
    for (index, order) in orders.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(index % connections) {
            share.push(order);
        }
    }
    let (start, begun) = watch::channel(false);
    let mut tasks = Vec::with_capacity(connections);
    for share in shares {
        let mut line = Connection::open(address).await?;
        let mut begun = begun.clone();
        tasks.push(tokio::spawn(async move {
            begun.changed().await?;
            let mut latencies = Vec::with_capacity(share.len());
            for order in share {
                let sent = Instant::now();
                let answer = line.send(&order.request).await?;
                latencies.push(sent.elapsed());
                if answer.status != 201 || !answer.names(&order.id) {
                    let body = String::from_utf8_lossy(&answer.body);
                    bail!("an order was answered {}: {body}", answer.status);
                }
            }
            Ok(latencies)
        }));
    }
    let started = Instant::now();
    start.send(true)?;
    let mut latencies = Vec::with_capacity(count);
    for task in tasks {
        latencies.extend(task.await??);
    }
    Ok((started.elapsed(), latencies))
}

fn report(cells: &[Cell], peak_kib: u64) -> Value {
    println!(
        "connections  orders/s   p50 ms   p99 ms  orders/sync  bare orders/s  share  writer us  \
         others us  load us"
    );
    let mut rows = Vec::new();
    for cell in cells {
        let rate = figures::rate(cell.orders, cell.elapsed);
        let bare = figures::rate(cell.orders, cell.bare);
        let a_sync = cell.orders as f64 / cell.syncs.max(1) as f64;
        let (p50, p99) = (
            cell.latencies.quantile_ms(500),
            cell.latencies.quantile_ms(990),
        );
        let (writer, others) = cell.processor;
        let (writer_us, others_us) = (an_order_us(writer, cell), an_order_us(others, cell));
        let load_us = an_order_us(cell.load, cell);
        println!(
            "{:>11}  {rate:>8.0}  {p50:>7.1}  {p99:>7.1}  {a_sync:>11.1}  {bare:>13.0}  \
             {:>5.2}  {writer_us:>9}  {others_us:>9}  {load_us:>7}",
            cell.connections,
            rate / bare
        );
        rows.push(
            json!({"connections": cell.connections, "orders": cell.orders,
            "orders_per_second": rate.round(), "p50_ms": p50, "p99_ms": p99,
            "syncs": cell.syncs, "orders_per_sync": (a_sync * 10.0).round() / 10.0,
            "bare_orders_per_second": bare.round(),
            "share_of_bare": (rate / bare * 100.0).round() / 100.0,
            "writer_us_per_order": writer_us, "other_threads_us_per_order": others_us,
            "load_us_per_order": load_us}),
        );
    }
    println!("peak memory of the backend: {} MiB", peak_kib / 1_024);
    json!({"cells": rows, "backend_peak_memory_mib": peak_kib / 1_024})
}

/// Processor time an order, microseconds.
fn an_order_us(spent: Duration, cell: &Cell) -> u128 {
    spent.as_micros() / cell.orders.max(1) as u128
}

/// The bars, at 256 connections.
fn judge(cell: &Cell) -> Result<()> {
    let a_sync = cell.orders as f64 / cell.syncs.max(1) as f64;
    let share = cell.bare.as_secs_f64() / cell.elapsed.as_secs_f64();
    let p99 = cell.latencies.quantile_ms(990);
    let mut missed = Vec::new();
    if a_sync < ORDERS_A_SYNC_MIN {
        missed.push(format!(
            "{a_sync:.1} orders a sync, {ORDERS_A_SYNC_MIN} are the bar"
        ));
    }
    if p99 > P99_MS_MAX {
        missed.push(format!("p99 {p99:.1} ms, {P99_MS_MAX} ms are the bar"));
    }
    if share < SHARE_MIN {
        missed.push(format!(
            "{share:.2} of the bare engine, {SHARE_MIN} is the bar"
        ));
    }
    if missed.is_empty() {
        Ok(())
    } else {
        bail!("{}", missed.join("; "))
    }
}
