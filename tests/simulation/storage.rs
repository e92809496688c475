//! IndexedDB as the widget uses it (`src/browser/storage.rs`), for one browser: texts by key, one
//! transaction after another. What was not committed when a tab died may be there or not; what was
//! acknowledged is.

use std::collections::BTreeMap;

use shoptag::event::{Event, Stored};
use shoptag::json_writer;
use shoptag::touchpoint::{SavedTouchpoints, TouchpointChanges};
use shoptag_commerce::IdempotencyKey;
use shoptag_outbox::{LEASE_MS, Record};
use shoptag_protocol::SavedBag;

use crate::bugs::Bug;
use crate::happening::{Happening, TabId};
use crate::tab::told;
use crate::world::World;

/// A transaction that writes.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Bag(SavedBag),
    /// A confirmed order, or one that was refused since.
    Submission(Record),
    Forget(IdempotencyKey),
    Touchpoints(Option<TouchpointChanges>),
}

/// What the other tabs hear of a write.
#[derive(Debug, Clone, Copy)]
enum Heard {
    Bag,
    Outbox,
    Touchpoints,
}

/// The browser's database.
#[derive(Debug, Default)]
pub(crate) struct Storage {
    /// Blocked: private mode, a sandboxed frame.
    pub(crate) is_blocked: bool,
    /// The quota is used up: nothing more goes in.
    pub(crate) is_full: bool,
    /// When the last transaction that was begun ends.
    pub(crate) busy_until_ms: i64,
    bag: Option<String>,
    outbox: BTreeMap<String, String>,
    touchpoints: SavedTouchpoints,
    /// Which tab is sending an order, since when.
    leases: BTreeMap<String, (TabId, i64)>,
}

impl Storage {
    /// Carries a transaction out; whether it is durable now.
    pub(crate) fn commit(&mut self, write: &Write) -> bool {
        if self.is_blocked {
            return false;
        }
        match write {
            Write::Forget(key) => {
                self.outbox.remove(key.as_str());
                self.leases.remove(key.as_str());
            }
            Write::Bag(bag) if bag.lines.is_empty() => self.bag = None,
            Write::Touchpoints(None) => self.touchpoints = SavedTouchpoints::default(),
            _ if self.is_full => return false,
            Write::Bag(bag) => self.bag = Some(json(bag)),
            Write::Touchpoints(Some(changes)) => self.change(changes),
            Write::Submission(record) => {
                let key = record.key.as_str().to_owned();
                self.outbox.insert(key, json(record));
            }
        }
        true
    }

    /// As a queue that is stored as one value: what the writer does not know of is gone.
    pub(crate) fn keep_only(&mut self, known: impl Fn(&str) -> bool) {
        self.outbox.retain(|key, _| known(key));
    }

    pub(crate) fn load(&self) -> Stored {
        Stored {
            bag: self.bag(),
            submissions: self.submissions(),
            unreadable: 0,
            touchpoints: Some(self.touchpoints.clone()),
            durable: self.has_room(),
        }
    }

    /// Each touch and each receipt by itself: what other tabs have put there stays.
    fn change(&mut self, changes: &TouchpointChanges) {
        let (saved, written) = (&mut self.touchpoints, &changes.written);
        saved.entries.retain(|entry| {
            let mut new = written.entries.iter();
            !changes.gone_entries.contains(&entry.touch.id)
                && !new.any(|new| new.touch.id == entry.touch.id)
        });
        saved.entries.extend(written.entries.iter().cloned());
        saved.receipts.retain(|held| {
            let place = (held.video.clone(), held.tag.clone());
            let mut new = written.receipts.iter();
            !changes.gone_receipts.contains(&place)
                && !new.any(|new| new.video == held.video && new.tag == held.tag)
        });
        saved.receipts.extend(written.receipts.iter().cloned());
        saved.dropped = written.dropped;
    }

    /// Whether an order could be stored.
    pub(crate) fn has_room(&self) -> bool {
        !self.is_blocked && !self.is_full
    }

    pub(crate) fn touchpoints(&self) -> SavedTouchpoints {
        self.touchpoints.clone()
    }

    /// Takes the lease of an order, or says for how long another tab has it still, milliseconds.
    pub(crate) fn claim(
        &mut self,
        key: &IdempotencyKey,
        tab: TabId,
        takes_over: bool,
        now_ms: i64,
    ) -> Result<(), u64> {
        if let Some((holder, since_ms)) = self.leases.get(key.as_str())
            && let Ok(age_ms) = u64::try_from(now_ms - since_ms)
            && *holder != tab
            && age_ms < LEASE_MS
            && !takes_over
        {
            return Err(LEASE_MS - age_ms);
        }
        if self.has_room() {
            self.leases.insert(key.as_str().to_owned(), (tab, now_ms));
        }
        Ok(())
    }

