//! Submissions an address may make: a bucket of tokens each, refilled with time.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shoptag_commerce::{SECOND_MS, Timestamp};
use shoptag_protocol::code;

use crate::error::ApiError;
use crate::state::AppState;

/// Addresses that are remembered. When more come, full buckets are forgotten, which changes
/// nothing.
const ADDRESSES_MAX: usize = 100_000;

/// Seconds of the rate that a bucket holds: a family behind one address checks out at once.
const BURST_S: i64 = 10;

/// Buckets by address.
#[derive(Debug)]
pub struct RateLimit {
    per_second: i64,
    buckets: Mutex<HashMap<IpAddr, Bucket>>,
}

/// Tokens in thousandths, as of an instant.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    millitokens: i64,
    at: Timestamp,
}

impl RateLimit {
    /// A limit of `per_second` submissions an address, bursts of ten seconds' worth.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        Self {
            per_second: i64::from(per_second.max(1)),
            buckets: Mutex::default(),
        }
    }

    /// Takes a token of `address`; false when none is left.
    pub fn allows(&self, address: IpAddr, now: Timestamp) -> bool {
        let full = self.per_second * BURST_S * SECOND_MS;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES_MAX {
            buckets.retain(|_, bucket| self.refilled(*bucket, now) < full);
        }
        let bucket = buckets.entry(address).or_insert(Bucket {
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
        let full = self.per_second * BURST_S * SECOND_MS;
        bucket
            .millitokens
            .saturating_add(elapsed.saturating_mul(self.per_second))
            .min(full)
    }
}

/// Limits submissions by the connection's address. What `X-Forwarded-For` says is not believed.
pub(crate) async fn rate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let address = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    if let (Some(limit), Some(address)) = (&state.rate_limit, address)
        && !request.method().is_safe()
        && !limit.allows(address, state.now())
    {
        return ApiError::new(code::RATE_LIMIT).into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
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
}
