//! Nothing lost, nothing doubled: many shoppers with the real session, the real backend on a real
//! file, and everything between them that can go wrong, in virtual time.
//!
//! One seed decides everything. A run that fails prints its seed; `SHOPTAG_SEED=n` runs it again,
//! step by step (docs/reliability.md, Simulation).
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on ends there")]

mod aftercare;
mod backend;
mod bugs;
mod check;
mod conduct;
mod dice;
mod faults;
mod happening;
mod lead;
mod market;
mod network;
mod run;
mod shopper;
mod stage;
mod storage;
mod stranger;
mod tab;
mod witness;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use bugs::Bug;
use run::{Outcome, Stage};
use stage::{first, many};

/// Seeds of every test run.
const SEEDS: u64 = 1_000;

/// Seeds within which every planted bug must be found.
const SEEDS_TO_FIND: u64 = 1_000;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")),
    )
}

#[track_caller]
fn must_hold(outcome: &Outcome) {
    let Outcome { seed, broken, .. } = outcome;
    assert!(
        broken.is_empty(),
        "seed {seed} breaks:\n  {}\n\nthe end of its trace:\n{}\n\n\
         Again, step by step:\n\
         SHOPTAG_SEED={seed} cargo test --test simulation one_seed -- --nocapture\n",
        broken.join("\n  "),
        outcome.trace_end,
    );
}

/// What many runs came to.
#[derive(Debug, Default)]
struct Sum {
    runs: u64,
    operations: u64,
    confirmed: usize,
    placed: usize,
    refused: BTreeMap<String, usize>,
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.runs += 1;
        self.operations += outcome.operations;
        self.confirmed += outcome.confirmed;
        self.placed += outcome.orders;
        for code in outcome.refused {
            *self.refused.entry(code).or_default() += 1;
        }
    }
}

#[test]
fn whatever_fails_each_confirmed_order_exists_exactly_once() {
    let started = Instant::now();
    // A long run asks for operations rather than seeds, and begins where the short one ends.
    let long = number("SHOPTAG_OPERATIONS");
    let from = long.map_or(0, |_| SEEDS);
    let mut sum = Sum::default();
    while sum.runs == 0 || sum.operations < long.unwrap_or(0) {
        let next = from + sum.runs;
        for outcome in many(next..next + SEEDS, None) {
            must_hold(&outcome);
            sum.add(outcome);
        }
    }
    let Sum {
        runs,
        operations,
        confirmed,
        placed,
        refused,
    } = sum;
    let took_s = started.elapsed().as_secs_f64();
    println!(
        "simulation: seeds {from}..{}, {operations} operations in {took_s:.1} s\n\
         orders: {confirmed} confirmed, of which refused {refused:?}; {placed} placed in all, \
         0 lost, 0 doubled",
        from + runs,
    );
    let enough = usize::try_from(runs).unwrap();
    assert!(
        placed > enough && confirmed > enough,
        "the shoppers must get somewhere"
    );
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    let stage = Stage::new();
    let mut hashes = BTreeSet::new();
    for seed in 0..20 {
        let once = stage.run(seed, None, false);
        let again = Stage::new().run(seed, None, false);
        assert_eq!(once, again, "seed {seed}");
        hashes.insert(once.trace_hash);
    }
    assert_eq!(hashes.len(), 20, "different seeds are different runs");
}

#[test]
fn one_seed() {
    let seed = number("SHOPTAG_SEED");
    let outcome = Stage::new().run(seed.unwrap_or(0), None, seed.is_some());
    let hash = outcome.trace_hash;
    println!("seed {}: trace {hash:016x}", outcome.seed);
    must_hold(&outcome);
}

#[test]
fn every_planted_bug_is_found() {
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        match first(SEEDS_TO_FIND, bug) {
            Some(outcome) => {
                // It is the bug that was found, not something that is wrong without it.
                must_hold(&Stage::new().run(outcome.seed, None, false));
                let seeds = outcome.seed + 1;
                println!("{bug:?}: found after {seeds} seeds: {}", outcome.broken[0]);
            }
            None => missed.push(bug),
        }
    }
    assert!(
        missed.is_empty(),
        "not found within {SEEDS_TO_FIND} seeds: {missed:?}"
    );
}
