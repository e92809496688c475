//! Confirmed orders on their way: storage, outbox, answers. The rules are the outbox's
//! (`shoptag_outbox`); this file carries its actions out as effects and tells the shopper.

use std::rc::Rc;

use shoptag_commerce::{IdempotencyKey, OrderId, Timestamp};
use shoptag_outbox::{Action, EnqueueError, Record, State};
use shoptag_protocol::{OrderStatus, code};

use crate::checkout::{Source, Stage, Trouble};
use crate::effect::{Announcement, Effect};
use crate::event::{Entropy, Event, Failure, Stored, Timer};
use crate::session::answers::{answer_of, effect_of, monotonic_ms};
use crate::session::{Page, Session};

/// Where orders are sent, under the API.
const ORDERS_PATH: &str = "/v1/orders";

/// What became of an order that is not in the open checkout: confirmed before a reload, or while
/// the sheet was closed.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// The backend has it.
    Placed(Rc<OrderStatus>),
    /// It was refused for good; kept until the shopper decides.
    Refused {
        /// The submission.
        key: IdempotencyKey,
        /// Stable code.
        code: String,
    },
}

impl Session {
    pub(super) fn in_delivery(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::StorageLoaded(stored) => self.storage_loaded(stored, now),
            Event::ConnectionChanged { online, entropy } => {
                self.online = online;
                if online {
                    self.outbox.woken(monotonic_ms(now));
                    self.touchpoints.hurry(now);
                    self.poll_touchpoints(now);
                }
                self.poll(&entropy, now);
            }
            Event::Woken { entropy, .. } => self.poll(&entropy, now),
            Event::LeadChanged { leads, entropy } => {
                self.outbox.set_leader(leads);
                if leads {
                    // What another tab has left, or has delivered meanwhile.
                    self.effects.push(Effect::LoadSubmissions);
                } else {
                    self.poll(&entropy, now);
                }
            }
            Event::SubmissionsChangedElsewhere => self.effects.push(Effect::LoadSubmissions),
            Event::SubmissionsLoaded {
                submissions,
                entropy,
            } => self.submissions_loaded(submissions, &entropy, now),
            Event::SubmissionHeld { key, rest_ms } => {
                self.outbox.held(&key, rest_ms, monotonic_ms(now));
                self.wake();
            }
            Event::StorageChecked { durable } => self.durable = durable,
            // The tab in front leads: one in the background may be frozen.
            Event::PageShown if self.pending_orders() > 0 => {
                self.effects.push(Effect::Lead { takes_over: true });
            }
            Event::OrderFixed { order_id, body } => self.order_fixed(order_id, body, now),
            Event::SubmissionKept {
                key,
                durable,
                entropy,
            } => {
                self.kept(&key, durable, now);
                self.poll(&entropy, now);
            }
            Event::SubmissionAnswered {
                key,
                answer,
                entropy,
            } => {
                self.submission_answered(&key, answer, &entropy, now);
                self.poll(&entropy, now);
                self.rest();
            }
            Event::RefusalCopied(key) => self.details(&key),
            Event::RefusalDismissed(key) => self.discard(&key),
            _ => {}
        }
    }

    /// Whether an order that was confirmed is on its way, outside the open checkout.
    #[must_use]
    pub fn is_sending_elsewhere(&self) -> bool {
        let here = match self.checkout().map(|checkout| &checkout.stage) {
            Some(Stage::Sending { key, .. }) if self.page() == Some(Page::Checkout) => Some(key),
            _ => None,
        };
        self.outbox.records().any(|(record, state)| {
            let is_sent = !matches!(state, State::Dead | State::Saving);
            is_sent && Some(&record.key) != here
        })
    }

    /// Whether the order of the open checkout has been tried and is waiting to be tried again.
    #[must_use]
    pub fn is_waiting_to_retry(&self, now: Timestamp) -> bool {
        let Some(Stage::Sending { key, .. }) = self.checkout().map(|checkout| &checkout.stage)
        else {
            return false;
        };
        self.outbox.records().any(|(record, state)| {
            let later = matches!(state, State::Waiting { due_ms } if due_ms > monotonic_ms(now));
            record.key == *key && later
        })
    }

    /// Sends what is due and asks to be woken for what comes next.
    fn poll(&mut self, entropy: &Entropy, now: Timestamp) {
        let actions = self.outbox.poll(monotonic_ms(now), entropy.jitter());
        self.carry_out(actions);
        self.wake();
    }

    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            if let Some(effect) = effect_of(action) {
                self.effects.push(effect);
            }
        }
    }

    fn wake(&mut self) {
        if let Some(due_ms) = self.outbox.poll_timeout() {
            let at = Timestamp::from_ms(i64::try_from(due_ms).unwrap_or(i64::MAX));
            self.wake_at(Timer::Outbox, at);
        }
    }

    /// Tries at once what waits.
    pub(super) fn send_now(&mut self, entropy: &Entropy, now: Timestamp) {
        self.outbox.woken(monotonic_ms(now));
        self.poll(entropy, now);
    }

    /// The shopper has decided about a refused order: its record goes.
    pub(super) fn discard(&mut self, key: &IdempotencyKey) {
        self.news
            .retain(|news| !matches!(news, News::Refused { key: own, .. } if own == key));
        let actions = self.outbox.discard(key);
        self.carry_out(actions);
    }

    /// How many confirmed orders the backend has not answered for good.
    #[must_use]
    pub fn pending_orders(&self) -> u32 {
        let records = self.outbox.records();
        let pending = records.filter(|(_, state)| *state != State::Dead).count();
        u32::try_from(pending).unwrap_or(u32::MAX)
    }

    /// How many stored records cannot be read.
    #[must_use]
    pub fn unreadable(&self) -> u32 {
        self.unreadable
    }

    /// What a refused order was, for the people who can help. Ids and amounts; no name, no address.
    fn details(&mut self, key: &IdempotencyKey) {
        if let Some(record) = self.outbox.record(key) {
            let code = record.dead.as_ref().map_or("", |dead| dead.code.as_str());
            let parts = [record.order_id.as_str(), code, record.body.as_str()];
            self.effects.push(Effect::Copy(parts.join("\n")));
        }
    }

    fn storage_loaded(&mut self, stored: Stored, now: Timestamp) {
        let added_early = !self.bag.lines().is_empty();
        self.bag.merge_stored(stored.bag);
        self.storage_read = true;
        self.durable = stored.durable;
        for record in &stored.submissions {
            if let Some(dead) = &record.dead {
                let (key, code) = (record.key.clone(), dead.code.clone());
                self.news.push(News::Refused { key, code });
            }
        }
        // What cannot be trusted stays in storage for a support bundle.
        let quarantined = self.outbox.restore(stored.submissions, monotonic_ms(now));
        let quarantined = u32::try_from(quarantined.len()).unwrap_or(u32::MAX);
        self.unreadable = stored.unreadable.saturating_add(quarantined);
        if added_early {
            self.bag_changed();
        } else {
            self.announce_bag();
        }
        let effects = &mut self.effects;
        self.touchpoints.restore(stored.touchpoints, now, effects);
        if self.pending_orders() > 0 {
            self.effects.push(Effect::Lead { takes_over: false });
        }
    }

    /// What storage holds after another tab has changed it. The open checkout's order is asked
    /// about again under its key, whatever another tab heard: its shopper waits here.
    fn submissions_loaded(
        &mut self,
        submissions: Option<Vec<Record>>,
        entropy: &Entropy,
        now: Timestamp,
    ) {
        let own = match self.checkout().map(|checkout| &checkout.stage) {
            Some(Stage::Sending { key, .. }) => Some(key.clone()),
            _ => None,
        };
        if let Some(submissions) = submissions {
            let now_ms = monotonic_ms(now);
            let _known_as_unreadable = self.outbox.sync(submissions, own.as_ref(), now_ms);
            let outbox = &self.outbox;
            self.news.retain(|news| match news {
                News::Refused { key, .. } => outbox.record(key).is_some(),
                News::Placed(_) => true,
            });
        }
        self.poll(entropy, now);
        self.rest();
        if self.pending_orders() > 0 && !self.outbox.leads() {
            // Should the tab that sends now die, this one is next.
            self.effects.push(Effect::Lead { takes_over: false });
        }
    }

    /// Nothing to send: another tab may lead.
    fn rest(&mut self) {
        if self.pending_orders() == 0 {
            self.outbox.set_leader(false);
            self.effects.push(Effect::StopLeading);
        }
    }

    fn order_fixed(&mut self, order_id: OrderId, body: Option<String>, now: Timestamp) {
        let Some(checkout) = &mut self.checkout else {
            return;
        };
        let Stage::Fixing {
            order_id: wanted,
            key,
        } = &checkout.stage
        else {
            return;
        };
        if *wanted != order_id {
            return;
        }
        let path = ORDERS_PATH.to_owned();
        let record = body.and_then(|body| Record::new(key.clone(), order_id, path, body, now).ok());
        match record.map(|record| self.outbox.enqueue(record)) {
            Some(Ok(record)) => {
                self.effects.push(Effect::Lead { takes_over: true });
                self.effects.push(Effect::KeepSubmission(record));
            }
            Some(Err(EnqueueError::Full)) => checkout.not_made(Trouble::OutboxFull),
            Some(Err(EnqueueError::KeyInUse)) | None => checkout.not_made(Trouble::Refused {
                code: code::INTERNAL.to_owned(),
                detail: String::new(),
            }),
        }
    }

    /// The order is stored, or cannot be. Only now the shopper reads that it is being sent.
    fn kept(&mut self, key: &IdempotencyKey, durable: bool, now: Timestamp) {
        if durable {
            self.outbox.saved(key, monotonic_ms(now));
        } else {
            // Its only word is told to the shopper by the stage.
            let _not_stored = self.outbox.save_failed(key, monotonic_ms(now));
        }
        if let Some(checkout) = &mut self.checkout
            && matches!(&checkout.stage, Stage::Fixing { key: own, .. } if own == key)
        {
            checkout.sending(key.clone(), durable);
        }
    }

    fn submission_answered(
        &mut self,
        key: &IdempotencyKey,
        answer: Result<Rc<OrderStatus>, Failure>,
        entropy: &Entropy,
        now: Timestamp,
    ) {
        let Some(confirmed_at) = self.outbox.record(key).map(|record| record.confirmed_at) else {
            return;
        };
        let judged = answer_of(&answer);
        let actions = self
            .outbox
            .answered(key, &judged, monotonic_ms(now), entropy.jitter());
        for action in actions {
            match (&action, &answer) {
                (Action::Delivered { .. }, Ok(order)) => self.placed(key, order, confirmed_at),
                (Action::Refused { reason, .. }, Err(failure)) => {
                    self.refused(key, failure, &reason.code);
                }
                _ => self.effects.extend(effect_of(action)),
            }
        }
    }

    fn placed(&mut self, key: &IdempotencyKey, order: &Rc<OrderStatus>, confirmed_at: Timestamp) {
        let own = self.checkout.take_if(
            |checkout| matches!(&checkout.stage, Stage::Sending { key: own, .. } if own == key),
        );
        self.announce(Announcement::OrderPlaced {
            order_id: order.order_id.clone(),
            number: order.number.clone(),
            total_minor: order.totals.total_minor,
            currency: order.currency,
        });
        if own
            .as_ref()
            .is_none_or(|checkout| checkout.source == Source::Bag)
        {
            self.bag.take_ordered(order, confirmed_at);
            self.bag_changed();
        }
        if own.is_some() && self.page() == Some(Page::Checkout) {
            self.confirmation = Some(Rc::clone(order));
            self.notice = None;
            self.pages = vec![Page::Confirmation];
        } else {
            self.news.push(News::Placed(Rc::clone(order)));
            self.pages
                .retain(|page| *page != Page::Checkout || self.checkout.is_some());
        }
    }

    fn refused(&mut self, key: &IdempotencyKey, failure: &Failure, code: &str) {
        if let Some(checkout) = &mut self.checkout
            && matches!(&checkout.stage, Stage::Sending { key: own, .. } if own == key)
        {
            checkout.refused(key.clone(), failure, &mut self.form);
            checkout.focus_first_invalid(&self.form);
        } else {
            self.news.push(News::Refused {
                key: key.clone(),
                code: code.to_owned(),
            });
        }
    }
}
