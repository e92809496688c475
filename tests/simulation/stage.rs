//! Many runs on all processors. The runs share nothing, so that their order does not matter.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use crate::bugs::Bug;
use crate::run::{Outcome, Stage};

fn threads() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// Runs every seed; the outcomes in the order of the seeds, up to and with the first broken one.
pub(crate) fn many(seeds: Range<u64>, bug: Option<Bug>) -> Vec<Outcome> {
    let next = AtomicU64::new(seeds.start);
    let is_broken = AtomicBool::new(false);
    let work = || {
        let stage = Stage::new();
        let mut outcomes = Vec::new();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || is_broken.load(Ordering::Relaxed) {
                return outcomes;
            }
            let outcome = stage.run(seed, bug, false);
            is_broken.fetch_or(!outcome.broken.is_empty(), Ordering::Relaxed);
            outcomes.push(outcome);
        }
    };
    let mut outcomes: Vec<Outcome> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads()).map(|_| scope.spawn(work)).collect();
        let done = workers.into_iter().map(|worker| match worker.join() {
            Ok(outcomes) => outcomes,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        done.flatten().collect()
    });
    outcomes.sort_by_key(|outcome| outcome.seed);
    let broken = outcomes.iter().position(|it| !it.broken.is_empty());
    outcomes.truncate(broken.map_or(outcomes.len(), |broken| broken + 1));
    outcomes
}

/// The first of the seeds below `seeds` whose run finds `bug`.
pub(crate) fn first(seeds: u64, bug: Bug) -> Option<Outcome> {
    let last = many(0..seeds, Some(bug)).pop()?;
    (!last.broken.is_empty()).then_some(last)
}
