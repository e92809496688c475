//! What is known of the shopper's way, and what changes it.

use serde::{Deserialize, Serialize};
use shoptag_attribution::journal::{
    Consent, Dropped, Entry, EntryKind, Journal, SavedJournal, StorageDuty, Touch,
};
use shoptag_commerce::{
    BrandId, ProductId, SiteKey, SmallMap, TagId, Timestamp, TouchId, VariantId, VideoId,
    ViewSessionId,
};
use shoptag_json::readable;
use shoptag_protocol::ClickReceipt;

use super::attempt::Attempt;
use crate::checkout::uuid_v7;
use crate::effect::Effect;

/// Most receipts that are held: what an order may carry.
pub const RECEIPTS_MAX: usize = 100;

/// Most taps that wait for their receipt, and touches that wait for the view session.
const WAITING_MAX: usize = 50;

/// How long touches are gathered before they are sent, milliseconds.
const BATCH_MS: i64 = 10_000;

/// A tag that is tapped or seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedTag {
    /// The tag.
    pub tag: TagId,
    /// Its product.
    pub product: ProductId,
    /// The product's brand.
    pub brand: BrandId,
}

/// A click receipt on this device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldReceipt {
    /// Where it was tapped.
    pub video: VideoId,
    /// What was tapped.
    pub tag: TagId,
    /// `v4.public...`
    pub receipt: String,
    /// Server's time of its end.
    pub valid_until: Timestamp,
}

impl HeldReceipt {
    /// Whether `other` is of the same tag, too.
    pub(super) fn is_of_place(&self, other: &Self) -> bool {
        self.tag == other.tag && self.video == other.video
    }
}

readable!(HeldReceipt {
    video,
    tag,
    receipt,
    valid_until
});

/// What is kept on the device under consent, by all widgets of the site.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavedTouchpoints {
    /// What was seen and done, in the order of its ids.
    pub entries: Vec<Entry>,
    /// In no order.
    pub receipts: Vec<HeldReceipt>,
    /// What full journals have given up and no batch has told yet.
    pub dropped: Dropped,
}

/// What is to be changed on the device. What another widget has put there stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchpointChanges {
    /// New, or in the place of what was there.
    pub written: SavedTouchpoints,
    /// Entries that go.
    pub gone_entries: Vec<TouchId>,
    /// Receipts that go, by where they were tapped.
    pub gone_receipts: Vec<(VideoId, TagId)>,
}

/// The tokens of this view session. Times are the shopper's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) tokens: SmallMap<TagId, String>,
    pub(super) renew_at: Timestamp,
    pub(super) ends_at: Timestamp,
}

/// A tap on its way to a receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Click {
    pub(super) touch: TouchId,
    pub(super) tag: TagId,
    pub(super) sequence: Option<u32>,
    pub(super) occurred_at: Timestamp,
    pub(super) attempt: Attempt,
}

/// A bag line on its way to its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) variant: VariantId,
    pub(super) tag: TagId,
    pub(super) attempt: Attempt,
}

/// The shopper's way through one video.
#[derive(Debug, Clone, PartialEq)]
pub struct Touchpoints {
    pub(super) site: SiteKey,
    pub(super) video: VideoId,
    seed: u128,
    made: u32,
    pub(super) consent: Consent,
    position_ms: u64,
    pub(super) view: Option<View>,
    pub(super) asking: Attempt,
    pub(super) journal: Option<Journal>,
    pub(super) restored: Option<SavedJournal>,
    pub(super) early: Vec<Touch>,
    pub(super) clicks: Vec<Click>,
    pub(super) receipts: Vec<HeldReceipt>,
    pub(super) bindings: Vec<Binding>,
    pub(super) batch: Attempt,
    /// What the device holds of ours.
    pub(super) kept: SavedTouchpoints,
    /// What the batch on its way tells of entries that were given up.
    pub(super) telling: Option<Dropped>,
}

impl Touchpoints {
    /// Nothing has happened yet. `seed` is random; the ids of touchpoints are made from it.
    #[must_use]
    pub fn new(site: SiteKey, video: VideoId, seed: u128, consent: Consent) -> Self {
        Self {
            site,
            video,
            seed,
            made: 0,
            consent,
            position_ms: 0,
            view: None,
            asking: Attempt::default(),
            journal: None,
            restored: None,
            early: Vec::new(),
            clicks: Vec::new(),
            receipts: Vec::new(),
            bindings: Vec::new(),
            batch: Attempt::default(),
            kept: SavedTouchpoints::default(),
            telling: None,
        }
    }

    /// The video's tags are known: a view session is wanted.
    pub fn start(&mut self, now: Timestamp) {
        if self.view.is_none() {
            self.asking = Attempt::at(now);
        }
    }

