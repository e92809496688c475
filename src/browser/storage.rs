//! Bag and outbox on IndexedDB; the memory of the page where that is blocked.
//!
//! Values are JSON texts, so that a record of another version, or a broken one, is a text that cannot be
//! read and not an exception. Writes ask for strict durability: they are acknowledged after the flush.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{TransactionDurability, TransactionMode, TransactionOptions};
use shoptag_commerce::IdempotencyKey;
use shoptag_outbox::Record;
use shoptag_protocol::SavedBag;

use crate::browser::json;
use crate::event::Stored;
use crate::touchpoint::SavedTouchpoints;

const DATABASE: &str = "shoptag";
const VERSION: u32 = 1;
const BAGS: &str = "bags";
const OUTBOX: &str = "outbox";
const TOUCHPOINTS: &str = "touchpoints";
const RESERVE: &str = "reserve";

/// What an order of a hundred lines with their receipts takes, and as much again for the database's own
/// needs.
const RESERVE_BYTES: usize = 128 * 1_024;

thread_local! {
    /// The page's memory, for all widgets on it.
    static MEMORY: Rc<RefCell<BTreeMap<String, String>>> = Rc::default();
}

/// The widget's storage for one site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    site: Rc<str>,
    database: Rc<RefCell<Option<Database>>>,
    memory: Rc<RefCell<BTreeMap<String, String>>>,
}

impl Storage {
    /// Storage of `site`; nothing is opened yet.
    #[must_use]
    pub fn new(site: &str) -> Self {
        Self {
            site: site.into(),
            database: Rc::default(),
            memory: MEMORY.with(Rc::clone),
        }
    }

    /// Everything there is. Never fails: what cannot be read is not there.
    pub async fn load(&self) -> Stored {
        let durable = self.open().await;
        let bag = self.load_bag().await;
        let touchpoints = match self.read(TOUCHPOINTS, &self.site_key()).await {
            Some(Some(text)) => json::read::<SavedTouchpoints>(&text),
            _ => None,
        };
        let (submissions, unreadable) = self.submissions().await;
        if durable {
            self.keep_reserve().await;
        }
        Stored {
            bag,
            submissions,
            touchpoints,
            unreadable,
            durable,
        }
    }

    /// The site's orders, and how many records cannot be read. Those stay where they are.
    pub async fn submissions(&self) -> (Vec<Record>, u32) {
        let texts = self.read_all(OUTBOX).await.unwrap_or_default();
        let read = |text: &String| json::read::<(String, Record)>(text);
        let records: Vec<_> = texts.iter().filter_map(read).collect();
        let unreadable = u32::try_from(texts.len() - records.len()).unwrap_or(u32::MAX);
        let prefix = self.outbox_key("");
        let own = records
            .into_iter()
            .filter(|(key, _)| key.starts_with(&prefix));
        (own.map(|(_, record)| record).collect(), unreadable)
    }

    /// The site's bag.
    pub async fn load_bag(&self) -> Option<SavedBag> {
        let key = self.site_key();
        let text = match self.read(BAGS, &key).await {
            Some(text) => text,
            None => self.memory.borrow().get(&key).cloned(),
        };
        json::read(&text?)
    }

    /// Writes the bag; an empty one is erased.
    pub async fn save_bag(&self, bag: &SavedBag) {
        let key = self.site_key();
        let text = json::write(bag).filter(|_| !bag.lines.is_empty());
        if self.write(BAGS, &key, text.as_deref()).await.is_none() {
            match text {
                Some(text) => self.memory.borrow_mut().insert(key, text),
                None => self.memory.borrow_mut().remove(&key),
            };
        }
    }

    /// Writes the touchpoints; `None` erases them. Without a database they are in memory anyway.
    pub async fn save_touchpoints(&self, touchpoints: Option<&SavedTouchpoints>) {
        let text = touchpoints.and_then(json::write);
        let _ = self
            .write(TOUCHPOINTS, &self.site_key(), text.as_deref())
            .await;
    }

    /// Puts a record on durable storage; whether that worked. When the room is used up, the reserve makes
    /// way.
    pub async fn keep(&self, record: &Record) -> bool {
        let key = self.outbox_key(record.key.as_str());
        let Some(text) = json::write(&(&key, record)) else {
            return false;
        };
        let mut kept = self.write(OUTBOX, &key, Some(&text)).await;
        if kept.is_none() {
            let _ = self.write(RESERVE, RESERVE, None).await;
            kept = self.write(OUTBOX, &key, Some(&text)).await;
        }
        if kept.is_none() {
            self.memory.borrow_mut().insert(key, text);
        }
        kept.is_some()
    }

