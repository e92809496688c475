//! The bare engine's own limit: the rows that a run has left, written again by prepared statements
//! in commits of the same size, on the same disk, with the same fsync and a journal that SQLite
//! carries over by itself at 64 MiB; nothing is decided, parsed, hashed or sent.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// The tables that an order adds rows to.
const TABLES: [&str; 6] = [
    "idempotency_keys",
    "orders",
    "ordered_sessions",
    "credited_touches",
    "ledger_records",
    "ledger_parties",
];

/// What an order changes in rows that were there: its quote and its attempt.
const CHANGES: [&str; 2] = [
    "UPDATE quotes SET state = 'ordered', next_at = NULL WHERE tenant_id = ?1 AND quote_id = ?2",
    "UPDATE checkout_attempts SET ended_site = 'pk_demo', ended_key = ?4
     WHERE tenant_id = ?1 AND checkout_attempt_id = ?3",
];

/// What a group changes once: the stock, and each balance that its orders move.
const STOCK: &str = "UPDATE stock SET held = held - ?1, on_hand = on_hand - ?1
    WHERE tenant_id = 'demo' AND variant_id = 'JRN-1'";
const BALANCE: &str = "INSERT INTO ledger_balances VALUES ('demo', 'EUR', ?1, ?2)
    ON CONFLICT (tenant_id, currency, account) DO UPDATE
    SET balance_minor = balance_minor + excluded.balance_minor";

/// The parties of each record, to be found by the record: from here on this connection reads the
/// copy under the table's own name.
const PARTIES: &str = "CREATE TEMP TABLE ledger_parties AS SELECT * FROM main.ledger_parties;
    CREATE INDEX temp.parties_of ON ledger_parties (sequence)";

/// Rows of one order: for each table of [`TABLES`] its rows, the parameters of [`CHANGES`], and
/// what it moves on which account.
struct Rows {
    added: Vec<Vec<Vec<Value>>>,
    changed: Vec<Value>,
    moved: Vec<(String, i64)>,
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
    engine.pragma_update(None, "cache_size", -16 * 1_024)?;
    engine.pragma_update(None, "wal_autocheckpoint", 16_384)?;
    engine.pragma_update(None, "journal_size_limit", 16_384 * 4_096)?;
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
        engine.prepare_cached(STOCK)?.execute([group.len()])?;
        let mut balances: BTreeMap<&str, i64> = BTreeMap::new();
        for (account, amount) in group.iter().flat_map(|order| &order.moved) {
            *balances.entry(account).or_default() += amount;
        }
        for balance in balances {
            engine.prepare_cached(BALANCE)?.execute(balance)?;
        }
        engine.execute_batch("COMMIT")?;
    }
    Ok(started.elapsed())
}

fn rows(database: &Path, count: usize) -> Result<Vec<Rows>> {
    let engine = Connection::open(database)?;
    engine.execute_batch(PARTIES)?;
    let mut query = engine.prepare(
        "SELECT o.order_id, o.tenant_id, o.quote_id, o.checkout_attempt_id, a.ended_key,
                r.sequence
         FROM orders o JOIN checkout_attempts a USING (tenant_id, checkout_attempt_id)
         JOIN ledger_records r ON r.tenant_id = o.tenant_id AND r.key = o.order_id || '/0/accrue'
         ORDER BY o.decision_sequence DESC LIMIT ?1",
    )?;
    let mut found = query.query([count])?;
    let mut orders = Vec::with_capacity(count);
    while let Some(row) = found.next()? {
        let order: String = row.get(0)?;
        let changed = (1..5).map(|index| row.get(index));
        let changed = changed.collect::<Result<Vec<Value>, _>>()?;
        let sequence: i64 = row.get(5)?;
        let mut added = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            added.push(rows_of(&engine, table, &order, sequence)?);
        }
        let moved = moved(&engine, sequence)?;
        orders.push(Rows {
            added,
            changed,
            moved,
        });
    }
    orders.reverse();
    anyhow::ensure!(orders.len() == count, "{} of {count} orders", orders.len());
    Ok(orders)
}

fn moved(engine: &Connection, sequence: i64) -> Result<Vec<(String, i64)>> {
    let mut query = engine.prepare_cached(
        "SELECT account, amount_minor FROM ledger_entries
         WHERE tenant_id = 'demo' AND sequence = ?1",
    )?;
    let rows = query.query_map([sequence], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rows_of(
    engine: &Connection,
    table: &str,
    order: &str,
    sequence: i64,
) -> Result<Vec<Vec<Value>>> {
    let condition = match table {
        "ledger_records" | "ledger_parties" => {
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
        "credited_touches" => format!(
            "tenant_id = 'demo' AND order_id = '{order}' AND touch_id = (SELECT c.touch_id
             FROM credits c WHERE c.tenant_id = 'demo' AND c.order_id = '{order}')"
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
