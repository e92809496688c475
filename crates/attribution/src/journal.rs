//! The browser's record of touches: in the order of the session, bounded, and stored only with
//! consent.
//!
//! The journal never decides who is paid and never sends. Without consent it lives in memory, is
//! not sent, and still names the clicks that led to the shopper's own order.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, ProductId, TagId, Timestamp, TouchId, VideoId, ViewSessionId};
use shoptag_json::{readable, readable_name};

/// Most entries in a journal. A long evening of shopping makes about 100; 500 entries are some 200
/// kB in the browser's storage.
pub const ENTRIES_MAX: usize = 500;

/// Version of [`SavedJournal`].
pub const SAVED_VERSION: u32 = 1;

/// Whether the journal may be stored and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consent {
    /// Memory only. The default.
    #[default]
    Denied,
    /// Stored on the device and sent.
    Granted,
}

impl Consent {
    /// What the page was told, and what the browser says: Global Privacy Control wins.
    #[must_use]
    pub fn from_signals(granted_by_page: bool, global_privacy_control: bool) -> Self {
        if granted_by_page && !global_privacy_control {
            Self::Granted
        } else {
            Self::Denied
        }
    }
}

/// What happened. In the order in which a full journal gives entries up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// Seen long enough.
    Impression,
    /// The product card was opened. Creates no touchpoint of its own beside the click.
    CardOpened,
    /// Put into the bag. Creates no touchpoint.
    BagAdded,
    /// Tapped.
    Click,
}

readable_name!(EntryKind {
    Impression = "impression", CardOpened = "card-opened", BagAdded = "bag-added", Click = "click"
});

/// What to write down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// Made by the widget, never used again.
    pub id: TouchId,
    /// What happened.
    pub kind: EntryKind,
    /// On which video.
    pub video: VideoId,
    /// On which tag.
    pub tag: TagId,
    /// The tag's product.
    pub product: ProductId,
    /// Its brand.
    pub brand: BrandId,
    /// Shopper's clock.
    pub occurred_at: Timestamp,
    /// Media time, milliseconds.
    #[serde(default)]
    pub position_ms: u64,
    /// The tag's token, or the click receipt it was exchanged for. Opaque.
    pub token: Option<String>,
}

readable!(Touch { id, kind, video, tag, product, brand, occurred_at, position_ms or 0, token });

/// A touch in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The view session.
    pub session: ViewSessionId,
    /// Position in the session, from 0. Gaps are evicted entries.
    pub sequence: u64,
    /// What.
    pub touch: Touch,
    /// The backend has it.
    #[serde(default)]
    pub delivered: bool,
}

readable!(Entry { session, sequence, touch, delivered or false });

/// How many entries a full journal gave up before the backend had them, by kind. Sent along, so
/// that a gap is never silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Dropped {
    /// Impressions.
    pub impressions: u64,
    /// Opened cards.
    pub cards: u64,
    /// Bag adds.
    pub bag_adds: u64,
    /// Clicks: only when the journal holds nothing else.
    pub clicks: u64,
}

readable!(Dropped {
    impressions,
    cards,
    bag_adds,
    clicks
});

impl Dropped {
    /// All kinds together.
    #[must_use]
    pub fn total(self) -> u64 {
        [self.impressions, self.cards, self.bag_adds, self.clicks]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    fn change(&mut self, by: Self, change: fn(u64, u64) -> u64) {
        self.impressions = change(self.impressions, by.impressions);
        self.cards = change(self.cards, by.cards);
        self.bag_adds = change(self.bag_adds, by.bag_adds);
        self.clicks = change(self.clicks, by.clicks);
    }
}

/// What the device keeps, with consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedJournal {
    /// [`SAVED_VERSION`]; a journal of another version is not read.
    pub schema_version: u32,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// What is missing.
    pub dropped: Dropped,
}

/// What the shell has to do with the stored journal after a change of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageDuty {
    /// Nothing changed.
    Nothing,
    /// Store [`Journal::saved`] now.
    Save,
    /// Erase what is stored.
    Erase,
}

/// The journal of one device; entries of earlier view sessions come before this one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journal {
    session: ViewSessionId,
    next_sequence: u64,
    consent: Consent,
    entries: Vec<Entry>,
    dropped: Dropped,
}

impl Journal {
    /// An empty journal for `session`.
    #[must_use]
    pub fn new(session: ViewSessionId, consent: Consent) -> Self {
        Self {
            session,
            next_sequence: 0,
            consent,
            entries: Vec::new(),
            dropped: Dropped::default(),
        }
    }

