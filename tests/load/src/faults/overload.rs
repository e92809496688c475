//! Five times the load that can be taken: what is accepted is answered soon, the rest is turned
//! away soon with 503 and Retry-After, memory stays flat, and afterwards all is as before.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;
use tokio::sync::Mutex;

use crate::arguments::Arguments;
use crate::backend::{Program, Server};
use crate::books::Books;
use crate::figures::{self, Latencies};
use crate::http::Connection;
use crate::shopper::{self, Order};
use crate::{intake, shop};

/// Creators of the shop.
const CREATORS: usize = 200;

/// Connections while the peak is measured.
const PEAK_CONNECTIONS: usize = 128;

/// Orders for that in the long form: some seconds' worth. A database that is new and empty takes
/// more than one that goes on, and half a second of it says little.
const PEAK_ORDERS: usize = 40_000;

/// Connections under overload: more than the writer's queue is long.
const CONNECTIONS: usize = 1_600;

/// Offered load, in peaks.
const TIMES: f64 = 5.0;

/// What must hold.
const GOODPUT_MIN: f64 = 0.8;
const P99_MS_MAX: f64 = 1_000.0;
const RECOVERY_MAX: Duration = Duration::from_secs(5);
const MEMORY_GROWTH_MIB_MAX: u64 = 256;

/// What one connection saw.
#[derive(Default)]
struct Seen {
    accepted: Vec<Duration>,
    turned_away: Vec<Duration>,
}

/// Overloads.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let seconds = arguments.times_or(10, 1);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let server = program.serve(&database, &[])?;
    let peak = peak(&server, if arguments.is_short { 300 } else { PEAK_ORDERS }).await?;
    let supply = (peak * seconds as f64 * 1.3) as usize + CONNECTIONS;
    let orders = shopper::prepare(server.address, supply, CREATORS).await?;
    let (memory_before, _) = server.memory_kib()?;
    let (elapsed, seen) = flood(&server, orders, peak, Duration::from_secs(seconds as u64)).await?;
    let over = Instant::now();
    // Ready again: a probe that writes is answered as quickly as ever.
    let recovered = loop {
        let mut line = Connection::open(server.address).await?;
        let asked = Instant::now();
        let answer = line.send(&crate::http::get("/readyz")).await?;
        if answer.status == 200 && asked.elapsed() < Duration::from_millis(200) {
            break over.elapsed();
        }
        if over.elapsed() > RECOVERY_MAX {
            bail!("not ready {RECOVERY_MAX:?} after the load has stopped");
        }
    };
    let (_, memory_peak) = server.memory_kib()?;
    server.stop().await?;
    Books::open(&database)?.check()?;
    let accepted = Latencies::new(seen.accepted.clone());
    let turned_away = Latencies::new(seen.turned_away.clone());
    let goodput = figures::rate(seen.accepted.len(), elapsed);
    let offered = figures::rate(seen.accepted.len() + seen.turned_away.len(), elapsed);
    let growth_mib = memory_peak.saturating_sub(memory_before) / 1_024;
    println!(
        "peak {peak:.0}/s at {PEAK_CONNECTIONS} connections; offered {offered:.0}/s over \
         {CONNECTIONS}: accepted {goodput:.0}/s ({:.0} % of the peak), p99 {:.0} ms; turned away \
         {} with 503, p99 {:.0} ms; memory +{growth_mib} MiB; ready again after {} ms",
        goodput / peak * 100.0,
        accepted.quantile_ms(990),
        seen.turned_away.len(),
        turned_away.quantile_ms(990),
        recovered.as_millis()
    );
    let figures = json!({"peak_per_second": peak.round(), "offered_per_second": offered.round(),
        "accepted_per_second": goodput.round(),
        "goodput_share": (goodput / peak * 100.0).round() / 100.0,
        "accepted_p99_ms": accepted.quantile_ms(990), "turned_away": seen.turned_away.len(),
        "turned_away_p99_ms": turned_away.quantile_ms(990), "memory_growth_mib": growth_mib,
        "recovery_ms": u64::try_from(recovered.as_millis())?});
    figures::write(arguments, "overload", &figures)?;
    if growth_mib > MEMORY_GROWTH_MIB_MAX {
        bail!("memory grew by {growth_mib} MiB");
    }
    if arguments.is_short {
        return Ok(());
    }
    if goodput < peak * GOODPUT_MIN || accepted.quantile_ms(990) > P99_MS_MAX {
        bail!("goodput or latency of what was accepted misses its bar");
    }
    Ok(())
}

async fn peak(server: &Server, count: usize) -> Result<f64> {
    let orders = shopper::prepare(server.address, count, CREATORS).await?;
    let (elapsed, _) = intake::send_all(server.address, orders, PEAK_CONNECTIONS).await?;
    Ok(figures::rate(count, elapsed))
}

/// Offers [`TIMES`] the peak: each connection has its own beat, and an order that is turned away
/// goes back to where it came from.
async fn flood(
    server: &Server,
    orders: Vec<Order>,
    peak: f64,
    time: Duration,
) -> Result<(Duration, Seen)> {
    let supply = Arc::new(Mutex::new(orders));
    let beat = Duration::from_secs_f64(CONNECTIONS as f64 / (peak * TIMES));
    let started = Instant::now();
    let mut tasks = Vec::with_capacity(CONNECTIONS);
    for index in 0..CONNECTIONS {
        let first = beat.mul_f64(index as f64 / CONNECTIONS as f64);
        let supply = Arc::clone(&supply);
        let address: SocketAddr = server.address;
        tasks.push(tokio::spawn(async move {
            let mut line = Connection::open(address).await?;
            let mut seen = Seen::default();
            let mut due = tokio::time::Instant::now() + first;
            while started.elapsed() < time {
                tokio::time::sleep_until(due).await;
                due += beat;
                let Some(order) = supply.lock().await.pop() else {
                    break;
                };
                let sent = Instant::now();
                let answer = line.send(&order.request).await?;
                match answer.status {
                    201 => seen.accepted.push(sent.elapsed()),
                    503 if answer.has_retry_after => {
                        seen.turned_away.push(sent.elapsed());
                        supply.lock().await.push(order);
                    }
                    status => bail!("under overload: {status}"),
                }
            }
            Ok(seen)
        }));
    }
    let mut all = Seen::default();
    for task in tasks {
        let seen: Seen = task.await??;
        all.accepted.extend(seen.accepted);
        all.turned_away.extend(seen.turned_away);
    }
    Ok((started.elapsed(), all))
}
