//! The disk fills up under load: orders are answered 503 or 507, reads go on, and when there is
//! room again orders are placed without a restart.
//!
//! The disk is a small tmpfs where one may be mounted, else a limit on the size of a file.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::crowd::{Crowd, Round};
use crate::arguments::Arguments;
use crate::backend::{Program, Server};
use crate::books::{Books, compare};
use crate::http::{self, Connection};
use crate::{figures, shop};

/// Creators of the shop.
const CREATORS: usize = 20;

/// Room at the beginning and later.
const ROOM: (&str, &str) = ("80m", "320m");

/// Bytes that a file may have at the beginning, where no tmpfs can be mounted.
const FILE_BYTES: &str = "20000000:unlimited";

/// A disk that is small and can be made larger.
enum Disk<'a> {
    Tmpfs(&'a Path),
    Limit,
}

impl Disk<'_> {
    fn enlarge(&self, server: &Server) -> Result<()> {
        match self {
            Self::Tmpfs(folder) => {
                let size = format!("remount,size={}", ROOM.1);
                succeeds(Command::new("mount").args(["-o", &size]).arg(folder))
            }
            Self::Limit => {
                let id = server.id().to_string();
                succeeds(Command::new("prlimit").args(["--fsize=unlimited", "--pid", &id]))
            }
        }
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        if let Self::Tmpfs(folder) = self {
            // Lazily: the server may not be gone yet when a trial fails.
            let _ = Command::new("umount").arg("-l").arg(folder).status();
        }
    }
}

fn succeeds(command: &mut Command) -> Result<()> {
    let output = command.output()?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Fills the disk, looks, makes room, looks again.
///
/// # Errors
/// A promise is broken.
pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let small = folder.path().join("small");
    fs::create_dir(&small)?;
    let size = format!("size={}", ROOM.0);
    let mounted = succeeds(
        Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&small),
    );
    let disk = match mounted {
        Ok(()) => Disk::Tmpfs(&small),
        Err(_) => Disk::Limit,
    };
    let program = Program::new(&arguments.backend);
    let database = shop::open(&program, &small, CREATORS)?;
    let limit = ["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];
    let before: &[&str] = match disk {
        Disk::Tmpfs(_) => &[],
        Disk::Limit => &limit,
    };
    let server = program.serve(&database, before)?;
    if matches!(disk, Disk::Limit) {
        let id = server.id().to_string();
        let bytes = format!("--fsize={FILE_BYTES}");
        succeeds(Command::new("prlimit").args([&bytes, "--pid", &id]))?;
    }
    let figures = fill(&server, &disk, &database, &program).await?;
    drop(server);
    drop(disk);
    figures::write(arguments, "full-disk", &figures)
}

async fn fill(
    server: &Server,
    disk: &Disk<'_>,
    database: &Path,
    program: &Program,
) -> Result<serde_json::Value> {
    let mut crowd = Crowd::new(16, CREATORS);
    let page = first_order(&mut crowd, server).await?;
    // Until every shopper of a round is turned away.
    for _ in 0..2_000 {
        let (round, before) = (Round::new(), crowd.acknowledged.len());
        let clock = async {
            tokio::time::sleep(Duration::from_millis(150)).await;
            round.end();
        };
        let (ordered, ()) = tokio::join!(crowd.order(server.address, &round), clock);
        ordered?;
        if crowd.unavailable > 0 && crowd.acknowledged.len() == before {
            break;
        }
    }
    let (turned_away, placed) = (crowd.unavailable, crowd.acknowledged.len());
    if turned_away == 0 {
        bail!("the disk did not fill up");
    }
    let mut line = Connection::open(server.address).await?;
    let page = page.context("no order was placed")?;
    for path in [
        format!("/v1/videos/{}?site={}", shop::creator(0), shop::SITE),
        page,
        "/healthz".into(),
    ] {
        let answer = line.send(&http::get(&path)).await?;
        if answer.status != 200 {
            bail!("on a full disk {path} is answered {}", answer.status);
        }
    }
    let ready = line.send(&http::get("/readyz")).await?.status;
    disk.enlarge(server)?;
    crowd.finish(server.address).await?;
    let round = Round::new();
    let clock = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        round.end();
    };
    let (ordered, ()) = tokio::join!(crowd.order(server.address, &round), clock);
    ordered?;
    crowd.finish(server.address).await?;
    let after = crowd.acknowledged.len();
    if after <= placed {
        bail!("no order was placed after there was room again");
    }
    let books = Books::open(database)?;
    books.check()?;
    compare(&books, &crowd.acknowledged)?;
    program.run(&["ledger", "verify", "--tenant", shop::TENANT], database)?;
    let kind = match disk {
        Disk::Tmpfs(_) => "tmpfs",
        Disk::Limit => "file size limit",
    };
    println!(
        "{kind}: {placed} orders until the disk was full, then {turned_away} answers 503, reads \
         200, \
         /readyz {ready}; {} more orders once there was room, without a restart; 0 lost, 0 doubled",
        after - placed
    );
    Ok(
        json!({"disk": kind, "orders_until_full": placed, "answers_503": turned_away,
        "readyz_when_full": ready, "orders_after": after - placed, "lost": 0, "doubled": 0}),
    )
}

/// The address of an order that has been placed.
async fn first_order(crowd: &mut Crowd, server: &Server) -> Result<Option<String>> {
    let mut line = Connection::open(server.address).await?;
    let mut shopper = crate::shopper::Shopper::patient(0);
    let Ok(order) = shopper.prepare(&mut line).await else {
        return Ok(None);
    };
    let answer = line.send(&order.request).await?;
    let body = answer.json();
    let text = |field: &str| body[field].as_str().map(str::to_owned);
    let (Some(number), Some(url)) = (text("number"), text("status_url")) else {
        return Ok(None);
    };
    crowd.acknowledged.insert(order.id, number);
    Ok(Some(format!("/v1{url}")))
}
