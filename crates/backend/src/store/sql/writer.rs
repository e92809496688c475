//! The one writing thread: it takes what is queued and has the engine run it in one transaction
//! with one commit. When that is durable, all of it is answered.
//!
//! Alone, a job waits for nobody: what is queued at that moment is the group.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Connection;
use super::line::{Line, ROOM_WAIT};
use super::within::settle;
use crate::store::{StoreCounters, StoreError};

/// What a request wants written. It may be run again, when the transaction in which it ran is gone.
pub(in crate::store) trait Job: Send {
    /// Whether it may decide to have its changes undone, without having failed.
    fn may_undo(&self) -> bool;

    /// Runs; whether its changes are to be kept.
    fn run(&mut self, connection: &Connection) -> bool;

    /// What it ran cannot be written.
    fn fail(&mut self, error: StoreError);

    /// Answers the request: with what the last run gave, when that is durable.
    fn answer(self: Box<Self>, fate: Result<(), StoreError>);
}

/// The jobs that share a transaction.
pub(in crate::store) type Group = Vec<Box<dyn Job>>;

/// Where a transaction broke.
#[derive(Debug)]
pub(in crate::store) enum Broken {
    /// Before it was to be committed: nothing of it is there.
    Before(StoreError),
    /// While it was being committed: whether it is there is not known.
    AtCommit(StoreError),
}

/// Where groups that have been written are answered, and counted. Clones count together.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Answers {
    counters: StoreCounters,
    line: Arc<Line>,
}

impl Answers {
    /// Whether nobody waits for the writer.
    pub(in crate::store) fn nobody_waits(&self) -> bool {
        self.line.jobs() == 0
    }

    #[cfg(test)]
    pub(in crate::store) fn somebody_waits(&self) {
        self.line.enters();
    }

    /// What has been committed.
    pub(in crate::store) fn counters(&self) -> &StoreCounters {
        &self.counters
    }

    /// Answers a group: that it is durable, or why it is not.
    pub(in crate::store) fn give(&self, group: Group, fate: &Result<(), StoreError>) {
        match fate {
            Ok(()) => {
                self.counters.commits.inc();
                self.counters.writes.inc_by(group.len() as u64);
            }
            Err(error) => {
                tracing::error!(error = %error, jobs = group.len(), "a group was not written");
            }
        }
        for job in group {
            job.answer(fate.clone());
        }
    }
}

/// The queue into the writing thread.
#[derive(Debug)]
pub(in crate::store) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    answers: Answers,
    queue_length: usize,
}

impl Writer {
    /// Starts the thread. `write` runs a group, commits it, and has it answered by `answers`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there are no more threads.
    pub(in crate::store) fn start(
        queue_length: usize,
        group_size: usize,
        answers: Answers,
        write: impl FnMut(Group) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, jobs) = sync_channel(queue_length);
        let line = Arc::clone(&answers.line);
        let thread = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || take_groups(&Jobs { jobs, line }, group_size, write))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
            answers,
            queue_length,
        })
    }

    /// Whether a job would have to wait for room now.
    pub(in crate::store) fn is_full(&self) -> bool {
        self.answers.line.jobs() >= self.queue_length
    }

    /// Waits for room; false when there is none for too long.
    pub(in crate::store) async fn has_room(&self) -> bool {
        timeout(ROOM_WAIT, self.room()).await.is_ok()
    }

    async fn room(&self) {
        self.answers.line.room(self.queue_length).await;
    }

    /// What it has committed.
    pub(in crate::store) fn counters(&self) -> StoreCounters {
        self.answers.counters.clone()
    }

    /// Runs `job` durably. When it fails, its own changes are undone and its neighbours' are kept.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when there is no room in the queue for too long; the job's; the
    /// commit's.
    pub(in crate::store) async fn write<T: Send + 'static>(
        &self,
        job: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.queue(job, None).await
    }

    /// As [`Writer::write`]; when the job decides on a refusal, its changes are undone too.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub(in crate::store) async fn write_or_undo<T: Send + 'static, E: Send + 'static>(
        &self,
        job: impl Fn(&Connection) -> Result<Result<T, E>, StoreError> + Send + 'static,
    ) -> Result<Result<T, E>, StoreError> {
        self.queue(job, Some(Result::is_ok)).await
    }

    async fn queue<T: Send + 'static>(
        &self,
        job: impl Fn(&Connection) -> Result<T, StoreError> + Send + 'static,
        keeps: Option<fn(&T) -> bool>,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = oneshot::channel();
        let task = Box::new(Task {
            job,
            keeps,
            result: Err(stopped()),
            sender,
        });
        if let Some(task) = self.enter(task)? {
            let entered = timeout(ROOM_WAIT, self.enter_when_there_is_room(task)).await;
            entered.map_err(|_| StoreError::Busy)??;
        }
        receiver.await.map_err(|_| stopped())?
    }

    async fn enter_when_there_is_room(&self, mut task: Box<dyn Job>) -> Result<(), StoreError> {
        loop {
            self.room().await;
            match self.enter(task)? {
                Some(back) => task = back,
                None => return Ok(()),
            }
        }
    }

    /// Puts a job into the queue, or gives it back when that is full.
    fn enter(&self, task: Box<dyn Job>) -> Result<Option<Box<dyn Job>>, StoreError> {
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        let line = &self.answers.line;
        line.enters();
        let Err(error) = queue.try_send(task) else {
            return Ok(None);
        };
        line.is_turned_back();
        match error {
            TrySendError::Full(back) => Ok(Some(back)),
            TrySendError::Disconnected(_) => Err(stopped()),
        }
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
    jobs: Receiver<Box<dyn Job>>,
    line: Arc<Line>,
}

