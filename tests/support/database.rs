//! What a journey left in the backend's SQLite file, read without the backend's code.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::Outcome;

/// An order as it is stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredOrder {
    /// What the shopper reads.
    pub(crate) number: String,
    /// Sum of the lines before discounts, minor units.
    pub(crate) items_minor: i64,
    /// Discounts, minor units, 0 or more.
    pub(crate) discount_minor: i64,
    /// Delivery of all sellers, minor units.
    pub(crate) delivery_minor: i64,
    /// Tax contained in the total, minor units.
    pub(crate) tax_minor: i64,
    /// What the shopper pays, minor units.
    pub(crate) total_minor: i64,
    /// Variant, quantity and unit price of each line.
    pub(crate) lines: Vec<(String, i64, i64)>,
}

/// The database of a running backend, read only.
pub(crate) struct Database {
    connection: Connection,
}

impl Database {
    /// Opens the file.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(Self {
            connection: Connection::open_with_flags(path, flags)?,
        })
    }

    /// Every order, oldest first.
    pub(crate) fn orders(&self) -> Outcome<Vec<StoredOrder>> {
        let mut query = self.connection.prepare(
            "SELECT order_id, number, items_minor, discount_minor, delivery_minor, tax_minor, \
             total_minor FROM orders ORDER BY placed_at, order_id",
        )?;
        let rows = query.query_map([], |row| {
            let order = StoredOrder {
                number: row.get(1)?,
                items_minor: row.get(2)?,
                discount_minor: row.get(3)?,
                delivery_minor: row.get(4)?,
                tax_minor: row.get(5)?,
                total_minor: row.get(6)?,
                lines: Vec::new(),
            };
            Ok((row.get::<_, String>(0)?, order))
        })?;
        let mut orders = Vec::new();
        for row in rows {
            let (id, mut order) = row?;
            order.lines = self.lines(&id)?;
            orders.push(order);
        }
        Ok(orders)
    }

    fn lines(&self, order: &str) -> Outcome<Vec<(String, i64, i64)>> {
        let mut query = self.connection.prepare(
            "SELECT variant_id, quantity, unit_price_minor FROM order_lines WHERE order_id = ?1 \
             ORDER BY position",
        )?;
        let rows = query.query_map([order], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pieces on hand and pieces held for quotes.
    pub(crate) fn stock(&self, variant: &str) -> Outcome<(i64, i64)> {
        Ok(self.connection.query_row(
            "SELECT on_hand, held FROM stock WHERE variant_id = ?1",
            [variant],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?)
    }

    /// How many impressions of a tag have been taken.
    pub(crate) fn impressions(&self, tag: &str) -> Outcome<i64> {
        let count = "SELECT count(*) FROM touchpoints WHERE kind = 'impression' AND tag_id = ?1";
        Ok(self.connection.query_row(count, [tag], |row| row.get(0))?)
    }

    /// How many touchpoints of any kind have been taken in batches.
    pub(crate) fn touchpoints(&self) -> Outcome<i64> {
        let count = "SELECT count(*) FROM touchpoints";
        Ok(self.connection.query_row(count, [], |row| row.get(0))?)
    }

    /// How many idempotency keys are kept.
    pub(crate) fn keys(&self) -> Outcome<i64> {
        let count = "SELECT count(*) FROM idempotency_keys";
        Ok(self.connection.query_row(count, [], |row| row.get(0))?)
    }
}
