//! Large chains: sweeps over eight removals at once, with a proof of how close they
//! are.
//!
//! A sweep takes the states in turn and uses what it has found already (Gauss and Seidel), which
//! needs half as many sweeps as taking one step everywhere at once.
//!
//! Let h be the probabilities after a sweep, d what the sweep changed, T the steps under a removal
//! and U those of them that lead to the state itself or to one behind it, whose old value was used:
//! the residual of h is U d. The error at the start is the sum over states of (expected visits
//! under the removal) x residual. A removal only takes visits away, and the visits v of the whole
//! chain are known exactly and satisfy v T <= v, so that v |U d| <= v T |d| <= v |d|: the sum of
//! visits x |change| bounds the error. The slowest part of the error shrinks like a geometric
//! series, and is summed up in one step now and then.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::chain::{CONVERTED, Chain, START};
use super::{ERROR_BOUND, Solution};

/// Removals in one block: eight numbers of eight bytes are a cache line.
const LANES: usize = 8;

/// Sweeps after which a block stops, proof or not; the report then shows the larger bound. Chains
/// of paths of hundreds of touches need some hundred.
const SWEEPS_MAX: u32 = 2_000;

/// Sweeps before the two that an extrapolation is made from, less one: as many as a history is
/// long, so that what the first guess got wrong about single histories is forgotten.
const ROUND: u32 = 4;

/// Changes that shrink more slowly than this are not extrapolated: the guess would be wild.
const FRACTION_MAX: f64 = 0.99;

/// Most memory for the vectors of all workers.
const WORK_BYTES_MAX: usize = 600 << 20;

type Lanes = [f64; LANES];

/// P(converting) with each of the first `lanes` bits of the masks removed in turn.
pub(super) fn solve(chain: &Chain, lanes: usize) -> Vec<Solution> {
    let blocks = lanes.div_ceil(LANES);
    let fitting = WORK_BYTES_MAX / (2 * chain.states() * size_of::<Lanes>()).max(1);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = cores.min(blocks).min(fitting).max(1);
    let next = AtomicUsize::new(0);
    let guess = conversion_rate(chain);
    let found = Mutex::new(vec![
        [Solution {
            probability: 0.0,
            error_bound: 0.0,
            sweeps: 0
        }; LANES];
        blocks
    ]);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let block = next.fetch_add(1, Ordering::Relaxed);
                    if block >= blocks {
                        break;
                    }
                    let solved = Block::new(chain, block, guess).solve();
                    if let Ok(mut found) = found.lock() {
                        found[block] = solved;
                    }
                }
            });
        }
    });
    let found = found
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    found.into_iter().flatten().take(lanes).collect()
}

/// P(converting) of the whole chain, by its visits: where the sweeps begin.
fn conversion_rate(chain: &Chain) -> f64 {
    let states = START..chain.states();
    let rates = states.map(|state| {
        let steps = chain.from(state).iter();
        let converting = steps.filter(|step| step.target == CONVERTED);
        chain.visits[state] * converting.map(|step| step.probability).sum::<f64>()
    });
    rates.sum()
}

/// One block of removals on its way.
struct Block<'a> {
    chain: &'a Chain,
    shift: u32,
    /// For each byte of a mask: 1 where the lane survives the transition, 0 where it does not.
    survives: Box<[Lanes; 256]>,
    h: Vec<Lanes>,
    /// What the last sweep of a round changed.
    change: Vec<Lanes>,
}

impl<'a> Block<'a> {
    fn new(chain: &'a Chain, block: usize, guess: f64) -> Self {
        let mut survives = Box::new([[1.0; LANES]; 256]);
        for (byte, lanes) in survives.iter_mut().enumerate() {
            for (lane, factor) in lanes.iter_mut().enumerate() {
                *factor = f64::from(u8::from(byte >> lane & 1 == 0));
            }
        }
        let mut h = vec![[guess; LANES]; chain.states()];
        h[CONVERTED as usize] = [1.0; LANES];
        let change = vec![[0.0; LANES]; chain.states()];
        // At most 64 lanes: the shift is at most 56.
        let shift = (block * LANES) as u32;
        Self {
            chain,
            shift,
            survives,
            h,
            change,
        }
    }

    fn solve(mut self) -> [Solution; LANES] {
        let mut sweeps = 0;
        loop {
            for _ in 1..ROUND {
                self.sweep();
            }
            let (first, _) = self.measured_sweep();
            let (second, bound) = self.measured_sweep();
            sweeps += ROUND + 1;
            let done = bound.iter().all(|bound| *bound <= ERROR_BOUND);
            if done || sweeps >= SWEEPS_MAX {
                let start = self.h[START];
                return std::array::from_fn(|lane| Solution {
                    probability: start[lane],
                    error_bound: bound[lane],
                    sweeps,
                });
            }
            self.extrapolate(&first, &second);
        }
    }

    /// One step on from each state in turn.
    fn sweep(&mut self) {
        for state in START..self.h.len() {
            self.h[state] = self.one_step(state);
        }
    }

    /// The same, keeping what it changes. Returns the change by visits, with its sign and
    /// without: the latter bounds the error after the sweep.
    fn measured_sweep(&mut self) -> (Lanes, Lanes) {
        let (mut change, mut bound) = ([0.0; LANES], [0.0; LANES]);
        for state in START..self.h.len() {
            let next = self.one_step(state);
            let before = &self.h[state];
            let visits = self.chain.visits[state];
            let moved: Lanes = std::array::from_fn(|lane| next[lane] - before[lane]);
            for lane in 0..LANES {
                change[lane] += visits * moved[lane];
                bound[lane] += visits * moved[lane].abs();
            }
            self.change[state] = moved;
            self.h[state] = next;
        }
        (change, bound)
    }

    /// Two changes of which the second is a fraction f of the first would be followed by f, f^2
    /// and so on of it: adds them all at once (Aitken). Only a guess; the bound is taken
    /// afterwards.
    fn extrapolate(&mut self, first: &Lanes, second: &Lanes) {
        let factor: Lanes = std::array::from_fn(|lane| {
            let fraction = second[lane] / first[lane];
            if (0.0..FRACTION_MAX).contains(&fraction) {
                fraction / (1.0 - fraction)
            } else {
                0.0
            }
        });
        for (now, change) in self.h.iter_mut().zip(&self.change).skip(START) {
            for lane in 0..LANES {
                now[lane] += factor[lane] * change[lane];
            }
        }
    }

    /// The probability of converting from `state`, one step on.
    #[inline]
    fn one_step(&self, state: usize) -> Lanes {
        let mut sum = [0.0; LANES];
        for transition in self.chain.from(state) {
            let removed = (transition.mask >> self.shift & 0xff) as usize;
            let target = &self.h[transition.target as usize];
            if removed == 0 {
                for lane in 0..LANES {
                    sum[lane] += transition.probability * target[lane];
                }
            } else {
                let survives = &self.survives[removed];
                for lane in 0..LANES {
                    sum[lane] += transition.probability * survives[lane] * target[lane];
                }
            }
        }
        sum
    }
}
