//! Bag and outbox in the browser's database; the memory of the page where that is blocked or full.
//!
//! Values are JSON texts, so that a record of another version, or a broken one, is a text that
//! cannot be read and not an exception.

use std::cell::RefCell;
use std::rc::Rc;

use shoptag_commerce::{IdempotencyKey, SmallMap};
use shoptag_outbox::{LEASE_MS, Record};
use shoptag_protocol::SavedBag;

use super::database::{self, BAGS, Change, LEASES, OUTBOX, RESERVE, TOUCHPOINTS};
use crate::browser::json;
use crate::event::Stored;

/// What an order of a hundred lines with their receipts takes, and as much again for the database's
/// own needs.
const RESERVE_BYTES: usize = 128 * 1_024;

thread_local! {
    /// The page's memory, for all widgets on it.
    static MEMORY: Rc<RefCell<SmallMap<String, String>>> = Rc::default();
}

/// The widget's storage for one site. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    pub(super) site: Rc<str>,
    memory: Rc<RefCell<SmallMap<String, String>>>,
}

impl Storage {
    /// Storage of `site`; nothing is opened yet.
    #[must_use]
    pub fn new(site: &str) -> Self {
        Self {
            site: site.into(),
            memory: MEMORY.with(Rc::clone),
        }
    }

    /// Everything there is. Never fails: what cannot be read is not there.
    pub async fn load(&self) -> Stored {
        let bag = self.load_bag().await;
        let touchpoints = self.load_touchpoints().await;
        let texts = self.orders().await;
        let (submissions, unreadable) = self.read_orders(&texts.unwrap_or_default());
        Stored {
            bag,
            submissions,
            touchpoints,
            unreadable,
            durable: self.has_room().await,
        }
    }

    /// The site's orders; `None` if storage cannot be read.
    pub async fn submissions(&self) -> Option<Vec<Record>> {
        let texts = self.orders().await?;
        Some(self.read_orders(&texts).0)
    }

    /// The site's bag.
    pub async fn load_bag(&self) -> Option<SavedBag> {
        let key = self.site_key();
        let text = match database::read(BAGS, &key).await {
            Some(texts) => texts.into_iter().next(),
            None => self.memory.borrow().get(&key).cloned(),
        };
        json::read(&text?)
    }

    /// Writes the bag; an empty one is erased.
    pub async fn save_bag(&self, bag: &SavedBag) {
        let key = self.site_key();
        let text = json::write(bag).filter(|_| !bag.lines.is_empty());
        let change = match text.clone() {
            Some(text) => Change::Put(key.clone(), text),
            None => Change::Delete(key.clone()),
        };
        if !database::write(BAGS, &[change]).await {
            let mut memory = self.memory.borrow_mut();
            match text {
                Some(text) => drop(memory.insert(key, text)),
                None => memory.remove(&key),
            }
        }
    }

    /// Puts a record on durable storage; whether that worked. When there is no room, touchpoints
    /// make way first, then the reserve. What cannot be stored is kept in the page's memory.
    pub async fn keep(&self, record: &Record) -> bool {
        let key = self.outbox_key(record.key.as_str());
        let Some(text) = json::write(&(&key, record)) else {
            return false;
        };
        let put = [Change::Put(key.clone(), text.clone())];
        if write_making_room(OUTBOX, &put, [TOUCHPOINTS, RESERVE]).await {
            return true;
        }
        self.memory.borrow_mut().insert(key, text);
        false
    }

    /// Deletes a record.
    pub async fn forget(&self, key: &IdempotencyKey) {
        let key = self.outbox_key(key.as_str());
        self.memory.borrow_mut().remove(&key);
        let _ = database::write(OUTBOX, &[Change::Delete(key.clone())]).await;
        let _ = database::write(LEASES, &[Change::Delete(key)]).await;
        self.has_room().await;
    }

