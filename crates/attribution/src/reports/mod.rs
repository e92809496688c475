//! Credit by channel under many models: reports over the log, never the payout.
//!
//! These are statistics, so they calculate in floating point; the decision that pays does not.
#![expect(
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    reason = "statistics over dense tables; every index is made by the table that it reads"
)]

mod heuristic;
mod last_touches;
mod markov;
mod paths;
mod run;
mod shapley;
mod table;

pub use last_touches::{LastTouches, LastTouchesError};
pub use markov::{MARKOV_ORDER_MAX, MarkovReport, markov};
pub use paths::{PathError, PathSet, PathSetBuilder, Row, read_csv};
pub use run::{Model, Spec, SpecError, run};
pub use table::{Column, Table};

/// What the models share out: one number a channel, in the order of [`PathSet::channels`].
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Conversions.
    pub conversions: Vec<f64>,
    /// Value, in the unit of the input.
    pub value: Vec<f64>,
}

impl Shares {
    fn none(channels: usize) -> Self {
        Self {
            conversions: vec![0.0; channels],
            value: vec![0.0; channels],
        }
    }

    fn add(&mut self, channel: u16, weight: f64, conversions: f64, value: f64) {
        let channel = usize::from(channel);
        self.conversions[channel] += weight * conversions;
        self.value[channel] += weight * value;
    }
}

#[cfg(test)]
mod tests;
