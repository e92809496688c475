//! The statement of one account: what it held, what moved, what it holds.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{Currency, Timestamp};

use crate::book::amount_on;
use crate::{Account, Book, Event};

/// One movement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRow {
    /// Its record.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// Minor units, debits positive.
    pub amount_minor: i64,
    /// Balance after it, minor units.
    pub balance_minor: i64,
}

/// An account from one instant to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose.
    pub account: Account,
    /// Of every amount.
    pub currency: Currency,
    /// First instant of the rows.
    pub from: Timestamp,
    /// Last instant of the rows, inclusive.
    pub until: Timestamp,
    /// Balance before the first row, minor units.
    pub opening_minor: i64,
    /// Oldest first.
    pub rows: Vec<StatementRow>,
    /// Balance after the last row, minor units.
    pub closing_minor: i64,
}

impl Book {
    /// The statement of `account` in `currency`, `from..=until`.
    #[must_use]
    pub fn statement(
        &self,
        account: &Account,
        currency: Currency,
        from: Timestamp,
        until: Timestamp,
    ) -> Statement {
        let mut balance: i64 = 0;
        let mut opening_minor = 0;
        let mut rows = Vec::new();
        for record in self
            .records()
            .iter()
            .take_while(|record| record.at <= until)
        {
            // Recording refused whatever would leave 64 bits.
            let amount = i64::try_from(amount_on(record, account, currency)).unwrap_or(0);
            balance = balance.saturating_add(amount);
            if record.at < from {
                opening_minor = balance;
            } else if amount != 0 {
                rows.push(StatementRow {
                    sequence: record.sequence,
                    at: record.at,
                    event: record.event.clone(),
                    amount_minor: amount,
                    balance_minor: balance,
                });
            }
        }
        let (account, closing_minor) = (account.clone(), balance);
        Statement {
            account,
            currency,
            from,
            until,
            opening_minor,
            rows,
            closing_minor,
        }
    }
}
