//! What the decision reads about an order.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    AmountError, BrandId, CreatorId, Currency, Money, OrderId, ProductId, Timestamp, TouchId,
    VariantId,
};

use crate::{Exclusion, OrderDecision, Policy, Touchpoint, decide};

/// A line of the bag tied to the click that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BagBinding {
    /// The click whose receipt the line carries.
    pub touch: TouchId,
    /// When the line was put into the bag, server's time. Where the server did not see that happen,
    /// the backend puts the receipt's own time here, which is never later.
    pub bound_at: Timestamp,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineForDecision {
    /// What was bought.
    pub variant: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Its seller.
    pub brand: BrandId,
    /// Paid item price less discounts less tax, without delivery, minor units. See
    /// [`commission_base`].
    pub base_minor: i64,
    /// The receipt that the line carries.
    pub binding: Option<BagBinding>,
}

/// By what the shopper was recognised as the creator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SelfPurchaseSignal {
    /// Signed in as the creator.
    Account,
    /// The creator's e-mail address.
    Email,
    /// The creator's means of payment.
    Payment,
}

impl SelfPurchaseSignal {
    /// The reason that a receipt names.
    #[must_use]
    pub fn exclusion(self) -> Exclusion {
        match self {
            Self::Account => Exclusion::SelfPurchaseAccount,
            Self::Email => Exclusion::SelfPurchaseEmail,
            Self::Payment => Exclusion::SelfPurchasePayment,
        }
    }
}

/// A sign that the shopper is the creator.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SelfPurchase {
    /// Whom the shopper seems to be.
    pub creator: CreatorId,
    /// By what.
    pub signal: SelfPurchaseSignal,
}

/// An order, as far as the decision needs it. Nothing in it names the shopper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderForDecision {
    /// Which.
    pub order: OrderId,
    /// Of every amount.
    pub currency: Currency,
    /// Server's time of the signed quote that the shopper accepted. Windows end here.
    pub quoted_at: Timestamp,
    /// Server's time of receipt. Only tells whether it came faster than a person can check out.
    pub placed_at: Timestamp,
    /// Placed to try the shop out: earns nobody anything.
    pub test: bool,
    /// Signs that the shopper is one of the creators.
    pub self_purchases: BTreeSet<SelfPurchase>,
    /// In the order of the order.
    pub lines: Vec<LineForDecision>,
}

/// A receipt that came with an order and stands for no click of ours. It earns nothing and takes
/// nothing from others; it is kept so that nobody has to guess what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedReceipt {
    /// The line that carried it, from 0; `None`: it was in the order's own list.
    pub line: Option<u32>,
    /// Why.
    pub reason: Exclusion,
}

/// Everything that a decision read: what the log keeps, and what a replay needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The order.
    pub order: OrderForDecision,
    /// What came with it, in any order.
    pub touchpoints: Vec<Touchpoint>,
    /// The policy of that day.
    pub policy: Policy,
    /// Receipts that could not be read, in the order of the order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedReceipt>,
}

impl Evidence {
    /// Decides again. The same evidence gives the same receipt, byte for byte.
    #[must_use]
    pub fn decide(&self) -> OrderDecision {
        self.decide_under(&self.policy)
    }

    /// Decides under another policy.
    #[must_use]
    pub fn decide_under(&self, policy: &Policy) -> OrderDecision {
        OrderDecision {
            refused: self.refused.clone(),
            ..decide(&self.order, &self.touchpoints, policy)
        }
    }
}

/// What a commission is a share of: what was paid for the items (after discounts, tax included),
/// less the tax in it. Delivery is no part of either.
///
/// # Errors
/// [`AmountError`]: another currency, or more than 64 bits.
///
/// ```
/// use shoptag_attribution::commission_base;
/// use shoptag_commerce::{Currency, Money};
/// let eur = Currency::parse("EUR").unwrap();
/// let base = commission_base(Money::new(11_900, eur), Money::new(1_900, eur));
/// assert_eq!(base, Ok(Money::new(10_000, eur)));
/// ```
pub fn commission_base(paid: Money, tax: Money) -> Result<Money, AmountError> {
    paid.checked_sub(tax)
}
