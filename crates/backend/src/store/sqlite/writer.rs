//! Groups of writes on the file: one transaction and one commit each, made durable beside it.

use std::fs;
use std::sync::Arc;

use super::carrier::Carrier;
use super::syncer::{Durable, Syncer};
use super::{Connection, SqliteOptions, StoreError, open_for_writing};
use crate::store::sql::{Answers, Broken, Group, Link, Writer, commit};

/// Starts the writing thread on an open connection to the database in the file `data`.
///
/// # Errors
/// [`StoreError::Unavailable`] when there are no more threads.
pub(super) fn start(
    connection: Connection,
    options: &SqliteOptions,
    durable: &Durable,
    data: Arc<fs::File>,
) -> Result<Writer, StoreError> {
    let answers = Answers::default();
    let syncer = Syncer::start(options, durable.clone(), answers.clone())?;
    let mut file = File {
        open: Some(watched(connection, &syncer)?),
        carrier: Carrier::start(options, data)?,
        syncer,
        options: options.clone(),
    };
    let (queue_length, group_size) = (options.queue_length, options.group_size);
    Writer::start(queue_length, group_size, answers, move |group| {
        file.write(group);
    })
}

/// The file, as the writing thread has it.
struct File {
    /// `None`: it is to be opened again.
    open: Option<Connection>,
    options: SqliteOptions,
    carrier: Carrier,
    syncer: Syncer,
}

impl File {
    fn write(&mut self, mut group: Group) {
        match self.commit(&mut group) {
            Ok(()) => self.syncer.pass(group),
            Err(error) => self.syncer.refuse(group, error),
        }
    }

    fn commit(&mut self, group: &mut Group) -> Result<(), StoreError> {
        // After a failed commit nobody knows what the file holds: only opening it again does. Until
        // that works nothing is claimed.
        let connection = match self.open.take() {
            Some(connection) => connection,
            None => watched(open_for_writing(&self.options)?, &self.syncer)?,
        };
        if let Link::Sqlite(sqlite) = connection.link() {
            self.carrier.attend(sqlite);
        }
        match commit(&connection, "BEGIN IMMEDIATE", group, || None) {
            Ok(()) => {
                self.open = Some(connection);
                Ok(())
            }
            // The transaction itself is broken (full disk, I/O error): nobody's changes stay.
            Err(Broken::Before(error) | Broken::AtCommit(error)) => {
                let _ = connection.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }
}

fn watched(connection: Connection, syncer: &Syncer) -> Result<Connection, StoreError> {
    if let Link::Sqlite(sqlite) = connection.link() {
        Carrier::watch(sqlite);
        syncer.watch(sqlite);
        // The syncer syncs its commits. Before the journal is begun anew, SQLite still syncs it.
        sqlite.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer(path: &std::path::Path) -> Writer {
        writer_on(SqliteOptions::new(path))
    }

    fn writer_on(options: SqliteOptions) -> Writer {
        let connection = open_for_writing(&options).unwrap();
        connection
            .execute_batch("CREATE TABLE t (x INTEGER PRIMARY KEY) STRICT")
            .unwrap();
        let data = Arc::new(fs::File::open(&options.path).unwrap());
        start(connection, &options, &Durable::default(), data).unwrap()
    }

    /// The mark with which the journal has been begun: another one each time.
    fn journal_mark(path: &std::path::Path) -> Vec<u8> {
        let mut header = [0; 24];
        let mut journal = std::fs::File::open(path.with_extension("sqlite-wal")).unwrap();
        std::io::Read::read_exact(&mut journal, &mut header).unwrap();
        header[16..].to_vec()
    }

    #[tokio::test]
    async fn the_journal_is_carried_over_beside_the_writer_unless_somebody_still_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let writer = writer_on(SqliteOptions {
            pass_pages: 5,
            journal_pages: 20,
            ..SqliteOptions::new(&path)
        });
        let begun = journal_mark(&path);
        let reader = rusqlite::Connection::open(&path).unwrap();
        reader
            .execute_batch("BEGIN; SELECT count(*) FROM t")
            .unwrap();
        let mut written = 0;
        while written < 200 {
            insert(&writer, written).await.unwrap();
            written += 1;
        }
        assert_eq!(journal_mark(&path), begun, "read by somebody");
        reader.execute_batch("ROLLBACK").unwrap();
        while journal_mark(&path) == begun {
            assert!(written < 5_000, "the journal only grows");
            insert(&writer, written).await.unwrap();
            written += 1;
        }
        assert_eq!(rows(&path).len() as i64, written);
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
        let connection = rusqlite::Connection::open(path).unwrap();
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
        let lock = rusqlite::Connection::open(&path).unwrap();
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
    async fn a_job_that_panics_is_undone_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let writer = writer(&path);
        let lock = rusqlite::Connection::open(&path).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        let panics = writer.write::<()>(|connection| {
            connection.execute("INSERT INTO t VALUES (2)", [])?;
            panic!("on purpose")
        });
        let release = async { lock.execute_batch("ROLLBACK").unwrap() };
        let (one, panicked, three, ()) =
            tokio::join!(insert(&writer, 1), panics, insert(&writer, 3), release);
        assert_eq!((one, three), (Ok(()), Ok(())));
        assert!(matches!(panicked, Err(StoreError::Corrupt(_))));
        assert_eq!(insert(&writer, 4).await, Ok(()));
        assert_eq!(rows(&path), [1, 3, 4]);
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

    /// Ten inserts for a writer that takes one at a time and whose queue has room for one, and the
    /// lock for which it waits.
    fn ten_and_room_for_one(path: &std::path::Path) -> (Inserts, rusqlite::Connection) {
        let writer = Arc::new(writer_on(SqliteOptions {
            queue_length: 1,
            group_size: 1,
            ..SqliteOptions::new(path)
        }));
        let lock = rusqlite::Connection::open(path).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut inserts = Inserts::new();
        for x in 0..10 {
            let writer = Arc::clone(&writer);
            inserts.spawn(async move { insert(&writer, x).await });
        }
        (inserts, lock)
    }

    type Inserts = tokio::task::JoinSet<Result<(), StoreError>>;

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_the_queue_full_waits_for_room() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let (inserts, lock) = ten_and_room_for_one(&path);
        // While a blocking task runs, the paused clock stands still.
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let clock = tokio::task::spawn_blocking(move || ended.recv());
        tokio::task::yield_now().await;
        lock.execute_batch("ROLLBACK").unwrap();
        assert!(inserts.join_all().await.iter().all(Result::is_ok));
        drop(end);
        clock.await.unwrap().unwrap_err();
        assert_eq!(rows(&path).len(), 10);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_finds_no_room_for_too_long_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.sqlite");
        let (mut inserts, lock) = ten_and_room_for_one(&path);
        // One is with the writer, if it has been taken by then, and one in the queue.
        for _ in 0..8 {
            let refused = inserts.join_next().await.unwrap().unwrap();
            assert_eq!(refused, Err(StoreError::Busy));
        }
        lock.execute_batch("ROLLBACK").unwrap();
        let rest = inserts.join_all().await;
        let written = rest.iter().filter(|it| it.is_ok()).count();
        assert!(written >= 1, "{rest:?}");
        assert_eq!(rows(&path).len(), written);
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
