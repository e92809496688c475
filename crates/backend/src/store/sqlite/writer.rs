//! The one writing thread: it takes what is queued, runs each job in a savepoint of one
//! transaction, commits once (one fsync) and only then answers all of them.
//!
//! Alone, a job waits for nobody: what is queued at that moment is the group.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{SqliteOptions, StoreCounters, StoreError, open_for_writing};

/// Runs inside the transaction and says how to answer once its fate is known.
type Job = Box<dyn FnOnce(&Connection) -> Outcome + Send>;

/// Answers the waiting request.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

struct Outcome {
    keep: bool,
    answer: Answer,
}

/// The queue into the writing thread.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
    counters: StoreCounters,
    /// Jobs in the queue.
    waiting: Arc<AtomicUsize>,
    queue_length: usize,
}

impl Writer {
    /// Starts the thread on an open connection.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there are no more threads.
    pub(super) fn start(
        connection: Connection,
        options: SqliteOptions,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(options.queue_length);
        let counters = StoreCounters::default();
        let counted = counters.clone();
        let waiting = Arc::new(AtomicUsize::new(0));
        let taken = Arc::clone(&waiting);
        let queue_length = options.queue_length;
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".into())
            .spawn(move || run(connection, &Jobs { jobs, taken }, &options, &counted))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            counters,
            waiting,
            queue_length,
        })
    }

    /// Whether a job would be refused now.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) >= self.queue_length
    }

    /// What it has committed.
    pub(super) fn counters(&self) -> StoreCounters {
        self.counters.clone()
    }

    /// Runs `job` durably. When it fails, its own changes are undone and its neighbours' are kept.
    ///
    /// # Errors
    /// [`StoreError::Busy`] at once when the queue is full; the job's; the commit's.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(job, |_| true).await
    }

    /// As [`Writer::write`]; when the job decides on a refusal, its changes are undone too.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub(super) async fn write_or_undo<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError> {
        self.run(job, Result::is_ok).await
    }

    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
        keeps: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let result = job(connection);
            let keep = result.as_ref().is_ok_and(keeps);
            let answer = Box::new(move |fate: Result<(), StoreError>| {
                // A request that has gone away is no reason to undo what it asked for.
                let _ = sender.send(fate.and(result));
            });
            Outcome { keep, answer }
        });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        // Counted before it is there, so that the writer never takes what is not counted.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        queue.try_send(job).map_err(|error| {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            match error {
                TrySendError::Full(_) => StoreError::Busy,
                TrySendError::Disconnected(_) => stopped(),
            }
        })?;
        receiver.await.map_err(|_| stopped())?
    }
}

/// Ends the thread after what is queued has been answered.
impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Unavailable("the writer has stopped".into())
}

/// The other end of the queue.
struct Jobs {
    jobs: Receiver<Job>,
    taken: Arc<AtomicUsize>,
}

impl Jobs {
    /// Waits for a job; `None` when the store is being closed.
    fn next(&self) -> Option<Job> {
        let job = self.jobs.recv().ok()?;
        self.taken.fetch_sub(1, Ordering::Relaxed);
        Some(job)
    }

    /// A job that is there already.
    fn next_waiting(&self) -> Option<Job> {
        let job = self.jobs.try_recv().ok()?;
        self.taken.fetch_sub(1, Ordering::Relaxed);
        Some(job)
    }
}

fn run(connection: Connection, jobs: &Jobs, options: &SqliteOptions, counters: &StoreCounters) {
    let mut open = Some(connection);
    while let Some(first) = jobs.next() {
        let mut group = vec![first];
        while group.len() < options.group_size
            && let Some(next) = jobs.next_waiting()
        {
            group.push(next);
        }
        // After a failed sync nobody knows what the file holds: only opening it again, which reads
        // the WAL, does. Until that works nothing is claimed.
        let connection = match open.take() {
            Some(connection) => Ok(connection),
            None => open_for_writing(options),
        };
        match connection {
            Ok(connection) => open = commit(connection, group, counters),
            Err(error) => refuse(group, &error),
        }
    }
}

/// Runs and commits a group; gives the connection back if it can still be trusted.
fn commit(connection: Connection, group: Vec<Job>, counters: &StoreCounters) -> Option<Connection> {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        let error = StoreError::from(error);
        refuse_with(&connection, group, &error);
        return None;
    }
    let mut answers = Vec::with_capacity(group.len());
    for job in group {
        match run_in_savepoint(&connection, job) {
            Ok(answer) => answers.push(answer),
            Err((answer, error)) => {
                // The transaction itself is broken (full disk, I/O error): nobody's changes stay.
                let _ = connection.execute_batch("ROLLBACK");
                answers.extend(answer);
                return fail(answers, &error);
            }
        }
    }
    match connection.execute_batch("COMMIT") {
        Ok(()) => {
            counters.commits.inc();
            counters.writes.inc_by(answers.len() as u64);
            answers.into_iter().for_each(|answer| answer(Ok(())));
            Some(connection)
        }
        Err(error) => {
            let _ = connection.execute_batch("ROLLBACK");
            fail(answers, &StoreError::from(error))
        }
    }
}

