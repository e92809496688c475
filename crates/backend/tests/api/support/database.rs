//! The database of a test, seen from beside the application: a SQLite file or a PostgreSQL
//! database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use postgres::{Client, NoTls};
use shoptag_backend::store::postgres::{PostgresOptions, PostgresStore};
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore};
use shoptag_backend::store::{Store, StoreError};

use super::cluster::{self, cluster};

/// Set to `postgres`, this runs every test on PostgreSQL that is not about SQLite's files.
const ENGINE: &str = "SHOPTAG_TEST_DATABASE";

/// Which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// The one that this run of the tests is about.
    pub(crate) fn of_this_run() -> Self {
        match std::env::var(ENGINE).as_deref() {
            Ok("postgres") => Self::Postgres,
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok(other) => panic!("{ENGINE}={other}: sqlite or postgres"),
        }
    }
}

/// Where a test's data is.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    File(PathBuf),
    Server(String),
}

impl Database {
    /// An empty one.
    pub(crate) fn new(engine: Engine, folder: &Path) -> Self {
        match engine {
            Engine::Sqlite => Self::File(folder.join("shoptag.sqlite")),
            Engine::Postgres => Self::Server(cluster().database()),
        }
    }

    /// A store on it, as a backend opens one.
    pub(crate) fn open(&self) -> Arc<dyn Store> {
        self.open_with_queue(1_024)
    }

    pub(crate) fn open_with_queue(&self, queue_length: usize) -> Arc<dyn Store> {
        match self {
            Self::File(path) => {
                let mut options = SqliteOptions::new(path);
                options.queue_length = queue_length;
                Arc::new(SqliteStore::open(&options).unwrap())
            }
            Self::Server(_) => self.open_postgres(|options| options.queue_length = queue_length),
        }
    }

    /// As [`Self::open`]; why it cannot be opened.
    pub(crate) fn try_open(&self) -> Result<(), StoreError> {
        match self {
            Self::File(path) => SqliteStore::open(&SqliteOptions::new(path)).map(drop),
            Self::Server(url) => PostgresStore::open(&PostgresOptions::new(url)?).map(drop),
        }
    }

    /// A store on PostgreSQL with options of its own.
    pub(crate) fn open_postgres(
        &self,
        change: impl FnOnce(&mut PostgresOptions),
    ) -> Arc<dyn Store> {
        let Self::Server(url) = self else {
            panic!("this is a SQLite file");
        };
        let mut options = PostgresOptions::new(url).unwrap();
        change(&mut options);
        Arc::new(PostgresStore::open(&options).unwrap())
    }

    /// As the program's commands are told.
    pub(crate) fn arguments(&self) -> [String; 2] {
        match self {
            Self::File(path) => ["--database".into(), path.to_str().unwrap().into()],
            Self::Server(url) => ["--database-url".into(), url.clone()],
        }
    }

    /// Runs statements; what the database says when it refuses.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), String> {
        match self {
            Self::File(path) => rusqlite::Connection::open(path)
                .unwrap()
                .execute_batch(sql)
                .map_err(|error| error.to_string()),
            Self::Server(url) => cluster::run(url, sql),
        }
    }

    /// Changes what has happened, as nobody but an intruder does.
    pub(crate) fn forge(&self, table: &str, change: &str) {
        let unlock = match self {
            Self::File(_) => format!("DROP TRIGGER {table}_stay"),
            Self::Server(_) => format!("ALTER TABLE {table} DISABLE TRIGGER USER"),
        };
        self.execute(&format!("{unlock}; {change}")).unwrap();
    }

    /// The one number that a query finds.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match self {
            Self::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Self::Server(url) => {
                // PostgreSQL has booleans, SQLite has 0 and 1.
                let sql = format!("SELECT CAST(x AS TEXT) FROM ({sql}) AS found (x) LIMIT 1");
                let text: String =
                    cluster::with_client(url, |client| client.query_one(&sql, &[]).unwrap().get(0));
                match text.as_str() {
                    "true" => 1,
                    "false" => 0,
                    number => number.parse().unwrap(),
                }
            }
        }
    }

    /// The one text that a query finds.
    pub(crate) fn text(&self, sql: &str) -> String {
        match self {
            Self::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Self::Server(url) => {
                cluster::with_client(url, |client| client.query_one(sql, &[]).unwrap().get(0))
            }
        }
    }

    /// Keeps every backend from writing until it is released.
    pub(crate) fn lock(&self) -> Lock {
        match self {
            Self::File(path) => {
                let connection = rusqlite::Connection::open(path).unwrap();
                connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                Lock::Sqlite(connection)
            }
            Self::Server(url) => {
                let (release, released) = channel();
                let (locked, is_locked) = channel();
                let url = url.clone();
                let thread = std::thread::spawn(move || {
                    let mut client = Client::connect(&url, NoTls).unwrap();
                    let lock = "BEGIN; LOCK TABLE writer_turn IN EXCLUSIVE MODE";
                    client.batch_execute(lock).unwrap();
                    locked.send(()).unwrap();
                    let _ = released.recv();
                    client.batch_execute("ROLLBACK").unwrap();
                });
                is_locked.recv().unwrap();
                Lock::Postgres(release, thread)
            }
        }
    }
}

/// Another program's lock on what is written.
pub(crate) enum Lock {
    Sqlite(rusqlite::Connection),
    Postgres(Sender<()>, JoinHandle<()>),
}

impl Lock {
    pub(crate) fn release(self) {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("ROLLBACK").unwrap(),
            Self::Postgres(release, thread) => {
                release.send(()).unwrap();
                thread.join().unwrap();
            }
        }
    }
}
