//! Where a transaction runs: the port between the SQL and a database.

use std::future::Future;

use rusqlite::Connection;

use super::InFlight;
use crate::store::{StoreCounters, StoreError};

/// A database that runs jobs, each in a transaction.
pub trait Engine: Send + Sync {
    /// Runs `query` on one snapshot of the database.
    ///
    /// # Errors
    /// The query's; [`StoreError::Unavailable`] when the database is away.
    fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// Runs `job` durably. When it fails, its own changes are undone and its neighbours' are kept.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when the queue is full; the job's; the commit's.
    fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// As [`Engine::write`]; when the job decides on a refusal, its changes are undone too.
    ///
    /// # Errors
    /// As [`Engine::write`].
    fn write_or_undo<T: Send + 'static, R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<Result<T, R>, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<Result<T, R>, StoreError>> + Send;

    /// The submissions that are queued or running in this process.
    fn in_flight(&self) -> &InFlight;

    /// What it has committed; zeros where changes do not share commits.
    fn counters(&self) -> StoreCounters {
        StoreCounters::default()
    }

    /// Whether a change would be refused as [`StoreError::Busy`] at this moment.
    fn is_full(&self) -> bool {
        false
    }
}
