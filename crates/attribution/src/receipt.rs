//! The decision and its receipt: who was paid for each line, who was not, and why. Its canonical
//! bytes are what the log keeps and a replay must meet.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{
    AmountError, BrandId, CollaborationId, CreatorId, Currency, Digest, Money, OrderId, ProductId,
    TagId, Timestamp, TouchId, VariantId, VideoId,
};

use crate::{CollaborationKind, Exclusion, RefusedReceipt, Scope, StampedRate, TouchClass};

/// Name of the chain of receipts in their digests.
const CHAIN_DOMAIN: &str = "shoptag-decision-receipt-1";

/// The arithmetic of one window: `opened_at + length_ms = closes_at`, compared with `measured_at`.
/// Inclusive: `measured_at == closes_at` is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The touch (or the adding to the bag).
    pub opened_at: Timestamp,
    /// Length, milliseconds.
    pub length_ms: i64,
    /// Last instant inside.
    pub closes_at: Timestamp,
    /// The quote's time (for the click behind a bag line: the adding).
    pub measured_at: Timestamp,
    /// Whether it is inside.
    pub inside: bool,
}

impl Window {
    /// The window of `length_ms` from `opened_at`, measured at `measured_at`.
    #[must_use]
    pub fn measure(opened_at: Timestamp, length_ms: i64, measured_at: Timestamp) -> Self {
        let age_ms = measured_at.since_ms(opened_at);
        Self {
            opened_at,
            length_ms,
            closes_at: opened_at.plus_ms(length_ms),
            measured_at,
            inside: (0..=length_ms).contains(&age_ms),
        }
    }
}

/// Why a candidate was not paid. The codes are stable: [`LossReason::code`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossReason {
    /// Arrived after the order.
    Late,
    /// Excluded; the first of the candidate's exclusions says why.
    Excluded(Exclusion),
    /// Happened after the quote.
    AfterQuote,
    /// Older than its window.
    OutsideWindow,
    /// Impressions are reported and pay nothing.
    ImpressionPaysNothing,
    /// Another product of the brand, and no halo rate was agreed (or the policy pays none).
    HaloNotAgreed,
    /// The line was bound to another click when it was put into the bag.
    BoundToOtherClick,
    /// A click on the very product goes before one on another product of the brand.
    DirectGoesFirst,
    /// Another click was later (under an earliest-click policy: earlier).
    OtherClickGoesFirst,
    /// Same instant; the other has the higher sequence in its view session.
    SequenceGoesFirst,
    /// Same instant and sequence; the other has the smaller id.
    IdGoesFirst,
}

impl LossReason {
    /// The stable code, for APIs and screens: "outside-window", "excluded-bot".
    #[must_use]
    pub fn code(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(code)) => code,
            Ok(serde_json::Value::Object(tagged)) => tagged
                .into_iter()
                .next()
                .map(|(kind, reason)| format!("{kind}-{}", reason.as_str().unwrap_or_default()))
                .unwrap_or_default(),
            _ => String::new(),
        }
    }
}

/// How a candidate came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "result")]
pub enum Verdict {
    /// It is paid.
    Won,
    /// It is not.
    Lost {
        /// Why.
        reason: LossReason,
        /// The touch that went first, where one did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<TouchId>,
    },
}

/// A touchpoint that was weighed for a line: any on the line's brand. Those on other brands are not
/// shown, since a receipt is read by its brand and its creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Which.
    pub touch: TouchId,
    /// Click or impression.
    pub class: TouchClass,
    /// Whose video.
    pub creator: CreatorId,
    /// Which video.
    pub video: VideoId,
    /// Which tag.
    pub tag: TagId,
    /// The tag's product.
    pub product: ProductId,
    /// How that stands to what was bought.
    pub scope: Scope,
    /// When, server-bounded.
    pub at: Timestamp,
    /// Position in its view session.
    pub sequence: u64,
    /// Its window.
    pub window: Window,
    /// Every exclusion, not only the one that decided.
    pub exclusions: BTreeSet<Exclusion>,
    /// How it came out.
    pub verdict: Verdict,
}

/// What became of the line's bag binding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingReport {
    /// The click that the line was bound to.
    pub touch: TouchId,
    /// From the click to the adding.
    pub click_window: Option<Window>,
    /// From the adding to the quote.
    pub bag_window: Window,
    /// Whether the binding decided. If not, the clicks did, as if there were none.
    pub holds: bool,
    /// Why it did not hold. `None`: it holds, or its click did not come with the order.
    pub reason: Option<LossReason>,
}

/// By which rule a line was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The click that the line was bound to in the bag.
    BagBinding,
    /// A click on the very product.
    DirectClick,
    /// A click on another product of the brand, for which a rate was agreed.
    HaloClick,
    /// Nobody is paid.
    Nobody,
}

