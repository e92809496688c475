//! The real backend program on a fresh database, stopped and forgotten at the end of a journey.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::Outcome;

/// A running backend.
pub(crate) struct Backend {
    /// Where it listens; the shopper's browser comes through a proxy.
    pub(crate) address: SocketAddr,
    /// Its SQLite file.
    pub(crate) database: PathBuf,
    child: Child,
}

impl Backend {
    /// Reads the tenant file into a new database in `folder` and serves `site` beside the API.
    pub(crate) fn start(
        program: &Path,
        tenant: &Path,
        site: &Path,
        folder: &Path,
    ) -> Outcome<Self> {
        let database = folder.join("shoptag.db");
        let applied = Command::new(program)
            .arg("apply")
            .arg(tenant)
            .arg("--database")
            .arg(&database)
            .output()
            .map_err(|error| format!("cannot start {}: {error}", program.display()))?;
        if !applied.status.success() {
            let complaint = String::from_utf8_lossy(&applied.stderr);
            return Err(format!("the tenant file was refused: {complaint}").into());
        }
        let log = std::fs::File::create(folder.join("backend.log"))?;
        let mut child = Command::new(program)
            .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--database"])
            .arg(&database)
            .arg("--static")
            .arg(site)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let output = child
            .stdout
            .take()
            .ok_or("the backend has no standard output")?;
        let mut lines = BufReader::new(output).lines();
        let first = lines.by_ref().find_map(|line| {
            Some(
                line.ok()?
                    .strip_prefix("listening on http://")?
                    .trim_end_matches('/')
                    .to_owned(),
            )
        });
        let Some(address) = first else {
            let log = std::fs::read_to_string(folder.join("backend.log")).unwrap_or_default();
            return Err(format!("the backend did not start: {log}").into());
        };
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Self {
            address: address.parse()?,
            database,
            child,
        })
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // It may have ended already; there is nothing else to do about it here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
