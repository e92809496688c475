//! Last-N-touch with priorities, a lookback window and a credit vector: the W3C draft "Attribution
//! Level 1". The draft rounds at random; here the remainder goes to the largest, so that the same
//! paths always give the same numbers, exact to the millionth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shoptag_commerce::allocate;

use super::paths::MICRO;
use super::{PathSet, Shares};

/// What the model needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastTouches {
    /// A channel's priority; the highest goes first. A channel that is not named has 0.
    #[serde(default)]
    pub priorities: BTreeMap<String, i64>,
    /// How far back a touch counts, days, inclusive. 30 is what the draft asks browsers for at
    /// least.
    pub lookback_days: u32,
    /// The weight of the first touch in line, the second and so on. At least one, and not all 0.
    pub credit: Vec<u64>,
}

/// Why the model cannot be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LastTouchesError {
    /// The first weight is 0 or missing: a path with one touch would credit nobody.
    #[error("the credit vector begins with a weight above 0")]
    Credit,
    /// A path's conversions, in millionths, leave 64 bits.
    #[error("a path has more conversions than can be counted in millionths")]
    Overflow,
}

impl Default for LastTouches {
    fn default() -> Self {
        Self {
            priorities: BTreeMap::new(),
            lookback_days: 30,
            credit: vec![1],
        }
    }
}

/// Shares out each path over the first touches in line: by priority, then the latest first. What
/// has no touch within the window is credited to nobody.
pub(super) fn last_touches(
    paths: &PathSet,
    settings: &LastTouches,
    step_hours: f64,
) -> Result<Shares, LastTouchesError> {
    if settings.credit.first().is_none_or(|weight| *weight == 0) {
        return Err(LastTouchesError::Credit);
    }
    let lookback_hours = f64::from(settings.lookback_days) * 24.0;
    let priority: Vec<i64> = paths
        .channels()
        .iter()
        .map(|name| settings.priorities.get(name).copied().unwrap_or(0))
        .collect();
    let mut sums = vec![(0_i128, 0_i128); paths.channels().len()];
    let mut in_line: Vec<usize> = Vec::new();
    for path in paths.converted() {
        in_line.clear();
        let indices = 0..path.touches.len();
        in_line.extend(
            indices.filter(|index| path.hours_before(*index, step_hours) <= lookback_hours),
        );
        in_line.sort_by(|a, b| {
            let rank = |index: usize| priority[usize::from(path.touches[index])];
            let hours = |index: usize| path.hours_before(index, step_hours);
            rank(*b)
                .cmp(&rank(*a))
                .then(hours(*a).total_cmp(&hours(*b)))
                .then(b.cmp(a))
        });
        in_line.truncate(settings.credit.len());
        if in_line.is_empty() {
            continue;
        }
        let weights = &settings.credit[..in_line.len()];
        let conversions = i64::try_from(path.conversions)
            .ok()
            .and_then(|conversions| conversions.checked_mul(MICRO))
            .ok_or(LastTouchesError::Overflow)?;
        let split = |amount| allocate(amount, weights).map_err(|_| LastTouchesError::Credit);
        let parts = split(conversions)?
            .into_iter()
            .zip(split(path.value_micro)?);
        for (index, (conversions, value)) in in_line.iter().zip(parts) {
            let sum = &mut sums[usize::from(path.touches[*index])];
            sum.0 += i128::from(conversions);
            sum.1 += i128::from(value);
        }
    }
    let units = |micro: i128| micro as f64 / MICRO as f64;
    Ok(Shares {
        conversions: sums.iter().map(|sum| units(sum.0)).collect(),
        value: sums.iter().map(|sum| units(sum.1)).collect(),
    })
}