    /// Where the video is, seconds of media time.
    pub fn at_position(&mut self, position_s: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float to integer cast saturates; what is no number is 0"
        )]
        let position_ms = (position_s * 1_000.0) as u64;
        self.position_ms = position_ms;
    }

    /// The shopper opened a tag's product: a click on the tag.
    pub fn tapped(&mut self, tag: &TouchedTag, now: Timestamp, effects: &mut Vec<Effect>) {
        let touch = self.touch_id(now);
        let view = self.view.as_ref();
        if view.is_some_and(|view| !view.tokens.contains_key(&tag.tag)) {
            // A tag of the page's own, which the backend does not know.
            return;
        }
        self.clicks.push(Click {
            touch: touch.clone(),
            tag: tag.tag.clone(),
            sequence: None,
            occurred_at: now,
            attempt: Attempt::at(now),
        });
        if self.clicks.len() > WAITING_MAX {
            self.clicks.remove(0);
        }
        self.note(touch, EntryKind::Click, tag, now);
        let opened = self.touch_id(now);
        self.note(opened, EntryKind::CardOpened, tag, now);
        self.save(now, effects);
    }

    /// The tag has been in view long enough.
    pub fn seen(&mut self, tag: &TouchedTag, now: Timestamp, effects: &mut Vec<Effect>) {
        let touch = self.touch_id(now);
        self.note(touch, EntryKind::Impression, tag, now);
        self.save(now, effects);
    }

    /// `variant` went into the bag from `tag`; `binds`: its line is to be bound to the tag's click.
    pub fn bagged(
        &mut self,
        tag: &TouchedTag,
        variant: &VariantId,
        binds: bool,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let touch = self.touch_id(now);
        self.note(touch, EntryKind::BagAdded, tag, now);
        if binds && !self.bindings.iter().any(|own| own.variant == *variant) {
            self.bindings.push(Binding {
                variant: variant.clone(),
                tag: tag.tag.clone(),
                attempt: Attempt::at(now),
            });
        }
        self.save(now, effects);
    }

    /// The receipt of the latest click on a tag of this video.
    #[must_use]
    pub fn receipt_of(&self, tag: &TagId) -> Option<&str> {
        let own = |held: &&HeldReceipt| held.tag == *tag && held.video == self.video;
        self.receipts
            .iter()
            .rev()
            .find(own)
            .map(|held| held.receipt.as_str())
    }

    /// The receipts on hand, newest first.
    pub fn receipts(&self) -> impl Iterator<Item = &str> {
        self.receipts.iter().rev().map(|held| held.receipt.as_str())
    }

    /// How many receipts there are, for the shopper who asks.
    #[must_use]
    pub fn receipt_count(&self) -> usize {
        self.receipts.len()
    }

    /// How many entries the journal has, for the shopper who asks.
    #[must_use]
    pub fn journal_count(&self) -> usize {
        self.journal.as_ref().map_or(0, Journal::len) + self.early.len()
    }

    /// What was seen and done, oldest first, for the shopper who asks.
    pub fn touches(&self) -> impl Iterator<Item = &Touch> {
        let journal = self.journal.iter().flat_map(Journal::entries);
        journal.map(|entry| &entry.touch).chain(&self.early)
    }

    /// The receipts with where they are from, for the shopper who asks.
    #[must_use]
    pub fn held(&self) -> &[HeldReceipt] {
        &self.receipts
    }

    /// Moves a delay by up to a second, so that pages that lost the network together do not return
    /// together.
    pub(super) fn jitter_ms(&self) -> i64 {
        i64::try_from(self.seed & 0x3ff).unwrap_or(0)
    }

    pub(super) fn expect_batch(&mut self, now: Timestamp) {
        if self.batch.due().is_none() && self.consent == Consent::Granted {
            self.batch = Attempt::at(now.plus_ms(BATCH_MS));
        }
    }

    pub(super) fn open_journal(&mut self, id: ViewSessionId) {
        let mut journal = Journal::new(id, self.consent);
        if let Some(kept) = self.restored.take() {
            let _: StorageDuty = journal.restore(kept);
        }
        self.journal = Some(journal);
    }

    /// What happened before there was a view session takes its place in it.
    pub(super) fn early(&mut self, now: Timestamp) {
        for touch in std::mem::take(&mut self.early) {
            self.enter(touch, now);
        }
    }

    fn note(&mut self, id: TouchId, kind: EntryKind, tag: &TouchedTag, now: Timestamp) {
        let touch = Touch {
            id,
            kind,
            video: self.video.clone(),
            tag: tag.tag.clone(),
            product: tag.product.clone(),
            brand: tag.brand.clone(),
            occurred_at: now,
            position_ms: self.position_ms,
            token: None,
        };
        if self.view.is_some() {
            self.enter(touch, now);
        } else if self.early.len() < WAITING_MAX {
            self.early.push(touch);
        }
    }

    /// Writes a touch down, unless the backend does not know its tag.
    fn enter(&mut self, touch: Touch, now: Timestamp) {
        let (Some(view), Some(journal)) = (&self.view, &mut self.journal) else {
            return;
        };
        let Some(token) = view.tokens.get(&touch.tag) else {
            return;
        };
        let id = touch.id.clone();
        let sequence = journal.record(Touch {
            token: Some(token.clone()),
            ..touch
        });
        if let Some(click) = self.clicks.iter_mut().find(|click| click.touch == id) {
            click.sequence = u32::try_from(sequence).ok();
        }
        self.expect_batch(now);
    }

    pub(super) fn hold(&mut self, tag: TagId, receipt: &ClickReceipt) {
        let video = &self.video;
        self.receipts
            .retain(|held| held.tag != tag || held.video != *video);
        self.receipts.push(HeldReceipt {
            video: self.video.clone(),
            tag,
            receipt: receipt.receipt.clone(),
            valid_until: receipt.valid_until,
        });
        self.trim_receipts();
    }

    pub(super) fn trim_receipts(&mut self) {
        let surplus = self.receipts.len().saturating_sub(RECEIPTS_MAX);
        self.receipts.drain(..surplus);
    }

    /// A version 7 UUID; its random part counts on from the seed (RFC 9562, 6.2, method 2).
    fn touch_id(&mut self, now: Timestamp) -> TouchId {
        self.made = self.made.wrapping_add(1);
        let random = self.seed.wrapping_add(u128::from(self.made) << 48);
        TouchId::parse(uuid_v7(now, random)).unwrap_or_else(|_| unreachable!("a UUID is an id"))
    }
}
