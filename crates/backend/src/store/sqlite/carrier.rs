//! Carrying the journal over into the database file, beside the writer and not in its way.
//!
//! Carried over at a commit, which is what SQLite does by itself, some sixteen thousand pages hold
//! up whoever waits for that commit. Here a thread of its own carries over what is there while the
//! writer goes on, an eighth of it at a time and standing back behind it: in one piece, or as
//! important as the writer, it would take the processor and the disk from whoever waits. After each
//! pass it has the database file synced. SQLite does so only when a pass has left nothing in the
//! journal, which would be a quarter of a gigabyte at once.
//!
//! SQLite begins the journal anew only when nothing is left in it, which the thread never reaches
//! while orders come. So the writer carries over the last little itself, between two commits, and
//! seldom: each time somebody waits for it. SQLite itself sees to it that nothing is missed: what
//! a pass does not reach stays in the journal.

use std::cell::Cell;
use std::fs::File;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::{Connection, OpenFlags};

use super::{SqliteOptions, StoreError, unavailable};
use crate::priority;

/// What may be left for the writer when the journal is begun anew, pages: some commits' worth.
const REST_PAGES: i64 = 1_000;

/// Passes of the thread for that, at most: on a slow disk there is always more left.
const PASSES_MAX: u32 = 4;

thread_local! {
    /// Pages in the journal after the last commit of this thread.
    static JOURNAL: Cell<i64> = const { Cell::new(0) };
}

/// The thread, and how far it is.
#[derive(Debug)]
pub(super) struct Carrier {
    wanted: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Pages of the journal that a pass has left in the database.
    ended: Receiver<i64>,
    is_asked: bool,
    progress: Progress,
}

/// How far the journal has been carried over, and when it is to be.
#[derive(Debug)]
struct Progress {
    /// Pages that are not in the database when a pass begins.
    pass: i64,
    /// Pages of a journal that is begun anew.
    longest: i64,
    /// Its pages that are in the database.
    carried: i64,
    /// Passes since it has been long enough.
    passes: u32,
}

/// What is to be done about a journal, between two transactions.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Nothing,
    /// The thread's turn.
    Pass,
    /// The writer's: the rest, so that the journal is begun anew.
    Rest,
}

impl Progress {
    /// A pass has left so many pages of the journal in the database.
    fn passed(&mut self, carried: i64) {
        self.carried = carried;
        self.passes = self.passes.saturating_add(1);
    }

    /// What is due when the journal has so many pages.
    fn due(&mut self, journal: i64) -> Due {
        if journal < self.carried {
            // It has been begun anew.
            self.carried = 0;
        }
        let rest = journal.saturating_sub(self.carried);
        if journal < self.longest {
            self.passes = 0;
            return if rest < self.pass {
                Due::Nothing
            } else {
                Due::Pass
            };
        }
        if self.passes > 0 && rest <= REST_PAGES || self.passes >= PASSES_MAX {
            self.passes = 0;
            Due::Rest
        } else {
            Due::Pass
        }
    }

    /// Whether so long a journal grows faster than it is carried over.
    fn is_behind(&self, journal: i64) -> bool {
        journal >= self.longest.saturating_add(self.longest / 4)
    }
}

