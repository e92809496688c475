//! Touchpoints into a stream of NATS JetStream: how many a second, and what is left of those that
//! were acknowledged when the server is killed (docs/scaling.md, step 5).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::arguments::Arguments;
use crate::figures::{self, Latencies, rate};
use crate::shopper::uuid_v7;

/// Touchpoints that wait for their acknowledgement at the same time.
const WINDOWS: [usize; 3] = [1, 16, 256];

/// Whether the server syncs before it acknowledges, as its configuration says it.
const SYNCS: [(&str, &str); 2] = [("always", "always"), ("every two minutes", "2m")];

/// How long a cell of the table is measured.
const MEASURED: Duration = Duration::from_secs(5);

/// The stream and its subjects.
const STREAM: &str = "TOUCHPOINTS";

/// Measures, kills the server, and counts.
///
/// # Errors
/// The server does not start, or an acknowledged touchpoint is gone.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let program = std::env::var_os("NATS_SERVER").map(PathBuf::from);
    let program = program.context("name the server's program in NATS_SERVER")?;
    let measured = if arguments.is_short {
        MEASURED / 10
    } else {
        MEASURED
    };
    println!("sync              waiting   touchpoints/s   p50 ms   p99 ms   acknowledged   kept");
    let mut rows = Vec::new();
    for (name, interval) in SYNCS {
        for window in WINDOWS {
            let folder = tempfile::tempdir()?;
            let mut server = Server::start(&program, folder.path(), interval)?;
            let mut line = Line::open(server.address).await?;
            line.create().await?;
            let started = Instant::now();
            let (acknowledged, latencies) = line.publish(window, measured).await?;
            let a_second = rate(acknowledged, started.elapsed());
            server.kill()?;
            let server = Server::start(&program, folder.path(), interval)?;
            let kept = Line::open(server.address).await?.kept().await?;
            ensure!(
                kept >= acknowledged,
                "{acknowledged} touchpoints were acknowledged, {kept} are left"
            );
            let (p50, p99) = (latencies.quantile_ms(500), latencies.quantile_ms(990));
            println!(
                "{name:<17} {window:>7} {a_second:>15.0} {p50:>8.1} {p99:>8.1} {acknowledged:>14} \
                 {kept:>6}"
            );
            rows.push(
                json!({"sync": interval, "waiting": window, "per_second": a_second.round(),
                "p50_ms": p50, "p99_ms": p99, "acknowledged": acknowledged, "kept": kept}),
            );
        }
    }
    figures::write(arguments, "jetstream", &json!({ "rows": rows }))
}

/// A running server; it ends with its owner.
#[derive(Debug)]
struct Server {
    address: SocketAddr,
    child: Child,
}

