//! The queue itself: records, what is being done about each, and what to do next.

use shoptag_commerce::{IdempotencyKey, OrderId};

use crate::answer::{Answer, Verdict};
use crate::backoff::{RETRY_AFTER_MS_MAX, retry_delay_ms};
use crate::record::{DeadLetter, Record, State};

/// Most orders that are kept. Far more than a person buys while offline; a bound all the same.
pub const ORDERS_MAX: usize = 200;

/// Most orders on the wire at once: half of the six connections a browser opens to one host.
pub const IN_FLIGHT_MAX: usize = 3;

/// How long an attempt may take. The backend answers or gives up within 10 s; twice that is surely
/// lost.
pub const REQUEST_TIMEOUT_MS: u64 = 20_000;

/// How long an order that another tab is sending is left to it: longer than an attempt may take, so
/// that this tab does not send the same order beside it.
pub const LEASE_MS: u64 = 30_000;

/// Failed renewals of the site's access in a row before an order becomes a dead letter.
const RENEWALS_MAX: u32 = 3;

/// What the caller shall do, in the order given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Write to durable storage.
    Save(Record),
    /// Send, then call [`Outbox::answered`].
    Send {
        /// The `Idempotency-Key`.
        key: IdempotencyKey,
        /// Path and query.
        path: String,
        /// The bytes.
        body: String,
    },
    /// Remove from storage.
    Delete(IdempotencyKey),
    /// The backend did not accept the site's access: renew it.
    RenewAccess,
    /// Tell the shopper that the order arrived.
    Delivered {
        /// The submission.
        key: IdempotencyKey,
        /// Its order.
        order_id: OrderId,
    },
    /// Tell the shopper that the order was refused for good.
    Refused {
        /// The submission.
        key: IdempotencyKey,
        /// Why.
        reason: DeadLetter,
    },
    /// Tell the shopper to keep the page open: the order could not be stored on this device.
    NotStored(IdempotencyKey),
}

/// Why an order was not taken in. Said before the shopper confirms, never after.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnqueueError {
    /// [`ORDERS_MAX`] orders are waiting already.
    #[error("the outbox is full")]
    Full,
    /// The key is in use. Keys are made once; this is the caller's mistake, and nothing is lost.
    #[error("the key is already in the outbox")]
    KeyInUse,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    record: Record,
    state: State,
    failures: u32,
    renewals: u32,
    /// Storage has it, as far as this tab knows.
    stored: bool,
}

/// The orders that the backend has not acknowledged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outbox {
    entries: Vec<Entry>,
    leader: bool,
}

impl Outbox {
    /// An empty outbox that does not lead yet, and so sends nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over what storage holds, at the start or when another tab has added to it. Records
    /// that are here already stay as they are. Returns those it could not trust; they stay in
    /// storage.
    pub fn restore(&mut self, records: Vec<Record>, now_ms: u64) -> Vec<Record> {
        let mut quarantined = Vec::new();
        for record in records {
            if record.check().is_err() {
                quarantined.push(record);
            } else if self.find(&record.key).is_none() {
                let state = match record.dead {
                    Some(_) => State::Dead,
                    None => State::Waiting { due_ms: now_ms },
                };
                self.entries.push(Entry {
                    record,
                    state,
                    failures: 0,
                    renewals: 0,
                    stored: true,
                });
            }
        }
        quarantined
    }

    /// Brings the outbox in line with what storage holds after another tab has changed it: what
    /// that tab delivered or gave up goes, what it saw refused is not sent again. `own` is the
    /// order that this tab's shopper is looking at; it stays, so that its answer is asked for again
    /// under its key and shown here. Returns what [`Self::restore`] does.
    pub fn sync(
        &mut self,
        records: Vec<Record>,
        own: Option<&IdempotencyKey>,
        now_ms: u64,
    ) -> Vec<Record> {
        self.entries.retain_mut(|entry| {
            let Entry { record, state, .. } = entry;
            if own == Some(&record.key) {
                return true;
            }
            match records.iter().find(|kept| kept.key == record.key) {
                Some(kept) if kept.dead.is_some() => {
                    record.dead.clone_from(&kept.dead);
                    *state = State::Dead;
                    true
                }
                Some(_) => true,
                // An answer is on its way here, or the record into storage, or there is no storage.
                None => !entry.stored || matches!(state, State::InFlight { .. }),
            }
        });
        self.restore(records, now_ms)
    }