impl Carrier {
    /// Starts the thread for a database that exists, in the file `data`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be opened, or there are no more threads.
    pub(super) fn start(options: &SqliteOptions, data: Arc<File>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&options.path, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        let (wanted, asked) = sync_channel(1);
        let (says, ended) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-carrier".into())
            .spawn(move || carry_when_asked(&connection, &data, &asked, &says))
            .map_err(unavailable)?;
        Ok(Self {
            wanted: Some(wanted),
            thread: Some(thread),
            ended,
            is_asked: false,
            progress: Progress {
                pass: options.pass_pages,
                longest: options.journal_pages,
                carried: 0,
                passes: 0,
            },
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
        let journal = JOURNAL.get();
        if self.is_asked {
            // Were the thread gone, the writer would carry over everything itself.
            let ended = if self.progress.is_behind(journal) {
                self.ended.recv().ok()
            } else {
                match self.ended.try_recv() {
                    Err(TryRecvError::Empty) => return,
                    ended => ended.ok(),
                }
            };
            self.is_asked = false;
            self.progress.passed(ended.unwrap_or_default());
        }
        match self.progress.due(journal) {
            Due::Nothing => {}
            Due::Pass => {
                self.is_asked = true;
                // It waits for this, unless it is gone.
                if let Some(wanted) = &self.wanted {
                    let _ = wanted.try_send(());
                }
            }
            Due::Rest => match pass(connection) {
                Ok(carried) => self.progress.carried = carried,
                Err(error) => complain(&error),
            },
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

fn carry_when_asked(
    connection: &Connection,
    data: &File,
    asked: &Receiver<()>,
    says: &SyncSender<i64>,
) {
    priority::stand_behind_the_writer();
    while asked.recv().is_ok() {
        let carried = pass(connection).unwrap_or_else(|error| {
            complain(&error);
            0
        });
        // SQLite syncs it as well before it gives up the journal: this is for even work alone.
        if let Err(error) = data.sync_data() {
            tracing::warn!(error = %error, "the database was not synced after a pass");
        }
        let _ = says.try_send(carried);
    }
}

fn complain(error: &rusqlite::Error) {
    tracing::warn!(error = %error, "the journal was not carried over");
}

/// Carries over what readers and writers let it; how many pages of the journal are now in the
/// database.
fn pass(connection: &Connection) -> Result<i64, rusqlite::Error> {
    connection
        .prepare_cached("PRAGMA wal_checkpoint(PASSIVE)")?
        .query_row([], |row| row.get("checkpointed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        Progress {
            pass: 100,
            longest: 10_000,
            carried: 0,
            passes: 0,
        }
    }

    #[test]
    fn a_pass_is_due_for_each_hundred_pages_that_are_not_in_the_database() {
        let mut progress = progress();
        assert_eq!(progress.due(99), Due::Nothing);
        assert_eq!(progress.due(100), Due::Pass);
        progress.passed(110);
        assert_eq!(progress.due(209), Due::Nothing);
        assert_eq!(progress.due(210), Due::Pass);
    }

    #[test]
    fn a_long_journal_is_begun_anew_when_a_pass_has_left_little() {
        let mut progress = progress();
        progress.passed(9_900);
        assert_eq!(progress.due(9_950), Due::Nothing);
        // Whatever was left by passes before: the thread has its turn first.
        assert_eq!(progress.due(10_000), Due::Pass);
        progress.passed(10_000);
        assert_eq!(progress.due(10_000 + REST_PAGES + 1), Due::Pass);
        progress.passed(10_500);
        assert_eq!(progress.due(10_500 + REST_PAGES), Due::Rest);
        // The next commit has begun it anew.
        progress.passed(10_500 + REST_PAGES);
        assert_eq!(progress.due(20), Due::Nothing);
        assert_eq!(progress.due(100), Due::Pass);
    }

    #[test]
    fn a_journal_that_grows_as_fast_as_it_is_carried_over_is_begun_anew_all_the_same() {
        let mut progress = progress();
        let mut journal = 10_000;
        for _ in 0..PASSES_MAX {
            assert_eq!(progress.due(journal), Due::Pass);
            progress.passed(journal);
            journal += REST_PAGES * 2;
        }
        assert_eq!(progress.due(journal), Due::Rest);
        assert!(!progress.is_behind(12_499));
        assert!(
            progress.is_behind(12_500),
            "the writer waits for the thread"
        );
    }

    #[test]
    fn a_journal_that_somebody_reads_is_tried_again() {
        let mut progress = progress();
        for _ in 0..3 {
            assert_eq!(progress.due(10_000), Due::Pass);
            progress.passed(40);
            for _ in 1..PASSES_MAX {
                assert_eq!(progress.due(10_000), Due::Pass);
                progress.passed(40);
            }
            assert_eq!(progress.due(10_000), Due::Rest);
        }
    }
}
