//! What the decision reads about an order, put together from verified receipts and stored clicks.
//! Pure.

use std::collections::{BTreeMap, BTreeSet};

use shoptag_attribution::{
    BagBinding, Evidence, Exclusion, LineForDecision, OrderForDecision, Policy, PolicyFields,
    RefusedReceipt, SelfPurchase, Touchpoint, commission_base,
};
use shoptag_commerce::{AmountError, BrandId, Money, Timestamp, TouchId};

use super::{Presented, PresentedCredit};
use crate::orders::NewOrder;

/// What is known when an order is decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CreditFacts {
    /// The clicks that the receipts name, those that exist.
    pub clicks: BTreeMap<TouchId, Touchpoint>,
    /// Those of them that another shopper's order was credited by already.
    pub used: BTreeSet<TouchId>,
    /// What was seen under consent in the view sessions of the receipts. Pays nothing.
    pub impressions: Vec<Touchpoint>,
    /// Signs that the shopper is a creator.
    pub own: BTreeSet<SelfPurchase>,
    /// Days that the order's brands keep a bag line bound.
    pub bag_binding_days: BTreeMap<BrandId, u16>,
}

/// Everything that the decision reads, with the receipts that it cannot read.
///
/// # Errors
/// [`AmountError`] when a line's base does not fit; a priced line's always does.
pub fn gather(
    order: &NewOrder,
    quoted_at: Timestamp,
    presented: &PresentedCredit,
    facts: &CreditFacts,
) -> Result<Evidence, AmountError> {
    let mut refused = Vec::new();
    let mut touchpoints: BTreeMap<TouchId, Touchpoint> = BTreeMap::new();
    let mut valid: BTreeSet<TouchId> = BTreeSet::new();
    for receipt in &presented.receipts {
        let click = receipt.touch.as_ref().and_then(|id| facts.clicks.get(id));
        let Some(click) = click else {
            refused.push(RefusedReceipt {
                line: receipt.line,
                reason: receipt.defect.unwrap_or(Exclusion::TokenForeign),
            });
            continue;
        };
        let touch = touchpoints
            .entry(click.id.clone())
            .or_insert_with(|| click.clone());
        match receipt.defect {
            // A bad copy takes nothing from a good one.
            None => {
                valid.insert(click.id.clone());
                touch.exclusions.clone_from(&click.exclusions);
            }
            Some(defect) if !valid.contains(&click.id) => {
                touch.exclusions.insert(defect);
            }
            Some(_) => {}
        }
    }
    for seen in &facts.impressions {
        // Never in the place of a click.
        let free = touchpoints.entry(seen.id.clone());
        free.or_insert_with(|| seen.clone());
    }
    for (id, touch) in &mut touchpoints {
        if facts.used.contains(id) {
            touch.exclusions.insert(Exclusion::TokenReplayed);
        }
        if presented.is_bot {
            touch.exclusions.insert(Exclusion::Bot);
        }
    }
    let order = OrderForDecision {
        order: order.record.order_id.clone(),
        currency: order.record.currency,
        quoted_at,
        placed_at: order.record.placed_at,
        test: presented.is_test,
        self_purchases: facts.own.clone(),
        lines: lines(order, presented, &touchpoints)?,
    };
    Ok(Evidence {
        order,
        touchpoints: touchpoints.into_values().collect(),
        policy: policy(facts),
        refused,
    })
}

fn lines(
    order: &NewOrder,
    presented: &PresentedCredit,
    touchpoints: &BTreeMap<TouchId, Touchpoint>,
) -> Result<Vec<LineForDecision>, AmountError> {
    let currency = order.record.currency;
    let lines = order.lines.iter().zip(0_u32..);
    lines
        .map(|(line, index)| {
            let own = presented
                .receipts
                .iter()
                .filter(|receipt| receipt.line == Some(index) && receipt.defect.is_none());
            let base = commission_base(
                Money::new(line.total_minor, currency),
                Money::new(line.tax_minor, currency),
            )?;
            Ok(LineForDecision {
                variant: line.variant_id.clone(),
                product: line.product_id.clone(),
                brand: line.brand_id.clone(),
                base_minor: base.amount_minor,
                binding: own
                    .filter(|receipt| {
                        let bound_to = receipt.bag.as_ref().map(|(variant, _)| variant);
                        bound_to.is_none_or(|variant| *variant == line.variant_id)
                    })
                    .find_map(|receipt| binding(receipt, touchpoints)),
            })
        })
        .collect()
}

/// A click receipt on a line binds at the click: the server did not see the line come into the bag.
fn binding(receipt: &Presented, touchpoints: &BTreeMap<TouchId, Touchpoint>) -> Option<BagBinding> {
    let touch = receipt.touch.as_ref()?;
    let click = touchpoints.get(touch)?;
    let bound_at = receipt.bag.as_ref().map(|(_, bound_at)| *bound_at);
    Some(BagBinding {
        touch: touch.clone(),
        bound_at: bound_at.unwrap_or(click.time.at),
    })
}

/// Policy v1 with the brands' own days.
fn policy(facts: &CreditFacts) -> Policy {
    let v1 = Policy::v1();
    let fields = PolicyFields {
        bag_binding_days_by_brand: facts.bag_binding_days.clone(),
        ..v1.fields().clone()
    };
    // The database holds the days within 1..=90.
    Policy::try_from(fields).unwrap_or(v1)
}
