//! Connections that read, a few, off the async threads; opened when they are needed.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::{PostgresOptions, StoreError};
use crate::store::sql::Connection;

/// A pool of connections.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
    options: PostgresOptions,
}

impl Readers {
    /// An empty pool.
    pub(super) fn new(options: PostgresOptions) -> Self {
        Self {
            idle: Arc::default(),
            permits: Arc::new(Semaphore::new(options.readers.max(1))),
            options,
        }
    }

    /// Runs `query` on one snapshot of the database.
    ///
    /// # Errors
    /// The query's; [`StoreError::Unavailable`] when the database is away.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let gone = || StoreError::Unavailable("the readers have stopped".into());
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_| gone())?;
        let (idle, options) = (Arc::clone(&self.idle), self.options.clone());
        tokio::task::spawn_blocking(move || {
            // As long as the query runs, also when nobody waits for it any more.
            let _permit = permit;
            let known = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let was_known = known.is_some();
            let mut connection = known.map_or_else(|| options.connect(), Ok)?;
            let (mut result, mut is_lost) = in_snapshot(&connection, &query);
            if is_lost && was_known {
                // It broke while it was idle: once more on a new one.
                connection = options.connect()?;
                (result, is_lost) = in_snapshot(&connection, &query);
            }
            if !is_lost {
                idle.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(connection);
            }
            result
        })
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

/// Saying good-bye to the server waits, which the thread that drops the pool may not.
impl Drop for Readers {
    fn drop(&mut self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        let _ = std::thread::spawn(move || drop(idle)).join();
    }
}

/// Several statements see one state of the database. Also whether the connection is lost.
fn in_snapshot<T>(
    connection: &Connection,
    query: &impl Fn(&Connection) -> Result<T, StoreError>,
) -> (Result<T, StoreError>, bool) {
    let result = connection
        .execute_batch("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .map_err(StoreError::from)
        .and_then(|()| query(connection));
    // A transaction that only reads has nothing to commit; this also ends one that has failed.
    let is_lost = connection.execute_batch("ROLLBACK").is_err();
    (result, is_lost)
}
