//! The bare engine's own limit: the rows that a run has left, written again by prepared statements
//! in commits of the same size, on the same disk, with the same journal and the same fsync; nothing
//! is decided, parsed, hashed or sent.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The tables that an order adds rows to.
const TABLES: [&str; 11] = [
    "idempotency_keys",
    "orders",
    "order_lines",
    "fulfilments",
    "fulfilment_events",
    "decisions",
    "credits",
    "ordered_sessions",
    "ledger_records",
    "ledger_entries",
    "ledger_lines",
];

/// What an order changes in rows that were there: its quote, its attempt, its hold, the stock
/// twice, and three balances.
const CHANGES: [&str; 6] = [
    "UPDATE quotes SET state = 'ordered' WHERE tenant_id = ?1 AND quote_id = ?2",
    "DELETE FROM stock_holds WHERE tenant_id = ?1 AND quote_id = ?2",
    "UPDATE stock SET held = held - 1 WHERE tenant_id = ?1 AND variant_id = 'JRN-1'",
    "UPDATE stock SET on_hand = on_hand - 1 WHERE tenant_id = ?1 AND variant_id = 'JRN-1'",
    "UPDATE checkout_attempts SET ended_site = 'pk_demo', ended_key = ?4
     WHERE tenant_id = ?1 AND checkout_attempt_id = ?3",
    "UPDATE ledger_balances SET balance_minor = balance_minor + 1
     WHERE tenant_id = ?1
     AND account IN (SELECT account FROM ledger_entries WHERE tenant_id = ?1 AND sequence = ?5)",
];

/// Rows of one order: for each table of [`TABLES`] its rows, and the parameters of [`CHANGES`].
struct Rows {
    added: Vec<Vec<Vec<Value>>>,
    changed: Vec<Value>,
}

/// Writes the last `count` orders of the database `after` again into `before`, a copy of the
/// database as it was before them, `a_commit` orders a commit. How long that took.
///
/// # Errors
/// The databases'.
pub(crate) fn replay(
    before: &Path,
    after: &Path,
    count: usize,
    a_commit: usize,
) -> Result<Duration> {
    let orders = rows(after, count)?;
    let engine = Connection::open(before)?;
    engine.pragma_update(None, "journal_mode", "WAL")?;
    engine.pragma_update(None, "synchronous", "FULL")?;
    engine.pragma_update(None, "foreign_keys", true)?;
    engine.pragma_update(None, "temp_store", "MEMORY")?;
    engine.pragma_update(None, "cache_size", -64 * 1_024)?;
    engine.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    engine.set_prepared_statement_cache_capacity(128);
    let mut inserts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let columns = engine
            .prepare(&format!("SELECT * FROM {table}"))?
            .column_count();
        let places = vec!["?"; columns].join(", ");
        let conflict = match table {
            "ordered_sessions" => " ON CONFLICT DO NOTHING",
            _ => "",
        };
        inserts.push(format!("INSERT INTO {table} VALUES ({places}){conflict}"));
    }
    let started = Instant::now();
    for group in orders.chunks(a_commit.max(1)) {
        engine.execute_batch("BEGIN IMMEDIATE")?;
        for order in group {
            for (insert, rows) in inserts.iter().zip(&order.added) {
                let mut insert = engine.prepare_cached(insert)?;
                for row in rows {
                    insert.execute(params_from_iter(row))?;
                }
            }
            for change in CHANGES {
                let mut change = engine.prepare_cached(change)?;
                let own = order.changed.iter().take(change.parameter_count());
                change.execute(params_from_iter(own))?;
            }
        }
        engine.execute_batch("COMMIT")?;
    }
    Ok(started.elapsed())
}

fn rows(database: &Path, count: usize) -> Result<Vec<Rows>> {
    let engine = Connection::open(database)?;
    let mut query = engine.prepare(
        "SELECT d.order_id, d.tenant_id, o.quote_id, o.checkout_attempt_id, a.ended_key,
                r.sequence
         FROM decisions d JOIN orders o USING (tenant_id, order_id)
         JOIN checkout_attempts a USING (tenant_id, checkout_attempt_id)
         JOIN ledger_records r ON r.tenant_id = d.tenant_id AND r.key = d.order_id || '/0/accrue'
         ORDER BY d.sequence DESC LIMIT ?1",
    )?;
    let mut found = query.query([count])?;
    let mut orders = Vec::with_capacity(count);
    while let Some(row) = found.next()? {
        let order: String = row.get(0)?;
        let changed = (1..6).map(|index| row.get(index));
        let changed = changed.collect::<Result<Vec<Value>, _>>()?;
        let sequence: i64 = row.get(5)?;
        let mut added = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            added.push(rows_of(&engine, table, &order, sequence)?);
        }
        orders.push(Rows { added, changed });
    }
    orders.reverse();
    anyhow::ensure!(orders.len() == count, "{} of {count} orders", orders.len());
    Ok(orders)
}

fn rows_of(
    engine: &Connection,
    table: &str,
    order: &str,
    sequence: i64,
) -> Result<Vec<Vec<Value>>> {
    let condition = match table {
        "ledger_records" | "ledger_entries" => {
            format!("tenant_id = 'demo' AND sequence = {sequence}")
        }
        "ordered_sessions" => format!(
            "tenant_id = 'demo' AND session = (SELECT k.session FROM credits c
             JOIN clicks k USING (tenant_id, touch_id)
             WHERE c.tenant_id = 'demo' AND c.order_id = '{order}')"
        ),
        "idempotency_keys" => format!(
            "tenant_id = 'demo' AND site_key = 'pk_demo' AND route = 'POST /v1/orders'
             AND key = (SELECT a.ended_key FROM orders o
                        JOIN checkout_attempts a USING (tenant_id, checkout_attempt_id)
                        WHERE o.tenant_id = 'demo' AND o.order_id = '{order}')"
        ),
        _ => format!("tenant_id = 'demo' AND order_id = '{order}'"),
    };
    let mut query = engine.prepare(&format!("SELECT * FROM {table} WHERE {condition}"))?;
    let columns = query.column_count();
    let mut found = query.query([])?;
    let mut rows = Vec::new();
    while let Some(row) = found.next()? {
        let cells = (0..columns).map(|index| row.get(index));
        rows.push(cells.collect::<Result<Vec<Value>, _>>()?);
    }
    anyhow::ensure!(!rows.is_empty(), "{table} has no row of an order");
    Ok(rows)
}

/// Copies a database that is in use.
///
/// # Errors
/// The databases'.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    let from = Connection::open(from)?;
    let mut to = Connection::open(to)?;
    let backup = rusqlite::backup::Backup::new(&from, &mut to)?;
    backup
        .run_to_completion(10_000, Duration::ZERO, None)
        .context("the database cannot be copied")
}
