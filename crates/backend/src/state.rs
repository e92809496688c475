//! What every handler shares.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;
use shoptag_commerce::{SiteKey, Timestamp};
use shoptag_protocol::code;

use crate::clock::{Clock, SteadyClock};
use crate::demo::{Demo, Happened};
use crate::edge::{RateLimit, TrustedProxies, counted};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::ApiError;
use crate::health::Readiness;
use crate::quotes::QUOTE_HOLD_MS;
use crate::sites::Sites;
use crate::store::Store;
use crate::telemetry::Metrics;
use crate::tokens::Tokens;

/// The application's shared parts. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Whether it can write.
    pub readiness: Arc<Readiness>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bits.
    pub entropy: Arc<dyn Entropy>,
    /// Site keys and origins.
    pub sites: Arc<Sites>,
    /// Keys of tokens and receipts.
    pub tokens: Arc<Tokens>,
    /// Counters for /metrics.
    pub metrics: Arc<Metrics>,
    /// The demo page's list of what happened; `None` but for `serve --demo`.
    pub demo: Option<Arc<Demo>>,
    /// How long a quote holds price and stock, milliseconds.
    pub quote_hold_ms: i64,
    /// After this time a request is answered `unavailable`.
    pub deadline: Duration,
    /// Submissions an address may make; `None`: any number.
    pub rate_limit: Option<Arc<RateLimit<IpAddr>>>,
    /// View sessions an address may begin; `None`: any number. Renewing one is free.
    pub session_limit: Option<Arc<RateLimit<IpAddr>>>,
    /// Submissions a site's pages may make together; `None`: any number.
    pub site_rate_limit: Option<Arc<RateLimit<SiteKey>>>,
    /// Proxies of our own, believed about whom they speak for.
    pub proxies: Arc<TrustedProxies>,
}

/// The parts as requests share them: one count to keep, however many parts there are.
pub(crate) type Shared = Arc<AppState>;

/// Time for one request (reliability.md 9.2, 30): longer than any healthy store needs, shorter than
/// a browser's patience.
const DEADLINE: Duration = Duration::from_secs(10);

impl AppState {
    /// A state with the system's clock and entropy, and nothing of the demo.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        let metrics = Metrics::new();
        metrics.show_store(&store.counters());
        Self {
            store,
            readiness: Arc::default(),
            clock: Arc::new(SteadyClock::default()),
            entropy: Arc::new(SystemEntropy),
            sites: Arc::new(Sites::default()),
            tokens: Arc::new(Tokens::default()),
            metrics: Arc::new(metrics),
            demo: None,
            quote_hold_ms: QUOTE_HOLD_MS,
            deadline: DEADLINE,
            rate_limit: None,
            session_limit: None,
            site_rate_limit: None,
            proxies: Arc::default(),
        }
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whom the limits of a request from `peer` are counted on.
    pub(crate) fn whom(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        counted(self.proxies.client(peer, headers))
    }

    /// Counts a submission through `site`.
    ///
    /// # Errors
    /// `rate-limit`.
    pub(crate) fn admit(&self, site: &SiteKey) -> Result<(), ApiError> {
        match &self.site_rate_limit {
            Some(limit) if !limit.allows(site.clone(), self.now()) => {
                Err(ApiError::new(code::RATE_LIMIT))
            }
            _ => Ok(()),
        }
    }

    /// Tells the demo page, if there is one.
    pub(crate) fn happened(&self, what: impl FnOnce() -> Happened) {
        if let Some(demo) = &self.demo {
            demo.tell(self.now(), what());
        }
    }
}
