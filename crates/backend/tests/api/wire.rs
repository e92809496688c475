//! What comes over the wire before there is a request: raw bytes against the server's own listener.
//!
//! Where a limit of time is tested, the clock is tokio's paused one: it jumps to the next timer
//! when nothing else is left to do, so that fifteen seconds of waiting cost nothing and are
//! measured.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use shoptag_backend::app_with_files;
use shoptag_backend::listener::{Limits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval};

use crate::support::{Backend, key, order_for};

/// A running listener.
struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Server {
    async fn start(app: Router, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(serve(listener, app, limits, stopped));
        Self {
            address,
            stop,
            running,
        }
    }

    async fn of(backend: &Backend) -> Self {
        Self::start(backend.app(), Limits::default()).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends `text`; all that comes until the server closes the connection.
    async fn exchange(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }
}

/// What comes until the end of the connection, however it ends.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status of each answer.
fn statuses(text: &str) -> Vec<&str> {
    let lines = text.match_indices("HTTP/1.1 ");
    lines.map(|(at, _)| &text[at + 9..at + 12]).collect()
}

const GET: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn o16_a_request_that_can_be_read_in_two_ways_is_refused_and_the_connection_closed() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let head = "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for rest in [
        "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
        "Content-Length: 2, 2\r\n\r\n{}",
        "Content-Length: +5\r\n\r\n{}   ",
        "Content-Length: -1\r\n\r\n{}",
        "Content-Length: 0x2\r\n\r\n{}",
        "Content-Length : 2\r\n\r\n{}",
        "Content-Length:\r\n\r\n{}",
        "Content-Length: 18446744073709551616\r\n\r\n{}",
        "X-A: b\nContent-Length: 2\r\n\r\n{}",
        "X-A: b\r\nContent-Length: 2\n\n{}",
        "X-A: b\r\nContent-Length: 2\n\r\n{}",
        "X-A: b\r\n folded\r\nContent-Length: 2\r\n\r\n{}",
        "X-A: b\rContent-Length: 2\r\n\r\n{}",
        "X-A\0: b\r\nContent-Length: 2\r\n\r\n{}",
        "X\r\nContent-Length: 2\r\n\r\n{}",
    ] {
        // A second request behind it is never answered: that is what smuggling wants.
        let started = Instant::now();
        let answer = server.exchange(&format!("{head}{rest}{GET}")).await;
        assert_eq!(statuses(&answer), ["400"], "{rest:?}: {answer}");
        assert!(
            started.elapsed() < Duration::from_secs(1),
            "closed at once: {rest:?}"
        );
    }
    let line = server.exchange("GET /healthz HTTP/1.1\nHost: x\n\n").await;
    assert_eq!(statuses(&line), ["400"]);
}

#[tokio::test]
async fn clear_requests_follow_each_other_on_one_connection() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let order = order_for(&backend.ready_quote("mug", 1).await).to_string();
    let line_feeds = order.replace(',', ",\n");
    let post = |body: &str| {
        let (length, key) = (body.len(), key());
        format!(
            "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Idempotency-Key: {key}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let orders = format!("{}\r\n{}", post(&line_feeds), post(&line_feeds));
    let all = format!("{GET}{orders}{}", close(GET));
    let answer = server.exchange(&all).await;
    assert_eq!(statuses(&answer), ["200", "201", "201", "200"], "{answer}");
    let chunks = "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Idempotency-Key: 0123456789abcdef\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n0\r\n\r\n";
    let answer = server.exchange(&format!("{chunks}{GET}")).await;
    assert_eq!(
        statuses(&answer),
        ["400"],
        "one answer, then the end: {answer}"
    );
    assert!(answer.contains("connection: close") && answer.contains("json-syntax"));
}

#[tokio::test]
async fn o38_a_long_address_is_told_so_without_being_kept() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    for length in [9_000, 100_000, 1_000_000] {
        let get = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(length));
        let answer = server.exchange(&close(&get)).await;
        assert_eq!(statuses(&answer), ["414"], "{length}");
        assert!(answer.contains("\"code\":\"uri-length\""), "{answer}");
        assert!(
            answer.contains("x-content-type-options: nosniff"),
            "{answer}"
        );
    }
}

