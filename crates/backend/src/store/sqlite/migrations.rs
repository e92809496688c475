//! The schema, brought forward step by step. Steps are embedded, applied once, and never edited.

use rusqlite::Connection;

use super::StoreError;

/// Version, name, SQL. A step only adds, so that an older program can go on beside a newer one.
const STEPS: &[(i64, &str, &str)] = &[
    (
        1,
        "first purchase",
        include_str!("../../../migrations/sqlite/0001_first_purchase.sql"),
    ),
    (
        2,
        "attribution",
        include_str!("../../../migrations/sqlite/0002_attribution.sql"),
    ),
    (
        3,
        "payout batches",
        include_str!("../../../migrations/sqlite/0003_payout_batches.sql"),
    ),
    (
        4,
        "marks of creators and notices of cuts",
        include_str!("../../../migrations/sqlite/0004_credit.sql"),
    ),
];

/// Applies what is missing, each step in a transaction of its own.
///
/// # Errors
/// [`StoreError::Unavailable`] when a step fails; the steps before it stay.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_versions (
             version INTEGER PRIMARY KEY NOT NULL,
             name    TEXT NOT NULL
         ) STRICT",
    )?;
    for (version, name, sql) in STEPS {
        // IMMEDIATE: two programs that start at once apply a step once.
        let transaction =
            connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let known: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM schema_versions WHERE version = ?1)",
            [version],
            |row| row.get(0),
        )?;
        if !known {
            transaction.execute_batch(sql)?;
            transaction.execute(
                "INSERT INTO schema_versions (version, name) VALUES (?1, ?2)",
                (version, name),
            )?;
        }
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let count: usize = connection
            .query_row("SELECT count(*) FROM schema_versions", [], |row| row.get(0))
            .unwrap();
        assert_eq!(count, STEPS.len());
    }

    #[test]
    fn what_happened_to_a_fulfilment_cannot_be_rewritten() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        connection
            .execute(
                "INSERT INTO fulfilment_events VALUES ('t', 'o', 'b', 'placed', 1)",
                [],
            )
            .unwrap();
        for change in [
            "UPDATE fulfilment_events SET happened_at = 2",
            "DELETE FROM fulfilment_events",
        ] {
            assert!(connection.execute(change, []).is_err(), "{change}");
        }
    }
}
