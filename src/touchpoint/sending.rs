//! What is to be asked for and sent now, and when to look again.

use shoptag_attribution::journal::{Dropped, Entry, EntryKind};
use shoptag_attribution::viewability::PLAYING_MS_MIN;
use shoptag_commerce::{Timestamp, TouchId};
use shoptag_protocol::{
    BagBindingRequest, ClickRequest, TouchpointBatch, TouchpointKind, TouchpointReport,
    ViewSessionRequest,
};

use super::attempt::Attempt;
use super::state::Touchpoints;
use crate::effect::Effect;
use crate::event::{Failure, Timer};

/// Most bytes of a batch: all requests that outlive a page share 64 KiB (Fetch standard,
/// keepalive).
const BATCH_BYTES_MAX: usize = 60 * 1024;

/// Most bytes of a report without its token: names, two UUIDs and numbers.
const REPORT_BYTES: usize = 340;

impl Touchpoints {
    /// What is due. `watching`: the video plays, so that tokens must not run out.
    pub fn poll(&mut self, watching: bool, now: Timestamp, effects: &mut Vec<Effect>) {
        let wanted = self.wants_tokens(watching);
        if wanted && self.asking.take(now) {
            effects.push(Effect::AskViewSession(ViewSessionRequest {
                site: self.site.clone(),
                video: self.video.clone(),
                view_session_id: self.view.as_ref().map(|view| view.id.clone()),
            }));
        }
        self.due_clicks(now, effects);
        self.due_bindings(now, effects);
        if self.batch.take(now) {
            self.send_batch(false, now, effects);
        }
        if let Some(at) = self.next_due(wanted, now) {
            let timer = Timer::Touchpoints;
            effects.push(Effect::WakeAt { timer, at });
        }
    }

    /// What is due next. What is due already waits for something else: a token, a receipt, an
    /// answer.
    fn next_due(&self, wants_tokens: bool, now: Timestamp) -> Option<Timestamp> {
        let mut next: Option<Timestamp> = None;
        let mut consider = |attempt: Attempt| {
            let due = attempt.due().filter(|due| *due > now);
            next = match (next, due) {
                (Some(next), Some(due)) => Some(next.min(due)),
                (next, due) => next.or(due),
            };
        };
        if wants_tokens {
            consider(self.asking);
        }
        if self.has_tokens(now) {
            for click in &self.clicks {
                consider(click.attempt);
            }
        }
        for binding in &self.bindings {
            consider(binding.attempt);
        }
        consider(self.batch);
        next
    }

    /// The network is back: what waits after a failure is due.
    pub fn hurry(&mut self, now: Timestamp) {
        for click in &mut self.clicks {
            click.attempt.hurry(now);
        }
        for binding in &mut self.bindings {
            binding.attempt.hurry(now);
        }
        self.asking.hurry(now);
        self.batch.hurry(now);
    }

    /// The page is being left: everything goes that may go, in requests that outlive it.
    pub fn leave(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        self.send_batch(true, now, effects);
    }

    /// A batch was taken, or not.
    pub fn batch_answered(
        &mut self,
        ids: &[TouchId],
        failure: Option<&Failure>,
        now: Timestamp,
        effects: &mut Vec<Effect>,
    ) {
        let told = self.telling.take();
        if failure.is_some_and(Failure::is_retryable) {
            self.batch.failed(now, self.jitter_ms());
            return;
        }
        // What was refused will never be taken: it goes as well.
        self.batch = Attempt::default();
        if let Some(journal) = &mut self.journal {
            journal.acknowledge(ids);
            journal.acknowledge_dropped(told.unwrap_or_default());
            if journal.sendable().next().is_some() {
                self.expect_batch(now);
            }
        }
        self.save(now, effects);
    }

    fn wants_tokens(&self, watching: bool) -> bool {
        self.view.is_none() || watching || !self.clicks.is_empty()
    }

