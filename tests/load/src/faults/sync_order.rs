//! What a power cut would leave: strace shows, for every order, that a page with its id was written
//! to the journal, that an fsync of the journal began after that write and succeeded, and that only
//! then the 201 was sent.

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
            // A page of the journal, and any request and answer.
            "4200",
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

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Received,
    /// By this thread, whose call has not come back.
    BeingWritten(u32),
    Written,
    /// By this thread's sync, which has begun after the write.
    BeingSynced(u32),
    Synced,
}

/// Reads a trace line by line. A call that another thread's line interrupts stands on two lines.
///
/// # Errors
/// A 201 before its sync.
fn read(trace: &str) -> Result<Seen> {
    let mut seen = Seen::default();
    let mut orders: HashMap<String, Stage> = HashMap::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else {
            continue;
        };
        let (thread, call): (u32, &str) = (thread.trim().parse()?, call.trim());
        let is_of_journal = call.contains("-wal>");
        let is_begun = call.ends_with("<unfinished ...>");
        if call.contains("\"POST /v1/orders ") {
            orders.insert(order_id(call)?.to_owned(), Stage::Received);
        } else if call.starts_with("pwrite64(") && is_of_journal {
            let written = match is_begun {
                true => Stage::BeingWritten(thread),
                false => Stage::Written,
            };
            advance(&mut orders, Stage::Received, written, |id| {
                call.contains(id)
            });
        } else if call.starts_with("<... pwrite64 resumed") {
            let begun = Stage::BeingWritten(thread);
            advance(&mut orders, begun, Stage::Written, |_| true);
        } else if is_sync(call) && is_of_journal || is_end_of_sync(call) {
            if is_sync(call) {
                let begun = Stage::BeingSynced(thread);
                advance(&mut orders, Stage::Written, begun, |_| true);
            }
            if call.ends_with("= 0") {
                seen.syncs += 1;
                let begun = Stage::BeingSynced(thread);
                advance(&mut orders, begun, Stage::Synced, |_| true);
            }
        } else if call.contains("\"HTTP/1.1 201 Created") {
            match orders.remove(order_id(call)?) {
                Some(Stage::Synced) => seen.answered += 1,
                stage => bail!("a 201 before its sync ({stage:?}): {line}"),
            }
        }
    }
    Ok(seen)
}

fn is_sync(call: &str) -> bool {
    call.starts_with("fsync(") || call.starts_with("fdatasync(")
}

fn is_end_of_sync(call: &str) -> bool {
    call.starts_with("<... fsync resumed") || call.starts_with("<... fdatasync resumed")
}

/// Brings the orders that `is_meant` names from one stage to the next.
fn advance(
    orders: &mut HashMap<String, Stage>,
    from: Stage,
    to: Stage,
    is_meant: impl Fn(&str) -> bool,
) {
    for (id, stage) in orders {
        if *stage == from && is_meant(id) {
            *stage = to;
        }
    }
}

/// The order that a request or an answer names, as strace writes its body.
fn order_id(call: &str) -> Result<&str> {
    let (_, rest) = call
        .split_once("\\\"order_id\\\":\\\"")
        .with_context(|| format!("no order is named: {call}"))?;
    let (id, _) = rest.split_once('\\').context("the order's id is cut off")?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\
7 recvfrom(9<socket>, \"POST /v1/orders HTTP\\r\\n{\\\"order_id\\\":\\\"o1\\\"}\", 1024) = 900
8 pwrite64(5</t/shop.db-wal>, \"x\\1o1demo\", 24, 32) = 24
8 fsync(5</t/shop.db-wal>) = 0
7 writev(9<socket>, [{\"HTTP/1.1 201 Created\"}, {\"{\\\"order_id\\\":\\\"o1\\\"}\"}], 2) = 600
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
    fn the_write_of_another_order_is_not_its_own() {
        read(&GOOD.replace("o1demo", "o2demo")).expect_err("it was not written");
    }

    #[test]
    fn a_write_or_a_sync_that_is_interrupted_in_the_trace_counts_when_it_resumes() {
        let sync = GOOD.replace(
            "8 fsync(5</t/shop.db-wal>) = 0",
            "8 fsync(5</t/shop.db-wal> <unfinished ...>\n8 <... fsync resumed>) = 0",
        );
        assert_eq!(read(&sync).expect("in order").answered, 1);
        let write = GOOD.replace(
            ", 24, 32) = 24\n8",
            ", 24, 32 <unfinished ...>\n8 <... pwrite64 resumed>) = 24\n8",
        );
        assert_eq!(read(&write).expect("in order").answered, 1);
        let late = GOOD.replace(
            ", 24, 32) = 24\n8 fsync(5</t/shop.db-wal>) = 0",
            ", 24, 32 <unfinished ...>\n6 fsync(5</t/shop.db-wal>) = 0\n\
             8 <... pwrite64 resumed>) = 24",
        );
        read(&late).expect_err("the sync began before the write had ended");
    }

    #[test]
    fn a_request_that_is_interrupted_in_the_trace_is_read_where_it_resumes() {
        let split = GOOD.replace(
            "7 recvfrom(9<socket>, ",
            "7 recvfrom(9<socket>,  <unfinished ...>\n7 <... recvfrom resumed>",
        );
        assert_eq!(read(&split).expect("in order").answered, 1);
    }
}
