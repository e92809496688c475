//! A part of the ledger, as a store has it: where the log ends, and the lines, balances and payouts
//! that the next events bear on. What is recorded on it is what the whole ledger would record.

use shoptag_commerce::{Currency, Digest, PayoutBatchId, Timestamp};

use super::Book;
use crate::{Account, LineRef, LineState, Payout};

/// Where a log ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Sequence of the next record.
    pub next_sequence: u64,
    /// Digest of the last record, [`Digest::START`] when there is none.
    pub head: Digest,
    /// Time of the last record.
    pub last_at: Option<Timestamp>,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            next_sequence: 0,
            head: Digest::START,
            last_at: None,
        }
    }
}

impl Book {
    /// A ledger that goes on at `position` and knows nothing else yet. Its caller tells it every
    /// line, balance, payout and batch that the events to come name, and looks for earlier records
    /// of their keys itself: [`Book::records`] holds only what is new.
    ///
    /// ```
    /// use shoptag_ledger::{Book, Position};
    /// let whole = Book::new();
    /// let part = Book::resume(Position::default());
    /// assert_eq!(part.head(), whole.head());
    /// ```
    #[must_use]
    pub fn resume(position: Position) -> Self {
        Self {
            start: position,
            ..Self::default()
        }
    }

    /// A line as it stands.
    pub fn know_line(&mut self, line: LineRef, state: LineState) {
        self.lines.insert(line, state);
    }

    /// What stands on `account`, minor units, debits positive.
    pub fn know_balance(&mut self, account: Account, currency: Currency, amount_minor: i64) {
        self.balances.set(account, currency, amount_minor);
    }

    /// A payout as it stands.
    pub fn know_payout(&mut self, payout: Payout) {
        self.batches.insert(payout.batch.clone(), payout.currency);
        let key = (payout.batch.clone(), payout.creator.clone());
        self.payouts.insert(key, payout);
    }

    /// A batch that was opened.
    pub fn know_batch(&mut self, batch: PayoutBatchId, currency: Currency) {
        self.batches.insert(batch, currency);
    }
}

#[cfg(test)]
mod tests {
    use shoptag_commerce::{BasisPoints, BrandId, CreatorId, OrderId};

    use super::*;
    use crate::{Event, HoldPeriod, LineTerms, RecordKey};

    fn accrue(order: &str) -> (RecordKey, Event) {
        let event = Event::Accrue {
            line: LineRef {
                order: OrderId::parse(order).unwrap(),
                line: 0,
            },
            terms: LineTerms {
                creator: CreatorId::parse("mira").unwrap(),
                brand: BrandId::parse("halden").unwrap(),
                currency: Currency::parse("EUR").unwrap(),
                base_minor: 10_000,
                rate_bps: BasisPoints::new(1_200).unwrap(),
                fee: None,
                hold_days: HoldPeriod::default(),
            },
        };
        (RecordKey::parse(format!("{order}/accrue")).unwrap(), event)
    }

    #[test]
    fn a_part_records_what_the_whole_would() {
        let at = Timestamp::from_ms;
        let mut whole = Book::new();
        let (key, event) = accrue("a");
        whole.record(key, event, at(5)).unwrap();
        let mut part = Book::resume(Position {
            next_sequence: 1,
            head: whole.head(),
            last_at: Some(at(5)),
        });
        for (account, amount) in [
            (Account::BrandOwes(BrandId::parse("halden").unwrap()), 1_200),
            (
                Account::CreatorPending(CreatorId::parse("mira").unwrap()),
                -1_200,
            ),
        ] {
            part.know_balance(account, Currency::parse("EUR").unwrap(), amount);
        }
        let (key, event) = accrue("b");
        // A clock that went back counts as standing still, on the part as on the whole.
        whole.record(key.clone(), event.clone(), at(4)).unwrap();
        part.record(key, event, at(4)).unwrap();
        assert_eq!(part.records().last(), whole.records().last());
        assert_eq!(part.balances(), whole.balances());
    }
}