    fn has_tokens(&self, now: Timestamp) -> bool {
        self.view.as_ref().is_some_and(|view| now < view.ends_at)
    }

    fn due_clicks(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(view) = self.view.as_ref().filter(|view| now < view.ends_at) else {
            return;
        };
        for click in &mut self.clicks {
            if let Some(token) = view.tokens.get(&click.tag)
                && let Some(sequence) = click.sequence
                && click.attempt.take(now)
            {
                effects.push(Effect::PostClick(ClickRequest {
                    touchpoint_id: click.touch.as_str().to_owned(),
                    view_session_id: view.id.clone(),
                    token: token.clone(),
                    sequence,
                    occurred_at: click.occurred_at,
                }));
            }
        }
    }

    fn due_bindings(&mut self, now: Timestamp, effects: &mut Vec<Effect>) {
        for binding in &mut self.bindings {
            let own =
                |held: &&super::HeldReceipt| held.tag == binding.tag && held.video == self.video;
            if let Some(held) = self.receipts.iter().rev().find(own)
                && binding.attempt.take(now)
            {
                effects.push(Effect::PostBinding(BagBindingRequest {
                    receipt: held.receipt.clone(),
                    variant_id: binding.variant.clone(),
                }));
            }
        }
    }

    fn send_batch(&mut self, leaving: bool, now: Timestamp, effects: &mut Vec<Effect>) {
        let Some(journal) = &self.journal else {
            return;
        };
        let mut bytes = REPORT_BYTES;
        let mut touchpoints = Vec::new();
        let mut ids = Vec::new();
        for entry in journal.sendable() {
            // A tap on its way to a receipt is reported by that, while there is time.
            let is_waiting = self
                .clicks
                .iter()
                .any(|click| click.touch == entry.touch.id);
            if is_waiting && !leaving {
                continue;
            }
            let Some(report) = self.report(entry) else {
                continue;
            };
            bytes += REPORT_BYTES + report.token.len();
            if bytes > BATCH_BYTES_MAX {
                break;
            }
            ids.push(entry.touch.id.clone());
            touchpoints.push(report);
        }
        if ids.is_empty() {
            return;
        }
        let dropped = match self.telling {
            Some(_) => Dropped::default(),
            None => *self.telling.insert(journal.dropped()),
        };
        let batch = TouchpointBatch {
            site: self.site.clone(),
            sent_at: Some(now),
            dropped: u32::try_from(dropped.total()).unwrap_or(u32::MAX),
            touchpoints,
        };
        effects.push(Effect::SendTouchpoints {
            ids,
            batch,
            leaving,
        });
    }

    fn report(&self, entry: &Entry) -> Option<TouchpointReport> {
        let touch = &entry.touch;
        let view = self.view.as_ref();
        // A renewed session has newer tokens for the same tags.
        let renewed = view.filter(|view| view.id == entry.session.as_str());
        let token = renewed.and_then(|view| view.tokens.get(&touch.tag));
        let seen_ms = u32::try_from(PLAYING_MS_MIN).unwrap_or(u32::MAX);
        let (kind, dwell_ms) = match touch.kind {
            EntryKind::Impression => (TouchpointKind::Impression, seen_ms),
            EntryKind::Click => (TouchpointKind::Click, 0),
            EntryKind::CardOpened => (TouchpointKind::CardOpen, 0),
            EntryKind::BagAdded => (TouchpointKind::BagAdd, 0),
        };
        let position_ms = u32::try_from(touch.position_ms).unwrap_or(u32::MAX);
        Some(TouchpointReport {
            id: touch.id.as_str().to_owned(),
            kind,
            view_session_id: entry.session.as_str().to_owned(),
            token: token.or(touch.token.as_ref())?.clone(),
            sequence: u32::try_from(entry.sequence).ok()?,
            occurred_at: touch.occurred_at,
            position_s: f64::from(position_ms) / 1_000.0,
            dwell_ms,
            visible: true,
        })
    }
}
