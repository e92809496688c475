//! The embedded store: one SQLite file in WAL mode, one writing thread, several readers.

mod migrations;
mod readers;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use super::sql::{Engine, InFlight};
use readers::Readers;
use writer::Writer;

/// How the embedded store runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// The database file; made when missing.
    pub path: PathBuf,
    /// Requests that may wait for the writer before new ones are refused. 1 024 wait for a few
    /// commits at most.
    pub queue_length: usize,
    /// Requests that share one commit at most.
    pub group_size: usize,
    /// Connections that read.
    pub readers: usize,
    /// How long a lock of another process is waited for.
    pub busy_timeout: Duration,
}

impl SqliteOptions {
    /// The defaults for `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            queue_length: 1_024,
            group_size: 256,
            readers: 4,
            busy_timeout: Duration::from_secs(5),
        }
    }
}

/// The embedded store.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    in_flight: InFlight,
}

impl SqliteStore {
    /// Opens the file, brings its schema forward and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or is not a sound database.
    pub fn open(options: &SqliteOptions) -> Result<Self, StoreError> {
        let mut connection = open_for_writing(options)?;
        migrations::migrate(&mut connection)?;
        Ok(Self {
            writer: Writer::start(connection, options.clone())?,
            readers: Readers::open(options)?,
            in_flight: InFlight::default(),
        })
    }

    /// Copies the database to `target` while it is in use (SQLite's online backup).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when `target` exists already or cannot be written.
    pub fn backup(source: &Path, target: &Path) -> Result<(), StoreError> {
        if target.exists() {
            return Err(StoreError::Unavailable("the target exists already".into()));
        }
        let from = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut to = Connection::open(target)?;
        let backup = rusqlite::backup::Backup::new(&from, &mut to)?;
        backup.run_to_completion(BACKUP_PAGES, Duration::ZERO, None)?;
        drop(backup);
        let sound: String = to.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
        if sound == "ok" {
            Ok(())
        } else {
            Err(StoreError::Corrupt(sound))
        }
    }
}

/// Pages that a backup copies between two looks at the lock: 4 MiB.
const BACKUP_PAGES: i32 = 1_024;

fn open_for_writing(options: &SqliteOptions) -> Result<Connection, StoreError> {
    let connection = Connection::open(&options.path)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: the WAL is synced before COMMIT returns. NORMAL saves nothing with grouped commits.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::Error as E;
        match error {
            E::FromSqlConversionFailure(..)
            | E::InvalidColumnType(..)
            | E::IntegralValueOutOfRange(..) => Self::Corrupt(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl Engine for SqliteStore {
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(query).await
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(job).await
    }

    async fn write_or_undo<T: Send + 'static, R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<Result<T, R>, StoreError> + Send + 'static,
    ) -> Result<Result<T, R>, StoreError> {
        self.writer.write_or_undo(job).await
    }

    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }
}
