//! What an address, or a site's pages together, may do: a bucket of tokens each, refilled with
//! time.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request};
use shoptag_commerce::{MINUTE_MS, SECOND_MS, Timestamp};

use crate::state::AppState;

/// Buckets that are remembered. When more come, full ones are forgotten, which changes nothing;
/// when none is full, all are: a flood from everywhere is not stopped by remembering it.
const BUCKETS_MAX: usize = 100_000;

/// Seconds of the rate that a bucket holds: a family behind one address checks out at once.
const BURST_S: i64 = 10;

/// View sessions that an address may begin at once: an office behind one address opens the same
/// page.
const SESSIONS_BURST: i64 = 60;

/// And from then on, in a minute.
const SESSIONS_A_MINUTE: i64 = 30;

/// Buckets by whom they are for.
#[derive(Debug)]
pub struct RateLimit<K> {
    /// Thousandths of a token in a minute.
    millitokens_a_minute: i64,
    /// Thousandths of a token in a full bucket.
    full: i64,
    buckets: Mutex<HashMap<K, Bucket>>,
}

/// Tokens in thousandths, as of an instant.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    millitokens: i64,
    at: Timestamp,
}

impl<K: Eq + Hash> RateLimit<K> {
    /// A limit of `per_second` submissions for each, bursts of ten seconds' worth.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let per_second = i64::from(per_second.max(1));
        Self {
            millitokens_a_minute: per_second * MINUTE_MS,
            full: per_second * BURST_S * SECOND_MS,
            buckets: Mutex::default(),
        }
    }

    /// The limit of view sessions: 60 at once, 30 a minute from then on.
    #[must_use]
    pub fn of_view_sessions() -> Self {
        Self {
            millitokens_a_minute: SESSIONS_A_MINUTE * SECOND_MS,
            full: SESSIONS_BURST * SECOND_MS,
            buckets: Mutex::default(),
        }
    }

    /// Takes a token of `whom`; false when none is left.
    pub fn allows(&self, whom: K, now: Timestamp) -> bool {
        let full = self.full;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| self.refilled(*bucket, now) < full);
            if buckets.len() >= BUCKETS_MAX {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(whom).or_insert(Bucket {
            millitokens: full,
            at: now,
        });
        let tokens = self.refilled(*bucket, now);
        let allowed = tokens >= SECOND_MS;
        *bucket = Bucket {
            millitokens: if allowed { tokens - SECOND_MS } else { tokens },
            at: now,
        };
        allowed
    }

    /// A clock that steps back refills nothing and takes nothing.
    fn refilled(&self, bucket: Bucket, now: Timestamp) -> i64 {
        let elapsed = now.since_ms(bucket.at).max(0);
        let more = elapsed.saturating_mul(self.millitokens_a_minute) / MINUTE_MS;
        bucket.millitokens.saturating_add(more).min(self.full)
    }
}

/// Whether the address that `request` comes from may submit once more. What `X-Forwarded-For` says
/// is believed of our own proxies only.
pub(super) fn admits(state: &AppState, request: &Request) -> bool {
    let Some(limit) = &state.rate_limit else {
        return true;
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    request.method().is_safe()
        || peer.is_none_or(|info| {
            let whom = state.whom(info.0.ip(), request.headers());
            limit.allows(whom, state.now())
        })
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[test]
    fn an_address_gets_its_rate_and_others_are_not_affected() {
        let limit = RateLimit::new(2);
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let at = Timestamp::from_ms;
        let burst = (0..30).filter(|_| limit.allows(one, at(0))).count();
        assert_eq!(burst, 20);
        assert!(limit.allows(other, at(0)));
        assert!(!limit.allows(one, at(499)));
        assert!(limit.allows(one, at(500)));
        assert!(!limit.allows(one, at(500)));
        assert!(
            !limit.allows(one, at(-10_000)),
            "a clock that steps back gives nothing"
        );
    }

    #[test]
    fn an_address_begins_sixty_view_sessions_at_once_and_thirty_a_minute() {
        let limit = RateLimit::of_view_sessions();
        let one = IpAddr::from([127, 0, 0, 1]);
        let begun = |at| {
            let tries = (0..100).filter(|_| limit.allows(one, Timestamp::from_ms(at)));
            tries.count()
        };
        assert_eq!(begun(0), 60);
        assert_eq!(begun(MINUTE_MS - 1), 29);
        assert_eq!(begun(MINUTE_MS + 1_999), 1);
        assert_eq!(begun(60 * MINUTE_MS), 60);
    }

    #[test]
    fn however_many_come_the_memory_is_bounded() {
        let limit = RateLimit::new(1);
        for whom in 0..BUCKETS_MAX + 10 {
            assert!(limit.allows(whom, Timestamp::from_ms(0)));
        }
        assert!(limit.buckets.lock().unwrap().len() <= BUCKETS_MAX);
    }
}
