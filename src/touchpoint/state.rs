//! What is known of the shopper's way, and what changes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_attribution::journal::{Consent, EntryKind, Journal, SavedJournal, StorageDuty, Touch};
use shoptag_commerce::{
    BrandId, DAY_MS, MINUTE_MS, ProductId, SiteKey, TagId, Timestamp, TouchId, VariantId, VideoId,
    ViewSessionId,
};
use shoptag_protocol::{BagReceipt, ClickReceipt, ViewSession, code};

use super::attempt::Attempt;
use crate::checkout::uuid_v7;
use crate::effect::Effect;
use crate::event::Failure;

/// Most receipts that are held: what an order may carry.
pub const RECEIPTS_MAX: usize = 100;

/// Most taps that wait for their receipt, and touches that wait for the view session.
const WAITING_MAX: usize = 50;

/// How long before their end tokens are renewed, milliseconds.
const RENEWAL_LEAD_MS: i64 = MINUTE_MS;

/// A receipt is let go of this long after its end, milliseconds: the shopper's clock may be ahead.
const RECEIPT_SLACK_MS: i64 = DAY_MS;

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

/// What is kept on the device under consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedTouchpoints {
    /// What was seen and done.
    pub journal: Option<SavedJournal>,
    /// Newest last.
    pub receipts: Vec<HeldReceipt>,
}

