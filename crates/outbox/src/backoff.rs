//! How long to wait before the next attempt.

/// First delay. A second is long enough for a restart of a process and short enough for a person.
pub const RETRY_DELAY_MS_MIN: u64 = 1_000;

/// Longest delay without the server's word. At half an hour a day offline costs 48 attempts.
pub const RETRY_DELAY_MS_MAX: u64 = 30 * 60 * 1_000;

/// Longest `Retry-After` that is honoured for an order (DESIGN section 6).
pub const RETRY_AFTER_MS_MAX: u64 = 60 * 60 * 1_000;

/// Delay after `failures` failed attempts (1 or more): doubling from one second up to half an hour,
/// then moved by up to a half in either direction, so that a thousand widgets do not come back
/// together.
///
/// `random` is any uniformly random number.
#[must_use]
pub fn retry_delay_ms(failures: u32, random: u64) -> u64 {
    let doublings = failures.saturating_sub(1).min(20);
    let delay = RETRY_DELAY_MS_MIN
        .saturating_mul(1_u64 << doublings)
        .min(RETRY_DELAY_MS_MAX);
    let half = delay / 2;
    half + random % (delay + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_delay_doubles_and_stops_at_half_an_hour() {
        for (failures, middle) in [
            (1, 1_000),
            (2, 2_000),
            (5, 16_000),
            (12, RETRY_DELAY_MS_MAX),
            (u32::MAX, RETRY_DELAY_MS_MAX),
        ] {
            assert_eq!(retry_delay_ms(failures, 0), middle / 2, "{failures}");
            assert_eq!(
                retry_delay_ms(failures, middle),
                middle / 2 + middle,
                "{failures}"
            );
        }
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_half(failures in 1_u32..40, random in any::<u64>()) {
            let delay = retry_delay_ms(failures, random);
            prop_assert!(delay >= RETRY_DELAY_MS_MIN / 2);
            prop_assert!(delay <= RETRY_DELAY_MS_MAX + RETRY_DELAY_MS_MAX / 2);
        }
    }
}
