//! The backend's process: the real application on a real file, called without a socket. Killing it
//! leaves the file as a `kill -9` would: with its log, without a farewell.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request as HttpRequest;
use rusqlite::Connection;
use shoptag_backend::clock::Clock;
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore};
use shoptag_backend::{AppState, app};
use shoptag_commerce::Timestamp;
use tower::ServiceExt;

use crate::dice::{Dice, SeededEntropy};
use crate::market::ORIGIN;

/// A person's browser, so that taps count.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Most bytes of an answer that are read.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// A request on its way.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) key: Option<String>,
    pub(crate) bearer: Option<String>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn post(path: impl Into<String>, body: String) -> Self {
        Self {
            method: "POST",
            path: path.into(),
            key: None,
            bearer: None,
            body,
        }
    }

    /// Whether it may be in the backend together with others: all of its work is one job of the
    /// store's writer.
    pub(crate) fn is_one_job(&self) -> bool {
        self.is_order() || self.path == "/v1/quotes"
    }

    pub(crate) fn is_order(&self) -> bool {
        self.path == "/v1/orders"
    }
}

/// An answer, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after_s: Option<u64>,
    pub(crate) is_replayed: bool,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// What something between the shopper and the backend says.
    pub(crate) fn foreign(status: u16, body: &str) -> Self {
        Self {
            status,
            retry_after_s: None,
            is_replayed: false,
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// The process's clock: what the world says, wrong by as much as the world says.
#[derive(Debug, Default)]
struct ServerClock(AtomicI64);

impl Clock for ServerClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

/// The backend of one run.
pub(crate) struct Backend {
    folder: PathBuf,
    generation: u32,
    running: Option<(Router, Arc<SqliteStore>)>,
    clock: Arc<ServerClock>,
    entropy: Arc<SeededEntropy>,
    /// By how much the server's clock is ahead of the true time, milliseconds.
    pub(crate) clock_ahead_ms: i64,
    /// The file as of the last sync, when the disk only says that it has synced.
    unsynced: Option<(Vec<u8>, Vec<u8>)>,
}

impl Backend {
    /// A backend that runs on a copy of `database` in `folder`.
    pub(crate) fn start(folder: &Path, database: &[u8], dice: Dice) -> Self {
        let mut backend = Self {
            folder: folder.to_owned(),
            generation: 0,
            running: None,
            clock: Arc::default(),
            entropy: Arc::new(SeededEntropy::new(dice)),
            clock_ahead_ms: 0,
            unsynced: None,
        };
        fs::write(backend.path(), database).unwrap();
        backend.open();
        backend
    }

    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.sqlite", self.generation))
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join(format!("{}.sqlite-wal", self.generation))
    }

    /// Starts the process, if it does not run.
    pub(crate) fn open(&mut self) {
        if self.running.is_some() {
            return;
        }
        let options = SqliteOptions {
            readers: 1,
            ..SqliteOptions::new(self.path())
        };
        let store = Arc::new(SqliteStore::open(&options).unwrap());
        let state = AppState {
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            // Real seconds, of which a run has none.
            deadline: Duration::from_secs(600),
            ..AppState::new(store.clone())
        };
        self.running = Some((app(state), store));
    }

    /// Ends the process at once. What was committed is in the file and its log.
    pub(crate) fn kill(&mut self) {
        if self.running.is_none() {
            return;
        }
        let (database, log) = match self.unsynced.take() {
            Some(synced) => synced,
            None => self.files(),
        };
        let (old, old_log) = (self.path(), self.log_path());
        self.running = None;
        let _ = (fs::remove_file(old), fs::remove_file(old_log));
        self.generation += 1;
        fs::write(self.path(), database).unwrap();
        if !log.is_empty() {
            fs::write(self.log_path(), log).unwrap();
        }
    }

    /// From here on until the next call, what is written is not on the disk: a process that dies
    /// loses it.
    pub(crate) fn sync_only_now(&mut self) {
        self.unsynced = Some(self.files());
    }

    fn files(&self) -> (Vec<u8>, Vec<u8>) {
        let log = fs::read(self.log_path()).unwrap_or_default();
        (fs::read(self.path()).unwrap(), log)
    }

    /// The store, while the process runs.
    pub(crate) fn store(&self) -> Option<&Arc<SqliteStore>> {
        self.running.as_ref().map(|(_, store)| store)
    }

    /// Sets the server's clock by the world's.
    pub(crate) fn tell_time(&self, true_ms: i64) {
        let ms = true_ms.saturating_add(self.clock_ahead_ms);
        self.clock.0.store(ms, Ordering::SeqCst);
    }

    /// A connection to the file, beside the application.
    pub(crate) fn connect(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// The process's answer; `None` when there is no process.
    pub(crate) async fn answer(&self, request: &Request) -> Option<Answer> {
        let (router, _) = self.running.as_ref()?;
        let mut builder = HttpRequest::builder()
            .method(request.method)
            .uri(&request.path)
            .header("content-type", "application/json")
            .header("user-agent", FIREFOX);
        if let Some(key) = &request.key {
            builder = builder.header("idempotency-key", key);
        }
        builder = match &request.bearer {
            Some(bearer) => builder.header("authorization", format!("Bearer {bearer}")),
            None => builder.header("origin", ORIGIN),
        };
        let http = builder.body(Body::from(request.body.clone())).unwrap();
        let response = router.clone().oneshot(http).await.unwrap();
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            Some(value.to_str().ok()?.to_owned())
        };
        let (status, replayed) = (response.status(), header("idempotent-replayed"));
        let retry_after_s = header("retry-after").and_then(|text| text.parse().ok());
        let body = to_bytes(response.into_body(), ANSWER_BYTES_MAX).await;
        Some(Answer {
            status: status.as_u16(),
            retry_after_s,
            is_replayed: replayed.as_deref() == Some("true"),
            body: body.unwrap().to_vec(),
        })
    }
}
