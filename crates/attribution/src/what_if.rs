//! What a period would have paid under another policy, beside what it did pay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{AmountError, CreatorId, OrderId};

use crate::{Evidence, Outcome, Policy, PolicyFields, decide};

/// One creator's commission under both policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfRow {
    /// Who.
    pub creator: CreatorId,
    /// ISO 4217 code.
    pub currency: String,
    /// As decided, minor units.
    pub today_minor: i64,
    /// Under the other policy, minor units.
    pub other_minor: i64,
    /// Lines earned as decided.
    pub today_lines: u64,
    /// Lines earned under the other policy.
    pub other_lines: u64,
}

/// A line that would have gone otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedLine {
    /// Which order.
    pub order: OrderId,
    /// Position in it, from 0.
    pub line: u32,
    /// By which rule it was decided.
    pub today: Outcome,
    /// By which rule it would be.
    pub other: Outcome,
    /// Who was paid.
    pub today_creator: Option<CreatorId>,
    /// Who would be.
    pub other_creator: Option<CreatorId>,
}

/// The comparison. Changes nothing: the past was paid by the policy of its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIf {
    /// The other policy.
    pub policy: PolicyFields,
    /// By creator and currency.
    pub rows: Vec<WhatIfRow>,
    /// Lines that go to somebody else, or by another rule.
    pub changed: Vec<ChangedLine>,
}

/// Decides every order again under `other`, beside its own policy.
///
/// # Errors
/// [`AmountError::Overflow`] when a creator's sum leaves 64 bits.
pub fn what_if(log: &[Evidence], other: &Policy) -> Result<WhatIf, AmountError> {
    let mut sums: BTreeMap<(CreatorId, String), [(i128, u64); 2]> = BTreeMap::new();
    let mut changed = Vec::new();
    for evidence in log {
        let today = evidence.decide();
        let then = decide(&evidence.order, &evidence.touchpoints, other);
        for (side, decision) in [&today, &then].into_iter().enumerate() {
            for credit in decision
                .lines
                .iter()
                .filter_map(|line| line.credit.as_ref())
            {
                let key = (credit.creator.clone(), decision.currency.code().to_owned());
                if let Some(sum) = sums.entry(key).or_default().get_mut(side) {
                    sum.0 += i128::from(credit.commission_minor);
                    sum.1 += 1;
                }
            }
        }
        let pairs = today.lines.into_iter().zip(then.lines);
        changed.extend(pairs.filter_map(|(own, new)| {
            let line = ChangedLine {
                order: evidence.order.order.clone(),
                line: own.line,
                today: own.outcome,
                other: new.outcome,
                today_creator: own.credit.map(|credit| credit.creator),
                other_creator: new.credit.map(|credit| credit.creator),
            };
            let same = line.today == line.other && line.today_creator == line.other_creator;
            (!same).then_some(line)
        }));
    }
    let rows = sums
        .into_iter()
        .map(|((creator, currency), [today, then])| {
            Ok(WhatIfRow {
                creator,
                currency,
                today_minor: i64::try_from(today.0).map_err(|_| AmountError::Overflow)?,
                other_minor: i64::try_from(then.0).map_err(|_| AmountError::Overflow)?,
                today_lines: today.1,
                other_lines: then.1,
            })
        });
    Ok(WhatIf {
        policy: other.fields().clone(),
        rows: rows.collect::<Result<_, _>>()?,
        changed,
    })
}
