//! What a power cut would leave: strace shows, for every order, that after its request came in the
//! journal was written, that an fsync of the journal began after that write and succeeded, and that
//! only then the 201 was sent.

use std::collections::HashMap;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::json;

use crate::arguments::Arguments;
use crate::backend::Program;
use crate::{figures, intake, shop, shopper};

/// Connections of the second half; the first half comes over one.
const CONNECTIONS: usize = 16;

/// Traces.
///
/// # Errors
/// An answer went out before its sync.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let count = arguments.orders_or(2_000, 200);
    let folder = tempfile::tempdir()?;
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, folder.path(), 20)?;
    let trace = folder.path().join("trace");
    let path = trace.to_str().context("the folder's name is not text")?;
    let calls = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,recvfrom,read";
    let server = program.serve(
        &database,
        &[
            "strace",
            "-f",
            "-y",
            "-qq",
            "-s",
            "48",
            "-e",
            calls,
            "-e",
            "signal=none",
            "-o",
            path,
        ],
    )?;
    for connections in [1, CONNECTIONS] {
        let orders = shopper::prepare(server.address, count / 2, 20).await?;
        intake::send_all(server.address, orders, connections).await?;
    }
    server.stop().await?;
    let seen = read(&fs::read_to_string(&trace)?)?;
    if seen.answered < count {
        bail!("{} of {count} answers are in the trace", seen.answered);
    }
    println!(
        "{} orders answered 201, all of them after the fsync of their commit ({} syncs of the \
         journal)",
        seen.answered, seen.syncs
    );
    let figures = json!({"answers_201": seen.answered, "after_their_sync": seen.answered,
        "journal_syncs": seen.syncs});
    figures::write(arguments, "sync-order", &figures)
}

/// What a trace shows.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Orders answered 201.
    answered: usize,
    /// Successful syncs of the journal.
    syncs: usize,
}

/// How far the order of a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Received,
    Written,
    /// By this thread's sync, which has begun after the write.
    BeingSynced(u32),
    Synced,
}

/// Reads a trace line by line.
///
/// # Errors
/// A 201 before its sync.
fn read(trace: &str) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut orders: HashMap<String, Stage> = HashMap::new();
    // A call that another thread's line interrupts in the trace names its socket only where it
    // begins.
    let mut begun: HashMap<u32, String> = HashMap::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let (thread, call): (u32, &str) = (thread.trim().parse()?, call.trim());
        let is_sync = |call: &str| call.starts_with("fsync(") || call.starts_with("fdatasync(");
        if call.ends_with("<unfinished ...>") {
            begun.insert(thread, socket(call));
        }
        if call.contains("\"POST /v1/orders ") {
            let own = match call.starts_with("<...") {
                true => begun.remove(&thread).unwrap_or_default(),
                false => socket(call),
            };
            orders.insert(own, Stage::Received);
        } else if call.starts_with("pwrite64(") && call.contains("-wal>") {
            for stage in orders
                .values_mut()
                .filter(|stage| **stage == Stage::Received)
            {
                *stage = Stage::Written;
            }
        } else if is_sync(call) && call.contains("-wal>") {
            for stage in orders
                .values_mut()
                .filter(|stage| **stage == Stage::Written)
            {
                *stage = Stage::BeingSynced(thread);
            }
            if call.ends_with("= 0") {
                seen.syncs += 1;
                synced(&mut orders, thread);
            }
        } else if call.starts_with("<... fsync resumed")
            || call.starts_with("<... fdatasync resumed")
        {
            if call.ends_with("= 0") {
                seen.syncs += 1;
                synced(&mut orders, thread);
            }
        } else if call.contains("\"HTTP/1.1 201 Created") {
            match orders.remove(&socket(call)) {
                Some(Stage::Synced) => seen.answered += 1,
                stage => bail!("a 201 before its sync ({stage:?}): {line}"),
            }
        }
    }
    Ok(seen)
}

fn synced(orders: &mut HashMap<String, Stage>, thread: u32) {
    let own = Stage::BeingSynced(thread);
    for stage in orders.values_mut().filter(|stage| **stage == own) {
        *stage = Stage::Synced;
    }
}

/// The descriptor that a call is about.
fn socket(call: &str) -> String {
    let inside = call.split_once('(').map_or("", |(_, inside)| inside);
    inside
        .split([',', '<'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
7 recvfrom(9<socket:[1]>, \"POST /v1/orders HTTP\", 1024) = 900
8 pwrite64(5</t/shop.db-wal>, \"x\", 24, 32) = 24
8 fsync(5</t/shop.db-wal>) = 0
7 sendto(9<socket:[1]>, \"HTTP/1.1 201 Created\\r\\n\", 600) = 600
";

    #[test]
    fn an_answer_counts_only_after_a_sync_that_began_after_the_write() {
        let seen = read(GOOD).expect("in order");
        assert_eq!(
            seen,
            Seen {
                answered: 1,
                syncs: 1
            }
        );
        let lines: Vec<&str> = GOOD.lines().collect();
        for order in [[0, 1, 3, 2], [0, 2, 1, 3], [1, 2, 0, 3]] {
            let text: Vec<&str> = order.iter().map(|index| lines[*index]).collect();
            read(&text.join("\n")).expect_err("out of order");
        }
        let failed = GOOD.replace("wal>) = 0", "wal>) = -1 EIO (Input/output error)");
        read(&failed).expect_err("the sync has failed");
    }

    #[test]
    fn a_request_that_is_interrupted_in_the_trace_belongs_to_its_socket() {
        let split = GOOD.replace(
            "7 recvfrom(9<socket:[1]>, ",
            "7 recvfrom(9<socket:[1]>,  <unfinished ...>\n7 <... recvfrom resumed>",
        );
        assert_eq!(read(&split).expect("in order").answered, 1);
    }

    #[test]
    fn a_sync_that_is_interrupted_in_the_trace_counts_when_it_resumes() {
        let split = GOOD.replace(
            "8 fsync(5</t/shop.db-wal>) = 0",
            "8 fsync(5</t/shop.db-wal> <unfinished ...>\n8 <... fsync resumed>) = 0",
        );
        assert_eq!(read(&split).expect("in order").answered, 1);
    }
}
