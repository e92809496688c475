//! What the device keeps, and whether it may. Every touch and every receipt is kept by itself:
//! other videos on the page, and other tabs, keep theirs beside ours.

use shoptag_attribution::journal::{
    Consent, Entry, Journal, SAVED_VERSION, SavedJournal, StorageDuty,
};
use shoptag_commerce::{DAY_MS, SmallMap, Timestamp};

use super::state::{HeldReceipt, SavedTouchpoints, TouchpointChanges, Touchpoints};
use crate::effect::Effect;

/// A receipt is let go of this long after its end, milliseconds: the shopper's clock may be ahead.
const RECEIPT_SLACK_MS: i64 = DAY_MS;

/// An entry is let go of at this age, milliseconds: no window of a click or a view reaches further
/// back (DESIGN 5.3), and what is bound to a bag has its receipt there.
const ENTRY_AGE_MS_MAX: i64 = 7 * DAY_MS;

impl Touchpoints {
    /// What the device has kept; without consent it is erased.
    pub fn restore(
        &mut self,
        saved: Option<SavedTouchpoints>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let Some(saved) = saved else {
            return;
        };
        if self.consent == Consent::Denied {
            effects.push(Effect::EraseTouchpoints);
            return;
        }
        self.kept = saved.clone();
        self.take_receipts(&saved.receipts, now);
        let kept = SavedJournal {
            schema_version: SAVED_VERSION,
            entries: saved.entries,
            dropped: saved.dropped,
        };
        match &mut self.journal {
            Some(journal) => drop(journal.restore(kept)),
            None => self.restored = Some(kept),
        }
        self.expect_batch(now);
        self.save(now, effects);
    }

    /// Another widget of the site has changed what the device keeps: its receipts are ours too, and
    /// what it has sent or erased is not sent again.
    pub fn changed_elsewhere(&mut self, saved: SavedTouchpoints, now: Timestamp) {
        if self.consent == Consent::Denied {
            return;
        }
        let before = std::mem::take(&mut self.kept);
        let (known, held) = (by_id(&saved.entries), by_id(&before.entries));
        let mut done = Vec::new();
        for id in before.entries.iter().map(|entry| &entry.touch.id) {
            if known.get(id.as_str()).is_none_or(|entry| entry.delivered) {
                done.push(id.clone());
            }
        }
        if let Some(journal) = &mut self.journal {
            journal.acknowledge(&done);
        }
        if let Some(restored) = &mut self.restored {
            restored
                .entries
                .retain(|entry| !done.contains(&entry.touch.id));
        }
        self.receipts.retain(|held| {
            of_place(&saved.receipts, held).is_some() || of_place(&before.receipts, held).is_none()
        });
        self.take_receipts(&saved.receipts, now);
        let is_held = |entry: &Entry| held.contains_key(entry.touch.id.as_str());
        self.kept = SavedTouchpoints {
            entries: entries_that(&saved.entries, &is_held),
            receipts: saved.receipts,
            dropped: before.dropped,
        };
    }

    /// The page, or the browser, has said what may be kept and sent.
    pub fn set_consent(&mut self, consent: Consent, now: Timestamp, effects: &mut Vec<Effect>) {
        let before = std::mem::replace(&mut self.consent, consent);
        if let Some(journal) = &mut self.journal {
            let _: StorageDuty = journal.set_consent(consent);
        }
        match (before, consent) {
            (Consent::Granted, Consent::Denied) => {
                self.restored = None;
                self.kept = SavedTouchpoints::default();
                effects.push(Effect::EraseTouchpoints);
            }
            (Consent::Denied, Consent::Granted) => {
                self.expect_batch(now);
                self.save(now, effects);
            }
            _ => {}
        }
    }

    /// The consent in force.
    #[must_use]
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Forgets everything, here and on the device. Lines in the bag keep their receipts.
    pub fn erase(&mut self, effects: &mut Vec<Effect>) {
        if let Some(journal) = &mut self.journal {
            let _: StorageDuty = journal.erase();
        }
        self.restored = None;
        self.kept = SavedTouchpoints::default();
        self.early.clear();
        self.clicks.clear();
        self.bindings.clear();
        self.receipts.clear();
        effects.push(Effect::EraseTouchpoints);
    }

