//! Carrying the journal over into the database file, beside the writer and not in its way.
//!
//! Carried over at a commit, which is what SQLite does by itself, some sixteen thousand pages hold
//! up whoever waits for that commit. Here a thread of its own carries over what is there while the
//! writer goes on; the writer then carries over the little that has been added since, after it has
//! answered, and SQLite begins the journal anew at the next commit. SQLite itself sees to it that
//! nothing is missed: what a pass does not reach stays in the journal.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use super::{SqliteOptions, StoreError};

/// What may be added while a pass runs for it to be the last one, pages: a few commits' worth.
const REST_PAGES: i64 = 2_000;

/// Passes at most: a disk on which the journal grows faster than it is carried over.
const PASSES_MAX: usize = 4;

thread_local! {
    /// Pages in the journal after the last commit of this thread.
    static JOURNAL: Cell<i64> = const { Cell::new(0) };
}

/// The thread, and how far it is.
#[derive(Debug)]
pub(super) struct Carrier {
    wanted: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    ended: Receiver<()>,
    is_asked: bool,
    journal_pages: i64,
}

impl Carrier {
    /// Starts the thread for a database that exists.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be opened, or there are no more threads.
    pub(super) fn start(options: &SqliteOptions) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&options.path, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let (wanted, asked) = sync_channel(1);
        let (says, ended) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-carrier".into())
            .spawn(move || carry_when_asked(&connection, &asked, &says))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            wanted: Some(wanted),
            thread: Some(thread),
            ended,
            is_asked: false,
            journal_pages: options.journal_pages,
        })
    }

    /// Has the commits of `connection`, on this thread, counted, in place of SQLite's own carrying
    /// over.
    pub(super) fn watch(connection: &Connection) {
        connection.wal_hook(Some(|_, pages| {
            JOURNAL.set(i64::from(pages));
            Ok(())
        }));
    }

    /// Does what is due, between two transactions of `connection`. A pass that fails is no failure
    /// of a commit: its pages stay in the journal, and the next pass takes them.
    pub(super) fn attend(&mut self, connection: &Connection) {
        if self.is_asked {
            // Were the thread gone, the writer would carry over everything itself.
            if self.ended.try_recv() == Err(TryRecvError::Empty) {
                return;
            }
            self.is_asked = false;
            if let Err(error) = pass(connection) {
                tracing::warn!(error = %error, "the journal was not carried over");
            }
        } else if JOURNAL.get() >= self.journal_pages {
            self.is_asked = true;
            // It waits for this, unless it is gone.
            if let Some(wanted) = &self.wanted {
                let _ = wanted.try_send(());
            }
        }
    }
}

/// Ends the thread, after the pass that it is at.
impl Drop for Carrier {
    fn drop(&mut self) {
        drop(self.wanted.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn carry_when_asked(connection: &Connection, asked: &Receiver<()>, says: &SyncSender<()>) {
    while asked.recv().is_ok() {
        if let Err(error) = carry(connection) {
            tracing::warn!(error = %error, "the journal was not carried over");
        }
        let _ = says.try_send(());
    }
}

fn carry(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut before = 0;
    for _ in 0..PASSES_MAX {
        let pages = pass(connection)?;
        if pages - before <= REST_PAGES {
            break;
        }
        before = pages;
    }
    Ok(())
}

/// Carries over what readers and writers let it; how many pages the journal had.
fn pass(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| row.get("log"))
}