/// The tokens of this view session. Times are the shopper's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) id: String,
    pub(super) tokens: BTreeMap<TagId, String>,
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
    consent: Consent,
    position_ms: u64,
    pub(super) view: Option<View>,
    pub(super) asking: Attempt,
    pub(super) journal: Option<Journal>,
    restored: Option<SavedJournal>,
    early: Vec<Touch>,
    pub(super) clicks: Vec<Click>,
    pub(super) receipts: Vec<HeldReceipt>,
    pub(super) bindings: Vec<Binding>,
    pub(super) batch: Attempt,
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
    pub fn tapped(&mut self, tag: &TouchedTag, now: Timestamp) -> Vec<Effect> {
        let touch = self.touch_id(now);
        let view = self.view.as_ref();
        if view.is_some_and(|view| !view.tokens.contains_key(&tag.tag)) {
            // A tag of the page's own, which the backend does not know.
            return Vec::new();
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
        self.save()
    }

    /// The tag has been in view long enough.
    pub fn seen(&mut self, tag: &TouchedTag, now: Timestamp) -> Vec<Effect> {
        let touch = self.touch_id(now);
        self.note(touch, EntryKind::Impression, tag, now);
        self.save()
    }

    /// `variant` went into the bag from `tag`; `binds`: its line is to be bound to the tag's click.
    pub fn bagged(
        &mut self,
        tag: &TouchedTag,
        variant: &VariantId,
        binds: bool,
        now: Timestamp,
    ) -> Vec<Effect> {
        let touch = self.touch_id(now);
        self.note(touch, EntryKind::BagAdded, tag, now);
        if binds && !self.bindings.iter().any(|own| own.variant == *variant) {
            self.bindings.push(Binding {
                variant: variant.clone(),
                tag: tag.tag.clone(),
                attempt: Attempt::at(now),
            });
        }
        self.save()
    }

    /// The view session has come, or not.
    pub fn view_session(&mut self, answer: Result<&ViewSession, &Failure>, now: Timestamp) {
        let session = match answer {
            Ok(session) => session,
            Err(failure) if failure.is_retryable() => {
                self.asking.failed(now, self.jitter_ms());
                return;
            }
            // The site or the video has none; everything else goes on.
            Err(_) => {
                self.asking = Attempt::default();
                return;
            }
        };
        let Ok(id) = ViewSessionId::parse(session.view_session_id.clone()) else {
            return;
        };
        let life_ms = session.expires_at.since_ms(session.issued_at).max(0);
        let renew_at = now.plus_ms((life_ms - RENEWAL_LEAD_MS).max(life_ms / 2));
        let tokens = session.tokens.iter();
        let tokens = tokens.map(|token| (token.tag.clone(), token.token.clone()));
        self.view = Some(View {
            id: session.view_session_id.clone(),
            tokens: tokens.collect(),
            renew_at,
            ends_at: now.plus_ms(life_ms),
        });
        self.asking = Attempt::at(renew_at);
        if self.journal.is_none() {
            self.open_journal(id);
        }
        let tokens = self.view.iter().flat_map(|view| view.tokens.keys());
        let known: Vec<TagId> = tokens.cloned().collect();
        self.clicks.retain(|click| known.contains(&click.tag));
        self.early(now);
    }

    /// A click's receipt has come, or not. The tag, if it has a receipt now.
    pub fn click(
        &mut self,
        touch: &TouchId,
        answer: Result<&ClickReceipt, &Failure>,
        now: Timestamp,
    ) -> Option<TagId> {
        let index = self.clicks.iter().position(|click| click.touch == *touch)?;
        let jitter_ms = self.jitter_ms();
        let failure = match answer {
            Ok(receipt) => {
                let click = self.clicks.remove(index);
                self.hold(click.tag.clone(), receipt);
                if let Some(journal) = &mut self.journal {
                    journal.acknowledge(std::slice::from_ref(touch));
                }
                return Some(click.tag);
            }
            Err(failure) => failure,
        };
        let ended = failure.problem().is_some_and(|problem| {
            [
                code::TOKEN_EXPIRED,
                code::TOKEN_SESSION,
                code::TOKEN_INVALID,
            ]
            .contains(&problem.code.as_str())
        });
        if ended {
            self.end_tokens(now);
        }
        let click = self.clicks.get_mut(index)?;
        click.attempt.failed(now, jitter_ms);
        if click.attempt.is_hopeless() || !(ended || failure.is_retryable()) {
            self.clicks.remove(index);
        }
        None
    }

    /// A line's receipt has come, or not. The receipt, if there is one.
    pub fn binding<'a>(
        &mut self,
        variant: &VariantId,
        answer: Result<&'a BagReceipt, &Failure>,
        now: Timestamp,
    ) -> Option<&'a str> {
        let jitter_ms = self.jitter_ms();
        let binding = self
            .bindings
            .iter_mut()
            .find(|binding| binding.variant == *variant)?;
        let again = match answer {
            Ok(_) => false,
            Err(failure) => {
                binding.attempt.failed(now, jitter_ms);
                failure.is_retryable() && !binding.attempt.is_hopeless()
            }
        };
        if !again {
            self.bindings.retain(|binding| binding.variant != *variant);
        }
        answer.ok().map(|receipt| receipt.receipt.as_str())
    }

    /// What the device has kept; without consent it is erased.
    pub fn restore(&mut self, saved: Option<SavedTouchpoints>, now: Timestamp) -> Vec<Effect> {
        let Some(mut saved) = saved else {
            return Vec::new();
        };
        if self.consent == Consent::Denied {
            return vec![Effect::EraseTouchpoints];
        }
        let newer = std::mem::take(&mut self.receipts);
        saved.receipts.retain(|held| {
            held.valid_until.plus_ms(RECEIPT_SLACK_MS) >= now
                && !newer
                    .iter()
                    .any(|own| own.tag == held.tag && own.video == held.video)
        });
        self.receipts = saved.receipts;
        self.receipts.extend(newer);
        self.trim_receipts();
        match (&mut self.journal, saved.journal) {
            (Some(journal), Some(kept)) => drop(journal.restore(kept)),
            (None, kept) => self.restored = kept,
            (Some(_), None) => {}
        }
        self.expect_batch(now);
        Vec::new()
    }

    /// The page, or the browser, has said what may be kept and sent.
    pub fn set_consent(&mut self, consent: Consent, now: Timestamp) -> Vec<Effect> {
        let before = std::mem::replace(&mut self.consent, consent);
        if let Some(journal) = &mut self.journal {
            let _: StorageDuty = journal.set_consent(consent);
        }
        match (before, consent) {
            (Consent::Granted, Consent::Denied) => {
                self.restored = None;
                vec![Effect::EraseTouchpoints]
            }
            (Consent::Denied, Consent::Granted) => {
                self.expect_batch(now);
                self.save()
            }
            _ => Vec::new(),
        }
    }

    /// The consent in force.
    #[must_use]
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// Forgets everything, here and on the device. Lines in the bag keep their receipts.
    pub fn erase(&mut self) -> Vec<Effect> {
        if let Some(journal) = &mut self.journal {
            let _: StorageDuty = journal.erase();
        }
        self.restored = None;
        self.early.clear();
        self.clicks.clear();
        self.bindings.clear();
        self.receipts.clear();
        vec![Effect::EraseTouchpoints]
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

    /// The device's copy, brought up to date; nothing without consent.
    #[must_use]
    pub fn save(&self) -> Vec<Effect> {
        if self.consent == Consent::Denied {
            return Vec::new();
        }
        let journal = self.journal.as_ref().and_then(Journal::saved);
        vec![Effect::SaveTouchpoints(SavedTouchpoints {
            journal: journal.or_else(|| self.restored.clone()),
            receipts: self.receipts.clone(),
        })]
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

    fn open_journal(&mut self, id: ViewSessionId) {
        let mut journal = Journal::new(id, self.consent);
        if let Some(kept) = self.restored.take() {
            let _: StorageDuty = journal.restore(kept);
        }
        self.journal = Some(journal);
    }

    /// What happened before there was a view session takes its place in it.
    fn early(&mut self, now: Timestamp) {
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

    fn hold(&mut self, tag: TagId, receipt: &ClickReceipt) {
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

    fn trim_receipts(&mut self) {
        let surplus = self.receipts.len().saturating_sub(RECEIPTS_MAX);
        self.receipts.drain(..surplus);
    }

    /// The tokens are no good any more: others are wanted before anything is sent.
    fn end_tokens(&mut self, now: Timestamp) {
        if let Some(view) = &mut self.view
            && view.ends_at > now
        {
            view.renew_at = now;
            view.ends_at = now;
            if self.asking.due().is_some() {
                self.asking = Attempt::at(now);
            }
        }
    }

    /// A version 7 UUID; its random part counts on from the seed (RFC 9562, 6.2, method 2).
    fn touch_id(&mut self, now: Timestamp) -> TouchId {
        self.made = self.made.wrapping_add(1);
        let random = self.seed.wrapping_add(u128::from(self.made) << 48);
        TouchId::parse(uuid_v7(now, random)).unwrap_or_else(|_| unreachable!("a UUID is an id"))
    }
}