    /// The device's copy, brought up to date; nothing without consent, or when it is up to date.
    pub fn save(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let oldest = now.plus_ms(-ENTRY_AGE_MS_MAX);
        if let Some(journal) = &mut self.journal {
            journal.forget_before(oldest);
        }
        if let Some(restored) = &mut self.restored {
            restored
                .entries
                .retain(|entry| entry.touch.occurred_at >= oldest);
        }
        if self.consent == Consent::Denied {
            return;
        }
        let journal = self.journal.as_ref().and_then(Journal::saved);
        let journal = journal.or_else(|| self.restored.clone());
        let (entries, dropped) = journal
            .map(|journal| (journal.entries, journal.dropped))
            .unwrap_or_default();
        let wanted = SavedTouchpoints {
            entries,
            receipts: self.receipts.clone(),
            dropped,
        };
        let before = std::mem::replace(&mut self.kept, wanted);
        if let Some(changes) = changes(&before, &self.kept) {
            effects.push(Effect::SaveTouchpoints(changes));
        }
    }

    /// Takes in receipts of the device. Of two for one tag the later one is held.
    fn take_receipts(&mut self, saved: &[HeldReceipt], now: Timestamp) {
        for held in saved {
            let own = self.receipts.iter().position(|own| own.is_of_place(held));
            let is_over = held.valid_until.plus_ms(RECEIPT_SLACK_MS) < now;
            match own.and_then(|index| self.receipts.get_mut(index)) {
                _ if is_over => {}
                Some(own) if own.valid_until < held.valid_until => own.clone_from(held),
                Some(_) => {}
                None => self.receipts.push(held.clone()),
            }
        }
        self.receipts.sort_by_key(|held| held.valid_until);
        self.trim_receipts();
    }
}

/// What makes `after` of `before`; `None` if nothing does.
fn changes(before: &SavedTouchpoints, after: &SavedTouchpoints) -> Option<TouchpointChanges> {
    let (old, new) = (by_id(&before.entries), by_id(&after.entries));
    let is_new = |entry: &Entry| old.get(entry.touch.id.as_str()) != Some(&entry);
    let mut changes = TouchpointChanges {
        written: SavedTouchpoints {
            entries: entries_that(&after.entries, &is_new),
            receipts: Vec::new(),
            dropped: after.dropped,
        },
        gone_entries: Vec::new(),
        gone_receipts: Vec::new(),
    };
    for held in &after.receipts {
        if of_place(&before.receipts, held) != Some(held) {
            changes.written.receipts.push(held.clone());
        }
    }
    for id in before.entries.iter().map(|entry| &entry.touch.id) {
        if !new.contains_key(id.as_str()) {
            changes.gone_entries.push(id.clone());
        }
    }
    for held in &before.receipts {
        if of_place(&after.receipts, held).is_none() {
            let place = (held.video.clone(), held.tag.clone());
            changes.gone_receipts.push(place);
        }
    }
    let is_same = changes.written.entries.is_empty()
        && changes.written.receipts.is_empty()
        && changes.gone_entries.is_empty()
        && changes.gone_receipts.is_empty()
        && before.dropped == after.dropped;
    (!is_same).then_some(changes)
}

fn by_id(entries: &[Entry]) -> SmallMap<&str, &Entry> {
    let entries = entries.iter();
    entries
        .map(|entry| (entry.touch.id.as_str(), entry))
        .collect()
}

fn entries_that(entries: &[Entry], are: &dyn Fn(&Entry) -> bool) -> Vec<Entry> {
    entries.iter().filter(|entry| are(entry)).cloned().collect()
}

/// The receipt among `receipts`, which are few, of the tag of `held`.
fn of_place<'a>(receipts: &'a [HeldReceipt], held: &HeldReceipt) -> Option<&'a HeldReceipt> {
    receipts.iter().find(|own| own.is_of_place(held))
}
