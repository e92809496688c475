//! What the device keeps, and whether it may.

use shoptag_attribution::journal::{Consent, Journal, StorageDuty};
use shoptag_commerce::{DAY_MS, Timestamp};

use super::state::{SavedTouchpoints, Touchpoints};
use crate::effect::Effect;

/// A receipt is let go of this long after its end, milliseconds: the shopper's clock may be ahead.
const RECEIPT_SLACK_MS: i64 = DAY_MS;

impl Touchpoints {
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
}