impl Jobs {
    /// Waits for a job; `None` when the store is being closed.
    fn next(&self) -> Option<Box<dyn Job>> {
        self.jobs.recv().ok().inspect(|_| self.line.leaves())
    }

    /// A job that is there already.
    fn next_waiting(&self) -> Option<Box<dyn Job>> {
        self.jobs.try_recv().ok().inspect(|_| self.line.leaves())
    }
}

fn take_groups(jobs: &Jobs, group_size: usize, mut write: impl FnMut(Group)) {
    while let Some(first) = jobs.next() {
        let mut group = vec![first];
        while group.len() < group_size
            && let Some(next) = jobs.next_waiting()
        {
            group.push(next);
        }
        write(group);
    }
}

struct Task<T, F> {
    job: F,
    /// `None`: whatever it gives is kept, unless it fails.
    keeps: Option<fn(&T) -> bool>,
    result: Result<T, StoreError>,
    sender: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: Fn(&Connection) -> Result<T, StoreError> + Send> Job for Task<T, F> {
    fn may_undo(&self) -> bool {
        self.keeps.is_some()
    }

    fn run(&mut self, connection: &Connection) -> bool {
        self.result = guarded(|| (self.job)(connection));
        let keeps = self.keeps;
        let result = self.result.as_ref();
        result.is_ok_and(|result| keeps.is_none_or(|keeps| keeps(result)))
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Err(error);
    }

    fn answer(self: Box<Self>, fate: Result<(), StoreError>) {
        let Self {
            job,
            result,
            sender,
            ..
        } = *self;
        // What the job held is free before the request goes on.
        drop(job);
        // A request that has gone away is no reason to undo what it asked for.
        let _ = sender.send(fate.and(result));
    }
}

/// Runs a job or query whose panic (a sum that leaves its type, for one) is its own failure: its
/// changes are undone, and neither the writing thread nor a reading connection goes with it.
pub(in crate::store) fn guarded<T>(
    work: impl FnOnce() -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // What it touched is thrown away: changes that are undone, facts that nobody has seen.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(StoreError::Corrupt("the work on it panicked".into())))
}

/// Runs a group in one transaction that `begin` begins, and commits it. After a failure nothing of
/// it is kept; a transaction that is still open is the caller's to end.
///
/// A savepoint costs a copy of every page that its job touches. So only a job that may decide to be
/// undone gets one; when another one fails, which is rare, the group is run again with one for
/// each.
///
/// # Errors
/// The database's, and where it broke; `must_stop` is asked after each job whether to go on.
pub(in crate::store) fn commit(
    connection: &Connection,
    begin: &str,
    group: &mut Group,
    must_stop: impl Fn() -> Option<StoreError>,
) -> Result<(), Broken> {
    let before = |error: super::Error| Broken::Before(error.into());
    connection.execute_batch(begin).map_err(before)?;
    connection.within().begin();
    if !run_all(connection, group, &must_stop)? {
        connection.execute_batch("ROLLBACK").map_err(before)?;
        if group.len() == 1 {
            return Ok(());
        }
        connection.execute_batch(begin).map_err(before)?;
        connection.within().begin();
        for job in group {
            run_apart(connection, job.as_mut(), true)?;
            if let Some(error) = must_stop() {
                return Err(Broken::Before(error));
            }
        }
    }
    connection
        .execute_batch("COMMIT")
        .map_err(|error| Broken::AtCommit(error.into()))
}

/// Runs a group, job by job, and writes what it owes. False: a job without a savepoint has failed,
/// or what they owe together cannot be written, and nothing that ran can be kept.
fn run_all(
    connection: &Connection,
    group: &mut Group,
    must_stop: impl Fn() -> Option<StoreError>,
) -> Result<bool, Broken> {
    for job in group.iter_mut() {
        let keep = if job.may_undo() {
            run_apart(connection, job.as_mut(), false)?;
            true
        } else {
            job.run(connection)
        };
        if let Some(error) = must_stop() {
            return Err(Broken::Before(error));
        }
        if !keep {
            return Ok(false);
        }
    }
    let settled = settle(connection);
    if let Some(error) = must_stop() {
        return Err(Broken::Before(error));
    }
    match (settled, group.as_mut_slice()) {
        (Ok(()), _) => Ok(true),
        (Err(error), [alone]) => {
            alone.fail(error.into());
            Ok(false)
        }
        (Err(_), _) => Ok(false),
    }
}

/// Runs a job in a savepoint, and writes what it owes if `settles`.
fn run_apart(connection: &Connection, job: &mut dyn Job, settles: bool) -> Result<(), Broken> {
    let before = |error: super::Error| Broken::Before(error.into());
    connection.execute("SAVEPOINT job", []).map_err(before)?;
    connection.within().mark();
    let mut keep = job.run(connection);
    if keep
        && settles
        && let Err(error) = settle(connection)
    {
        job.fail(error.into());
        keep = false;
    }
    if keep {
        connection.within().keep();
    } else {
        connection.execute("ROLLBACK TO job", []).map_err(before)?;
        connection.within().take_back();
    }
    connection.execute("RELEASE job", []).map_err(before)?;
    Ok(())
}
