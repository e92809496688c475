//! The embedded store: one SQLite file in WAL mode, one writing thread, several readers.

mod carrier;
mod copies;
mod planner;
mod readers;
mod syncer;
mod writer;

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::StoreError;
use super::sql::{self, Connection, Engine, InFlight, Link, Writer};
use readers::Readers;
use syncer::Durable;

pub use copies::Staged;

/// How the embedded store runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteOptions {
    /// The database file; made when missing.
    pub path: PathBuf,
    /// Requests that may wait for the writer before new ones wait for room: six commits' worth,
    /// which a slow disk and a slow processor carry out well within a second.
    pub queue_length: usize,
    /// Requests that share one commit at most.
    pub group_size: usize,
    /// Connections that read.
    pub readers: usize,
    /// How long a lock of another process is waited for.
    pub busy_timeout: Duration,
    /// Pages of the journal that are carried over into the database at a time.
    pub pass_pages: i64,
    /// Pages that the journal has when it is begun anew.
    pub journal_pages: i64,
    /// Size up to which every page of the file is checked when it is opened, bytes. 64 MiB take a
    /// fraction of a second; a larger file is checked by `backup` and `restore`.
    pub checked_bytes_max: u64,
}

impl SqliteOptions {
    /// The defaults for `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            queue_length: 512,
            group_size: GROUP_SIZE,
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            pass_pages: PASS_PAGES,
            journal_pages: JOURNAL_PAGES,
            checked_bytes_max: 64 << 20,
        }
    }
}

/// The embedded store.
#[derive(Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: Readers,
    durable: Durable,
    in_flight: InFlight,
    path: PathBuf,
    /// To sync it. The last to be dropped: closing a file takes every lock on it from this process,
    /// those of the connections as well.
    _data: Arc<File>,
}

impl SqliteStore {
    /// Opens the file, brings its schema forward and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file cannot be opened or is not a sound database.
    pub fn open(options: &SqliteOptions) -> Result<Self, StoreError> {
        let connection = open_for_writing(options)?;
        check(&connection, options)?;
        // IMMEDIATE: two programs that start at once apply a step once.
        sql::migrate(&connection, "BEGIN IMMEDIATE", sql::STEPS)?;
        if let Link::Sqlite(connection) = connection.link() {
            planner::describe(connection)?;
        }
        let data = Arc::new(File::open(&options.path).map_err(unavailable)?);
        let durable = Durable::default();
        Ok(Self {
            writer: writer::start(connection, options, &durable, Arc::clone(&data))?,
            readers: Readers::open(options)?,
            durable,
            in_flight: InFlight::default(),
            path: options.path.clone(),
            _data: data,
        })
    }
}

/// Checks every page, unless there are too many to wait for. A damaged file is refused before
/// anything is written to it.
fn check(connection: &Connection, options: &SqliteOptions) -> Result<(), StoreError> {
    let bytes = std::fs::metadata(&options.path).map_or(0, |file| file.len());
    if bytes > options.checked_bytes_max {
        return Ok(());
    }
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "the database is damaged ({found}): put back a copy with `restore`"
    )))
}

/// Requests that share a commit by default. Those of a larger group wait longer for the last of it,
/// those of a smaller one share less; commits that gather while the disk is busy share one sync.
const GROUP_SIZE: usize = 80;

/// Memory for pages of the writer, KiB: what a commit writes and the inner pages of the indexes. A
/// commit may look through all of it.
const CACHE_KIB: i64 = 16 * 1_024;

/// Pages that are carried over at a time by default: 64 MiB. Hot pages are carried over once for
/// many commits.
const PASS_PAGES: i64 = 16_384;

/// Pages of the journal by default: 512 MiB. To begin it anew holds up whoever waits, and after a
/// crash all of it is read.
const JOURNAL_PAGES: i64 = 131_072;

/// Bytes of a page.
const PAGE_BYTES: i64 = 4_096;

/// Statements that are kept prepared: more than there are.
const STATEMENTS: usize = 256;

fn open_for_writing(options: &SqliteOptions) -> Result<Connection, StoreError> {
    // Without a mutex of its own: one thread has it.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(&options.path, flags)?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // FULL: the WAL is synced before COMMIT returns, until the syncer sees to it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What a savepoint would undo is kept in memory: else each order makes a temporary file.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Until the writer's own thread sees to it: while the schema is brought forward.
    connection.pragma_update(None, "wal_autocheckpoint", options.pass_pages)?;
    // A journal that has grown, because a foreign program read for long, is cut to this: well above
    // what it usually has, because to write where there was no file before takes the disk longer.
    let pages = options.journal_pages.saturating_mul(2);
    let bytes = pages.saturating_mul(PAGE_BYTES);
    connection.pragma_update(None, "journal_size_limit", bytes)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement with LIMIT ?1 is otherwise prepared anew for each value.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection.into())
}

fn unavailable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Unavailable(error.to_string())
}

/// The file that has `suffix` after the name of `path`.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        sql::Error::from(error).into()
    }
}

impl Engine for SqliteStore {
    async fn read<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let result = self.readers.read(query).await;
        self.durable.reached().await?;
        result
    }

    async fn glance<T: Send + 'static>(
        &self,
        query: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(query).await
    }

    fn writer(&self) -> &Writer {
        &self.writer
    }

    fn in_flight(&self) -> &InFlight {
        &self.in_flight
    }

    fn journal(&self) -> Option<PathBuf> {
        Some(beside(&self.path, "-wal"))
    }
}
