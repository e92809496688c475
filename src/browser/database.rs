//! The browser's database: one piece of work, one connection, one transaction.
//!
//! A connection is open only while it works. So there is none that the browser could lose in the
//! background (Safari does), and none that keeps another version of the widget from changing the
//! schema. Whatever does not come to an end in time is given up: nobody waits for storage for ever.

use indexed_db_futures::KeyRange;
use indexed_db_futures::database::{Database, VersionChangeEvent};
use indexed_db_futures::error::Error;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{TransactionDurability, TransactionMode, TransactionOptions};

use super::clock;

/// Also the name of what is stored by it; a site's keys begin with the site's.
const DATABASE: &str = "shoptag";

/// Stores are added with a new version, never taken away: an older widget finds what it knows.
const VERSION: u32 = 2;

pub(super) const BAGS: &str = "bags";
pub(super) const OUTBOX: &str = "outbox";
pub(super) const TOUCHPOINTS: &str = "touchpoints";
pub(super) const LEASES: &str = "leases";
pub(super) const RESERVE: &str = "reserve";

/// Tries to reach the database before it counts as lost.
const TRIES: u32 = 5;

/// Wait before another try, milliseconds, longer with each.
const RETRY_MS: u32 = 50;

/// How long all tries together may take, milliseconds. A shopper who has confirmed waits for this.
const DEADLINE_MS: u32 = 5_000;

/// A write.
#[derive(Debug, Clone)]
pub(super) enum Change {
    /// Puts a text under a key.
    Put(String, String),
    /// Deletes a key.
    Delete(String),
    /// Deletes everything whose key begins with this.
    Clear(String),
}

/// Says what is to be written, from the texts that were read.
pub(super) type Decide<'a> = &'a dyn Fn(&[String]) -> Vec<Change>;

/// Why a piece of work was not done.
enum Trouble {
    /// No connection, or it broke: worth another try.
    Lost,
    /// There is no room.
    Refused,
}

/// The texts whose keys begin with `prefix`, in the order of their keys; `None` if they cannot be
/// read. A value that is no text is read as an empty one.
pub(super) async fn read(store: &str, prefix: &str) -> Option<Vec<String>> {
    work(store, prefix, None).await
}

/// Writes, all or nothing; `None` if it cannot be done.
pub(super) async fn write(store: &str, changes: &[Change]) -> Option<()> {
    // Nothing is read: no key begins with this.
    work(store, "\u{0}", Some(&|_| changes.to_vec()))
        .await
        .map(drop)
}

/// Reads the texts below `prefix` and writes what `decide` makes of them, in one transaction.
pub(super) async fn work(
    store: &str,
    prefix: &str,
    decide: Option<Decide<'_>>,
) -> Option<Vec<String>> {
    let tries = async {
        for tried in 1..=TRIES {
            match attempt(store, prefix, decide).await {
                Ok(texts) => return Some(texts),
                Err(Trouble::Refused) => return None,
                Err(Trouble::Lost) if tried < TRIES => clock::pause(RETRY_MS * tried).await,
                Err(Trouble::Lost) => {}
            }
        }
        None
    };
    clock::within(DEADLINE_MS, tries).await?
}

async fn attempt(
    store: &str,
    prefix: &str,
    decide: Option<Decide<'_>>,
) -> Result<Vec<String>, Trouble> {
    let database = open().await.ok_or(Trouble::Lost)?;
    let outcome = transact(&database, store, prefix, decide).await;
    database.close();
    outcome
}

async fn transact(
    database: &Database,
    store: &str,
    prefix: &str,
    decide: Option<Decide<'_>>,
) -> Result<Vec<String>, Trouble> {
    let mode = match decide {
        Some(_) => TransactionMode::Readwrite,
        None => TransactionMode::Readonly,
    };
    let mut options = TransactionOptions::new();
    options.set_durability(TransactionDurability::Strict);
    let transaction = database
        .transaction(store)
        .with_mode(mode)
        .with_options(options)
        .build()?;
    let objects = transaction.object_store(store)?;
    let all = objects.get_all::<String>();
    let found = all.with_query::<String, _>(below(prefix)).primitive()?;
    let texts: Vec<String> = found.await?.map(Result::unwrap_or_default).collect();
    let Some(decide) = decide else {
        return Ok(texts);
    };
    for change in decide(&texts) {
        match change {
            Change::Put(key, text) => drop(objects.put(text).with_key(key).primitive()?.await?),
            Change::Delete(key) => erase(&objects, KeyRange::Only(key)).await?,
            Change::Clear(prefix) => erase(&objects, below(&prefix)).await?,
        }
    }
    // What is put may be refused as late as here, when it is flushed.
    transaction.commit().await.map_err(|_| Trouble::Refused)?;
    Ok(texts)
}

async fn erase(objects: &ObjectStore<'_>, keys: KeyRange<String>) -> Result<(), Trouble> {
    Ok(objects.delete::<String, _>(keys).primitive()?.await?)
}

/// All keys that begin with `prefix`.
fn below(prefix: &str) -> KeyRange<String> {
    KeyRange::Bound(
        prefix.to_owned(),
        false,
        [prefix, "\u{ffff}"].concat(),
        false,
    )
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error {
            Error::DomException(exception) => {
                let exception = web_sys::DomException::from(exception);
                if exception.name() == "QuotaExceededError" {
                    Self::Refused
                } else {
                    Self::Lost
                }
            }
            _ => Self::Lost,
        }
    }
}

/// A connection. A database that a newer widget has made is opened as it is.
async fn open() -> Option<Database> {
    for version in [Some(VERSION), None] {
        let open = Database::open(DATABASE).with_on_upgrade_needed(upgrade);
        let request = match version {
            Some(version) => open.with_version(version).build(),
            None => open.build(),
        };
        // The same future for both, which is why it is built first.
        if let Ok(request) = request
            && let Ok(database) = request.await
        {
            return Some(database);
        }
    }
    None
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "that is the listener's shape"
)]
fn upgrade(_event: VersionChangeEvent, database: Database) -> Result<(), Error> {
    for store in [BAGS, OUTBOX, TOUCHPOINTS, LEASES, RESERVE] {
        if !database.object_store_names().any(|name| name == store) {
            database.create_object_store(store).build()?;
        }
    }
    Ok(())
}
