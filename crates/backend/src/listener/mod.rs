//! Connections: how many there may be, how long a head may take to arrive, how long a client may
//! leave an answer unread. What is asked over them is none of its business.

mod guard;
mod head;

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt;

use guard::Guard;

/// Bytes of a head, and of what is read ahead of a body: our longest head has some 1 KiB, browsers
/// send cookies and client hints of at most 16 KiB.
const HEAD_BYTES_MAX: usize = 32 * 1024;

/// File descriptors that are not connections: the database's, the log's, files being served.
const DESCRIPTORS_KEPT: u64 = 256;

/// Pause after the system refused a connection, so that a lack of descriptors burns no processor.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Connections that the system has made and that have not been accepted yet, if it lets us have so
/// many. Beyond them it drops what their clients send, and those try again after a second or more.
const BACKLOG: u32 = 8_192;

/// What a client may use up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections that are open at once; more wait in the system's queue.
    pub connections: usize,
    /// Time for the head of a request to arrive, also of the next one on an open connection.
    pub head_time: Duration,
    /// Time for which a client may leave an answer unread.
    pub stall_time: Duration,
}

impl Default for Limits {
    /// 8 192 connections hold at most 256 MiB of heads; 15 s is patience with a phone in a tunnel,
    /// and ends a head that comes byte by byte; 30 s is enough for any answer that is wanted, and a
    /// player that has paused its reading asks for the rest by range.
    fn default() -> Self {
        Self {
            connections: 8_192,
            head_time: Duration::from_secs(15),
            stall_time: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// As many connections as this process may have descriptors for; the soft limit is raised as
    /// far as the system lets us.
    #[must_use]
    pub fn within_the_system(self) -> Self {
        let wanted = u64::try_from(self.connections)
            .unwrap_or(u64::MAX)
            .saturating_add(DESCRIPTORS_KEPT);
        let granted = rlimit::increase_nofile_limit(wanted).unwrap_or(1_024);
        let connections = granted.saturating_sub(DESCRIPTORS_KEPT).max(64);
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        Self {
            connections: self.connections.min(connections),
            ..self
        }
    }
}

/// Listens on `address`, beginning now: also for those who come all at once, before [`serve`].
///
/// # Panics
/// Outside a Tokio runtime.
///
/// # Errors
/// The system's: the address is in use, is not this machine's, or is not ours to take.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // Elsewhere it would let another program listen on the same address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `app` until `stopped` says so, then answers what was accepted and returns.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    // Every connection holds a receiver: when the last one is gone, all have ended.
    let (open, counted) = watch::channel(());
    loop {
        let next = async {
            // Never closed, so always granted in the end.
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = told(&mut stopped) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(REFUSED_PAUSE).await;
                continue;
            }
        };
        let (app, stopped, counted) = (app.clone(), stopped.clone(), counted.clone());
        tokio::spawn(async move {
            connection(stream, peer, app, limits, stopped).await;
            drop((place, counted));
        });
    }
    drop((listener, counted));
    open.closed().await;
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    limits: Limits,
    mut stopped: watch::Receiver<bool>,
) {
    // Answers are small and awaited: nothing is gained by waiting for more to send.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        app.clone().oneshot(request)
    });
    let stream = TokioIo::new(Guard::new(stream, limits.stall_time));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head_time)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_header_size(HEAD_BYTES_MAX)
            .serve_connection(stream, service)
    );
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told(&mut stopped) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = %error, "a connection ended badly");
    }
}

/// Waits until `stopped` says so, or nobody is left to say it.
async fn told(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    /// Tokio's own `bind` lets 128 wait.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn those_who_come_all_at_once_are_connected_before_they_are_accepted() {
        let longest = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
        let clients = longest.trim().parse::<usize>().unwrap().min(400);
        let listener = bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut connected = Vec::with_capacity(clients);
        for _ in 0..clients {
            let connect = TcpStream::connect(address);
            let client = tokio::time::timeout(Duration::from_secs(10), connect).await;
            connected.push(client.expect("there is room in the queue").unwrap());
        }
    }
}