    /// Puts what was stored before what is there. Without consent, or from another version, it is
    /// left aside, and the answer says to erase it.
    pub fn restore(&mut self, mut saved: SavedJournal) -> StorageDuty {
        if self.consent == Consent::Denied || saved.schema_version != SAVED_VERSION {
            return StorageDuty::Erase;
        }
        // The same session after a reload goes on counting where it stopped.
        let mut next = 0;
        for entry in &saved.entries {
            if entry.session == self.session {
                next = next.max(entry.sequence.saturating_add(1));
            }
        }
        self.next_sequence = self.next_sequence.saturating_add(next);
        for entry in &mut self.entries {
            entry.sequence = entry.sequence.saturating_add(next);
        }
        saved.entries.append(&mut self.entries);
        self.entries = saved.entries;
        self.dropped.change(saved.dropped, u64::saturating_add);
        while self.entries.len() > ENTRIES_MAX {
            self.evict();
        }
        StorageDuty::Nothing
    }

    /// Changes the consent. What is in memory stays there: the shopper's own order may need it.
    pub fn set_consent(&mut self, consent: Consent) -> StorageDuty {
        let before = std::mem::replace(&mut self.consent, consent);
        match (before, consent) {
            (Consent::Denied, Consent::Granted) => StorageDuty::Save,
            (Consent::Granted, Consent::Denied) => StorageDuty::Erase,
            _ => StorageDuty::Nothing,
        }
    }

    /// The consent in force.
    #[must_use]
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Writes `touch` down and returns its sequence. A full journal first gives up what the backend
    /// has, then its oldest impression, else its oldest opened card, bag add, click; the new entry
    /// stands in that queue too.
    pub fn record(&mut self, touch: Touch) -> u64 {
        let sequence = self.next_sequence;
        self.next_sequence = self.next_sequence.saturating_add(1);
        self.entries.push(Entry {
            session: self.session.clone(),
            sequence,
            touch,
            delivered: false,
        });
        if self.entries.len() > ENTRIES_MAX {
            self.evict();
        }
        sequence
    }

    /// Replaces the token of a click by the receipt that it was exchanged for.
    pub fn exchange(&mut self, id: &TouchId, receipt: String) {
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.touch.id == *id) {
            entry.touch.token = Some(receipt);
        }
    }

    /// Forgets what the backend has: by id, never by count, so that what was written meanwhile
    /// stays. Clicks are kept, since an order may still need them, but not sent again.
    pub fn acknowledge(&mut self, ids: &[TouchId]) {
        for entry in &mut self.entries {
            entry.delivered |= ids.contains(&entry.touch.id);
        }
        self.entries
            .retain(|entry| entry.touch.kind == EntryKind::Click || !entry.delivered);
    }

    /// Forgets that entries were given up: the backend has been told of so many.
    pub fn acknowledge_dropped(&mut self, told: Dropped) {
        self.dropped.change(told, u64::saturating_sub);
    }

    /// Forgets what is older than `oldest`, shopper's clock: no window reaches further back.
    pub fn forget_before(&mut self, oldest: Timestamp) {
        self.entries
            .retain(|entry| entry.touch.occurred_at >= oldest);
    }

    /// Everything that is remembered, in the order of happening, for whoever asks what is kept of
    /// them.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// What may be sent, oldest first; nothing without consent.
    pub fn sendable(&self) -> impl Iterator<Item = &Entry> {
        let granted = self.consent == Consent::Granted;
        self.entries
            .iter()
            .filter(move |entry| granted && !entry.delivered)
    }

    /// The clicks on products of `brand`, oldest first: what the shopper's own order carries, with
    /// or without consent.
    pub fn clicks_for<'a>(&'a self, brand: &'a BrandId) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| {
            entry.touch.kind == EntryKind::Click && entry.touch.brand == *brand
        })
    }

    /// What to store; `None` without consent.
    #[must_use]
    pub fn saved(&self) -> Option<SavedJournal> {
        (self.consent == Consent::Granted).then(|| SavedJournal {
            schema_version: SAVED_VERSION,
            entries: self.entries.clone(),
            dropped: self.dropped,
        })
    }

    /// How many entries there are, for the shopper who asks.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What a full journal gave up.
    #[must_use]
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The shopper erases everything. Sequences go on, so that nothing seems to be sent twice.
    pub fn erase(&mut self) -> StorageDuty {
        self.entries.clear();
        StorageDuty::Erase
    }

    fn evict(&mut self) {
        let worth = |entry: &Entry| (!entry.delivered, entry.touch.kind);
        let mut least = 0;
        for (index, entry) in self.entries.iter().enumerate() {
            if self.entries.get(least).map(worth) > Some(worth(entry)) {
                least = index;
            }
        }
        let entry = self.entries.remove(least);
        if !entry.delivered {
            let count = match entry.touch.kind {
                EntryKind::Impression => &mut self.dropped.impressions,
                EntryKind::CardOpened => &mut self.dropped.cards,
                EntryKind::BagAdded => &mut self.dropped.bag_adds,
                EntryKind::Click => &mut self.dropped.clicks,
            };
            *count = count.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests;
