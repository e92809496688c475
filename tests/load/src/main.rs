//! The order backend under load and under faults: each trial is a command that prints its figures,
//! and fails when a bar or a promise is broken.
//!
//! It knows the backend as a program and over HTTP alone. `cargo xtask bench` and `cargo xtask
//! faults` build both and run it.

mod arguments;
mod backend;
mod bare;
mod best_seller;
mod books;
mod cluster;
mod false_clock;
mod faults;
mod figures;
mod http;
mod intake;
mod jetstream;
mod postgres;
mod proxy;
mod shop;
mod shopper;

use std::process::ExitCode;

use anyhow::{Result, bail};
use arguments::Arguments;

const HELP: &str = "\
shoptag-load TRIAL --backend PROGRAM [--figures FOLDER] [--times N] [--orders N] [--short]

  intake          orders per second at 1, 16, 64 and 256 connections, beside the bare engine
  best-seller     one product, 10,000 creators, 700,000 orders
  postgres        orders per second on PostgreSQL, with one backend and with two
  jetstream       touchpoints per second into NATS JetStream
  kill            kill -9 at random moments under load
  full-disk       the disk fills up and is given room again
  failing-sync    fsync fails now and then
  sync-order      fsync comes before every 2xx
  overload        five times the load that can be taken
  shutdown        told to stop under load
  backup          copies while orders come at full rate
  clock           the server's clock steps
  keys            the keys of tokens are rotated under load
  dump            copies of a PostgreSQL database by its own tools while orders come
  idle            ten thousand connections that ask nothing
  failover        PostgreSQL dies under load and its standby takes over
  cut-off         two backends on one PostgreSQL, one of them cut from it
";

fn main() -> ExitCode {
    let done = Arguments::read(std::env::args().skip(1)).and_then(|arguments| {
        // One thread: it shares the processor with what it measures.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(run(&arguments))
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shoptag-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    match arguments.trial.as_str() {
        "intake" => intake::run(arguments).await,
        "best-seller" => best_seller::run(arguments).await,
        "kill" => faults::kill::run(arguments).await,
        "full-disk" => faults::full_disk::run(arguments).await,
        "failing-sync" => faults::failing_sync::run(arguments).await,
        "sync-order" => faults::sync_order::run(arguments).await,
        "overload" => faults::overload::run(arguments).await,
        "shutdown" => faults::shutdown::run(arguments).await,
        "jetstream" => jetstream::run(arguments).await,
        "postgres" => postgres::run(arguments).await,
        "backup" => faults::backup::run(arguments).await,
        "clock" => faults::clock::run(arguments).await,
        "keys" => faults::keys::run(arguments).await,
        "dump" => faults::dump::run(arguments).await,
        "idle" => faults::idle::run(arguments).await,
        "failover" => faults::failover::run(arguments).await,
        "cut-off" => faults::cut_off::run(arguments).await,
        other => bail!("no such trial: {other}\n\n{HELP}"),
    }
}