fn run_in_savepoint(
    connection: &Connection,
    job: Job,
) -> Result<Answer, (Option<Answer>, StoreError)> {
    execute(connection, "SAVEPOINT job").map_err(|error| (None, error))?;
    let outcome = job(connection);
    let undone = if outcome.keep {
        Ok(())
    } else {
        execute(connection, "ROLLBACK TO job")
    };
    match undone.and_then(|()| execute(connection, "RELEASE job")) {
        Ok(()) => Ok(outcome.answer),
        Err(error) => Err((Some(outcome.answer), error)),
    }
}

/// Runs one statement, prepared once for all jobs.
fn execute(connection: &Connection, statement: &str) -> Result<(), StoreError> {
    connection.prepare_cached(statement)?.execute([])?;
    Ok(())
}

fn fail(answers: Vec<Answer>, error: &StoreError) -> Option<Connection> {
    answers
        .into_iter()
        .for_each(|answer| answer(Err(error.clone())));
    None
}

/// Answers a group that cannot be run: each job is dropped, which its request sees as unavailable.
fn refuse(group: Vec<Job>, error: &StoreError) {
    tracing::error!(error = %error, jobs = group.len(), "the database cannot be opened");
    drop(group);
}

fn refuse_with(connection: &Connection, group: Vec<Job>, error: &StoreError) {
    let _ = connection.execute_batch("ROLLBACK");
    refuse(group, error);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(path: &std::path::Path) -> Writer {
        let options = SqliteOptions::new(path);
        let connection = open_for_writing(&options).unwrap();
        connection
            .execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT")
            .unwrap();
        Writer::start(connection, options).unwrap()
    }

    async fn insert(writer: &Writer, x: i64) -> Result<(), StoreError> {
        writer
            .write(move |connection| {
                connection.execute("INSERT INTO t VALUES (?1)", [x])?;
                Ok(())
            })
            .await
    }

    fn rows(path: &std::path::Path) -> Vec<i64> {
        let connection = Connection::open(path).unwrap();
        let mut statement = connection.prepare("SELECT x FROM t ORDER BY x").unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    #[tokio::test]
    async fn a_job_that_fails_is_undone_and_its_neighbours_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let writer = writer(&path);
        // While another program holds the lock, what is sent gathers into one group.
        let lock = Connection::open(&path).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        let fails = writer.write::<()>(|connection| {
            connection.execute("INSERT INTO t VALUES (2)", [])?;
            Err(StoreError::Corrupt("on purpose".into()))
        });
        let refuses = writer.write_or_undo::<(), &str>(|connection| {
            connection.execute("INSERT INTO t VALUES (3)", [])?;
            Ok(Err("no"))
        });
        let release = async { lock.execute_batch("ROLLBACK").unwrap() };
        let (one, failed, refused, four, ()) = tokio::join!(
            insert(&writer, 1),
            fails,
            refuses,
            insert(&writer, 4),
            release
        );
        assert_eq!((one, four), (Ok(()), Ok(())));
        assert_eq!(failed, Err(StoreError::Corrupt("on purpose".into())));
        assert_eq!(refused, Ok(Err("no")));
        assert_eq!(rows(&path), [1, 4]);
    }

    #[tokio::test]
    async fn after_a_broken_transaction_nothing_is_claimed_and_the_next_one_works() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let writer = writer(&path);
        // What SQLite does by itself when the disk is full: the whole transaction is gone.
        let broken = writer
            .write(|connection| {
                connection.execute("INSERT INTO t VALUES (1)", [])?;
                connection.execute_batch("ROLLBACK")?;
                Ok(())
            })
            .await;
        assert!(
            matches!(broken, Err(StoreError::Unavailable(_))),
            "{broken:?}"
        );
        assert_eq!(insert(&writer, 2).await, Ok(()));
        assert_eq!(rows(&path), [2]);
    }

    #[tokio::test]
    async fn what_is_queued_is_answered_before_the_writer_stops() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let writer = writer(&path);
        for x in 0..100 {
            let mut queued = Box::pin(insert(&writer, x));
            // Polled once: sent. Then nobody waits for it any more.
            let _ = futures_poll(queued.as_mut());
        }
        drop(writer);
        assert_eq!(rows(&path).len(), 100);
    }

    fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> std::task::Poll<F::Output> {
        future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    }
}