    pub(crate) fn bag(&self) -> Option<SavedBag> {
        self.bag.as_deref().map(read)
    }

    pub(crate) fn submissions(&self) -> Vec<Record> {
        self.outbox.values().map(|text| read(text)).collect()
    }
}

impl World<'_> {
    /// Puts a confirmed order on its way into storage.
    pub(crate) fn keep(&mut self, id: TabId, record: Record) {
        if let Some(intent) = self.witness.intents.get_mut(&record.order_id) {
            intent.key = Some(record.key.clone());
        }
        if self.bug == Some(Bug::ConfirmsBeforeStored) {
            let kept = self.kept(record.key.clone(), true);
            self.plan(0, told(id, kept));
        }
        self.plan_write(id, Write::Submission(record), true);
    }

    fn kept(&mut self, key: IdempotencyKey, durable: bool) -> Event {
        Event::SubmissionKept {
            key,
            durable,
            entropy: self.dice.entropy(),
        }
    }

    pub(crate) fn plan_write(&mut self, tab: TabId, write: Write, is_awaited: bool) {
        let shopper = self.tabs[&tab].shopper;
        let takes_ms = self.dice.between(1, 40);
        let storage = &mut self.shoppers[shopper].storage;
        storage.busy_until_ms = storage.busy_until_ms.max(self.now_ms) + takes_ms;
        let write = Box::new(write);
        let what = Happening::Commits {
            tab,
            shopper,
            write,
            is_awaited,
        };
        self.queue
            .plan(self.shoppers[shopper].storage.busy_until_ms, what);
    }

    /// A transaction ends. That of a tab that has died since may be carried out or given up.
    pub(crate) fn commits(&mut self, id: TabId, shopper: usize, write: Write, is_awaited: bool) {
        let lives = self.tabs.contains_key(&id);
        let done = (lives || self.dice.chance(500)) && {
            let storage = &mut self.shoppers[shopper].storage;
            if self.bug == Some(Bug::QueueIsOneValue)
                && matches!(write, Write::Submission(_))
                && let Some(tab) = self.tabs.get(&id)
            {
                // What it has heard of since it was opened is not in its value.
                let witness = &self.witness;
                storage.keep_only(|key| tab.known.contains(key) && witness.is_made_by(key, id));
            }
            storage.commit(&write)
        };
        self.note(format_args!(
            "tab {id} commits {}: {done}",
            write_name(&write)
        ));
        let heard = match &write {
            Write::Bag(_) => Heard::Bag,
            Write::Submission(_) | Write::Forget(_) => Heard::Outbox,
            Write::Touchpoints(_) => Heard::Touchpoints,
        };
        match write {
            Write::Submission(record) if is_awaited => {
                let kept = self.kept(record.key, done);
                let delay_ms = self.dice.between(0, 20);
                if !(self.bug == Some(Bug::ConfirmsBeforeStored)) {
                    self.plan(delay_ms, told(id, kept));
                }
            }
            _ => {}
        }
        if done {
            self.tell_others(id, shopper, heard);
        }
    }

    /// The other tabs hear that something was written.
    fn tell_others(&mut self, id: TabId, shopper: usize, heard: Heard) {
        let storage = &self.shoppers[shopper].storage;
        let event = match heard {
            Heard::Bag => Event::BagChangedElsewhere(storage.bag()),
            Heard::Outbox => Event::SubmissionsChangedElsewhere,
            Heard::Touchpoints => Event::TouchpointsChangedElsewhere(storage.touchpoints()),
        };
        for other in self.tabs_of(shopper).into_iter().filter(|tab| *tab != id) {
            self.plan(3, told(other, event.clone()));
        }
    }

    pub(crate) fn plan_read(&mut self, tab: TabId, everything: bool) {
        let shopper = &mut self.shoppers[self.tabs[&tab].shopper];
        let at_ms = shopper.storage.busy_until_ms.max(self.now_ms) + self.dice.between(1, 20);
        self.queue.plan(at_ms, Happening::Reads { tab, everything });
    }

    pub(crate) fn reads(&mut self, id: TabId, everything: bool) {
        let Some(tab) = self.tabs.get(&id) else {
            return;
        };
        let storage = &self.shoppers[tab.shopper].storage;
        let event = if everything {
            Event::StorageLoaded(storage.load())
        } else {
            Event::SubmissionsLoaded {
                submissions: (!storage.is_blocked).then(|| storage.submissions()),
                entropy: self.dice.entropy(),
            }
        };
        self.tell(id, event);
    }
}

fn write_name(write: &Write) -> &'static str {
    match write {
        Write::Bag(_) => "bag",
        Write::Submission(_) => "submission",
        Write::Forget(_) => "forgetting",
        Write::Touchpoints(_) => "touchpoints",
    }
}

/// As the widget itself writes it.
fn json<T: serde::Serialize>(value: &T) -> String {
    json_writer::write(value).unwrap()
}

fn read<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}
