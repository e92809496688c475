//! The one source of chance of a run: everything that is random comes from its seed.

use std::sync::{Mutex, PoisonError};

use shoptag::event::Entropy;
use shoptag_backend::entropy::{Entropy as BackendEntropy, NoEntropy};

/// Seeded random numbers.
#[derive(Debug)]
pub(crate) struct Dice(fastrand::Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(fastrand::Rng::with_seed(seed))
    }

    /// Other dice, whose throws change nothing about those of these.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.0.fork())
    }

    /// Whether something of `per_mille` chance happens.
    pub(crate) fn chance(&mut self, per_mille: u32) -> bool {
        self.0.u32(0..1_000) < per_mille
    }

    /// A number from `low` to `high`, both inclusive.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.i64(low..=high)
    }

    /// One of `values`, of which there is at least one.
    pub(crate) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.0.usize(0..values.len())]
    }

    pub(crate) fn bits(&mut self) -> u128 {
        self.0.u128(..)
    }

    /// What a browser's generator gives with an event.
    pub(crate) fn entropy(&mut self) -> Entropy {
        let mut bytes = [0_u8; 48];
        self.0.fill(&mut bytes);
        Entropy(bytes)
    }
}

/// The backend's random bits.
#[derive(Debug)]
pub(crate) struct SeededEntropy(Mutex<Dice>);

impl SeededEntropy {
    pub(crate) fn new(dice: Dice) -> Self {
        Self(Mutex::new(dice))
    }
}

impl BackendEntropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let mut dice = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dice.0.fill(bytes);
        Ok(())
    }
}
