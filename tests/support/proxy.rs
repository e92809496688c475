//! A door between browser and backend that passes everything on, and can lose an order or its
//! answer.
//!
//! When an answer is lost the request has reached the backend and is carried out, which is the
//! fault that makes careless clients order twice. When an order is lost the backend never hears of
//! it, and the browser waits.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Outcome;

const ORDER: &[u8] = b"POST /v1/orders ";

/// The open door; closed when dropped.
pub(crate) struct Proxy {
    /// The address that the browser uses.
    pub(crate) address: SocketAddr,
    backend: watch::Sender<Option<SocketAddr>>,
    state: Arc<State>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    losing_answers: AtomicBool,
    losing_orders: AtomicBool,
    requests: Mutex<Vec<String>>,
    orders_seen: AtomicUsize,
    answers_lost: AtomicUsize,
}

impl Proxy {
    /// Opens the door; browsers wait in it until [`Proxy::lead_to`] is called.
    pub(crate) async fn open() -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (backend, target) = watch::channel(None);
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                tokio::spawn(carry(browser, target.clone(), Arc::clone(&shared)));
            }
        });
        Ok(Self {
            address,
            backend,
            state,
            task,
        })
    }

    /// Says where the backend is.
    pub(crate) fn lead_to(&self, backend: SocketAddr) {
        self.backend.send_replace(Some(backend));
    }

    /// From now on the answers to orders are lost, or reach the browser again.
    pub(crate) fn lose_answers(&self, lose: bool) {
        self.state.losing_answers.store(lose, Ordering::SeqCst);
    }

    /// From now on orders are lost on their way and never answered, or reach the backend again.
    pub(crate) fn lose_orders(&self, lose: bool) {
        self.state.losing_orders.store(lose, Ordering::SeqCst);
    }

    /// Method and path of every request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.state.requests.lock();
        requests.map_or_else(|_| Vec::new(), |requests| requests.clone())
    }

    /// How many orders have been posted so far, answered or not.
    pub(crate) fn orders_seen(&self) -> usize {
        self.state.orders_seen.load(Ordering::SeqCst)
    }

    /// How many answers the backend gave that the browser never got.
    pub(crate) fn answers_lost(&self) -> usize {
        self.state.answers_lost.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection. An error on either side closes both, as a broken network would.
async fn carry(
    mut browser: TcpStream,
    mut target: watch::Receiver<Option<SocketAddr>>,
    state: Arc<State>,
) {
    let Ok(Some(address)) = target
        .wait_for(Option::is_some)
        .await
        .map(|address| *address)
    else {
        return;
    };
    let Ok(mut backend) = TcpStream::connect(address).await else {
        return;
    };
    let mut from_browser = vec![0; 64 * 1024];
    let mut from_backend = vec![0; 64 * 1024];
    let mut answer_is_lost = false;
    loop {
        tokio::select! {
            read = browser.read(&mut from_browser) => {
                let Ok(length @ 1..) = read else { return };
                let bytes = &from_browser[..length];
                // Chromium sends the head of a request in one piece.
                note(bytes, &state);
                if bytes.starts_with(ORDER) && state.losing_orders.load(Ordering::SeqCst) {
                    state.orders_seen.fetch_add(1, Ordering::SeqCst);
                    // Until the browser gives up.
                    while matches!(browser.read(&mut from_browser).await, Ok(1..)) {}
                    return;
                }
                if bytes.starts_with(ORDER) {
                    state.orders_seen.fetch_add(1, Ordering::SeqCst);
                    answer_is_lost = state.losing_answers.load(Ordering::SeqCst);
                }
                if backend.write_all(bytes).await.is_err() {
                    return;
                }
            }
            read = backend.read(&mut from_backend) => {
                let Ok(length @ 1..) = read else { return };
                if answer_is_lost {
                    // The backend has answered, so the order is stored. Nobody hears of it.
                    state.answers_lost.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                if browser.write_all(&from_backend[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Writes down the first line of a request; a body's bytes have none.
fn note(bytes: &[u8], state: &State) {
    let line = bytes
        .split(|byte| *byte == b'\r')
        .next()
        .unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    if let Some(request) = line.strip_suffix(" HTTP/1.1")
        && let Ok(mut requests) = state.requests.lock()
    {
        requests.push(request.to_owned());
    }
}
