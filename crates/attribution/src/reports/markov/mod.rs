//! Markov attribution: a chain over the last k channels, and for each channel how much of the
//! probability of converting is lost when every step onto it fails.
//!
//! The chain is the observed one and nothing is sampled. Small chains are solved by elimination
//! without subtraction. Large ones by sweeps over exactly shortened chains, until a bound on the
//! error that is computed from the residual, and not estimated, is below [`ERROR_BOUND`]. The
//! report carries the bound.

mod chain;
mod eliminate;
mod shorten;
mod sweep;

use super::{PathSet, Shares};
use chain::Chain;

/// Highest order: the last four channels. With 50 channels there are over 6 million such histories.
pub const MARKOV_ORDER_MAX: u8 = 4;

/// What the sweeps must prove before they stop: that no probability is off by more.
const ERROR_BOUND: f64 = 1e-10;

/// Chains of at most so many states are solved by elimination: cubic, and a fraction of a second
/// here.
const ELIMINATE_STATES_MAX: usize = 200;

/// Channels that one pass removes, each by its own bit. The highest bit is never set: its chain is
/// the whole one.
const GROUP: usize = 63;

/// What the model found.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkovReport {
    /// `conversions x removal effect / sum of the removal effects`, and value alike.
    pub shares: Shares,
    /// `1 - P(converting without the channel) / P(converting)`, by channel.
    pub removal_effects: Vec<f64>,
    /// P(converting) of the chain. By construction the share of walks that converted.
    pub conversion_probability: f64,
    /// No probability is off by more. 0: solved by elimination, exact but for rounding.
    pub error_bound: f64,
    /// States that were solved for, after contraction.
    pub states: usize,
    /// Transitions between them.
    pub transitions: usize,
    /// Sweeps of the slowest block; 0 for elimination.
    pub sweeps: u32,
}

/// P(converting) under one removal.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Solution {
    probability: f64,
    error_bound: f64,
    sweeps: u32,
}

/// Runs the model of `order`, held within 1..=[`MARKOV_ORDER_MAX`].
#[must_use]
pub fn markov(paths: &PathSet, order: u8) -> MarkovReport {
    let order = usize::from(order.clamp(1, MARKOV_ORDER_MAX));
    let channels = paths.channels().len();
    let mut report = MarkovReport {
        shares: Shares::none(channels),
        removal_effects: vec![0.0; channels],
        conversion_probability: 0.0,
        error_bound: 0.0,
        states: 0,
        transitions: 0,
        sweeps: 0,
    };
    if paths.conversions() == 0 {
        return report;
    }
    for first in (0..channels).step_by(GROUP) {
        let group = first..channels.min(first + GROUP);
        let mut chain = Chain::build(paths, order, group.clone());
        let mut solutions = if chain.states() <= ELIMINATE_STATES_MAX {
            eliminate::solve(&chain, group.len() + 1)
        } else {
            chain = shorten::shorten(chain);
            sweep::solve(&chain, group.len() + 1)
        };
        let Some(whole) = solutions.pop() else {
            continue;
        };
        report.conversion_probability = whole.probability;
        report.states = chain.states();
        report.transitions = chain.transitions();
        for (channel, solution) in group.zip(&solutions) {
            let effect = 1.0 - solution.probability / whole.probability;
            report.removal_effects[channel] = effect.max(0.0);
        }
        for solution in solutions.iter().chain([&whole]) {
            report.error_bound = report.error_bound.max(solution.error_bound);
            report.sweeps = report.sweeps.max(solution.sweeps);
        }
    }
    share_out(paths, &mut report);
    report
}

fn share_out(paths: &PathSet, report: &mut MarkovReport) {
    let sum: f64 = report.removal_effects.iter().sum();
    if sum <= 0.0 {
        return;
    }
    let (conversions, value) = (paths.conversions() as f64, paths.value());
    for (channel, effect) in report.removal_effects.iter().enumerate() {
        report.shares.conversions[channel] = conversions * effect / sum;
        report.shares.value[channel] = value * effect / sum;
    }
}

/// Both ways to build the chain and both ways to solve it must find the same.
#[cfg(test)]
pub(super) fn assert_ways_agree(paths: &PathSet, order: u8) {
    let group = 0..paths.channels().len();
    let lanes = group.len() + 1;
    let chains = [
        Chain::counted(paths, usize::from(order), group.clone()),
        Chain::contracted(paths, usize::from(order), group.clone()),
        shorten::shorten(Chain::counted(paths, usize::from(order), group.clone())),
        shorten::shorten(Chain::contracted(paths, usize::from(order), group)),
    ];
    let reference = eliminate::solve(&chains[0], lanes);
    for chain in &chains {
        for found in [eliminate::solve(chain, lanes), sweep::solve(chain, lanes)] {
            for (found, reference) in found.iter().zip(&reference) {
                let error = (found.probability - reference.probability).abs();
                assert!(
                    error <= found.error_bound + 1e-12,
                    "order {order}: {error:e}"
                );
            }
        }
    }
}