    /// Takes the lease of an order for `owner`, so that no other tab sends it meanwhile.
    /// `takes_over`: it is known that nobody else sends. Where there is no storage the key alone
    /// makes one order of what is sent.
    ///
    /// # Errors
    /// Another one holds it, for so many milliseconds still, at most [`LEASE_MS`].
    pub async fn claim(
        &self,
        key: &IdempotencyKey,
        owner: &str,
        takes_over: bool,
    ) -> Result<(), u64> {
        let key = self.outbox_key(key.as_str());
        #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
        let now_ms = js_sys::Date::now() as i64;
        // A clock that was changed makes a lease void, not endless.
        let rest_ms = |texts: &[String]| {
            let text = texts.first().filter(|_| !takes_over)?;
            let (holder, since_ms) = json::read::<(String, i64)>(text)?;
            let age_ms = u64::try_from(now_ms.saturating_sub(since_ms)).ok()?;
            let rest_ms = LEASE_MS.saturating_sub(age_ms);
            (holder != owner && rest_ms > 0).then_some(rest_ms)
        };
        let take = |texts: &[String]| {
            let lease = json::write(&(owner, now_ms)).filter(|_| rest_ms(texts).is_none());
            let put = lease.map(|lease| Change::Put(key.clone(), lease));
            put.into_iter().collect()
        };
        let found = database::work(LEASES, &key, Some(&take)).await;
        rest_ms(&found.unwrap_or_default()).map_or(Ok(()), Err)
    }

    /// Every order of the site that the backend has not acknowledged, as JSON, and what cannot be
    /// read.
    pub async fn export(&self) -> Vec<String> {
        let mut texts = database::read(OUTBOX, "").await.unwrap_or_default();
        texts.extend(self.orders_in_memory());
        texts.retain(|text| {
            let record = json::read::<(String, Record)>(text);
            record.is_none_or(|(key, _)| key.starts_with(&self.outbox_key("")))
        });
        texts
    }

    /// Whether an order can be stored. Holds some room for one that is confirmed when the browser's
    /// quota is used up: after that, not even a byte can be written.
    pub async fn has_room(&self) -> bool {
        match database::read(RESERVE, RESERVE).await {
            Some(found) if found.is_empty() => {
                let reserve = Change::Put(RESERVE.to_owned(), filling());
                database::write(RESERVE, &[reserve]).await
            }
            Some(_) => true,
            None => false,
        }
    }

    /// Whether an order could be stored now, tried out: the reserve is written anew. That it is
    /// there says less, for a quota shrinks when the disk fills up.
    pub async fn check_room(&self) -> bool {
        let reserve = [Change::Put(RESERVE.to_owned(), filling())];
        write_making_room(RESERVE, &reserve, [RESERVE, TOUCHPOINTS]).await
    }

    /// Every stored order as text, of all sites, since a broken one may be anyone's; and what this
    /// page could not store. `None`: storage cannot be read.
    async fn orders(&self) -> Option<Vec<String>> {
        let mut texts = database::read(OUTBOX, "").await;
        let in_memory = self.orders_in_memory();
        if !in_memory.is_empty() {
            texts.get_or_insert_default().extend(in_memory);
        }
        texts
    }

    fn orders_in_memory(&self) -> Vec<String> {
        let memory = self.memory.borrow();
        let bag = self.site_key();
        let orders = memory.iter().filter(|(key, _)| {
            // The bag has a key of its own below the same site.
            key.starts_with(&self.outbox_key("")) && **key != bag
        });
        orders.map(|(_, text)| text.clone()).collect()
    }

    /// The site's orders among `texts`, and how many cannot be read. Those stay where they are.
    fn read_orders(&self, texts: &[String]) -> (Vec<Record>, u32) {
        let read = |text: &String| json::read::<(String, Record)>(text);
        let records: Vec<_> = texts.iter().filter_map(read).collect();
        let unreadable = u32::try_from(texts.len() - records.len()).unwrap_or(u32::MAX);
        let prefix = self.outbox_key("");
        let own = records
            .into_iter()
            .filter(|(key, _)| key.starts_with(&prefix));
        (own.map(|(_, record)| record).collect(), unreadable)
    }

    fn site_key(&self) -> String {
        // Another version of a shape has another key, and is left alone.
        [&self.site, "/1"].concat()
    }

    fn outbox_key(&self, key: &str) -> String {
        [&self.site, "/", key].concat()
    }
}

/// Writes; whether that worked. When there is no room, the `ways` are emptied, one after another.
async fn write_making_room(store: &str, put: &[Change], ways: [&str; 2]) -> bool {
    let mut ways = ways.into_iter();
    while !database::write(store, put).await {
        let Some(way) = ways.next() else {
            return false;
        };
        let _ = database::write(way, &[Change::Clear(String::new())]).await;
    }
    true
}

/// As many characters as the reserve has bytes, of which a database that compresses makes no fewer.
fn filling() -> String {
    let mut state = 1_u32;
    let next = |_| {
        // A linear congruential generator (Numerical Recipes); any unrepeating sequence would do.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b' ' + u8::try_from((state >> 24) % 90).unwrap_or(0))
    };
    (0..RESERVE_BYTES).map(next).collect()
}