impl Server {
    /// Starts one whose stream is kept in `folder`.
    fn start(program: &Path, folder: &Path, sync_interval: &str) -> Result<Self> {
        let configuration = folder.join("nats.conf");
        // Port -1: one that is free, which the server writes down.
        std::fs::write(
            &configuration,
            format!(
                "listen: \"127.0.0.1:-1\"\nports_file_dir: {folder:?}\n\
                 jetstream {{ store_dir: {store:?}, sync_interval: {sync_interval:?} }}\n",
                store = folder.join("store"),
            ),
        )?;
        let child = Command::new(program)
            .arg("-c")
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("nats.log"))?)
            .spawn()?;
        let ports = format!("{}_{}.ports", name_of(program)?, child.id());
        let mut server = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            child,
        };
        server.address = server.listens(&folder.join(ports))?;
        Ok(server)
    }

    /// Waits for the file with its port.
    fn listens(&mut self, ports: &Path) -> Result<SocketAddr> {
        let asked = Instant::now();
        loop {
            let text = std::fs::read(ports).unwrap_or_default();
            let listed: Value = serde_json::from_slice(&text).unwrap_or_default();
            if let Some(url) = listed["nats"][0].as_str() {
                let address = url.strip_prefix("nats://").context("no NATS address")?;
                return Ok(address.parse()?);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the NATS server ended with {status}");
            }
            ensure!(
                asked.elapsed() < Duration::from_secs(20),
                "the NATS server does not listen"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nothing else to do about it here.
        let _ = self.kill();
    }
}

fn name_of(program: &Path) -> Result<&str> {
    let name = program.file_name().and_then(|name| name.to_str());
    name.context("a program without a name")
}

/// A client's connection: as much of the protocol as publishing needs.
#[derive(Debug)]
struct Line {
    stream: BufReader<TcpStream>,
    asked: u64,
}

impl Line {
    async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut line = Self {
            stream: BufReader::new(stream),
            asked: 0,
        };
        let hello = "CONNECT {\"verbose\":false,\"headers\":true}\r\nSUB answers.* 1\r\nPING\r\n";
        line.stream.write_all(hello.as_bytes()).await?;
        while line.head().await? != "PONG" {}
        Ok(line)
    }

    /// Makes the stream.
    async fn create(&mut self) -> Result<()> {
        let stream = json!({"name": STREAM, "subjects": ["touchpoints.*"], "storage": "file",
            "retention": "limits", "discard": "old", "num_replicas": 1});
        let made = self.ask("STREAM.CREATE", &stream.to_string()).await?;
        ensure!(made["error"].is_null(), "no stream: {made}");
        Ok(())
    }

    /// How many touchpoints the stream has.
    async fn kept(&mut self) -> Result<usize> {
        let found = self.ask("STREAM.INFO", "").await?;
        let kept = found["state"]["messages"].as_u64();
        Ok(usize::try_from(
            kept.with_context(|| format!("no stream: {found}"))?,
        )?)
    }

    async fn ask(&mut self, what: &str, body: &str) -> Result<Value> {
        let ask = format!(
            "PUB $JS.API.{what}.{STREAM} answers.0 {}\r\n{body}\r\n",
            body.len()
        );
        self.stream.write_all(ask.as_bytes()).await?;
        self.answer().await
    }

    /// Publishes for so long, with `window` touchpoints on their way: how many were acknowledged,
    /// and how long each took.
    async fn publish(&mut self, window: usize, during: Duration) -> Result<(usize, Latencies)> {
        let started = Instant::now();
        let mut waiting = VecDeque::with_capacity(window);
        let mut took = Vec::new();
        loop {
            let mut batch = Vec::new();
            while waiting.len() < window && started.elapsed() < during {
                self.asked += 1;
                batch.extend_from_slice(&touchpoint(self.asked));
                waiting.push_back(Instant::now());
            }
            self.stream.write_all(&batch).await?;
            // Answers come in the order of the questions.
            let Some(since) = waiting.pop_front() else {
                return Ok((took.len(), Latencies::new(took)));
            };
            let answer = self.answer().await?;
            ensure!(
                answer["seq"].is_u64() && answer["duplicate"].is_null(),
                "not acknowledged: {answer}"
            );
            took.push(since.elapsed());
        }
    }

    /// The next message's document.
    async fn answer(&mut self) -> Result<Value> {
        loop {
            let head = self.head().await?;
            if head == "PING" {
                self.stream.write_all(b"PONG\r\n").await?;
            } else if head.starts_with("MSG ") {
                let length = head.rsplit(' ').next().and_then(|text| text.parse().ok());
                let length: usize = length.with_context(|| format!("no length: {head}"))?;
                let mut body = vec![0; length + 2];
                self.stream.read_exact(&mut body).await?;
                return Ok(serde_json::from_slice(
                    body.get(..length).unwrap_or_default(),
                )?);
            } else if head.starts_with("-ERR") {
                bail!("the NATS server says {head}");
            }
        }
    }

    async fn head(&mut self) -> Result<String> {
        let mut head = String::new();
        let read = self.stream.read_line(&mut head).await?;
        ensure!(read > 0, "the NATS server has closed the connection");
        Ok(head.trim_end().to_owned())
    }
}

/// A tap as the backend would publish it, under its own id, by which the stream knows a second one.
fn touchpoint(number: u64) -> Vec<u8> {
    let id = uuid_v7();
    let body = json!({"tenant_id": "demo", "touchpoint_id": id, "kind": "click",
        "video_id": "creator-00001", "tag_id": "journal", "product_id": "journal",
        "creator_id": "creator-00001", "view_session_id": id, "sequence": number,
        "received_at": 1_795_704_300_000_u64})
    .to_string();
    let head = format!("NATS/1.0\r\nNats-Msg-Id: {id}\r\n\r\n");
    let (of_head, of_all) = (head.len(), head.len() + body.len());
    format!("HPUB touchpoints.demo answers.{number} {of_head} {of_all}\r\n{head}{body}\r\n")
        .into_bytes()
}
