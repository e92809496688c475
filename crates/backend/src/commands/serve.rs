//! `serve`: the API, the order pages, and on request a folder of files and the demo's events.

use std::hash::Hash;
use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use shoptag_backend::demo::Demo;
use shoptag_backend::listener::{self, Limits};
use shoptag_backend::sites::Sites;
use shoptag_backend::store::Store;
use shoptag_backend::tokens::{Tokens, read_key_file};
use shoptag_backend::{AppState, RateLimit, TrustedProxies, app, app_with_files, telemetry};
use shoptag_commerce::SECOND_MS;

use super::keys::key_file;
use super::{Database, Failure};

/// Time for accepted requests to be answered after the signal to stop.
const SHUTDOWN: Duration = Duration::from_secs(30);

/// How often expired holds are given back when nobody buys: "sold out" ends soon after a hold does.
const SWEEP: Duration = Duration::from_secs(30);

/// Commissions that become payable in one transaction: some 50 ms of the writer's time.
const SETTLE_MAX: usize = 500;

/// Arguments of `serve`.
#[derive(Args)]
pub(crate) struct Serve {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    #[command(flatten)]
    database: Database,
    /// A folder to serve at `/`.
    #[arg(long = "static", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// An origin under which this server's own pages are reached, such as https://shop.example.
    /// Every site key works there.
    #[arg(long, value_name = "ORIGIN")]
    public_origin: Vec<String>,
    /// Also serve /demo/events, and accept every site key on this address.
    #[arg(long)]
    demo: bool,
    /// How long a quote holds price and stock.
    #[arg(long, default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    quote_hold_seconds: u32,
    /// Submissions a second that one address may make, ten seconds' worth at once; it may also
    /// begin 60 view sessions at once and 30 a minute. 0 lifts both. Behind a proxy every request
    /// has the proxy's address: see --trusted-proxy.
    #[arg(long, default_value_t = 50)]
    rate_limit: u32,
    /// Submissions a second that all pages of one site may make, ten seconds' worth at once; 0: any
    /// number. 40 times the limit of an address unless given.
    #[arg(long)]
    site_rate_limit: Option<u32>,
    /// A proxy of yours, or a network of them such as 10.0.0.0/8: its X-Forwarded-For is believed.
    #[arg(long, value_name = "NETWORK", value_parser = network)]
    trusted_proxy: Vec<IpNet>,
    /// Connections that are open at once; more wait their turn.
    #[arg(long, default_value_t = Limits::default().connections)]
    connections: usize,
}

impl Serve {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let _log = telemetry::log_to_stderr()?;
        let store = self.database.open()?;
        let listener = listener::bind(self.listen)?;
        let address = listener.local_addr()?;
        let state = self.state(Arc::clone(&store), address)?;
        let app = match &self.folder {
            Some(folder) => app_with_files(state.clone(), folder),
            None => app(state.clone()),
        };
        let sweeper = tokio::spawn(sweep(state));
        let mut stdout = std::io::stdout();
        writeln!(stdout, "listening on http://{address}")?;
        stdout.flush()?;

        let (stop, stopped) = tokio::sync::watch::channel(false);
        let limits = Limits {
            connections: self.connections.max(1),
            ..Limits::default()
        };
        let limits = limits.within_the_system();
        let server = tokio::spawn(listener::serve(listener, app, limits, stopped));
        signalled().await?;
        tracing::info!("stopping: accepted requests are being answered");
        stop.send_replace(true);
        // The demo's event streams never end by themselves; the time limit ends them.
        let limit = if self.demo {
            Duration::from_secs(1)
        } else {
            SHUTDOWN
        };
        let ended = tokio::time::timeout(limit, server).await;
        sweeper.abort();
        match ended {
            Ok(joined) => joined?,
            Err(_) => tracing::info!("stopped with connections still open"),
        }
        Ok(())
    }

    fn state(&self, store: Arc<dyn Store>, address: SocketAddr) -> Result<AppState, Failure> {
        let mut origins = self.public_origin.clone();
        if self.demo {
            let port = address.port();
            origins.extend(["127.0.0.1", "localhost"].map(|host| format!("http://{host}:{port}")));
        }
        let tokens = match key_file() {
            Some(path) => Tokens::fixed(&read_key_file(&path)?)?,
            None => Tokens::default(),
        };
        let limited = self.rate_limit > 0;
        Ok(AppState {
            tokens: Arc::new(tokens),
            sites: Arc::new(Sites::new(origins)),
            demo: self.demo.then(|| Arc::new(Demo::default())),
            quote_hold_ms: i64::from(self.quote_hold_seconds) * SECOND_MS,
            rate_limit: limit(self.rate_limit),
            session_limit: limited.then(|| Arc::new(RateLimit::of_view_sessions())),
            site_rate_limit: limit(self.site_rate()),
            proxies: Arc::new(TrustedProxies::new(self.trusted_proxy.clone())),
            ..AppState::new(store)
        })
    }
}

/// Shoppers at their busiest that a site is expected to have at once.
const ADDRESSES_OF_A_SITE: u32 = 40;

impl Serve {
    fn site_rate(&self) -> u32 {
        let of_addresses = self.rate_limit.saturating_mul(ADDRESSES_OF_A_SITE);
        self.site_rate_limit.unwrap_or(of_addresses)
    }
}

/// A limit; 0 is none.
fn limit<K: Eq + Hash>(per_second: u32) -> Option<Arc<RateLimit<K>>> {
    (per_second > 0).then(|| Arc::new(RateLimit::new(per_second)))
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse::<IpNet>();
    let address = || text.parse::<IpAddr>().map(IpNet::from);
    network
        .or_else(|_| address())
        .map_err(|_| "write an address or a network such as 10.0.0.0/8".to_owned())
}

async fn sweep(state: AppState) {
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        match state.store.sweep(state.now()).await {
            Ok(swept) => {
                tracing::debug!(holds = swept.holds, quotes = swept.quotes, "swept");
            }
            Err(error) => tracing::warn!(error = %error, "the sweep did not run"),
        }
        match state.store.settle(state.now(), SETTLE_MAX).await {
            Ok(posted) => tracing::debug!(posted, "settled"),
            Err(error) => tracing::warn!(error = %error, "nothing was settled"),
        }
    }
}

/// Waits for an interrupt or the signal by which services are stopped.
async fn signalled() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
