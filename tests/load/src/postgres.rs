//! Orders a second on a throwaway PostgreSQL with fsync on, with one backend and with two that
//! share the shoppers.

use std::net::SocketAddr;
use std::time::Instant;

use anyhow::Result;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::backend::{Program, Server};
use crate::books::Books;
use crate::cluster::Cluster;
use crate::figures::{self, Latencies};
use crate::intake::{SYNCS, send_all};
use crate::{shop, shopper};

/// Connections and orders of each cell; the short form has a tenth of the first one.
const CELLS: [(usize, usize); 3] = [(16, 1_000), (64, 2_000), (256, 4_000)];

/// Creators of the shop.
const CREATORS: usize = 200;

/// Backends on the one database.
const BACKENDS: [usize; 2] = [1, 2];

/// Measures.
///
/// # Errors
/// An order is refused, or the books do not hold.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let cluster = Cluster::start()?;
    let mut rows = Vec::new();
    println!("backends  connections  orders/s   p50 ms   p99 ms  orders/commit");
    for backends in BACKENDS {
        let database = cluster.create(&format!("shop_{backends}"))?;
        let place = database.place(None, folder.path());
        shop::fill(&program, folder.path(), CREATORS, place.clone())?;
        let servers = (0..backends).map(|_| program.serve(place.clone(), &[]));
        let servers: Vec<Server> = servers.collect::<Result<_>>()?;
        let (cells, part) = if arguments.is_short {
            (1, 10)
        } else {
            (CELLS.len(), 1)
        };
        for (connections, count) in CELLS.into_iter().take(cells) {
            rows.push(cell(&servers, connections, count / part).await?);
        }
        for server in servers {
            server.stop().await?;
        }
        Books::Server(database).check()?;
    }
    figures::write(arguments, "postgres", &json!({ "cells": rows }))
}

async fn cell(servers: &[Server], connections: usize, count: usize) -> Result<Value> {
    let Some(first) = servers.first() else {
        return Ok(Value::Null);
    };
    let mut orders = shopper::prepare(first.address, count, CREATORS).await?;
    let addresses: Vec<SocketAddr> = servers.iter().map(|server| server.address).collect();
    let before = commits(servers).await?;
    let started = Instant::now();
    let mut tasks = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        let share = orders.split_off(orders.len() - orders.len() / (addresses.len() - index));
        tasks.push(tokio::spawn(send_all(
            *address,
            share,
            connections / addresses.len(),
        )));
    }
    let mut latencies = Vec::with_capacity(count);
    for task in tasks {
        latencies.extend(task.await??.1);
    }
    let rate = figures::rate(count, started.elapsed());
    let latencies = Latencies::new(latencies);
    let a_commit = count as f64 / (commits(servers).await? - before).max(1) as f64;
    let (p50, p99) = (latencies.quantile_ms(500), latencies.quantile_ms(990));
    println!(
        "{:>8}  {connections:>11}  {rate:>8.0}  {p50:>7.1}  {p99:>7.1}  {a_commit:>13.1}",
        servers.len()
    );
    Ok(
        json!({"backends": servers.len(), "connections": connections, "orders": count,
        "orders_per_second": rate.round(), "p50_ms": p50, "p99_ms": p99,
        "orders_per_commit": (a_commit * 10.0).round() / 10.0}),
    )
}

async fn commits(servers: &[Server]) -> Result<u64> {
    let mut sum = 0;
    for server in servers {
        sum += server.counter(SYNCS).await?;
    }
    Ok(sum)
}
