//! What a trial has left in the database, read without the backend's code: each rule that is broken
//! is a sentence.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Result, bail};
use rusqlite::{Connection, OpenFlags};

use crate::cluster::Database;
use crate::shop::STOCK;

/// What must hold whatever has happened, as queries for the number of breaches.
const RULES: [(&str, &str); 12] = [
    (
        "a record of the ledger does not sum to zero",
        "SELECT count(*) FROM (SELECT 1 FROM ledger_entries GROUP BY tenant_id, sequence, currency
         HAVING sum(amount_minor) <> 0) AS found",
    ),
    (
        "the ledger does not sum to zero",
        "SELECT abs(coalesce(sum(amount_minor), 0)) FROM ledger_entries",
    ),
    (
        "a balance is not the sum of its entries",
        // The entries are read once, not once for each of ten thousand balances.
        "SELECT count(*) FROM ledger_balances b LEFT JOIN (
         SELECT tenant_id, account, currency, sum(amount_minor) AS amount_minor
         FROM ledger_entries GROUP BY tenant_id, account, currency) AS e
         USING (tenant_id, account, currency) WHERE balance_minor <> coalesce(amount_minor, 0)",
    ),
    (
        "an order has no line",
        "SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_lines l
         WHERE l.tenant_id = o.tenant_id AND l.order_id = o.order_id)",
    ),
    (
        "an order has no decision",
        "SELECT count(*) FROM orders o WHERE NOT EXISTS (SELECT 1 FROM decisions d
         WHERE d.tenant_id = o.tenant_id AND d.order_id = o.order_id)",
    ),
    (
        "an order has no key, or two",
        "SELECT CASE WHEN (SELECT count(*) FROM orders) <> count(order_id)
           OR count(order_id) <> count(DISTINCT order_id) THEN 1 ELSE 0 END FROM idempotency_keys",
    ),
    (
        "a line has no credit, although a receipt came with it",
        "SELECT count(*) FROM order_lines l WHERE NOT EXISTS (SELECT 1 FROM credits c
         WHERE c.tenant_id = l.tenant_id AND c.order_id = l.order_id AND c.line = l.position)",
    ),
    (
        "a credit is not in the ledger",
        "SELECT count(*) FROM credits c WHERE NOT EXISTS (SELECT 1 FROM ledger_records r
         WHERE r.tenant_id = c.tenant_id AND r.key = c.order_id || '/' || c.line || '/accrue')",
    ),
    (
        "a click is credited twice",
        "SELECT count(*) FROM (SELECT 1 FROM credits GROUP BY tenant_id, touch_id
         HAVING count(*) > 1) AS found",
    ),
    (
        "a checkout attempt has two orders",
        "SELECT count(*) FROM (SELECT 1 FROM orders GROUP BY tenant_id, checkout_attempt_id
         HAVING count(*) > 1) AS found",
    ),
    (
        "a count of held pieces is not the sum of the holds",
        "SELECT count(*) FROM stock s WHERE held <> coalesce((
         SELECT sum(quantity) FROM stock_holds h WHERE h.tenant_id = s.tenant_id
         AND h.variant_id = s.variant_id), 0)",
    ),
    (
        "a sequence of decisions or of the ledger has a gap",
        "SELECT abs((SELECT count(*) - coalesce(max(sequence) + 1, 0) FROM decisions))
              + abs((SELECT count(*) - coalesce(max(sequence) + 1, 0) FROM ledger_records))",
    ),
];

/// The books of one database.
#[derive(Debug)]
pub(crate) enum Books {
    /// A SQLite file, read only.
    File(Connection),
    /// A PostgreSQL database.
    Server(Database),
}

impl Books {
    /// Opens those of a file.
    ///
    /// # Errors
    /// There is no such database.
    pub(crate) fn open(database: &Path) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self::File(Connection::open_with_flags(database, flags)?))
    }

    /// Every rule, and that the file is sound.
    ///
    /// # Errors
    /// A rule is broken.
    pub(crate) fn check(&self) -> Result<()> {
        if let Self::File(file) = self {
            let sound: String = file.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
            if sound != "ok" {
                bail!("the file is damaged: {sound}");
            }
        }
        for (rule, query) in RULES {
            let breaches = self.number(query)?;
            if breaches != 0 {
                bail!("{rule} ({breaches})");
            }
        }
        let sold = self.number("SELECT coalesce(sum(quantity), 0) FROM order_lines")?;
        let left = self.number("SELECT on_hand FROM stock")?;
        if sold + left != STOCK {
            bail!("{sold} pieces are sold and {left} are left of {STOCK}");
        }
        Ok(())
    }

    /// Number of every order by its id.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn orders(&self) -> Result<HashMap<String, String>> {
        let query = "SELECT order_id, number FROM orders";
        match self {
            Self::File(file) => {
                let mut query = file.prepare(query)?;
                let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
                Ok(rows.collect::<Result<_, _>>()?)
            }
            Self::Server(database) => {
                let text = database.ask(query)?;
                let rows = text.lines().filter_map(|line| line.split_once('\t'));
                Ok(rows
                    .map(|(id, number)| (id.into(), number.into()))
                    .collect())
            }
        }
    }

    /// That a copy has every order that was acknowledged `before` it was begun, and none that was
    /// not acknowledged since; how many it has.
    ///
    /// # Errors
    /// One is missing, or was never acknowledged.
    pub(crate) fn includes(
        &self,
        before: &HashMap<String, String>,
        since: &HashMap<String, String>,
    ) -> Result<usize> {
        let stored = self.orders()?;
        let lost = before.keys().filter(|id| !stored.contains_key(*id)).count();
        let unknown = stored.keys().filter(|id| !since.contains_key(*id)).count();
        if lost + unknown > 0 {
            bail!("{lost} orders are missing, {unknown} were never acknowledged");
        }
        Ok(stored.len())
    }

    /// The sum of the commissions decided, and of what the ledger owes creators; both in minor
    /// units.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn commissions(&self) -> Result<(i64, i64)> {
        let decided = self.number("SELECT coalesce(sum(commission_minor), 0) FROM credits")?;
        let owed = self.number(
            "SELECT coalesce(-sum(amount_minor), 0) FROM ledger_entries
             WHERE account LIKE '%creator%'",
        )?;
        Ok((decided, owed))
    }

    fn number(&self, query: &str) -> Result<i64> {
        match self {
            Self::File(file) => Ok(file.query_row(query, [], |row| row.get(0))?),
            Self::Server(database) => Ok(database.ask(query)?.trim().parse()?),
        }
    }
}

/// Compares what was acknowledged with what is there: nothing lost, nothing doubled, nothing else.
///
/// # Errors
/// They differ.
pub(crate) fn compare(books: &Books, acknowledged: &HashMap<String, String>) -> Result<()> {
    let stored = books.orders()?;
    let lost = acknowledged.keys().filter(|id| !stored.contains_key(*id));
    let (lost, other) = (
        lost.count(),
        acknowledged
            .iter()
            .filter(|(id, number)| stored.get(*id).is_some_and(|own| own != *number))
            .count(),
    );
    let unknown = stored.keys().filter(|id| !acknowledged.contains_key(*id));
    let unknown = unknown.count();
    if lost + other + unknown > 0 {
        bail!(
            "{lost} acknowledged orders are lost, {other} have another number, {unknown} are \
             there without an answer"
        );
    }
    Ok(())
}
