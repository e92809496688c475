//! Plans of statements follow the size of their tables.
//!
//! The server plans a statement for the tables as it knows them and keeps the plan. In a new
//! database it knows nothing: any index that begins with the tenant is as good as any other, and
//! going through the whole table is better still. Such plans stay until the server's own
//! housekeeping counts the rows, a minute later. So a table that has doubled is counted at once,
//! which makes the server plan anew.

use crate::store::StoreError;
use crate::store::sql::Connection;

/// Pages of a table that is so small that every plan is quick.
const PAGES_MIN: i64 = 1;

/// Groups between two looks, once the first few have been written.
const EVERY: u64 = 64;

/// Whether tables are looked at after so many groups of this process: often in the beginning.
pub(super) fn is_looked_at(written: u64) -> bool {
    written.is_power_of_two() || written.is_multiple_of(EVERY)
}

/// Has the server count the tables that are twice as large as when it counted them last.
pub(super) fn count_what_has_grown(connection: &Connection) {
    if let Err(error) = count(connection) {
        // It would only have been quicker.
        tracing::debug!(error = %error, "tables were not counted");
    }
}

fn count(connection: &Connection) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT CAST(relname AS TEXT) FROM pg_class
         WHERE relkind = 'r' AND relnamespace = CAST('public' AS REGNAMESPACE)
           AND pg_relation_size(oid) >= 2 * 8192 * greatest(CAST(relpages AS BIGINT), ?1)",
    )?;
    let tables = statement.query_map([PAGES_MIN], |row| row.get::<_, String>(0))?;
    for table in tables {
        // A table that is being counted already is left out, not waited for.
        connection.execute_batch(&format!("ANALYZE (SKIP_LOCKED) {}", table?))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_looked_at_often_in_the_beginning() {
        let looked_at: Vec<u64> = (1..200).filter(|it| is_looked_at(*it)).collect();
        assert_eq!(looked_at, [1, 2, 4, 8, 16, 32, 64, 128, 192]);
    }
}