/// Writes `more` until something comes back or the connection ends; what came.
async fn flood(stream: &mut TcpStream, more: &[u8], times: usize) -> String {
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    let writing = async {
        for _ in 0..times {
            if writer.write_all(more).await.is_err() {
                break;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = writing => {}
        _ = reader.read_buf(&mut answer) => {}
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn too_many_headers_and_too_large_ones_are_431() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let many = "X-A: b\r\n".repeat(101);
    let large = format!("X-A: {}\r\n", "b".repeat(40_000));
    for headers in [many, large] {
        let mut stream = server.connect().await;
        let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        let answer = flood(&mut stream, head.as_bytes(), 1).await;
        assert_eq!(statuses(&answer), ["431"], "{answer}");
    }
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\n")
        .await
        .unwrap();
    let answer = flood(&mut stream, b"X-A: b\r\n", 1_000_000).await;
    // The answer may be lost with the connection that is closed under the writer.
    assert!(
        answer.is_empty() || statuses(&answer) == ["431"],
        "{answer}"
    );
    assert_eq!(statuses(&server.exchange(&close(GET)).await), ["200"]);
}

fn close(request: &str) -> String {
    request.replacen("\r\n", "\r\nConnection: close\r\n", 1)
}

#[tokio::test(start_paused = true)]
async fn a_head_that_comes_byte_by_byte_is_given_up() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let mut stream = server.connect().await;
    let started = Instant::now();
    let mut second = interval(Duration::from_secs(1));
    let mut bytes = GET.bytes().cycle();
    let mut answer = [0; 64];
    let read = loop {
        tokio::select! {
            read = stream.read(&mut answer) => break read.unwrap_or(0),
            _ = second.tick() => {
                let byte = bytes.next().unwrap();
                if stream.write_all(&[byte]).await.is_err() {
                    break 0;
                }
            }
        }
    };
    assert_eq!(read, 0, "closed");
    let took = started.elapsed().as_secs();
    assert!((15..=16).contains(&took), "{took} s");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_408() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let started = Instant::now();
    let answer = server
        .exchange(
            "POST /v1/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"site\":",
        )
        .await;
    assert_eq!(statuses(&answer), ["408"], "{answer}");
    assert!(answer.contains("\"code\":\"timeout\""), "{answer}");
    assert!((8..=9).contains(&started.elapsed().as_secs()));
}

#[tokio::test(start_paused = true)]
async fn idle_connections_are_counted_and_end() {
    let backend = Backend::new().await;
    let limits = Limits {
        connections: 64,
        ..Limits::default()
    };
    let server = Server::start(backend.app(), limits).await;
    let started = Instant::now();
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(server.connect().await);
    }
    let answer = server.exchange(&close(GET)).await;
    assert_eq!(
        statuses(&answer),
        ["200"],
        "whoever comes last gets an answer too"
    );
    // 200 idle ones in places of 64: the fourth round has room. The paused clock may jump once
    // more.
    let waited = started.elapsed().as_secs();
    assert!((45..=61).contains(&waited), "{waited} s");
    for stream in &mut idle[..150] {
        assert_eq!(rest(stream).await, "", "closed without a word");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_reads_is_given_up() {
    let backend = Backend::new().await;
    let folder = backend.folder().join("files");
    std::fs::create_dir(&folder).unwrap();
    let bytes = 64 * 1_024 * 1_024;
    std::fs::write(folder.join("film.webm"), vec![7; bytes]).unwrap();
    let app = app_with_files(backend.state.clone(), &folder);
    let server = Server::start(app, Limits::default()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"GET /film.webm HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let started = Instant::now();
    stream.read_exact(&mut [0; 64]).await.unwrap();
    server.stop.send_replace(true);
    // Stopping waits for every connection; this one ends by itself.
    server.running.await.unwrap();
    let took = started.elapsed().as_secs();
    assert!((30..=31).contains(&took), "{took} s");
    assert!(rest(&mut stream).await.len() < bytes);
}

/// For a client that keeps its connection open.
fn impatient() -> Limits {
    Limits {
        head_time: Duration::from_millis(300),
        ..Limits::default()
    }
}

#[tokio::test]
async fn o40_http_2_is_not_spoken() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let mut stream = server.connect().await;
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    stream.write_all(preface).await.unwrap();
    // RST_STREAM of stream 1: CANCEL.
    let reset = b"\0\0\x04\x03\0\0\0\0\x01\0\0\0\x08";
    let answer = flood(&mut stream, reset, 1_000_000).await;
    assert!(
        answer.is_empty() || statuses(&answer) == ["400"],
        "{answer:?}"
    );
    let upgrade = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n\
         Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n";
    let server = Server::start(backend.app(), impatient()).await;
    let answer = server.exchange(upgrade).await;
    assert_eq!(statuses(&answer), ["200"], "answered as HTTP/1.1: {answer}");
}

#[tokio::test]
async fn what_was_accepted_is_answered_when_the_server_stops() {
    let backend = Backend::new().await;
    let server = Server::of(&backend).await;
    let body = crate::support::quote_body(&[("mug", 1)]).to_string();
    let (first, second) = body.split_at(20);
    let head = format!(
        "POST /v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n{first}",
        body.len()
    );
    let mut stream = server.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    // Asked to send the rest: the server has the head.
    stream.read_exact(&mut [0; 25]).await.unwrap();
    server.stop.send_replace(true);
    stream.write_all(second.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert_eq!(statuses(&answer), ["200"], "{answer}");
    server.running.await.unwrap();
    let refused = TcpStream::connect(server.address).await.map(drop);
    let refused = refused.map_err(|error| error.kind());
    assert_eq!(refused, Err(io::ErrorKind::ConnectionRefused));
}
