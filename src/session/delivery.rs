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
    pub(super) fn in_delivery(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::StorageLoaded(stored) => self.storage_loaded(stored, now),
            Event::ConnectionChanged { online, entropy } => {
                self.online = online;
                let mut effects = Vec::new();
                if online {
                    self.outbox.woken(monotonic_ms(now));
                    self.touchpoints.hurry(now);
                    effects = self.touchpoints.poll(self.playing, now);
                }
                effects.extend(self.poll(&entropy, now));
                effects
            }
            Event::Woken { entropy, .. } => self.poll(&entropy, now),
            Event::LeadChanged { leads, entropy } => {
                self.outbox.set_leader(leads);
                if leads {
                    // What another tab has left, or has delivered meanwhile.
                    vec![Effect::LoadSubmissions]
                } else {
                    self.poll(&entropy, now)
                }
            }
            Event::SubmissionsChangedElsewhere => vec![Effect::LoadSubmissions],
            Event::SubmissionsLoaded {
                submissions,
                entropy,
            } => self.submissions_loaded(submissions, &entropy, now),
            Event::SubmissionHeld(key) => {
                self.outbox.held(&key, monotonic_ms(now));
                self.wake().into_iter().collect()
            }
            Event::StorageChecked { durable } => {
                self.durable = durable;
                Vec::new()
            }
            // The tab in front leads: one in the background may be frozen.
            Event::PageShown if self.pending_orders() > 0 => {
                vec![Effect::Lead { takes_over: true }]
            }
            Event::OrderFixed { order_id, body } => self.order_fixed(order_id, body, now),
            Event::SubmissionKept {
                key,
                durable,
                entropy,
            } => {
                self.kept(&key, durable, now);
                self.poll(&entropy, now)
            }
            Event::SubmissionAnswered {
                key,
                answer,
                entropy,
            } => {
                let mut effects = self.submission_answered(&key, answer, &entropy, now);
                effects.extend(self.poll(&entropy, now));
                effects.extend(self.rest());
                effects
            }
            Event::RefusalCopied(key) => self.details(&key),
            Event::RefusalDismissed(key) => self.discard(&key),
            _ => Vec::new(),
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
    pub(super) fn poll(&mut self, entropy: &Entropy, now: Timestamp) -> Vec<Effect> {
        let actions = self.outbox.poll(monotonic_ms(now), entropy.jitter());
        let mut effects: Vec<Effect> = actions.into_iter().filter_map(effect_of).collect();
        effects.extend(self.wake());
        effects
    }

    fn wake(&self) -> Option<Effect> {
        let due_ms = self.outbox.poll_timeout()?;
        let at = Timestamp::from_ms(i64::try_from(due_ms).unwrap_or(i64::MAX));
        let timer = Timer::Outbox;
        Some(Effect::WakeAt { timer, at })
    }

    /// Tries at once what waits.
    pub(super) fn send_now(&mut self, entropy: &Entropy, now: Timestamp) -> Vec<Effect> {
        self.outbox.woken(monotonic_ms(now));
        self.poll(entropy, now)
    }

    /// The shopper has decided about a refused order: its record goes.
    pub(super) fn discard(&mut self, key: &IdempotencyKey) -> Vec<Effect> {
        self.news
            .retain(|news| !matches!(news, News::Refused { key: own, .. } if own == key));
        self.outbox
            .discard(key)
            .into_iter()
            .filter_map(effect_of)
            .collect()
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
    fn details(&self, key: &IdempotencyKey) -> Vec<Effect> {
        let record = self.outbox.records().find(|(record, _)| record.key == *key);
        let Some((record, _)) = record else {
            return Vec::new();
        };
        let code = record.dead.as_ref().map_or("", |dead| dead.code.as_str());
        let parts = [record.order_id.as_str(), code, record.body.as_str()];
        vec![Effect::Copy(parts.join("\n"))]
    }

    fn storage_loaded(&mut self, stored: Stored, now: Timestamp) -> Vec<Effect> {
        let added_early = !self.bag.lines().is_empty();
        self.bag.merge_stored(stored.bag);
        let mut erased = self.touchpoints.restore(stored.touchpoints, now);
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
        let mut effects = if added_early {
            self.bag_changed()
        } else {
            self.announce_bag().into_iter().collect()
        };
        effects.append(&mut erased);
        if self.pending_orders() > 0 {
            effects.push(Effect::Lead { takes_over: false });
        }
        effects
    }

    /// What storage holds after another tab has changed it. The open checkout's order is asked
    /// about again under its key, whatever another tab heard: its shopper waits here.
    fn submissions_loaded(
        &mut self,
        submissions: Option<Vec<Record>>,
        entropy: &Entropy,
        now: Timestamp,
    ) -> Vec<Effect> {
        let own = match self.checkout().map(|checkout| &checkout.stage) {
            Some(Stage::Sending { key, .. }) => Some(key.clone()),
            _ => None,
        };
        if let Some(submissions) = submissions {
            let now_ms = monotonic_ms(now);
            let _known_as_unreadable = self.outbox.sync(submissions, own.as_ref(), now_ms);
            let outbox = &self.outbox;
            self.news.retain(|news| match news {
                News::Refused { key, .. } => outbox.records().any(|(own, _)| own.key == *key),
                News::Placed(_) => true,
            });
        }
        let mut effects = self.poll(entropy, now);
        effects.extend(self.rest());
        if self.pending_orders() > 0 && !self.outbox.leads() {
            // Should the tab that sends now die, this one is next.
            effects.push(Effect::Lead { takes_over: false });
        }
        effects
    }

    /// Nothing to send: another tab may lead.
    fn rest(&mut self) -> Option<Effect> {
        if self.pending_orders() > 0 {
            return None;
        }
        self.outbox.set_leader(false);
        Some(Effect::StopLeading)
    }

    fn order_fixed(
        &mut self,
        order_id: OrderId,
        body: Option<String>,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(checkout) = &mut self.checkout else {
            return Vec::new();
        };
        let Stage::Fixing {
            order_id: wanted,
            key,
        } = checkout.stage.clone()
        else {
            return Vec::new();
        };
        if wanted != order_id {
            return Vec::new();
        }
        let internal = || {
            let code = code::INTERNAL.to_owned();
            Trouble::Refused {
                code,
                detail: String::new(),
            }
        };
        let path = ORDERS_PATH.to_owned();
        let record = body
            .and_then(|body| Record::new(key.clone(), order_id, path, body, now).ok())
            .ok_or_else(internal);
        let kept = record.and_then(|record| {
            self.outbox.enqueue(record).map_err(|error| match error {
                EnqueueError::Full => Trouble::OutboxFull,
                EnqueueError::KeyInUse => internal(),
            })
        });
        match kept {
            Ok(Action::Save(record)) => vec![
                Effect::Lead { takes_over: true },
                Effect::KeepSubmission(record),
            ],
            Ok(_) => Vec::new(),
            Err(trouble) => {
                checkout.not_made(trouble);
                Vec::new()
            }
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
    ) -> Vec<Effect> {
        let confirmed_at = self
            .outbox
            .records()
            .find(|(record, _)| record.key == *key)
            .map(|(record, _)| record.confirmed_at);
        let Some(confirmed_at) = confirmed_at else {
            return Vec::new();
        };
        let judged = answer_of(&answer);
        let actions = self
            .outbox
            .answered(key, &judged, monotonic_ms(now), entropy.jitter());
        let mut effects = Vec::new();
        for action in actions {
            match (&action, &answer) {
                (Action::Delivered { .. }, Ok(order)) => {
                    effects.extend(self.placed(key, order, confirmed_at));
                }
                (Action::Refused { reason, .. }, Err(failure)) => {
                    self.refused(key, failure, &reason.code);
                }
                _ => effects.extend(effect_of(action)),
            }
        }
        effects
    }

    fn placed(
        &mut self,
        key: &IdempotencyKey,
        order: &Rc<OrderStatus>,
        confirmed_at: Timestamp,
    ) -> Vec<Effect> {
        let own = self.checkout.take_if(
            |checkout| matches!(&checkout.stage, Stage::Sending { key: own, .. } if own == key),
        );
        let mut effects = vec![Effect::Announce(Announcement::OrderPlaced {
            order_id: order.order_id.clone(),
            number: order.number.clone(),
            total_minor: order.totals.total_minor,
            currency: order.currency,
        })];
        if own
            .as_ref()
            .is_none_or(|checkout| checkout.source == Source::Bag)
        {
            self.bag.take_ordered(order, confirmed_at);
            effects.extend(self.bag_changed());
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
        effects
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