    /// Deletes a record.
    pub async fn forget(&self, key: &IdempotencyKey) {
        let key = self.outbox_key(key.as_str());
        self.memory.borrow_mut().remove(&key);
        let _ = self.write(OUTBOX, &key, None).await;
        self.keep_reserve().await;
    }

    /// Every order of the site that the backend has not acknowledged, as JSON, and what cannot be read.
    pub async fn export(&self) -> Vec<String> {
        let mut texts = self.read_all(OUTBOX).await.unwrap_or_default();
        let prefix = self.outbox_key("");
        texts.retain(|text| {
            let record = json::read::<(String, Record)>(text);
            record.is_none_or(|(key, _)| key.starts_with(&prefix))
        });
        let memory = self.memory.borrow();
        let in_memory = memory.range(prefix.clone()..);
        let in_memory = in_memory.take_while(|(key, _)| key.starts_with(&prefix));
        // The bag has a key of its own below the same site.
        let orders = in_memory.filter(|(key, _)| **key != self.site_key());
        texts.extend(orders.map(|(_, text)| text.clone()));
        texts
    }

    /// Holds some room for an order that is confirmed when the browser's quota is used up: after that,
    /// not even a byte can be written.
    async fn keep_reserve(&self) {
        if let Some(None) = self.read(RESERVE, RESERVE).await {
            let reserve = " ".repeat(RESERVE_BYTES);
            let _ = self.write(RESERVE, RESERVE, Some(&reserve)).await;
        }
    }

    fn site_key(&self) -> String {
        // Another version of a shape has another key, and is left alone.
        [&self.site, "/1"].concat()
    }

    fn outbox_key(&self, key: &str) -> String {
        [&self.site, "/", key].concat()
    }

    /// Opens the database unless it is open; whether it is.
    async fn open(&self) -> bool {
        if self.database.borrow().is_some() {
            return true;
        }
        let opened = open_database().await;
        let open = opened.is_some();
        if open {
            *self.database.borrow_mut() = opened;
        }
        open
    }

    /// A connection; `Database` is a handle, so it is cheap to clone.
    async fn connection(&self) -> Option<Database> {
        self.open().await.then(|| self.database.borrow().clone())?
    }

    async fn read(&self, store: &str, key: &str) -> Option<Option<String>> {
        let database = self.connection().await?;
        let transaction = database.transaction(store).build().ok()?;
        let objects = transaction.object_store(store).ok()?;
        objects
            .get::<String, _, _>(key)
            .primitive()
            .ok()?
            .await
            .ok()
    }

    async fn read_all(&self, store: &str) -> Option<Vec<String>> {
        let database = self.connection().await?;
        let transaction = database.transaction(store).build().ok()?;
        let objects = transaction.object_store(store).ok()?;
        let found = objects.get_all::<String>().primitive().ok()?.await.ok()?;
        Some(found.filter_map(Result::ok).collect())
    }

    /// Writes or deletes, with one more try on a fresh connection: the browser may have closed the old
    /// one (Safari does after a while in the background).
    async fn write(&self, store: &str, key: &str, text: Option<&str>) -> Option<()> {
        let first = self.write_once(store, key, text).await;
        if first.is_some() {
            return first;
        }
        *self.database.borrow_mut() = None;
        self.write_once(store, key, text).await
    }

    async fn write_once(&self, store: &str, key: &str, text: Option<&str>) -> Option<()> {
        let database = self.connection().await?;
        let mut options = TransactionOptions::new();
        options.set_durability(TransactionDurability::Strict);
        let transaction = database
            .transaction(store)
            .with_mode(TransactionMode::Readwrite)
            .with_options(options)
            .build()
            .ok()?;
        let objects = transaction.object_store(store).ok()?;
        match text {
            Some(text) => {
                objects
                    .put(text)
                    .with_key(key)
                    .primitive()
                    .ok()?
                    .await
                    .ok()?;
            }
            None => objects.delete(key).primitive().ok()?.await.ok()?,
        }
        transaction.commit().await.ok()
    }
}

async fn open_database() -> Option<Database> {
    Database::open(DATABASE)
        .with_version(VERSION)
        .with_on_upgrade_needed(|_event, database| {
            for store in [BAGS, OUTBOX, TOUCHPOINTS, RESERVE] {
                if !database.object_store_names().any(|name| name == store) {
                    database.create_object_store(store).build()?;
                }
            }
            Ok(())
        })
        .await
        .ok()
}
