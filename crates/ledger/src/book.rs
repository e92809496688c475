//! The whole ledger as a value: an append-only log and what follows from it.
//!
//! There is no way to change or remove a record. A mistake is corrected by another event.

mod decision;
mod resume;

use std::collections::BTreeMap;

use decision::Change;
pub use resume::Position;
use serde::Serialize;
use shoptag_commerce::{CreatorId, Currency, Digest, PayoutBatchId, Timestamp};

use crate::{
    Account, Balances, Event, LedgerError, LineRef, LineState, Outcome, Payout, PayoutStatus,
    Record, RecordKey,
};

/// Name of the ledger's chain in its digests.
const CHAIN_DOMAIN: &str = "shoptag-ledger-1";

/// What came of recording an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is new; the sequence of its record.
    New(u64),
    /// The same request was recorded before; the sequence of that record. Nothing changed.
    Already(u64),
}

/// Why a log is not a ledger of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// A record's sequence or time does not follow.
    #[error("record {0} does not follow the one before")]
    Order(u64),
    /// The events lead to another outcome than was recorded.
    #[error("record {0} says another outcome than its event has")]
    Outcome(u64),
    /// A byte of this record or of one before was changed.
    #[error("record {0} does not fit its digest")]
    Digest(u64),
}

/// The ledger.
#[derive(Debug, Clone, Default)]
pub struct Book {
    start: Position,
    records: Vec<Record>,
    by_key: BTreeMap<RecordKey, usize>,
    balances: Balances,
    lines: BTreeMap<LineRef, LineState>,
    payouts: BTreeMap<(PayoutBatchId, CreatorId), Payout>,
    /// Batches, also those in which nobody had enough.
    batches: BTreeMap<PayoutBatchId, Currency>,
}

/// What a digest covers besides the records before.
#[derive(Serialize)]
struct Covered<'a> {
    sequence: u64,
    key: &'a RecordKey,
    at: Timestamp,
    event: &'a Event,
    outcome: &'a Outcome,
}

impl Book {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records `event` under `key` at `now`. A clock that went back counts as standing still.
    ///
    /// The same key with the same event gives [`Recorded::Already`] and changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::Refused`]: the event cannot happen; the refusal is kept, and the key never
    /// succeeds later. [`LedgerError::KeyReused`]: the key names another event.
    pub fn record(
        &mut self,
        key: RecordKey,
        event: Event,
        now: Timestamp,
    ) -> Result<Recorded, LedgerError> {
        if let Some(known) = self
            .by_key
            .get(&key)
            .and_then(|index| self.records.get(*index))
        {
            return match &known.outcome {
                _ if known.event != event => Err(LedgerError::KeyReused),
                Outcome::Refused(refusal) => Err(LedgerError::Refused(*refusal)),
                Outcome::Applied(_) => Ok(Recorded::Already(known.sequence)),
            };
        }
        let last_at = self.records.last().map(|last| last.at);
        let at = last_at
            .or(self.start.last_at)
            .map_or(now, |last_at| last_at.max(now));
        // `add` takes all of a posting or nothing, so a refusal leaves the balances alone.
        let decided = self.decide(&event, at).and_then(|(posting, change)| {
            posting
                .as_ref()
                .map_or(Ok(()), |posting| self.balances.add(posting))?;
            Ok((posting, change))
        });
        let (outcome, change, answer) = match decided {
            Ok((posting, change)) => (Outcome::Applied(posting), change, None),
            Err(refusal) => (Outcome::Refused(refusal), Change::Nothing, Some(refusal)),
        };
        let sequence = self.next_sequence();
        let digest = self.digest_of(sequence, &key, at, &event, &outcome)?;
        self.apply(change);
        self.by_key.insert(key.clone(), self.records.len());
        self.records.push(Record {
            sequence,
            key,
            at,
            event,
            outcome,
            digest,
        });
        answer.map_or(Ok(Recorded::New(sequence)), |refusal| Err(refusal.into()))
    }

