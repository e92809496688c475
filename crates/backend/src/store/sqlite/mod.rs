//! The embedded store: one SQLite file in WAL mode, one writing thread, several readers.

mod apply;
mod bag;
mod catalogue;
mod credit;
mod fulfilments;
mod holds;
mod migrations;
mod orders;
mod quotes;
mod readers;
mod rows;
mod sites;
mod submit;
mod videos;
mod writer;

use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::{Connection, OpenFlags};
use shoptag_commerce::{BrandId, Currency, TenantId, Timestamp, VideoId};
use shoptag_protocol::{Quote, VideoDocument};

use super::{Store, StoreError, Swept, Upserted};
use crate::catalogue::{CatalogueProduct, TenantSetup};
use crate::error::ApiError;
use crate::orders::{Advanced, Cancelled, OrderRecord, Step, Submission, Submitted};
use crate::quotes::MakeQuote;
use crate::sites::Site;
use readers::Readers;
use submit::InFlight;
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

#[async_trait]
impl Store for SqliteStore {
    async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        self.readers.read(sites::all).await
    }

    async fn video(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<VideoDocument>, StoreError> {
        self.readers
            .read(move |connection| videos::document(connection, &tenant, &video))
            .await
    }

    async fn make_quote(&self, command: MakeQuote) -> Result<Result<Quote, ApiError>, StoreError> {
        self.writer
            .write_or_undo(move |connection| quotes::make(connection, &command))
            .await
    }

    async fn submit_order(&self, submission: Submission) -> Result<Submitted, StoreError> {
        let Some(running) = self.in_flight.enter(&submission) else {
            return Ok(Submitted::InFlight);
        };
        self.writer
            .write(move |connection| {
                // Held by the job, not by the request: a client that goes away ends nothing.
                let result = submit::submit(connection, &submission);
                result.map(|submitted| (submitted, running))
            })
            .await
            .map(|(submitted, _)| submitted)
    }

    async fn order(&self, secret_hash: [u8; 32]) -> Result<Option<OrderRecord>, StoreError> {
        self.readers
            .read(move |connection| orders::by_secret(connection, &secret_hash))
            .await
    }

    async fn cancel_order(
        &self,
        secret_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Cancelled, StoreError> {
        self.writer
            .write(move |connection| fulfilments::cancel(connection, &secret_hash, now))
            .await
    }

    async fn advance(
        &self,
        tenant: TenantId,
        number: String,
        brand: BrandId,
        step: Step,
        now: Timestamp,
    ) -> Result<Advanced, StoreError> {
        self.writer
            .write(move |connection| {
                fulfilments::advance(connection, &tenant, &number, &brand, step, now)
            })
            .await
    }

    async fn apply(&self, setup: TenantSetup) -> Result<(), StoreError> {
        self.writer
            .write(move |connection| apply::apply(connection, &setup))
            .await
    }

    async fn currency(&self, tenant: TenantId) -> Result<Option<Currency>, StoreError> {
        self.readers
            .read(move |connection| catalogue::currency(connection, &tenant))
            .await
    }

    async fn brands(&self, tenant: TenantId) -> Result<Vec<(BrandId, String)>, StoreError> {
        self.readers
            .read(move |connection| catalogue::brands(connection, &tenant))
            .await
    }

    async fn upsert_products(
        &self,
        tenant: TenantId,
        products: Vec<CatalogueProduct>,
    ) -> Result<Upserted, StoreError> {
        self.writer
            .write(move |connection| catalogue::upsert(connection, &tenant, &products))
            .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        self.writer
            .write(move |connection| holds::sweep(connection, now))
            .await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer.write(|_| Ok(())).await
    }
}
