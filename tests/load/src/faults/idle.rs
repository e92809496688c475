//! Ten thousand connections that ask nothing, half of them sending a head byte by byte, while
//! shoppers order: the shoppers do not notice, memory stays flat, and who comes anew gets in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::Program;
use crate::books::{Books, compare};
use crate::figures::{self, rate};
use crate::http::{self, Connection};
use crate::shop;

/// Connections that are held.
const HELD: usize = 10_000;

/// The same in the short form.
const HELD_SHORT: usize = 1_000;

/// Descriptors of this process that are not held connections.
const DESCRIPTORS_KEPT: usize = 500;

/// Shoppers at the same time, and creators of the shop.
const SHOPPERS: usize = 16;
const CREATORS: usize = 20;

/// Lines that a shopper has in the bag at the beginning.
const TAPS: usize = 20;

/// How long orders are counted before the attack and under it.
const COUNTED: Duration = Duration::from_secs(10);

/// What must hold.
const GOODPUT_MIN: f64 = 0.8;
const MEMORY_GROWTH_MIB_MAX: u64 = 256;

/// The longest that somebody new waits: until a silent connection is closed, and a busy machine's.
const ENTRY_MAX: Duration = Duration::from_secs(30);

/// Holds them, and counts.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let wanted = arguments.times_or(HELD, HELD_SHORT);
    let room = descriptors()?.saturating_sub(DESCRIPTORS_KEPT);
    ensure!(
        wanted <= room,
        "{wanted} connections need more than the {room} descriptors that this process may have: \
         raise `ulimit -n`"
    );
    let counted = if arguments.is_short {
        COUNTED / 10
    } else {
        COUNTED
    };
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), CREATORS)?;
    let server = program.serve(&database, &[])?;
    let address = server.address;
    let mut crowd = Crowd::new(SHOPPERS, CREATORS);
    crowd.fill_bags(address, TAPS).await?;
    let (memory_before, _) = server.memory_kib()?;
    let round = Round::new();
    let attacked = async {
        tokio::time::sleep(counted / 2).await;
        let (started, first) = (Instant::now(), round.placed());
        tokio::time::sleep(counted).await;
        let before = rate(round.placed() - first, started.elapsed());
        let held = Arc::new(AtomicUsize::new(0));
        let attackers: Vec<_> = (0..wanted)
            .map(|index| tokio::spawn(hold(address, index % 2 == 0, Arc::clone(&held))))
            .collect();
        let asked = Instant::now();
        while held.load(Ordering::Relaxed) < wanted * 3 / 4 {
            ensure!(
                asked.elapsed() < Duration::from_secs(60),
                "only {} connections are held",
                held.load(Ordering::Relaxed)
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (started, first) = (Instant::now(), round.placed());
        tokio::time::sleep(counted).await;
        let under = rate(round.placed() - first, started.elapsed());
        let entry = somebody_new(address).await?;
        let (_, memory_peak) = server.memory_kib()?;
        round.end();
        attackers.iter().for_each(|attacker| attacker.abort());
        anyhow::Ok((before, under, entry, memory_peak))
    };
    let (ordered, attacked) = tokio::join!(crowd.order(address, &round), attacked);
    ordered?;
    let (before, under, entry, memory_peak) = attacked?;
    server.stop().await?;
    let books = Books::open(&database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    let growth_mib = memory_peak.saturating_sub(memory_before) / 1_024;
    println!(
        "{wanted} connections held, half of them sending a head byte by byte: {under:.0} orders a \
         second, {before:.0} before them ({:.0} %); somebody new was answered after {} ms; memory \
         +{growth_mib} MiB",
        under / before * 100.0,
        entry.as_millis()
    );
    let figures = json!({"connections": wanted, "per_second_before": before.round(),
        "per_second_under": under.round(), "share": (under / before * 100.0).round() / 100.0,
        "entry_ms": u64::try_from(entry.as_millis())?, "memory_growth_mib": growth_mib});
    figures::write(arguments, "idle", &figures)?;
    if growth_mib > MEMORY_GROWTH_MIB_MAX {
        bail!("memory grew by {growth_mib} MiB");
    }
    if !arguments.is_short && under < before * GOODPUT_MIN {
        bail!("the shoppers noticed");
    }
    Ok(())
}

/// Holds a connection for as long as the server lets it, and then the next.
async fn hold(address: SocketAddr, sends: bool, held: Arc<AtomicUsize>) {
    loop {
        let Ok(mut line) = TcpStream::connect(address).await else {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        held.fetch_add(1, Ordering::Relaxed);
        let mut head = b"GET /healthz HTTP/1.1\r\nX-Slow: "
            .iter()
            .chain([&b'a'; 64]);
        let mut answer = [0; 512];
        loop {
            let beat = Duration::from_secs(1);
            match tokio::time::timeout(beat, line.read(&mut answer)).await {
                Ok(Ok(0) | Err(_)) => break,
                Ok(Ok(_)) => {}
                Err(_) if !sends => {}
                Err(_) => {
                    let byte = head.next().copied().unwrap_or(b'a');
                    if line.write_all(&[byte]).await.is_err() {
                        break;
                    }
                }
            }
        }
        held.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long somebody who was not there before waits for an answer.
async fn somebody_new(address: SocketAddr) -> Result<Duration> {
    let asked = Instant::now();
    let answered = async {
        let mut line = Connection::open(address).await?;
        line.send(&http::get("/healthz")).await
    };
    let answer = tokio::time::timeout(ENTRY_MAX, answered).await;
    let answer = answer.context("somebody new was not let in")??;
    ensure!(
        answer.status == 200,
        "somebody new was answered {}",
        answer.status
    );
    Ok(asked.elapsed())
}

/// How many descriptors this process may have.
fn descriptors() -> Result<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().nth(3));
    Ok(soft.context("no limit of open files")?.parse()?)
}
