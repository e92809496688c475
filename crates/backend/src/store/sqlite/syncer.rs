//! Making commits durable, beside the writer: while one is synced, the writer runs the next group.
//!
//! SQLite itself would have the writer wait for the disk at each commit. Here a commit is written
//! to the journal and seen by readers at once; this thread syncs the journal, one sync for all
//! commits that are there, and answers them then. Nobody hears of a commit before it is durable:
//! requests that write are answered here, and requests that read wait until what they may have seen
//! is.
//!
//! After a failed sync nobody knows which pages of the journal are on the disk, and a later sync
//! that succeeds says nothing about them. So nothing is claimed until everything has been carried
//! over into the database, the database has been synced, and the journal has been begun anew.

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use super::{SqliteOptions, StoreError, beside, open_for_writing, unavailable};
use crate::store::sql::{Answers, Group, Link};

/// Groups that may wait to be synced; then the writer waits for the disk.
const GROUPS_MAX: usize = 4;

/// Between two attempts to begin the journal anew when nobody asks for anything: a pass of the
/// thread that carries over, during which SQLite refuses it, is over by then.
const AGAIN: Duration = Duration::from_millis(200);

/// A group that has been committed, and how many commits there are with it.
type Committed = (u64, Group);

/// What is durable, for whoever reads. Clones are of one database.
#[derive(Debug, Clone, Default)]
pub(super) struct Durable(Arc<Commits>);

#[derive(Debug, Default)]
struct Commits {
    /// How many have begun.
    begun: AtomicU64,
    synced: watch::Sender<Synced>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Synced {
    /// How many are durable.
    commits: u64,
    /// Those after them may not be in the journal.
    has_failed: bool,
}

impl Durable {
    /// Has the commits of `connection` counted, each before anybody can see it.
    fn watch(&self, connection: &Connection) {
        let durable = self.clone();
        connection.commit_hook(Some(move || {
            durable.begin();
            false
        }));
    }

    fn begin(&self) {
        self.0.begun.fetch_add(1, Ordering::SeqCst);
    }

    /// How many commits may have been seen by now.
    fn begun(&self) -> u64 {
        self.0.begun.load(Ordering::SeqCst)
    }

    /// Waits until whatever can be seen at this moment is durable.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it may never be.
    pub(super) async fn reached(&self) -> Result<(), StoreError> {
        let seen = self.begun();
        let mut synced = self.0.synced.subscribe();
        let reached = synced.wait_for(|synced| synced.commits >= seen || synced.has_failed);
        match reached.await {
            Ok(synced) if synced.commits >= seen => Ok(()),
            _ => Err(unavailable("what was read is not durable")),
        }
    }

    fn has_failed(&self) -> bool {
        self.0.synced.borrow().has_failed
    }

    fn reach(&self, commits: u64) {
        self.0.synced.send_modify(|synced| {
            *synced = Synced {
                commits: synced.commits.max(commits),
                has_failed: false,
            };
        });
    }

    fn fail(&self) {
        self.0.synced.send_modify(|synced| synced.has_failed = true);
    }
}

/// What holds the journal.
trait Disk: Send + Sync + 'static {
    /// Syncs the journal.
    fn sync(&self) -> io::Result<()>;

    /// Carries all of it over into the database, syncs that, and begins the journal anew.
    fn begin_anew(&self) -> Result<(), StoreError>;
}

struct Journal {
    file: File,
    options: SqliteOptions,
}

impl Disk for Journal {
    fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn begin_anew(&self) -> Result<(), StoreError> {
        let connection = open_for_writing(&self.options)?;
        let Link::Sqlite(connection) = connection.link() else {
            return Err(StoreError::Corrupt("another engine's connection".into()));
        };
        let is_busy: bool =
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get("busy"))?;
        if is_busy {
            return Err(unavailable("the journal is still being read"));
        }
        Ok(())
    }
}

/// The thread, and what it shares with the writer.
pub(super) struct Syncer {
    queue: Option<SyncSender<Committed>>,
    thread: Option<JoinHandle<()>>,
    syncing: Arc<Syncing>,
}

struct Syncing {
    disk: Box<dyn Disk>,
    durable: Durable,
    answers: Answers,
    /// Groups with the thread, that it is syncing included.
    groups: AtomicUsize,
}