    /// Builds the ledger again from its log, checking every outcome, time and digest.
    ///
    /// # Errors
    /// [`ReplayError`] names the first record that does not hold.
    pub fn replay(records: impl IntoIterator<Item = Record>) -> Result<Self, ReplayError> {
        let mut book = Self::new();
        for record in records {
            let sequence = record.sequence;
            let in_time = book.records.last().is_none_or(|last| last.at <= record.at);
            if sequence != book.next_sequence() || !in_time {
                return Err(ReplayError::Order(sequence));
            }
            // Its own answer is in the record; what matters is that the same record comes out.
            let answer = book.record(record.key.clone(), record.event.clone(), record.at);
            let made = book.records.last().filter(|made| made.sequence == sequence);
            let same = made.ok_or(ReplayError::Order(sequence))?;
            if same.outcome != record.outcome || answer == Err(LedgerError::KeyReused) {
                return Err(ReplayError::Outcome(sequence));
            }
            if same.digest != record.digest {
                return Err(ReplayError::Digest(sequence));
            }
        }
        Ok(book)
    }

    /// The log, oldest first.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// Digest of the last record: the same for the same log, and for no other.
    #[must_use]
    pub fn head(&self) -> Digest {
        self.records
            .last()
            .map_or(self.start.head, |last| last.digest)
    }

    /// What stands on every account now.
    #[must_use]
    pub fn balances(&self) -> &Balances {
        &self.balances
    }

    /// What stood on `account` after everything up to and with `at`.
    #[must_use]
    pub fn balance_at(&self, account: &Account, currency: Currency, at: Timestamp) -> i128 {
        self.records
            .iter()
            .take_while(|record| record.at <= at)
            .map(|record| amount_on(record, account, currency))
            .sum()
    }

    /// One line's commission.
    #[must_use]
    pub fn line(&self, line: &LineRef) -> Option<&LineState> {
        self.lines.get(line)
    }

    /// Every line, by order.
    pub fn lines(&self) -> impl Iterator<Item = (&LineRef, &LineState)> {
        self.lines.iter()
    }

    /// The lines whose hold is over at `now`: what a caller posts next.
    pub fn due(&self, now: Timestamp) -> impl Iterator<Item = &LineRef> {
        self.lines
            .iter()
            .filter(move |(_, state)| state.is_due(now))
            .map(|(line, _)| line)
    }

    /// Every payout, by batch and creator.
    pub fn payouts(&self) -> impl Iterator<Item = &Payout> {
        self.payouts.values()
    }

    fn next_sequence(&self) -> u64 {
        self.records
            .last()
            .map_or(self.start.next_sequence, |last| {
                last.sequence.saturating_add(1)
            })
    }

    fn digest_of(
        &self,
        sequence: u64,
        key: &RecordKey,
        at: Timestamp,
        event: &Event,
        outcome: &Outcome,
    ) -> Result<Digest, LedgerError> {
        let covered = Covered {
            sequence,
            key,
            at,
            event,
            outcome,
        };
        let bytes = serde_json::to_vec(&covered).map_err(|_| LedgerError::Unwritable)?;
        Ok(self.head().followed_by(CHAIN_DOMAIN, &bytes))
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Nothing => {}
            Change::Line(line, state) => {
                self.lines.insert(line, *state);
            }
            Change::Batch(batch, currency, payouts) => {
                for payout in payouts {
                    self.stamp_lines(&payout, None, Some(&batch));
                    self.payouts
                        .insert((batch.clone(), payout.creator.clone()), payout);
                }
                self.batches.insert(batch, currency);
            }
            Change::Payout(payout) => {
                if payout.status == PayoutStatus::Failed {
                    self.stamp_lines(&payout, Some(&payout.batch), None);
                }
                self.payouts
                    .insert((payout.batch.clone(), payout.creator.clone()), payout);
            }
        }
    }

    /// Moves the creator's posted lines from one payout to another.
    fn stamp_lines(
        &mut self,
        payout: &Payout,
        from: Option<&PayoutBatchId>,
        to: Option<&PayoutBatchId>,
    ) {
        let own = self.lines.values_mut().filter(|state| {
            state.stage == crate::Stage::Posted
                && state.terms.creator == payout.creator
                && state.terms.currency == payout.currency
                && state.payout.as_ref() == from
        });
        for state in own {
            state.payout = to.cloned();
        }
    }
}

/// What a record moves on one account.
pub(crate) fn amount_on(record: &Record, account: &Account, currency: Currency) -> i128 {
    match &record.outcome {
        Outcome::Applied(Some(posting)) if posting.currency == currency => posting
            .entries
            .iter()
            .filter(|entry| entry.account == *account)
            .map(|entry| i128::from(entry.amount_minor))
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
