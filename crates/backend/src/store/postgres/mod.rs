//! The store for more than one backend: a PostgreSQL database, one writing connection a backend,
//! several that read.

mod growth;
mod migrations;
mod readers;
mod session;
mod tls;
mod writer;

use std::time::Duration;

use postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::StoreError;
use super::sql::{Connection, Engine, InFlight, Writer};
use readers::Readers;

pub(super) use session::{Session, describe, value};

/// How a backend uses its database.
#[derive(Clone)]
pub struct PostgresOptions {
    config: Config,
    tls: Option<MakeRustlsConnect>,
    /// Requests that may wait for the writer before new ones are refused. 1 024 wait for a few
    /// commits at most.
    pub queue_length: usize,
    /// Requests that share one commit at most.
    pub group_size: usize,
    /// Connections that read.
    pub readers: usize,
    /// How long a lock or a statement may take, and a lost server may be waited for; no attempt
    /// begins later than two of these after the first. Three fit into a request's ten seconds.
    pub patience: Duration,
    /// How often a group of writes is run before its requests are refused.
    pub attempts: u32,
    /// Whether backends write in turns. They need not for the result, which is that of writing one
    /// after another either way; in turns they do not have to do it twice.
    pub takes_turns: bool,
}

impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds a password.
        formatter
            .debug_struct("PostgresOptions")
            .finish_non_exhaustive()
    }
}

impl PostgresOptions {
    /// The defaults for the database at `url`, `postgres://user:password@host:port/name`; encrypted
    /// with `?sslmode=require`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it is no such address, or nobody is trusted to vouch for
    /// the server.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let mut config: Config = url.parse().map_err(StoreError::from)?;
        let patience = Duration::from_secs(3);
        config
            .application_name("shoptag")
            .connect_timeout(patience)
            .tcp_user_timeout(patience)
            .keepalives_idle(patience)
            .keepalives_interval(Duration::from_secs(1))
            .keepalives_retries(3);
        Ok(Self {
            tls: tls::of(&config)?,
            config,
            queue_length: 1_024,
            group_size: 256,
            readers: 4,
            patience,
            attempts: 5,
            takes_turns: true,
        })
    }

    /// Opens a connection, with its limits set.
    fn connect(&self) -> Result<Connection, StoreError> {
        let mut client = match &self.tls {
            Some(tls) => self.config.connect(tls.clone())?,
            None => self.config.connect(NoTls)?,
        };
        let limit = self.patience.as_millis();
        // jit: machine code for a statement that is wrongly taken for dear costs tens of
        // milliseconds, and every statement here finds a few rows.
        client.batch_execute(&format!(
            "SET lock_timeout = {limit}; SET statement_timeout = {limit};
             SET idle_in_transaction_session_timeout = {limit};
             SET synchronous_commit = on;
             SELECT set_config(name, 'off', false) FROM pg_settings WHERE name = 'jit'"
        ))?;
        Ok(Session::new(client).into())
    }
}

/// The store on a PostgreSQL database.
#[derive(Debug)]
pub struct PostgresStore {
    writer: Writer,
    readers: Readers,
    in_flight: InFlight,
}

impl PostgresStore {
    /// Connects, brings the schema forward and starts the writer.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the server cannot be reached, or the schema is not for this
    /// program.
    pub fn open(options: &PostgresOptions) -> Result<Self, StoreError> {
        let opening = options.clone();
        // A connection waits, which a thread that runs async tasks must not.
        let opened = std::thread::spawn(move || {
            migrations::migrate(&opening)?;
            opening.connect()
        });
        let connection = opened
            .join()
            .map_err(|_| StoreError::Unavailable("the database was not opened".into()))??;
        Ok(Self {
            writer: writer::start(connection, options.clone())?,
            readers: Readers::new(options.clone()),
            in_flight: InFlight::default(),
        })
    }
}

impl Engine for PostgresStore {
    async fn read<T: Send + 'static>(
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
}
