//! A TCP proxy between a backend and its database, which can cut the two apart.

use std::io::Result;
use std::net::SocketAddr;
use std::path::Path;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UnixStream};
use tokio::sync::watch;

/// What becomes of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// They pass.
    Whole,
    /// Connections are closed, and new ones too.
    Closed,
    /// Connections are open, and nothing passes: neither side is told anything.
    Silent,
}

/// A running proxy; it ends with its owner.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    line: watch::Sender<Line>,
}

impl Proxy {
    /// Listens, and leads to the Unix socket `server`.
    ///
    /// # Errors
    /// There is no free port.
    pub(crate) async fn to(server: &Path) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (line, seen) = watch::channel(Line::Whole);
        let server = server.to_owned();
        let mut ended = seen.clone();
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = owner_gone(&mut ended) => return,
                };
                let Ok((client, _)) = accepted else { return };
                let (server, seen) = (server.clone(), seen.clone());
                tokio::spawn(async move {
                    let mut state = seen.clone();
                    if *state.borrow() == Line::Closed || is_held(&mut state).await {
                        return;
                    }
                    let Ok(server) = UnixStream::connect(server).await else {
                        return;
                    };
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    // Whichever side ends first ends both.
                    tokio::select! {
                        _ = pass(from_client, to_server, seen.clone()) => {}
                        _ = pass(from_server, to_client, seen) => {}
                    }
                });
            }
        });
        Ok(Self { address, line })
    }

    /// Cuts the line, or makes it whole.
    pub(crate) fn set(&self, line: Line) {
        self.line.send_replace(line);
    }
}

async fn owner_gone(line: &mut watch::Receiver<Line>) {
    while line.changed().await.is_ok() {}
}

/// Waits while nothing may pass; whether the connection is to be closed.
async fn is_held(line: &mut watch::Receiver<Line>) -> bool {
    let moved = line.wait_for(|line| *line != Line::Silent).await;
    moved.is_err() || moved.is_ok_and(|line| *line == Line::Closed)
}

async fn pass(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut line: watch::Receiver<Line>,
) -> Result<()> {
    let mut bytes = vec![0; 16 * 1_024];
    loop {
        let read = tokio::select! {
            biased;
            changed = line.changed() => {
                if changed.is_err() || is_held(&mut line).await {
                    return Ok(());
                }
                continue;
            }
            read = from.read(&mut bytes) => read?,
        };
        let Some(bytes) = bytes.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        to.write_all(bytes).await?;
    }
}
