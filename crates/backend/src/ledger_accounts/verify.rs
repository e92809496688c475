//! Whether the books hold: the log, replayed, gives every entry, balance and line that the tables
//! have, and every decision, decided again, gives its own bytes.

use std::collections::BTreeMap;

use shoptag_attribution::{Evidence, chain_receipt};
use shoptag_commerce::{Digest, OrderId};
use shoptag_ledger::{Account, Book, LineRef, LineState, Outcome, Record, ReplayError};

/// What the database keeps beside the log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LedgerTables {
    /// Balances other than 0, by currency and account.
    pub balances: BTreeMap<(String, Account), i64>,
    /// Sums of the entries, by currency and account, without those that are 0.
    pub entries: BTreeMap<(String, Account), i64>,
    /// How many entries there are.
    pub entry_count: u64,
    /// Every line as it stands.
    pub lines: BTreeMap<LineRef, LineState>,
}

/// Why the books do not hold.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The log itself is broken.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// A currency's accounts do not sum to zero.
    #[error("the accounts in {0} do not sum to zero")]
    Sum(String),
    /// A table says something else than the log.
    #[error("the table of {0} does not follow from the log")]
    Table(&'static str),
    /// Deciding again gave other bytes.
    #[error("order {0}: deciding again gives another receipt")]
    Decision(OrderId),
    /// A receipt does not fit its digest.
    #[error("order {0}: the receipt does not fit its digest")]
    Digest(OrderId),
    /// Evidence or receipt cannot be read.
    #[error("decision {sequence}: {error}")]
    Unreadable {
        /// Which.
        sequence: u64,
        /// Why.
        error: String,
    },
}

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Records of the log.
    pub records: usize,
    /// Entries.
    pub entries: u64,
    /// Lines with a commission.
    pub lines: usize,
    /// Digest of the last record.
    pub head: Digest,
}

/// Replays `records` and compares `tables` with what follows from them.
///
/// # Errors
/// [`VerifyError`] names the first thing that does not hold.
pub fn verify(records: Vec<Record>, tables: &LedgerTables) -> Result<Verified, VerifyError> {
    let book = Book::replay(records)?;
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    let mut balances = BTreeMap::new();
    for (currency, account, balance) in book.balances().iter() {
        *sums.entry(currency).or_default() += balance;
        let balance = i64::try_from(balance).map_err(|_| VerifyError::Table("balances"))?;
        balances.insert((currency.to_owned(), account.clone()), balance);
    }
    if let Some((currency, _)) = sums.iter().find(|(_, sum)| **sum != 0) {
        return Err(VerifyError::Sum((*currency).to_owned()));
    }
    if tables.balances != balances {
        return Err(VerifyError::Table("balances"));
    }
    let entries: usize = book
        .records()
        .iter()
        .map(|record| match &record.outcome {
            Outcome::Applied(Some(posting)) => posting.entries.len(),
            _ => 0,
        })
        .sum();
    if tables.entries != balances || u64::try_from(entries).ok() != Some(tables.entry_count) {
        return Err(VerifyError::Table("entries"));
    }
    let lines = book.lines();
    let lines: BTreeMap<LineRef, LineState> = lines
        .map(|(line, state)| (line.clone(), state.clone()))
        .collect();
    if tables.lines != lines {
        return Err(VerifyError::Table("lines"));
    }
    Ok(Verified {
        records: book.records().len(),
        entries: tables.entry_count,
        lines: lines.len(),
        head: book.head(),
    })
}

/// A decision as the log keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Position in the chain, from 0.
    pub sequence: u64,
    /// What was read, JSON.
    pub evidence: String,
    /// What was decided, its canonical bytes.
    pub receipt: Vec<u8>,
    /// Covers the receipt and all before it.
    pub digest: Digest,
}

/// Decides `row` again and compares bytes and digest; the digest, as the next row's `previous`.
///
/// # Errors
/// [`VerifyError`].
pub fn replay_decision(row: &DecisionRow, previous: Digest) -> Result<Digest, VerifyError> {
    let unreadable = |error: String| VerifyError::Unreadable {
        sequence: row.sequence,
        error,
    };
    let evidence: Evidence =
        serde_json::from_str(&row.evidence).map_err(|error| unreadable(error.to_string()))?;
    let decision = evidence.decide();
    let bytes = decision
        .canonical_bytes()
        .map_err(|error| unreadable(error.to_string()))?;
    if bytes != row.receipt {
        return Err(VerifyError::Decision(decision.order));
    }
    let digest =
        chain_receipt(previous, &decision).map_err(|error| unreadable(error.to_string()))?;
    if digest == row.digest {
        Ok(digest)
    } else {
        Err(VerifyError::Digest(decision.order))
    }
}
