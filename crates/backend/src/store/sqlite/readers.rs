//! Connections that read, a few, off the async threads.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::OpenFlags;
use tokio::sync::Semaphore;

use super::{Connection, SqliteOptions, StoreError};
use crate::store::sql::guarded;

/// A pool of read-only connections. In WAL mode they neither wait for the writer nor hold it up.
#[derive(Debug)]
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// Opens all of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub(super) fn open(options: &SqliteOptions) -> Result<Self, StoreError> {
        let count = options.readers.max(1);
        let idle = (0..count)
            .map(|_| open(options))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            idle: Arc::new(Mutex::new(idle)),
            permits: Arc::new(Semaphore::new(count)),
        })
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
        let idle = Arc::clone(&self.idle);
        tokio::task::spawn_blocking(move || {
            // It says that a connection is idle: it is held until that is idle again, also when
            // nobody waits for this any more.
            let _permit = permit;
            let connection = idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop()
                .ok_or_else(gone)?;
            let result = in_snapshot(&connection, query);
            idle.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
            result
        })
        .await
        .map_err(|error| StoreError::Unavailable(error.to_string()))?
    }
}

fn open(options: &SqliteOptions) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(&options.path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection.into())
}

/// Several statements see one state of the database.
fn in_snapshot<T>(
    connection: &Connection,
    query: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    connection.execute_batch("BEGIN")?;
    let result = guarded(|| query(connection));
    // A transaction that only reads has nothing to commit.
    connection.execute_batch("ROLLBACK")?;
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_reader(folder: &std::path::Path) -> Readers {
        let options = SqliteOptions {
            readers: 1,
            ..SqliteOptions::new(folder.join("t.sqlite"))
        };
        drop(crate::store::sqlite::open_for_writing(&options).unwrap());
        Readers::open(&options).unwrap()
    }

    #[tokio::test]
    async fn a_query_that_panics_keeps_no_connection() {
        let folder = tempfile::tempdir().unwrap();
        let readers = one_reader(folder.path());
        for _ in 0..2 {
            let panicked = readers.read::<()>(|_| panic!("on purpose")).await;
            assert!(matches!(panicked, Err(StoreError::Corrupt(_))));
        }
        assert_eq!(readers.read(|_| Ok(1)).await, Ok(1));
    }

    #[tokio::test]
    async fn a_query_that_nobody_waits_for_any_more_keeps_its_connection_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let readers = one_reader(folder.path());
        let (go, goes) = std::sync::mpsc::channel::<()>();
        let goes = Mutex::new(goes);
        let mut slow = Box::pin(readers.read(move |_| {
            let _ = goes.lock().unwrap().recv();
            Ok(1)
        }));
        let waker = std::task::Waker::noop();
        let polled = slow
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(polled.is_pending());
        drop(slow);
        let (next, ()) = tokio::join!(readers.read(|_| Ok(2)), async { drop(go) });
        assert_eq!(next, Ok(2));
    }
}
