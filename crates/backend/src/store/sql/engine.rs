//! Where a transaction runs: the port between the SQL and a database.

use std::future::Future;
use std::path::PathBuf;

use super::{Connection, InFlight, Writer};
use crate::store::StoreError;

/// A database that runs jobs, each in a transaction. A job may run more than once, when the
/// transaction in which it ran is gone.
pub(in crate::store) trait Engine: Send + Sync {
    /// Runs `query` on one snapshot of the database; all that it saw is durable.
    ///
    /// # Errors
    /// The query's; [`StoreError::Unavailable`] when the database is away.
    fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send;

    /// As [`Engine::read`], without waiting for the disk: for what is shown to everybody and
    /// promises nothing.
    ///
    /// # Errors
    /// As [`Engine::read`].
    fn glance<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> impl Future<Output = Result<T, StoreError>> + Send {
        self.read(query)
    }

    /// What writes.
    fn writer(&self) -> &Writer;

    /// The submissions that are queued or running in this process.
    fn in_flight(&self) -> &InFlight;

    /// The file that grows with every change until the changes are carried over into the database;
    /// none where that is another machine's.
    fn journal(&self) -> Option<PathBuf> {
        None
    }
}
