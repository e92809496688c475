//! Entries that belong together and sum to zero.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_commerce::Currency;

use crate::Account;

/// One side of a transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Which account.
    pub account: Account,
    /// Minor units; a debit is positive, a credit negative, never 0.
    pub amount_minor: i64,
}

/// A balanced set of entries in one currency. Empty when nothing moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// Of every entry.
    pub currency: Currency,
    /// By account, one each.
    pub entries: Vec<Entry>,
}

/// Why entries are no posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostingError {
    /// They do not sum to zero: money would be made or lost.
    #[error("the entries do not sum to zero")]
    Unbalanced,
    /// An amount does not fit 64 bits.
    #[error("an amount does not fit 64 bits of minor units")]
    Overflow,
}

impl Posting {
    /// Joins `amounts` (minor units, debits positive) by account, leaves out what is 0, and checks
    /// that they sum to zero.
    ///
    /// # Errors
    /// [`PostingError::Unbalanced`], [`PostingError::Overflow`].
    ///
    /// ```
    /// use shoptag_commerce::Currency;
    /// use shoptag_ledger::{Account, Posting};
    /// let eur = Currency::parse("EUR").unwrap();
    /// let fee = [(Account::FeePending, 5), (Account::FeeEarned, -5)];
    /// assert_eq!(Posting::balanced(eur, fee).unwrap().entries.len(), 2);
    /// assert!(Posting::balanced(eur, [(Account::Bank, 5)]).is_err());
    /// ```
    pub fn balanced(
        currency: Currency,
        amounts: impl IntoIterator<Item = (Account, i64)>,
    ) -> Result<Self, PostingError> {
        let mut joined: BTreeMap<Account, i128> = BTreeMap::new();
        for (account, amount_minor) in amounts {
            *joined.entry(account).or_default() += i128::from(amount_minor);
        }
        if joined.values().sum::<i128>() != 0 {
            return Err(PostingError::Unbalanced);
        }
        let entries = joined
            .into_iter()
            .filter(|(_, amount_minor)| *amount_minor != 0)
            .map(|(account, amount_minor)| {
                let amount_minor =
                    i64::try_from(amount_minor).map_err(|_| PostingError::Overflow)?;
                Ok(Entry {
                    account,
                    amount_minor,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { currency, entries })
    }
}
