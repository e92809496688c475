//! A damaged file, a cut journal, a reader that does not end, and a clock that steps.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::Value;
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore};
use shoptag_commerce::{HOUR_MS, MINUTE_MS};

use crate::support::{Backend, Database, Engine, key, order_for};

const MIB: i64 = 1 << 20;

impl Backend {
    fn file(&self) -> PathBuf {
        let [_, file] = self.database.arguments();
        file.into()
    }

    async fn placed(&self, variant: &str) -> Value {
        let quote = self.ready_quote(variant, 1).await;
        let answer = self.order(&key(), &order_for(&quote)).await;
        assert_eq!(answer.status, 201);
        answer.json()
    }

    async fn journal_bytes(&self) -> i64 {
        let text = String::from_utf8(self.get("/metrics").await.body).unwrap();
        let own = |line: &str| {
            line.strip_prefix("shoptag_store_journal_bytes ")?
                .parse()
                .ok()
        };
        text.lines().find_map(own).unwrap()
    }
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    format!("{}{ending}", file.display()).into()
}

fn remove(file: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(file, ending));
    }
}

fn orders(file: &Path) -> BTreeSet<String> {
    let connection = Connection::open(file).unwrap();
    let check = "PRAGMA integrity_check";
    let sound: String = connection.query_row(check, [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let mut query = connection.prepare("SELECT order_id FROM orders").unwrap();
    let rows = query.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_cut_journal_loses_its_end_and_nothing_before_it() {
    let backend = Backend::on(Engine::Sqlite).await;
    let begun = std::fs::metadata(beside(&backend.file(), "-wal"))
        .unwrap()
        .len();
    let mut placed = Vec::new();
    for _ in 0..5 {
        let order = backend.placed("post").await;
        placed.push(order["order_id"].as_str().unwrap().to_owned());
    }
    // As they are on the disk while the process lives: what a kill leaves.
    let whole = std::fs::read(beside(&backend.file(), "-wal")).unwrap();
    let begun = usize::try_from(begun).unwrap();
    let copy = backend.folder().join("copy.sqlite");
    let mut counts = BTreeSet::new();
    for part in 0..=40 {
        // In the middle of a page as well as at its end.
        let length = begun + (whole.len() - begun) * part / 40;
        std::fs::copy(backend.file(), &copy).unwrap();
        std::fs::write(beside(&copy, "-wal"), &whole[..length]).unwrap();
        let found = orders(&copy);
        let first: BTreeSet<String> = placed[..found.len()].iter().cloned().collect();
        assert_eq!(found, first, "{part}: the first ones");
        counts.insert(found.len());
        remove(&copy);
    }
    assert_eq!(counts.first(), Some(&0));
    assert_eq!(counts.last(), Some(&5), "with all of it there are all");
    assert!(counts.len() > 3, "{counts:?}");
}

#[tokio::test]
async fn a_damaged_file_is_refused_with_a_clear_word() {
    const PAGE: usize = 4_096;
    let backend = Backend::on(Engine::Sqlite).await;
    backend.placed("post").await;
    let file = backend.folder().join("copy.sqlite");
    backend.execute(&format!("VACUUM INTO '{}'", file.display()));
    let sound = std::fs::read(&file).unwrap();
    let open = |bytes: &[u8]| {
        remove(&file);
        std::fs::write(&file, bytes).unwrap();
        let opened = SqliteStore::open(&SqliteOptions::new(&file));
        opened.map(drop).map_err(|error| error.to_string())
    };
    assert_eq!(open(&sound), Ok(()));
    let mut header = sound.clone();
    header[..16].fill(b'x');
    let refused = open(&header).unwrap_err();
    assert!(refused.contains("not a database"), "{refused}");
    let refused = open(&sound[..sound.len() / 2]).unwrap_err();
    assert!(refused.contains("malformed"), "{refused}");
    // The heads of pages that hold rows of tables and of indexes.
    let last = sound.len() / PAGE - 1;
    for page in [last / 8, last / 3, last / 2] {
        let mut inner = sound.clone();
        inner[page * PAGE..][..64].fill(0xff);
        let refused = open(&inner).unwrap_err();
        assert!(refused.contains("damaged"), "{page}: {refused}");
        assert!(refused.contains("`restore`"), "{page}: {refused}");
    }
}

#[tokio::test]
async fn a_reader_that_does_not_end_lets_the_journal_grow_where_metrics_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::new(Engine::Sqlite, folder.path());
    // 16 MiB are begun anew, and a longer file is cut to 32.
    let store = SqliteStore::open(&SqliteOptions {
        pass_pages: 1_024,
        journal_pages: 4_096,
        ..SqliteOptions::new(folder.path().join("shoptag.sqlite"))
    });
    let backend = Backend::filled(folder, database, Arc::new(store.unwrap())).await;
    let reader = Connection::open(backend.file()).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    let count = "SELECT count(*) FROM orders";
    let read = || reader.query_row(count, [], |row| row.get::<_, i64>(0));
    assert_eq!(read(), Ok(0));
    backend.execute("CREATE TABLE bulk (x BLOB)");
    for _ in 0..20 {
        backend.execute("INSERT INTO bulk VALUES (zeroblob(4194304))");
    }
    backend.placed("post").await;
    assert_eq!(read(), Ok(0), "it sees what was there when it began");
    let grown = backend.journal_bytes().await;
    assert!(grown > 80 * MIB, "nothing could be carried over: {grown}");
    reader.execute_batch("ROLLBACK").unwrap();
    // One commit has all of it carried over, a later one begins the journal anew.
    for _ in 0..3 {
        backend.placed("post").await;
    }
    let cut = backend.journal_bytes().await;
    assert!(cut <= 32 * MIB, "{cut}");
}

#[tokio::test]
async fn a_clock_that_steps_an_hour_loses_nothing_and_keeps_every_answer() {
    let backend = Backend::new().await;
    for step_ms in [HOUR_MS, -HOUR_MS, -HOUR_MS, HOUR_MS] {
        let quote = backend.ready_quote("post", 1).await;
        let (order, own) = (order_for(&quote), key());
        // Back, the quote is from the future; forward, its quarter of an hour is over.
        backend.clock.advance_ms(step_ms);
        let answer = backend.order(&own, &order).await;
        if step_ms < 0 {
            assert_eq!(answer.status, 201);
        } else {
            assert_eq!(answer.outcome(), (409, "quote-expired".into()));
        }
        backend.placed("post").await;
        backend.clock.advance_ms(MINUTE_MS - step_ms);
        let again = backend.order(&own, &order).await;
        assert_eq!(again.body, answer.body, "an answer stays what it was");
        backend.placed("post").await;
    }
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 10);
}
