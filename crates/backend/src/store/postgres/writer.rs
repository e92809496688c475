//! Groups of writes on PostgreSQL: serializable, run again after a conflict, on a new connection
//! after a lost one.
//!
//! Backends write in turns: a group begins by locking the table `writer_turn`. LOCK takes no
//! snapshot, so the transaction sees everything that the turn before it has committed, and the
//! server gives the turn back by itself when a backend dies or stands still.

use std::time::{Duration, Instant};

use super::growth;
use super::session::Trouble;
use super::{PostgresOptions, StoreError};
use crate::store::sql::{Answers, Broken, Connection, Group, Link, Writer, commit};

/// The first wait between two attempts; it doubles. Longer than most transactions, and five of them
/// are shorter than a request's patience.
const PAUSE: Duration = Duration::from_millis(10);

/// Starts the writing thread on an open connection.
///
/// # Errors
/// [`StoreError::Unavailable`] when there are no more threads.
pub(super) fn start(
    connection: Connection,
    options: PostgresOptions,
) -> Result<Writer, StoreError> {
    let (queue_length, group_size) = (options.queue_length, options.group_size);
    let mut open = Some(connection);
    let mut written: u64 = 0;
    let answers = Answers::default();
    let given = answers.clone();
    Writer::start(queue_length, group_size, answers, move |mut group| {
        let fate = write(&mut open, &options, &mut group);
        if fate.is_ok() {
            // The server syncs once a commit.
            given.counters().syncs.inc();
            written += 1;
        }
        given.give(group, &fate);
        if fate.is_ok()
            && growth::is_looked_at(written)
            && let Some(connection) = &open
        {
            growth::count_what_has_grown(connection);
        }
    })
}

fn write(
    open: &mut Option<Connection>,
    options: &PostgresOptions,
    group: &mut Group,
) -> Result<(), StoreError> {
    let begun = Instant::now();
    let mut attempt = 1;
    loop {
        let connection = match open.take() {
            Some(connection) => connection,
            None => options.connect()?,
        };
        let (broken, trouble) = match run(&connection, options, group, attempt) {
            Ok(()) => {
                *open = Some(connection);
                return Ok(());
            }
            Err(failed) => failed,
        };
        // A session that cannot end its transaction is lost.
        let is_lost = connection.execute_batch("ROLLBACK").is_err();
        let (error, verdict) = judge(broken, trouble, is_lost);
        if !is_lost {
            *open = Some(connection);
        }
        if verdict == Verdict::Refuse
            || attempt >= options.attempts
            || begun.elapsed() > options.patience * 2
        {
            return Err(error);
        }
        tracing::info!(error = %error, attempt, jobs = group.len(), "a group is written again");
        std::thread::sleep(pause(attempt, &random()));
        attempt += 1;
    }
}

/// What to do with a group that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Again,
    Refuse,
}

fn run(
    connection: &Connection,
    options: &PostgresOptions,
    group: &mut Group,
    attempt: u32,
) -> Result<(), (Broken, Option<Trouble>)> {
    let Link::Postgres(session) = connection.link() else {
        let error = StoreError::Corrupt("the writer has another engine's connection".into());
        return Err((Broken::Before(error), None));
    };
    let begin = if options.takes_turns {
        "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE writer_turn IN EXCLUSIVE MODE"
    } else {
        "BEGIN ISOLATION LEVEL SERIALIZABLE"
    };
    let trouble = std::cell::Cell::new(None);
    let must_stop = || {
        let found = session.take_trouble();
        trouble.set(found);
        match found {
            // Seen again, it is not somebody else's unseen row: the job alone has failed.
            Some(Trouble::Duplicate) if attempt > 1 => None,
            Some(_) => Some(StoreError::Unavailable("another transaction".into())),
            None if session.is_closed() => Some(StoreError::Unavailable("lost".into())),
            None => None,
        }
    };
    commit(connection, begin, group, must_stop)
        .map_err(|broken| (broken, session.take_trouble().or(trouble.get())))
}

/// A conflict at the commit is certain too: the server says that nothing was written. A connection
/// lost there says nothing.
fn judge(broken: Broken, trouble: Option<Trouble>, is_lost: bool) -> (StoreError, Verdict) {
    match (trouble, broken) {
        (Some(Trouble::Conflict | Trouble::Duplicate), _) => (StoreError::Busy, Verdict::Again),
        (Some(Trouble::Slow), _) => (StoreError::Busy, Verdict::Refuse),
        (None, Broken::Before(error)) if is_lost => (error, Verdict::Again),
        (None, Broken::Before(error) | Broken::AtCommit(error)) => (error, Verdict::Refuse),
    }
}

/// Between half and the whole of a wait that doubles: two backends in conflict part.
fn pause(attempt: u32, random: &[u8; 2]) -> Duration {
    let whole = PAUSE * 2_u32.pow(attempt.min(8));
    whole / 2 + whole * u32::from(u16::from_le_bytes(*random)) / (2 * 65_536)
}

fn random() -> [u8; 2] {
    let mut bytes = [0; 2];
    // Without randomness the wait is the shortest.
    let _ = getrandom::fill(&mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conflict_is_run_again_and_an_unknown_commit_is_not() {
        let error = || StoreError::Unavailable("x".into());
        let check = |broken, trouble, is_lost, verdict| {
            assert_eq!(judge(broken, trouble, is_lost).1, verdict);
        };
        let conflict = Some(Trouble::Conflict);
        check(Broken::Before(error()), conflict, false, Verdict::Again);
        check(Broken::AtCommit(error()), conflict, false, Verdict::Again);
        check(Broken::Before(error()), None, true, Verdict::Again);
        check(Broken::AtCommit(error()), None, true, Verdict::Refuse);
        check(Broken::Before(error()), None, false, Verdict::Refuse);
        let slow = Some(Trouble::Slow);
        check(Broken::Before(error()), slow, false, Verdict::Refuse);
    }

    #[test]
    fn waits_double_and_differ() {
        assert_eq!(pause(1, &[0, 0]), PAUSE);
        assert!(pause(1, &[255, 255]) < PAUSE * 2);
        assert_eq!(pause(3, &[0, 0]), PAUSE * 4);
        assert!(pause(5, &[255, 255]) < Duration::from_millis(320));
    }
}