/// What a creator earns with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// Who.
    pub creator: CreatorId,
    /// By which touch.
    pub touch: TouchId,
    /// Under which collaboration.
    pub collaboration: CollaborationId,
    /// Open or target.
    pub kind: CollaborationKind,
    /// Version of the terms in force at the touch.
    pub terms_version: u32,
    /// The very product or another one.
    pub scope: Scope,
    /// The rate, and where it came from.
    pub rate: StampedRate,
    /// `round(rate x base)`, half away from zero, minor units.
    pub commission_minor: i64,
}

/// The decision on one line, with its receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineDecision {
    /// Position in the order, from 0.
    pub line: u32,
    /// What was bought.
    pub variant: VariantId,
    /// Its product.
    pub product: ProductId,
    /// Its seller.
    pub brand: BrandId,
    /// What the commission is a share of, minor units.
    pub base_minor: i64,
    /// By which rule.
    pub outcome: Outcome,
    /// At most one creator is paid.
    pub credit: Option<Credit>,
    /// The bag binding, if the line had one.
    pub binding: Option<BindingReport>,
    /// All that were weighed, in order of time, sequence and id.
    pub candidates: Vec<Candidate>,
}

/// The decisions on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderDecision {
    /// Version of the rules.
    pub policy_version: u32,
    /// Name of the policy.
    pub policy: String,
    /// Which order.
    pub order: OrderId,
    /// Of every amount.
    pub currency: Currency,
    /// Where windows end.
    pub quoted_at: Timestamp,
    /// One a line, in the order's order.
    pub lines: Vec<LineDecision>,
    /// Receipts that came with the order and stand for no click.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedReceipt>,
}

/// A receipt could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the receipt could not be written: {0}")]
pub struct ReceiptError(#[from] serde_json::Error);

impl OrderDecision {
    /// The canonical bytes: compact JSON, fields in declaration order, no float anywhere. The same
    /// evidence gives the same bytes, in any arrival order.
    ///
    /// # Errors
    /// [`ReceiptError`]; none is known, as every key is a text.
    pub fn canonical_bytes(&self) -> Result<Vec<u8>, ReceiptError> {
        Ok(serde_json::to_vec(self)?)
    }

    /// Sum of the commissions of all lines.
    ///
    /// # Errors
    /// [`AmountError::Overflow`] beyond 64 bits.
    pub fn commission(&self) -> Result<Money, AmountError> {
        let sum: i128 = self
            .lines
            .iter()
            .filter_map(|line| line.credit.as_ref())
            .map(|credit| i128::from(credit.commission_minor))
            .sum();
        let amount_minor = i64::try_from(sum).map_err(|_| AmountError::Overflow)?;
        Ok(Money::new(amount_minor, self.currency))
    }
}

/// The digest of `decision` in the chain of receipts that ends in `previous`
/// ([`Digest::START`] for the first).
///
/// # Errors
/// [`ReceiptError`], as [`OrderDecision::canonical_bytes`].
pub fn chain_receipt(previous: Digest, decision: &OrderDecision) -> Result<Digest, ReceiptError> {
    Ok(chain_receipt_bytes(previous, &decision.canonical_bytes()?))
}

/// As [`chain_receipt`], of a decision's canonical bytes.
#[must_use]
pub fn chain_receipt_bytes(previous: Digest, canonical_bytes: &[u8]) -> Digest {
    previous.followed_by(CHAIN_DOMAIN, canonical_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_codes_are_stable() {
        for (reason, code) in [
            (LossReason::Late, "late"),
            (LossReason::AfterQuote, "after-quote"),
            (LossReason::OutsideWindow, "outside-window"),
            (LossReason::ImpressionPaysNothing, "impression-pays-nothing"),
            (LossReason::HaloNotAgreed, "halo-not-agreed"),
            (LossReason::BoundToOtherClick, "bound-to-other-click"),
            (LossReason::DirectGoesFirst, "direct-goes-first"),
            (LossReason::OtherClickGoesFirst, "other-click-goes-first"),
            (LossReason::SequenceGoesFirst, "sequence-goes-first"),
            (LossReason::IdGoesFirst, "id-goes-first"),
            (LossReason::Excluded(Exclusion::Bot), "excluded-bot"),
            (
                LossReason::Excluded(Exclusion::TokenReplayed),
                "excluded-token-replayed",
            ),
            (
                LossReason::Excluded(Exclusion::SelfPurchaseEmail),
                "excluded-self-purchase-email",
            ),
        ] {
            assert_eq!(reason.code(), code);
        }
    }

    #[test]
    fn a_window_includes_both_of_its_ends() {
        let at = Timestamp::from_ms;
        for (measured, inside) in [(99, false), (100, true), (150, true), (151, false)] {
            assert_eq!(
                Window::measure(at(100), 50, at(measured)).inside,
                inside,
                "{measured}"
            );
        }
    }
}
