//! One confirmed order as the outbox keeps it.

use serde::{Deserialize, Serialize};
use shoptag_commerce::{IdempotencyKey, ORDER_BODY_BYTES_MAX, OrderId, Timestamp};
use shoptag_json::readable;

/// Version of the stored form. A record of another version is quarantined, never guessed at.
const RECORD_VERSION: u32 = 1;

/// Largest body that is kept, bytes: what the backend takes.
pub const BODY_BYTES_MAX: usize = ORDER_BODY_BYTES_MAX;

/// A confirmed order: fixed bytes under a fixed key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Version of this shape, [`RECORD_VERSION`].
    version: u32,
    /// Names the submission for ever.
    pub key: IdempotencyKey,
    /// What a 2xx answer must name.
    pub order_id: OrderId,
    /// Where it goes: the path and query, always the same for the same record.
    pub path: String,
    /// The request's bytes. Contain ids and amounts, never a name, an address or card data.
    pub body: String,
    /// Shopper's clock when it was confirmed. Shown to the shopper, never used for a rule.
    pub confirmed_at: Timestamp,
    /// Why it is no longer sent, if so.
    pub dead: Option<DeadLetter>,
}

readable!(Record {
    version,
    key,
    order_id,
    path,
    body,
    confirmed_at,
    dead
});

/// Why an order is no longer sent. It stays until the shopper decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// HTTP status of the refusal.
    pub status: u16,
    /// The problem document's code, or `"unknown"`.
    pub code: String,
}

readable!(DeadLetter { status, code });

/// Why a record was not made or not restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// More than [`BODY_BYTES_MAX`].
    #[error("the order's body is larger than 1 MiB")]
    BodyTooLarge,
    /// Written by another version of the widget.
    #[error("the record has an unknown version")]
    UnknownVersion,
}

impl Record {
    /// A record that is to be sent.
    ///
    /// # Errors
    /// [`RecordError::BodyTooLarge`].
    pub fn new(
        key: IdempotencyKey,
        order_id: OrderId,
        path: String,
        body: String,
        confirmed_at: Timestamp,
    ) -> Result<Self, RecordError> {
        if body.len() > BODY_BYTES_MAX {
            return Err(RecordError::BodyTooLarge);
        }
        Ok(Self {
            version: RECORD_VERSION,
            key,
            order_id,
            path,
            body,
            confirmed_at,
            dead: None,
        })
    }

    /// Whether a record that was read from storage can be trusted.
    ///
    /// # Errors
    /// [`RecordError`]; the caller quarantines the record and goes on with the others.
    pub fn check(&self) -> Result<(), RecordError> {
        if self.version != RECORD_VERSION {
            Err(RecordError::UnknownVersion)
        } else if self.body.len() > BODY_BYTES_MAX {
            Err(RecordError::BodyTooLarge)
        } else {
            Ok(())
        }
    }
}

/// What the outbox is doing about a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Storage has not answered yet: must not be sent.
    Saving,
    /// To be sent at `due_ms`.
    Waiting {
        /// Monotonic milliseconds.
        due_ms: u64,
    },
    /// Sent; given up at `deadline_ms`.
    InFlight {
        /// Monotonic milliseconds.
        deadline_ms: u64,
    },
    /// Refused for good. Kept, shown, not sent.
    Dead,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widget_reads_what_serde_has_written() {
        let record = Record {
            dead: Some(DeadLetter {
                status: 422,
                code: "out-of-stock".to_owned(),
            }),
            ..Record::new(
                IdempotencyKey::new(Timestamp::from_ms(0), 7),
                OrderId::parse("order").unwrap(),
                "/v1/orders".to_owned(),
                "{}".to_owned(),
                Timestamp::from_ms(1),
            )
            .unwrap()
        };
        shoptag_json::assert_agrees_with_serde(&record);
    }
}