    /// Whether another order would be taken in. Asked before the shopper may confirm.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.entries.len() < ORDERS_MAX
    }

    /// Takes in a confirmed order. Returns the record, which is to be stored first: then call
    /// [`Self::saved`] or [`Self::save_failed`].
    ///
    /// # Errors
    /// [`EnqueueError`]; the order was not taken in and nothing else changed.
    pub fn enqueue(&mut self, record: Record) -> Result<Record, EnqueueError> {
        if self.find(&record.key).is_some() {
            return Err(EnqueueError::KeyInUse);
        }
        if !self.has_room() {
            return Err(EnqueueError::Full);
        }
        self.entries.push(Entry {
            record: record.clone(),
            state: State::Saving,
            failures: 0,
            renewals: 0,
            stored: false,
        });
        Ok(record)
    }

    /// Storage has acknowledged the record: it may be sent from now on.
    pub fn saved(&mut self, key: &IdempotencyKey, now_ms: u64) {
        if let Some(entry) = self.find_mut(key)
            && entry.state == State::Saving
        {
            entry.state = State::Waiting { due_ms: now_ms };
            entry.stored = true;
        }
    }

    /// Storage refused the record for good: it is sent from memory, and the shopper is told.
    pub fn save_failed(&mut self, key: &IdempotencyKey, now_ms: u64) -> Vec<Action> {
        match self.find_mut(key) {
            Some(entry) if entry.state == State::Saving => {
                entry.state = State::Waiting { due_ms: now_ms };
                vec![Action::NotStored(key.clone())]
            }
            _ => Vec::new(),
        }
    }

    /// This tab has become the one that sends, or has stopped being it.
    pub fn set_leader(&mut self, leader: bool) {
        self.leader = leader;
    }

    /// Whether this tab is the one that sends.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.leader
    }

    /// The network is back or the shopper said "try again": everything that waits is due now.
    pub fn woken(&mut self, now_ms: u64) {
        for entry in &mut self.entries {
            if let State::Waiting { due_ms } = &mut entry.state {
                *due_ms = (*due_ms).min(now_ms);
            }
        }
    }

    /// What to send now. Attempts that took too long are given up and tried again.
    ///
    /// `random` moves the delays of those.
    pub fn poll(&mut self, now_ms: u64, random: u64) -> Vec<Action> {
        for entry in &mut self.entries {
            if let State::InFlight { deadline_ms } = entry.state
                && deadline_ms <= now_ms
            {
                entry.wait_again(now_ms, None, random);
            }
        }
        if !self.leader {
            return Vec::new();
        }
        let on_the_wire = self.count(|state| matches!(state, State::InFlight { .. }));
        let mut free = IN_FLIGHT_MAX.saturating_sub(on_the_wire);
        let mut actions = Vec::new();
        for entry in &mut self.entries {
            if free > 0 && matches!(entry.state, State::Waiting { due_ms } if due_ms <= now_ms) {
                free -= 1;
                let deadline_ms = now_ms.saturating_add(REQUEST_TIMEOUT_MS);
                entry.state = State::InFlight { deadline_ms };
                actions.push(Action::Send {
                    key: entry.record.key.clone(),
                    path: entry.record.path.clone(),
                    body: entry.record.body.clone(),
                });
            }
        }
        actions
    }

    /// When [`Self::poll`] has something to do next, monotonic milliseconds.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<u64> {
        self.entries
            .iter()
            .filter_map(|entry| match entry.state {
                State::Waiting { due_ms } if self.leader => Some(due_ms),
                State::InFlight { deadline_ms } => Some(deadline_ms),
                State::Waiting { .. } | State::Saving | State::Dead => None,
            })
            .min()
    }

    /// Takes in the outcome of an attempt, however late. An answer for a record that is gone is
    /// ignored.
    pub fn answered(
        &mut self,
        key: &IdempotencyKey,
        answer: &Answer,
        now_ms: u64,
        random: u64,
    ) -> Vec<Action> {
        let Some(entry) = self.find_mut(key) else {
            return Vec::new();
        };
        match answer.judge(&entry.record.order_id) {
            Verdict::Delivered => self.remove_delivered(key),
            // A late failure says nothing about an attempt that was made since.
            _ if !matches!(entry.state, State::InFlight { .. }) => Vec::new(),
            Verdict::Retry { retry_after_ms } => {
                entry.wait_again(now_ms, retry_after_ms, random);
                Vec::new()
            }
            Verdict::Renew if entry.renewals < RENEWALS_MAX => {
                entry.renewals += 1;
                entry.wait_again(now_ms, None, random);
                vec![Action::RenewAccess]
            }
            Verdict::Renew => entry.refuse(DeadLetter {
                status: 403,
                code: "access".to_owned(),
            }),
            Verdict::Refused { status, code } => entry.refuse(DeadLetter { status, code }),
        }
    }

    /// Another tab is sending the order: nothing was sent from here, and it is left alone for
    /// `rest_ms`, what is left of the other's lease, and never longer than [`LEASE_MS`].
    pub fn held(&mut self, key: &IdempotencyKey, rest_ms: u64, now_ms: u64) {
        if let Some(entry) = self.find_mut(key)
            && matches!(entry.state, State::InFlight { .. })
        {
            let due_ms = now_ms.saturating_add(rest_ms.min(LEASE_MS));
            entry.state = State::Waiting { due_ms };
        }
    }

    /// The shopper gives up a refused order. Nothing else can be discarded.
    pub fn discard(&mut self, key: &IdempotencyKey) -> Vec<Action> {
        let dead = self
            .find(key)
            .is_some_and(|entry| entry.state == State::Dead);
        if !dead {
            return Vec::new();
        }
        self.entries.retain(|entry| entry.record.key != *key);
        vec![Action::Delete(key.clone())]
    }

    /// The record of `key`.
    #[must_use]
    pub fn record(&self, key: &IdempotencyKey) -> Option<&Record> {
        self.find(key).map(|entry| &entry.record)
    }

    /// Every record with what is being done about it, oldest first: for the shopper and for a
    /// support bundle.
    pub fn records(&self) -> impl Iterator<Item = (&Record, State)> {
        self.entries
            .iter()
            .map(|entry| (&entry.record, entry.state))
    }

    fn remove_delivered(&mut self, key: &IdempotencyKey) -> Vec<Action> {
        let Some(position) = self
            .entries
            .iter()
            .position(|entry| entry.record.key == *key)
        else {
            return Vec::new();
        };
        let entry = self.entries.remove(position);
        let order_id = entry.record.order_id;
        vec![
            Action::Delete(key.clone()),
            Action::Delivered {
                key: key.clone(),
                order_id,
            },
        ]
    }

    fn count(&self, wanted: impl Fn(&State) -> bool) -> usize {
        self.entries
            .iter()
            .filter(|entry| wanted(&entry.state))
            .count()
    }

    fn find(&self, key: &IdempotencyKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.record.key == *key)
    }

    fn find_mut(&mut self, key: &IdempotencyKey) -> Option<&mut Entry> {
        self.entries
            .iter_mut()
            .find(|entry| entry.record.key == *key)
    }
}

impl Entry {
    fn wait_again(&mut self, now_ms: u64, retry_after_ms: Option<u64>, random: u64) {
        self.failures = self.failures.saturating_add(1);
        let backoff = retry_delay_ms(self.failures, random);
        let asked = retry_after_ms.unwrap_or(0).min(RETRY_AFTER_MS_MAX);
        self.state = State::Waiting {
            due_ms: now_ms.saturating_add(backoff.max(asked)),
        };
    }

    /// The changed record is saved again, so that a reload shows the refusal and does not send it.
    fn refuse(&mut self, reason: DeadLetter) -> Vec<Action> {
        self.state = State::Dead;
        self.record.dead = Some(reason.clone());
        vec![
            Action::Save(self.record.clone()),
            Action::Refused {
                key: self.record.key.clone(),
                reason,
            },
        ]
    }
}

#[cfg(test)]
mod tests;
