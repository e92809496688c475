//! HTTP/1.1 over one kept-alive connection, as little of it as a load generator needs.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A browser that no robot's name is in.
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// The page that the shop's site lists.
pub(crate) const ORIGIN: &str = "https://shop.example";

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// `Idempotent-Replayed: true`.
    pub(crate) is_replayed: bool,
    /// There is a `Retry-After`.
    pub(crate) has_retry_after: bool,
    /// The document.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// Whether the document begins with the order's id, as that of an order does.
    pub(crate) fn names(&self, order: &str) -> bool {
        let rest = self.body.strip_prefix(b"{\"order_id\":\"");
        rest.is_some_and(|rest| rest.starts_with(order.as_bytes()))
    }

    /// The document as JSON; null when it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Nobody listens.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(4_096),
        })
    }

    /// Sends a whole request and reads the whole answer.
    ///
    /// # Errors
    /// The connection broke before the answer was complete.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.write_all(request).await?;
        self.read.clear();
        let head = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let text = std::str::from_utf8(self.read.get(..head).unwrap_or_default());
        let text = text.map_err(|_| broken("the head is not text"))?;
        let status = text.get(9..12).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| broken("no status"))?;
        let length = header(text, "content-length").and_then(|text| text.parse::<usize>().ok());
        let length = length.ok_or_else(|| broken("no length"))?;
        let is_replayed = header(text, "idempotent-replayed") == Some("true");
        let has_retry_after = header(text, "retry-after").is_some();
        while self.read.len() < head + length {
            self.more().await?;
        }
        Ok(Answer {
            status,
            is_replayed,
            has_retry_after,
            body: self.read.split_off(head),
        })
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.read).await? {
            0 => Err(broken("the connection was closed")),
            _ => Ok(()),
        }
    }
}

fn broken(why: &str) -> Error {
    Error::new(ErrorKind::UnexpectedEof, why)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A `GET`.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: shop\r\nUser-Agent: {BROWSER}\r\n\r\n").into_bytes()
}

/// A `POST` of JSON from the shop's page.
pub(crate) fn post(path: &str, key: Option<&str>, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let key = key.map_or(String::new(), |key| format!("Idempotency-Key: {key}\r\n"));
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: shop\r\nUser-Agent: {BROWSER}\r\nOrigin: {ORIGIN}\r\n\
         Content-Type: application/json\r\n{key}Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
