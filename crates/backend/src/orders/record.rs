//! The shapes in which an order passes between handler, rules and store.

use shoptag_commerce::{
    CheckoutAttemptId, Currency, OrderId, QuoteId, SiteKey, TenantId, Timestamp, VideoId,
};
use shoptag_protocol::{
    FulfilmentStatus, OrderRequest, OrderStatus, OrderedLine, Payment, PricedLine, Shipment, Totals,
};

use super::{Fingerprint, IdempotencyKey};
use crate::decisions::PresentedCredit;
use crate::entropy::OrderSecret;

/// An order to be submitted, its body checked for shape.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The site's tenant.
    pub tenant: TenantId,
    /// Names this submission.
    pub key: IdempotencyKey,
    /// Of path and body.
    pub fingerprint: Fingerprint,
    /// What the shopper confirmed.
    pub request: OrderRequest,
    /// The shopper's clock, brought into the 90 days before `now`.
    pub client_created_at: Timestamp,
    /// The server's time.
    pub now: Timestamp,
    /// How long a quote that is made instead holds.
    pub quote_hold_ms: i64,
    /// What the rules need and cannot make.
    pub fresh: Fresh,
    /// The receipts that came with it, verified.
    pub credit: PresentedCredit,
}

/// Random values, made before the transaction.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// For the order's link.
    pub secret: OrderSecret,
    /// Order numbers to choose from; the first that is free is taken.
    pub numbers: Vec<String>,
    /// For a quote that is made instead.
    pub quote_id: QuoteId,
    /// For its checkout attempt.
    pub attempt: CheckoutAttemptId,
}

/// An answer as it was given, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// The document.
    pub body: Vec<u8>,
}

/// What became of a submission.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// Decided now; the answer is stored under the key.
    Decided {
        /// What to answer.
        answer: StoredAnswer,
        /// The order, when one was placed.
        order: Option<Box<OrderRecord>>,
    },
    /// The key, or its checkout attempt, has had this answer already.
    Replayed(StoredAnswer),
    /// The key stands for other bytes.
    KeyReused,
    /// The key is being worked on at this moment.
    InFlight,
}

/// An order as it stands, without personal data and without its secret.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRecord {
    /// Whose platform it was made on.
    pub tenant: TenantId,
    /// Made by the client.
    pub order_id: OrderId,
    /// For people; empty until the order is written under a free one.
    pub number: String,
    /// The server's time.
    pub placed_at: Timestamp,
    /// Of every amount.
    pub currency: Currency,
    /// What was bought.
    pub lines: Vec<OrderedLine>,
    /// One a brand.
    pub shipments: Vec<Shipment>,
    /// The sums.
    pub totals: Totals,
    /// How it is paid.
    pub payment: Payment,
}

impl OrderRecord {
    /// The order as its link shows it.
    #[must_use]
    pub fn status(&self, secret: &OrderSecret) -> OrderStatus {
        let open = |shipment: &Shipment| shipment.status == FulfilmentStatus::Placed;
        let stopped = |shipment: &Shipment| shipment.status == FulfilmentStatus::Cancelled;
        OrderStatus {
            order_id: self.order_id.clone(),
            number: self.number.clone(),
            placed_at: self.placed_at,
            currency: self.currency,
            lines: self.lines.clone(),
            shipments: self.shipments.clone(),
            totals: self.totals,
            payment: self.payment.clone(),
            status_url: format!("/orders/{}", secret.as_str()),
            cancellable: self.shipments.iter().any(open)
                && self
                    .shipments
                    .iter()
                    .all(|shipment| open(shipment) || stopped(shipment)),
        }
    }
}

/// An order to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOrder {
    /// As it is shown.
    pub record: OrderRecord,
    /// SHA-256 of its secret.
    pub secret_hash: [u8; 32],
    /// Through which site.
    pub site: SiteKey,
    /// The attempt that it ends.
    pub attempt: CheckoutAttemptId,
    /// The quote that it accepts.
    pub quote_id: QuoteId,
    /// The video in which the checkout took place.
    pub video: Option<VideoId>,
    /// Where it goes, ISO 3166-1 alpha-2.
    pub country: String,
    /// As priced, with the tax of each line.
    pub lines: Vec<PricedLine>,
    /// The shopper's clock, clamped.
    pub client_created_at: Timestamp,
}
