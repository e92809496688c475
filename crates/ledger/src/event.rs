//! What can happen to the ledger, and what is kept of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{BrandId, CreatorId, Currency, Digest, OrderId, PayoutBatchId, Timestamp};

use crate::{LineTerms, Posting, PostingError};

/// Longest key, bytes: an order id of 255 with a verb and a number.
const KEY_BYTES_MAX: usize = 600;

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRef {
    /// Which order.
    pub order: OrderId,
    /// Position in it, from 0.
    pub line: u32,
}

/// Names one request for ever: the same key is the same request. 1..=600 bytes, no control
/// characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordKey(String);

/// The text is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record's key has 1 to 600 bytes and no control characters")]
pub struct KeyError;

impl RecordKey {
    /// Checks and wraps `text`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        let fits = (1..=KEY_BYTES_MAX).contains(&text.len());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text))
        } else {
            Err(KeyError)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RecordKey({})", self.0)
    }
}

impl TryFrom<String> for RecordKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}

impl From<RecordKey> for String {
    fn from(key: RecordKey) -> Self {
        key.0
    }
}

/// Why a commission is kept back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FreezeReason {
    /// The sale looks made up.
    Fraud,
    /// The shopper disputes the payment.
    Dispute,
    /// The creator's account is being looked into.
    Account,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", deny_unknown_fields)]
pub enum Event {
    /// A line was credited to a creator.
    Accrue {
        /// Which line; once only.
        line: LineRef,
        /// What was decided.
        terms: LineTerms,
    },
    /// A line reached the shopper.
    Deliver {
        /// Which line.
        line: LineRef,
        /// When.
        delivered_at: Timestamp,
    },
    /// A pending commission is kept back.
    Freeze {
        /// Which line.
        line: LineRef,
        /// Why.
        reason: FreezeReason,
    },
    /// It goes on.
    Release {
        /// Which line.
        line: LineRef,
    },
    /// The hold is over.
    Post {
        /// Which line.
        line: LineRef,
    },
    /// Some of a line was refunded, or a refund taken back.
    Refund {
        /// Which line.
        line: LineRef,
        /// Of its base, minor units: positive refunds, negative takes a refund back.
        base_minor: i64,
    },
    /// Everyone with enough posted is paid.
    OpenPayoutBatch {
        /// The batch; once only.
        batch: PayoutBatchId,
        /// One currency a batch.
        currency: Currency,
        /// Least payout, minor units; less stays posted.
        minimum_minor: i64,
    },
    /// A payout arrived.
    SettlePayout {
        /// The batch.
        batch: PayoutBatchId,
        /// Whose.
        creator: CreatorId,
    },
    /// A payout was refused.
    FailPayout {
        /// The batch.
        batch: PayoutBatchId,
        /// Whose.
        creator: CreatorId,
    },
    /// A brand paid what it owed.
    BrandPaid {
        /// Who.
        brand: BrandId,
        /// Of the amount.
        currency: Currency,
        /// Minor units, at least 1.
        amount_minor: i64,
    },
    /// A creator paid back what was reversed after a payout.
    CreatorRepaid {
        /// Who.
        creator: CreatorId,
        /// Of the amount.
        currency: Currency,
        /// Minor units, `1..=` what is owed.
        amount_minor: i64,
    },
}

/// Why an event changes nothing. Recorded with its key, which never succeeds later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The line, payout or batch is not known.
    #[error("there is no such line or payout")]
    Unknown,
    /// The line or batch is there already.
    #[error("the line or batch is there already")]
    Exists,
    /// It does not stand where this could happen.
    #[error("this cannot happen where it stands")]
    Stage,
    /// The hold is not over, or has not begun.
    #[error("the hold is not over")]
    HoldNotOver,
    /// The amount is not within its range.
    #[error("the amount is out of range")]
    Amount,
    /// A sum would leave 64 bits.
    #[error("a sum does not fit 64 bits of minor units")]
    Overflow,
}

impl From<PostingError> for Refusal {
    fn from(error: PostingError) -> Self {
        match error {
            PostingError::Overflow => Self::Overflow,
            PostingError::Unbalanced => Self::Amount,
        }
    }
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It happened. `None`: no money moved.
    Applied(Option<Posting>),
    /// It did not.
    Refused(Refusal),
}

/// One row of the append-only log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// From 0, without gaps.
    pub sequence: u64,
    /// Names the request.
    pub key: RecordKey,
    /// Server's time; never before the record before.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// What came of it.
    pub outcome: Outcome,
    /// Covers this record and all before it.
    pub digest: Digest,
}

/// Why an event was not recorded as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Refused, now or when the key was first used. The caller corrects the request and takes a new
    /// key.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The key names another request. A defect of the caller.
    #[error("the key was used for another request")]
    KeyReused,
    /// The record could not be written as bytes. None is known, as every key is a text.
    #[error("the record could not be written")]
    Unwritable,
}

impl LedgerError {
    /// Whether the same request may succeed later. None may: a refused key stays refused.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        false
    }
}
