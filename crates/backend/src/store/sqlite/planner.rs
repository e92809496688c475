//! What SQLite's planner is told of the tables: nearly every row belongs to one tenant, and a whole
//! key names one row.
//!
//! Without being told it takes a tenant for as rare as anything else, and looks through all of a
//! tenant's credits or collaborations for the few that an index would give it: orders then take
//! longer with each order. What it would measure itself on a young database is as wrong.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::StoreError;

/// Rows of a table, of a tenant, and of what a second column names: the order of magnitude is what
/// counts.
const ROWS: [&str; 3] = ["1000000", "100000", "10"];

/// Writes the description where it is missing.
///
/// # Errors
/// The database's.
pub(super) fn describe(connection: &Connection) -> Result<(), StoreError> {
    let wanted = descriptions(connection)?;
    if has_table(connection)? && known(connection)? == wanted {
        return Ok(());
    }
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Makes the planner's own table; one row of each index is looked at.
    transaction.execute_batch("PRAGMA analysis_limit = 1; ANALYZE; DELETE FROM sqlite_stat1")?;
    for (table, index, rows) in &wanted {
        transaction.execute(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)",
            (table, index, rows),
        )?;
    }
    transaction.commit()?;
    // What is prepared from now on, also on this connection, knows it.
    connection.execute_batch("ANALYZE sqlite_schema")?;
    Ok(())
}

/// Table, index, and its rows as the planner reads them.
type Description = (String, String, String);

fn descriptions(connection: &Connection) -> Result<Vec<Description>, StoreError> {
    let mut query = connection.prepare(
        "SELECT t.name, i.name, i.origin = 'pk' AND t.sql LIKE '%WITHOUT ROWID%',
                (SELECT count(*) FROM pragma_index_info(i.name))
         FROM sqlite_schema t JOIN pragma_index_list(t.name) i
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    )?;
    let rows = query.query_map([], |row| {
        let (table, index): (String, String) = (row.get(0)?, row.get(1)?);
        let is_table_itself: bool = row.get(2)?;
        let columns: usize = row.get(3)?;
        let named = if is_table_itself {
            table.clone()
        } else {
            index
        };
        Ok((table, named, stat(columns)))
    })?;
    let mut wanted: Vec<Description> = rows.collect::<Result<_, _>>()?;
    wanted.sort();
    Ok(wanted)
}

/// The rows of the table, then those that the first column, the first two, and so on pick out.
fn stat(columns: usize) -> String {
    let last = ROWS.len() - 1;
    let mut rows: Vec<&str> = (0..columns)
        .filter_map(|at| ROWS.get(at.min(last)).copied())
        .collect();
    rows.push("1");
    rows.join(" ")
}

fn has_table(connection: &Connection) -> Result<bool, StoreError> {
    let name = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1')";
    Ok(connection.query_row(name, [], |row| row.get(0))?)
}

fn known(connection: &Connection) -> Result<Vec<Description>, StoreError> {
    let mut query =
        connection.prepare("SELECT tbl, idx, stat FROM sqlite_stat1 WHERE idx IS NOT NULL")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut found: Vec<Description> = rows.collect::<Result<_, _>>()?;
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sql::{self, Connection as Either, Link};

    fn described() -> Either {
        let connection = Either::from(Connection::open_in_memory().unwrap());
        sql::migrate(&connection, "BEGIN IMMEDIATE", sql::STEPS).unwrap();
        describe(own(&connection)).unwrap();
        connection
    }

    fn own(connection: &Either) -> &Connection {
        match connection.link() {
            Link::Sqlite(own) => own,
            Link::Postgres(_) => unreachable!("it was made of one"),
        }
    }

    #[test]
    fn what_belongs_to_one_order_is_never_looked_for_among_a_tenants_all() {
        let described = described();
        let connection = own(&described);
        let check = |sql: &str, index: &str| {
            let plan: String = connection
                .query_row(&format!("EXPLAIN QUERY PLAN {sql}"), ["t", "x"], |row| {
                    row.get("detail")
                })
                .unwrap();
            assert!(plan.contains(index), "{sql}: {plan}");
        };
        let of_creator = "SELECT * FROM collaborations WHERE tenant_id = ?1 AND creator_id = ?2";
        check(of_creator, "collaborations_by_creator");
        let of_touch = "SELECT * FROM credited_touches WHERE tenant_id = ?1 AND touch_id = ?2";
        check(of_touch, "tenant_id=? AND touch_id=?");
        let of_party = "SELECT * FROM ledger_parties WHERE tenant_id = ?1 AND party = ?2";
        check(of_party, "tenant_id=? AND party=?");
        let of_payout = "SELECT * FROM ledger_lines WHERE tenant_id = ?1 AND payout = ?2";
        check(of_payout, "ledger_lines_by_payout");
    }

    #[test]
    fn describing_twice_is_describing_once() {
        let described = described();
        let connection = own(&described);
        let wanted = descriptions(connection).unwrap();
        assert!(!wanted.is_empty());
        assert_eq!(known(connection).unwrap(), wanted);
        let changes = connection.total_changes();
        describe(connection).unwrap();
        assert_eq!(connection.total_changes(), changes);
    }
}
