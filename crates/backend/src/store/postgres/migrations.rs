//! The schema's steps on PostgreSQL, under a lock so that two backends that start at once apply
//! each of them once.

use super::{PostgresOptions, StoreError};
use crate::store::sql::{STEPS, migrate as apply};

/// Names the lock: "shoptag" in ASCII.
const LOCK: i64 = 0x73_68_6f_70_74_61_67;

/// Applies what is missing, on a connection of its own.
///
/// # Errors
/// [`StoreError::Unavailable`].
pub(super) fn migrate(options: &PostgresOptions) -> Result<(), StoreError> {
    let connection = options.connect()?;
    // A step over a large table takes its time, and so does the backend that was first. The lock
    // ends with the session.
    connection.execute_batch(&format!(
        "SET statement_timeout = 0; SET lock_timeout = 0; SELECT pg_advisory_lock({LOCK})"
    ))?;
    apply(&connection, "BEGIN", STEPS)
}