impl Syncer {
    /// Starts the thread for a database that exists.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it has no journal, or that cannot be synced, or there are
    /// no more threads.
    pub(super) fn start(
        options: &SqliteOptions,
        durable: Durable,
        answers: Answers,
    ) -> Result<Self, StoreError> {
        let file = File::open(beside(&options.path, "-wal")).map_err(unavailable)?;
        // What a process that was killed has left in it is seen from now on.
        file.sync_data().map_err(unavailable)?;
        let options = options.clone();
        Self::on(Journal { file, options }, durable, answers)
    }

    fn on(disk: impl Disk, durable: Durable, answers: Answers) -> Result<Self, StoreError> {
        let syncing = Arc::new(Syncing {
            disk: Box::new(disk),
            durable,
            answers,
            groups: AtomicUsize::new(0),
        });
        let (queue, groups) = sync_channel(GROUPS_MAX);
        let own = Arc::clone(&syncing);
        let thread = std::thread::Builder::new()
            .name("store-syncer".into())
            .spawn(move || own.sync_all(&groups))
            .map_err(unavailable)?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            syncing,
        })
    }

    /// Has the commits of `connection` counted, which the writer makes from now on.
    pub(super) fn watch(&self, connection: &Connection) {
        self.syncing.durable.watch(connection);
    }

    /// Answers a group whose commit has failed. Whoever reads may wait for that commit: it counts
    /// as one that is to be synced.
    pub(super) fn refuse(&self, group: Group, error: StoreError) {
        self.syncing.answers.give(group, &Err(error));
        self.pass(Group::new());
    }

    /// Makes a group that has been committed durable, then answers it: at once, on this thread,
    /// when nobody else waits. An empty one stands for a commit that failed. The writer's thread
    /// calls it, so that no commit is half done meanwhile.
    pub(super) fn pass(&self, group: Group) {
        let syncing = &self.syncing;
        let commits = syncing.durable.begun();
        let is_alone = syncing.groups.load(Ordering::SeqCst) == 0
            && syncing.answers.nobody_waits()
            && !syncing.durable.has_failed();
        let mut rest = group;
        if is_alone {
            if syncing.sync(commits, vec![rest]) {
                return;
            }
            // What the failure leaves behind is the thread's to mend.
            rest = Group::new();
        }
        syncing.groups.fetch_add(1, Ordering::SeqCst);
        if let Some(queue) = &self.queue {
            // Were the thread gone, whoever waits would learn that its answer is.
            let _ = queue.send((commits, rest));
        }
    }
}

/// Ends the thread, after what it has been given is answered.
impl Drop for Syncer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Syncing {
    fn sync_all(&self, groups: &Receiver<Committed>) {
        while let Some((mut commits, first)) = self.next(groups) {
            let mut batch = vec![first];
            for (more, group) in groups.try_iter() {
                commits = more;
                batch.push(group);
            }
            let count = batch.len();
            let is_synced = self.sync(commits, batch);
            self.groups.fetch_sub(count, Ordering::SeqCst);
            if !is_synced {
                self.begin_anew();
            }
        }
    }

    /// The next group; `None` when the store is being closed. A journal that could not be begun
    /// anew is tried again first.
    fn next(&self, groups: &Receiver<Committed>) -> Option<Committed> {
        while self.durable.has_failed() {
            match groups.recv_timeout(AGAIN) {
                Ok(group) => {
                    self.begin_anew();
                    return Some(group);
                }
                Err(RecvTimeoutError::Timeout) => self.begin_anew(),
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        groups.recv().ok()
    }

    /// Syncs the journal, in which there are so many commits, and answers `batch`, which is of
    /// them.
    fn sync(&self, commits: u64, batch: Vec<Group>) -> bool {
        let fate = if self.durable.has_failed() {
            Err(unavailable("an earlier sync has failed"))
        } else {
            self.disk.sync().map_err(unavailable)
        };
        if fate.is_ok() {
            self.durable.reach(commits);
            self.answers.counters().syncs.inc();
        } else {
            self.durable.fail();
        }
        for group in batch.into_iter().filter(|group| !group.is_empty()) {
            self.answers.give(group, &fate);
        }
        fate.is_ok()
    }

    fn begin_anew(&self) {
        // A commit that has begun holds the lock that this waits for: it has ended by then.
        let commits = self.durable.begun();
        match self.disk.begin_anew() {
            Ok(()) => self.durable.reach(commits),
            Err(error) => {
                tracing::warn!(error = %error, "the journal could not be begun anew");
            }
        }
    }
}

#[cfg(test)]
mod tests;
