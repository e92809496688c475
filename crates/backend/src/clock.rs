//! Where the time comes from: the system, or a hand in a test. Rules never read it; they take
//! `now`.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use shoptag_commerce::Timestamp;

/// A source of the present instant.
pub trait Clock: Send + Sync {
    /// The present instant, UTC milliseconds.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(wall_ns() / NS_PER_MS)
    }
}

const NS_PER_MS: i64 = 1_000_000;

/// Nanoseconds since 1970; a clock that stands before that, or after 2262, is at the end of the
/// range.
fn wall_ns() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap_or_default().as_nanos()).unwrap_or(i64::MAX)
}

/// The largest step of the machine's clock that is taken in bit by bit: what two servers may differ
/// by.
const STEP_NS_MAX: i64 = 60_000 * NS_PER_MS;

/// How much of the time that goes by is taken to take a step in: 1 part in so many.
const SLOWNESS: i64 = 128;

/// The machine's clock for a server that runs on while somebody sets it: a step of up to a minute
/// is taken in slowly, so that no tap comes after its order; a larger one at once.
#[derive(Debug)]
pub struct SteadyClock(Mutex<Reading>);

/// What was shown, and when, by a clock that nobody can set.
#[derive(Debug, Clone, Copy)]
struct Reading {
    shown_ns: i64,
    at: Instant,
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self(Mutex::new(Reading {
            shown_ns: wall_ns(),
            at: Instant::now(),
        }))
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> Timestamp {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = Instant::now();
        let elapsed = i64::try_from((at - last.at).as_nanos()).unwrap_or(i64::MAX);
        let shown_ns = steadied(last.shown_ns, elapsed, wall_ns());
        *last = Reading { shown_ns, at };
        Timestamp::from_ms(shown_ns / NS_PER_MS)
    }
}

/// What to show `elapsed` nanoseconds after `shown`, when the machine's clock shows `wall`.
fn steadied(shown: i64, elapsed: i64, wall: i64) -> i64 {
    let expected = shown.saturating_add(elapsed);
    let gap = wall.saturating_sub(expected);
    if gap.saturating_abs() > STEP_NS_MAX {
        return wall;
    }
    let most = elapsed / SLOWNESS;
    expected + gap.clamp(-most, most)
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `start`.
    #[must_use]
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.ms()))
    }

    /// Moves the clock by `ms` milliseconds, back when negative.
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NS_PER_MS, SLOWNESS, STEP_NS_MAX, steadied};

    const SECOND: i64 = 1_000 * NS_PER_MS;
    const START: i64 = 1_800_000_000 * SECOND;

    proptest! {
        #[test]
        fn no_small_step_makes_a_duration_negative_or_much_longer(
            step in -STEP_NS_MAX..=STEP_NS_MAX, looks in 1_i64..40, apart in 1..5 * SECOND,
        ) {
            let mut shown = START;
            for look in 1..=looks {
                let next = steadied(shown, apart, START + step + look * apart);
                let passed = next - shown;
                prop_assert!((passed - apart).abs() <= apart / SLOWNESS, "{passed} for {apart}");
                shown = next;
            }
        }

        #[test]
        fn a_large_step_is_taken_at_once(step in STEP_NS_MAX + 1..100_000 * SECOND) {
            for wall in [START + step, START - step] {
                prop_assert_eq!(steadied(START, 0, wall), wall);
            }
        }
    }

    #[test]
    fn a_small_step_is_taken_in_after_all() {
        for step in [50 * SECOND, -50 * SECOND] {
            let (mut shown, mut wall) = (START, START + step);
            for _ in 0..50 * SLOWNESS {
                wall += SECOND;
                shown = steadied(shown, SECOND, wall);
            }
            assert_eq!(shown, wall, "after 107 minutes");
        }
    }
}
