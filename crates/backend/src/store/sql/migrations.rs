//! The schema, brought forward step by step. Steps are embedded, applied once, and never edited.
//!
//! An older program goes on beside a newer one: a step only adds (expand), and what nobody uses any
//! more goes in a later release (contract). A step after which older programs must not run says so,
//! and they refuse to start.

use super::{Connection, Error, Link};
use crate::store::StoreError;

/// One step.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Step {
    /// Counts up by one.
    version: i64,
    name: &'static str,
    /// The last step that a program must know to run on the result; 0: any program may.
    oldest_program: i64,
    sqlite: &'static str,
    postgres: &'static str,
}

/// One step out of its two files.
macro_rules! step {
    ($version:literal, $name:literal, $file:literal) => {
        Step {
            version: $version,
            name: $name,
            oldest_program: 0,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
        }
    };
}

/// Every step that this program knows.
pub(in crate::store) const STEPS: &[Step] = &[
    step!(1, "first purchase", "0001_first_purchase.sql"),
    step!(2, "attribution", "0002_attribution.sql"),
    step!(3, "payout batches", "0003_payout_batches.sql"),
    step!(
        4,
        "marks of creators and notices of cuts",
        "0004_credit.sql"
    ),
    step!(
        5,
        "one quote for one request, one order for one payment",
        "0005_one_quote_one_payment.sql"
    ),
    Step {
        oldest_program: 6,
        ..step!(6, "one row for what is one thing", "0006_one_row.sql")
    },
];

/// Applies what is missing, each step in a transaction of its own that `begin` begins.
///
/// # Errors
/// [`StoreError::Unavailable`] when a step fails (the steps before it stay), or when a newer
/// program has brought the database to where this one must not run.
pub(in crate::store) fn migrate(
    connection: &Connection,
    begin: &str,
    steps: &[Step],
) -> Result<(), StoreError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_versions (
             version BIGINT PRIMARY KEY NOT NULL,
             name    TEXT NOT NULL
         );
         CREATE TABLE IF NOT EXISTS schema_breaks (
             version        BIGINT PRIMARY KEY NOT NULL,
             oldest_program BIGINT NOT NULL
         )",
    )?;
    must_know(connection, steps)?;
    for step in steps {
        connection.execute_batch(begin)?;
        let applied = apply(connection, step);
        connection.execute_batch(if applied.is_ok() {
            "COMMIT"
        } else {
            "ROLLBACK"
        })?;
        applied.map_err(|error| {
            StoreError::Unavailable(format!("schema step {}: {error}", step.version))
        })?;
    }
    Ok(())
}

fn apply(connection: &Connection, step: &Step) -> Result<(), Error> {
    let known = connection
        .prepare_cached("SELECT 1 FROM schema_versions WHERE version = ?1")?
        .exists([step.version])?;
    if known {
        return Ok(());
    }
    connection.execute_batch(match connection.link() {
        Link::Sqlite(_) => step.sqlite,
        Link::Postgres(_) => step.postgres,
    })?;
    connection.execute(
        "INSERT INTO schema_versions (version, name) VALUES (?1, ?2)",
        super::params![step.version, step.name],
    )?;
    if step.oldest_program > 0 {
        connection.execute(
            "INSERT INTO schema_breaks (version, oldest_program) VALUES (?1, ?2)",
            super::params![step.version, step.oldest_program],
        )?;
    }
    Ok(())
}

fn must_know(connection: &Connection, steps: &[Step]) -> Result<(), StoreError> {
    let known = steps.last().map_or(0, |step| step.version);
    let needed: Option<i64> =
        connection.query_row("SELECT max(oldest_program) FROM schema_breaks", [], |row| {
            row.get(0)
        })?;
    match needed {
        Some(needed) if needed > known => Err(StoreError::Unavailable(format!(
            "a newer program has brought this database to where one must know schema step \
             {needed}; this program knows {known}: install the newer one"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGIN: &str = "BEGIN IMMEDIATE";

    fn empty() -> Connection {
        rusqlite::Connection::open_in_memory().unwrap().into()
    }

    fn count(connection: &Connection, sql: &str) -> usize {
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let connection = empty();
        migrate(&connection, BEGIN, STEPS).unwrap();
        migrate(&connection, BEGIN, STEPS).unwrap();
        let versions = count(&connection, "SELECT count(*) FROM schema_versions");
        assert_eq!(versions, STEPS.len());
    }

    #[test]
    fn versions_count_up_and_both_engines_have_every_step() {
        for (step, version) in STEPS.iter().zip(1..) {
            assert_eq!(step.version, version, "{}", step.name);
            assert!(step.oldest_program <= version);
        }
        let files = |engine: &str| {
            let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
            let mut names: Vec<String> = std::fs::read_dir(folder)
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(files("sqlite"), files("postgres"));
        assert_eq!(files("sqlite").len(), STEPS.len());
    }

    #[test]
    fn an_older_program_runs_beside_a_step_that_adds_and_not_beside_one_that_breaks() {
        let next = STEPS.len() as i64 + 1;
        let adds = Step {
            version: next,
            name: "a note on orders",
            oldest_program: 0,
            sqlite: "ALTER TABLE orders ADD COLUMN note TEXT",
            postgres: "ALTER TABLE orders ADD COLUMN note TEXT",
        };
        let breaks = Step {
            version: next + 1,
            name: "no notes",
            oldest_program: next + 1,
            sqlite: "ALTER TABLE orders DROP COLUMN note",
            postgres: "ALTER TABLE orders DROP COLUMN note",
        };
        let connection = empty();
        let newer = [STEPS, &[adds]].concat();
        migrate(&connection, BEGIN, &newer).unwrap();
        migrate(&connection, BEGIN, STEPS).unwrap();
        let newest = [STEPS, &[adds, breaks]].concat();
        migrate(&connection, BEGIN, &newest).unwrap();
        migrate(&connection, BEGIN, &newest).unwrap();
        for older in [STEPS, &newer] {
            let refused = migrate(&connection, BEGIN, older).unwrap_err().to_string();
            assert!(refused.contains("install the newer one"), "{refused}");
        }
    }

    #[test]
    fn a_step_that_fails_leaves_the_steps_before_it() {
        let broken = Step {
            version: STEPS.len() as i64 + 1,
            name: "broken",
            oldest_program: 0,
            sqlite: "CREATE TABLE half (x INTEGER); CREATE TABLE",
            postgres: "",
        };
        let connection = empty();
        let steps = [STEPS, &[broken]].concat();
        assert!(migrate(&connection, BEGIN, &steps).is_err());
        let half = "SELECT count(*) FROM sqlite_schema WHERE name = 'half'";
        assert_eq!(count(&connection, half), 0);
        migrate(&connection, BEGIN, STEPS).unwrap();
    }
}
