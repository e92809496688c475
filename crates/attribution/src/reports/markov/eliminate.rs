//! Direct solution of small chains: states are eliminated one by one, without any subtraction
//! (Grassmann, Taksar and Heyman 1985), so every digit but the last few is right.

use super::Solution;
use super::chain::{CONVERTED, Chain, START};

/// P(converting) with each of the first `lanes` bits of the masks removed in turn.
pub(super) fn solve(chain: &Chain, lanes: usize) -> Vec<Solution> {
    (0..lanes)
        .map(|lane| Solution {
            probability: without(chain, 1 << lane),
            error_bound: 0.0,
            sweeps: 0,
        })
        .collect()
}

/// Eliminates all states but the start; column 0 is conversion, the last one its opposite.
fn without(chain: &Chain, removed: u64) -> f64 {
    let states = chain.states();
    let lost = states;
    let mut rows = vec![vec![0.0; states + 1]; states];
    for (state, row) in rows.iter_mut().enumerate().skip(START) {
        let mut kept = 0.0;
        for transition in chain.from(state) {
            if transition.mask & removed == 0 {
                row[transition.target as usize] += transition.probability;
                kept += transition.probability;
            }
        }
        row[lost] = (1.0_f64 - kept).max(0.0);
    }
    for state in (START + 1..states).rev() {
        let row = std::mem::take(&mut rows[state]);
        // What leaves the state, itself excepted.
        let leaving: f64 = row[..state].iter().sum::<f64>() + row[lost];
        if leaving <= 0.0 {
            continue;
        }
        for other in &mut rows[START..state] {
            let through = other[state] / leaving;
            if through > 0.0 {
                for (cell, step) in other[..state].iter_mut().zip(&row[..state]) {
                    *cell += through * step;
                }
                other[lost] += through * row[lost];
            }
        }
    }
    let start = &rows[START];
    start[CONVERTED as usize] / (start[CONVERTED as usize] + start[lost])
}
