//! The browser's database: one piece of work, one connection, one transaction.
//!
//! A connection is open only while it works. So there is none that the browser could lose in the
//! background (Safari does), and none that keeps another version of the widget from changing the
//! schema. Whatever does not come to an end in time is given up: nobody waits for storage for ever.

use std::pin::Pin;

use idb::{Database, Factory, KeyRange, ObjectStore, ObjectStoreParams};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbOpenDbRequest, IdbRequest, IdbTransaction};

use super::{clock, dom};

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

/// What a piece of work comes to. In a box: whoever waits for it need not have room for it.
type Work<'a> = Pin<Box<dyn Future<Output = Option<Vec<String>>> + 'a>>;

/// Why a piece of work was not done.
enum Trouble {
    /// No connection, or it broke: worth another try.
    Lost,
    /// There is no room.
    Refused,
}

/// The texts whose keys begin with `prefix`, in the order of their keys; `None` if they cannot be
/// read. A value that is no text is read as an empty one.
pub(super) fn read<'a>(store: &'a str, prefix: &'a str) -> Work<'a> {
    work(store, prefix, None)
}

/// Writes, all or nothing; whether that was done.
pub(super) async fn write(store: &str, changes: &[Change]) -> bool {
    let decide = |_: &[String]| changes.to_vec();
    // Nothing is read: no key begins with this.
    work(store, "\u{0}", Some(&decide)).await.is_some()
}

/// Reads the texts below `prefix` and writes what `decide` makes of them, in one transaction.
pub(super) fn work<'a>(store: &'a str, prefix: &'a str, decide: Option<Decide<'a>>) -> Work<'a> {
    Box::pin(async move {
        let tries = async {
            for tried in 0..TRIES {
                if tried > 0 {
                    clock::pause(RETRY_MS * tried).await;
                }
                match attempt(store, prefix, decide).await {
                    Ok(texts) => return Some(texts),
                    Err(Trouble::Refused) => return None,
                    Err(Trouble::Lost) => {}
                }
            }
            None
        };
        clock::within(DEADLINE_MS, tries).await?
    })
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
    database: &IdbDatabase,
    store: &str,
    prefix: &str,
    decide: Option<Decide<'_>>,
) -> Result<Vec<String>, Trouble> {
    let (transaction, objects, request) =
        ask(database, store, prefix, decide.is_some()).ok_or(Trouble::Lost)?;
    if dom::first_event(&request, &["success", "error"]).await == "error" {
        return Err(Trouble::Lost);
    }
    let texts = texts_of(&request).ok_or(Trouble::Lost)?;
    let Some(decide) = decide else {
        return Ok(texts);
    };
    apply(&objects, decide(&texts)).ok_or(Trouble::Lost)?;
    // What is put may be refused as late as here, when it is flushed.
    if dom::first_event(&transaction, &["complete", "abort"]).await == "abort" {
        return Err(trouble_of(&transaction));
    }
    Ok(texts)
}

// What is asked between two waits is kept out of line: within a future it would be twice as long.

/// Begins a transaction and asks for the texts below `prefix`.
#[inline(never)]
fn ask(
    database: &IdbDatabase,
    store: &str,
    prefix: &str,
    writes: bool,
) -> Option<(IdbTransaction, ObjectStore, IdbRequest)> {
    let transaction = begin(database, store, writes)?;
    let objects = ObjectStore::from(transaction.object_store(store).ok()?);
    let request = objects.get_all(Some(below(prefix)?.into()), None).ok()?;
    Some((transaction, objects, request.into()))
}

#[inline(never)]
fn texts_of(request: &IdbRequest) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    for text in Array::from(&request.result().ok()?) {
        texts.push(text.as_string().unwrap_or_default());
    }
    Some(texts)
}

#[inline(never)]
fn apply(objects: &ObjectStore, changes: Vec<Change>) -> Option<()> {
    for change in changes {
        match change {
            Change::Put(key, text) => drop(objects.put(&text.into(), Some(&key.into())).ok()?),
            Change::Delete(key) => drop(objects.delete(JsValue::from(key)).ok()?),
            Change::Clear(prefix) => drop(objects.delete(below(&prefix)?).ok()?),
        }
    }
    Some(())
}

/// A transaction of strict durability, for which `idb` and `web-sys` have no words.
fn begin(database: &IdbDatabase, store: &str, writes: bool) -> Option<IdbTransaction> {
    let mode = if writes { "readwrite" } else { "readonly" };
    let options = dom::object().text("durability", "strict");
    let begin = dom::method(database, "transaction")?;
    let begun = begin.call3(database, &store.into(), &mode.into(), &options);
    Some(begun.ok()?.unchecked_into())
}

/// All keys that begin with `prefix`.
fn below(prefix: &str) -> Option<KeyRange> {
    let end = [prefix, "\u{ffff}"].concat();
    KeyRange::bound(&prefix.into(), &end.into(), None, None).ok()
}

#[inline(never)]
fn trouble_of(aborted: &IdbTransaction) -> Trouble {
    match aborted.error() {
        Some(error) if error.name() == "QuotaExceededError" => Trouble::Refused,
        _ => Trouble::Lost,
    }
}

/// A connection. A database that a newer widget has made is opened as it is.
async fn open() -> Option<IdbDatabase> {
    for version in [Some(VERSION), None] {
        let request: IdbOpenDbRequest = Factory::new().ok()?.open(DATABASE, version).ok()?.into();
        loop {
            match &*dom::first_event(&request, &["upgradeneeded", "success", "error"]).await {
                "success" => return Some(request.result().ok()?.unchecked_into()),
                "upgradeneeded" => upgrade(&request),
                _ => break,
            }
        }
    }
    None
}

#[inline(never)]
fn upgrade(request: &IdbOpenDbRequest) {
    let create = |database: Database| {
        let there = database.store_names();
        for store in [BAGS, OUTBOX, TOUCHPOINTS, LEASES, RESERVE] {
            if !there.iter().any(|name| name == store) {
                let created = database.create_object_store(store, ObjectStoreParams::new());
                created.ok()?;
            }
        }
        Some(())
    };
    let database = request.result().map(|database| database.unchecked_into());
    if database
        .ok()
        .and_then(|database: IdbDatabase| create(database.into()))
        .is_none()
    {
        // All or nothing: the version stays as it was.
        let _ = request.transaction().map(|transaction| transaction.abort());
    }
}
