//! What a period would have paid under another policy, beside what it did pay.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_commerce::{AmountError, CreatorId, OrderId};

use crate::{Evidence, Outcome, Policy, PolicyFields};

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

/// All creators' commission in one currency under both policies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhatIfTotal {
    /// ISO 4217 code.
    pub currency: String,
    /// As decided, minor units.
    pub today_minor: i64,
    /// Under the other policy, minor units.
    pub other_minor: i64,
    /// Lines that somebody earned as decided.
    pub today_lines: u64,
    /// Lines that somebody earns under the other policy.
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
    /// By currency.
    pub totals: Vec<WhatIfTotal>,
    /// Lines that go to somebody else, or by another rule.
    pub changed: Vec<ChangedLine>,
}

/// `other` with the days for which a brand keeps a bag line bound: those that the brand had set
/// itself hold on, unless `other` names the brand.
fn with_own_days(other: &Policy, own: &Policy) -> Policy {
    let own = own.fields();
    let set = own.bag_binding_days_by_brand.iter();
    let mut fields = other.fields().clone();
    for (brand, days) in set.filter(|(_, days)| **days != own.bag_binding_days) {
        let days_of = &mut fields.bag_binding_days_by_brand;
        days_of.entry(brand.clone()).or_insert(*days);
    }
    // Both policies were checked, so the days of both fit.
    Policy::try_from(fields).unwrap_or_else(|_| other.clone())
}

fn totals(rows: &[WhatIfRow]) -> Result<Vec<WhatIfTotal>, AmountError> {
    let mut totals: BTreeMap<&str, WhatIfTotal> = BTreeMap::new();
    for row in rows {
        let total = totals.entry(&row.currency).or_insert_with(|| WhatIfTotal {
            currency: row.currency.clone(),
            today_minor: 0,
            other_minor: 0,
            today_lines: 0,
            other_lines: 0,
        });
        let add = |sum: i64, more: i64| sum.checked_add(more).ok_or(AmountError::Overflow);
        total.today_minor = add(total.today_minor, row.today_minor)?;
        total.other_minor = add(total.other_minor, row.other_minor)?;
        total.today_lines = total.today_lines.saturating_add(row.today_lines);
        total.other_lines = total.other_lines.saturating_add(row.other_lines);
    }
    Ok(totals.into_values().collect())
}

/// Decides every order again under `other`, beside its own policy. Where `other` does not name a
/// brand, the days that the brand had set for its bag lines hold on.
///
/// # Errors
/// [`AmountError::Overflow`] when a sum leaves 64 bits.
pub fn what_if(log: &[Evidence], other: &Policy) -> Result<WhatIf, AmountError> {
    let mut sums: BTreeMap<(CreatorId, String), [(i128, u64); 2]> = BTreeMap::new();
    let mut changed = Vec::new();
    for evidence in log {
        let today = evidence.decide();
        let then = evidence.decide_under(&with_own_days(other, &evidence.policy));
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
    let rows: Vec<WhatIfRow> = rows.collect::<Result<_, _>>()?;
    Ok(WhatIf {
        policy: other.fields().clone(),
        totals: totals(&rows)?,
        rows,
        changed,
    })
}
