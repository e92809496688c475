//! The backend's program: its commands, and a running server with its counters and its memory.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{self, Connection};

/// The program.
#[derive(Debug, Clone)]
pub(crate) struct Program(PathBuf);

/// Where the shop's data is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A SQLite file.
    File(PathBuf),
    /// A PostgreSQL database.
    Url {
        /// Its address.
        url: String,
        /// Where the backend's log goes.
        log: PathBuf,
    },
}

impl<P: AsRef<Path>> From<P> for Place {
    fn from(file: P) -> Self {
        Self::File(file.as_ref().to_owned())
    }
}

impl Place {
    fn name(&self, command: &mut Command) {
        match self {
            Self::File(file) => command.arg("--database").arg(file),
            Self::Url { url, .. } => command.args(["--database-url", url]),
        };
    }

    /// The address of a PostgreSQL database.
    ///
    /// # Errors
    /// It is a file.
    pub(crate) fn url(&self) -> Result<&str> {
        match self {
            Self::File(file) => bail!("{} is a file", file.display()),
            Self::Url { url, .. } => Ok(url),
        }
    }

    fn log(&self) -> PathBuf {
        match self {
            Self::File(file) => file.with_extension("log"),
            Self::Url { log, .. } => log.clone(),
        }
    }
}

impl Program {
    /// The program at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// A command on a database, run to its end; what it printed.
    ///
    /// # Errors
    /// It fails.
    pub(crate) fn run(&self, arguments: &[&str], database: impl Into<Place>) -> Result<String> {
        self.run_under(&[], arguments, database)
    }

    /// As [`Program::run`]; `before` stands before the program.
    ///
    /// # Errors
    /// It fails.
    pub(crate) fn run_under(
        &self,
        before: &[&str],
        arguments: &[&str],
        database: impl Into<Place>,
    ) -> Result<String> {
        let mut command = self.command(before);
        database.into().name(command.args(arguments));
        let output = command.env_remove("SHOPTAG_TOKEN_KEYS").output()?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            bail!("{arguments:?} failed: {complaint}");
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// Serves `database`; `before` stands before the program, such as strace and its options.
    ///
    /// # Errors
    /// It does not start to listen.
    pub(crate) fn serve(&self, database: impl Into<Place>, before: &[&str]) -> Result<Server> {
        let database = database.into();
        let mut command = self.command(before);
        let log = database.log();
        let log = fs::File::options().create(true).append(true).open(log)?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--rate-limit", "0"]);
        database.name(&mut command);
        let mut child = command
            .env_remove("SHOPTAG_TOKEN_KEYS")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let mut line = String::new();
        let output = child.stdout.take().context("no standard output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.with_context(|| format!("it does not listen: {line:?}"))?;
        let address: SocketAddr = address.parse()?;
        let id = if before.is_empty() {
            child.id()
        } else {
            only_child(child.id())?
        };
        Ok(Server { address, child, id })
    }

    fn command(&self, before: &[&str]) -> Command {
        let mut words = before.iter();
        match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(&self.0);
                command
            }
            None => Command::new(&self.0),
        }
    }
}

/// The process that a wrapper such as strace has started.
fn only_child(parent: u32) -> Result<u32> {
    let list = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children"))?;
    match list.split_whitespace().next() {
        Some(child) => Ok(child.parse()?),
        // A shell that has become the program.
        None => Ok(parent),
    }
}

/// A running server; it ends with its owner.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    child: Child,
    id: u32,
}

impl Server {
    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// Kills it with signal 9 and waits until it is gone.
    ///
    /// # Errors
    /// It cannot be killed.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.signal("KILL")?;
        self.child.wait()?;
        Ok(())
    }

    /// Sends it a signal by name.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let id = self.id.to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status()?;
        if !status.success() {
            bail!("signal {name} did not reach the backend");
        }
        Ok(())
    }

    /// Waits for its end, without blocking the runtime.
    ///
    /// # Errors
    /// It has not ended within `limit`.
    pub(crate) async fn ended(&mut self, limit: Duration) -> Result<ExitStatus> {
        let asked = Instant::now();
        while asked.elapsed() < limit {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        bail!("the backend runs on {limit:?} after it was told to stop");
    }

    /// Asks it to stop, as a service manager does, and waits.
    ///
    /// # Errors
    /// It does not stop, or ends with a failure.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.signal("TERM")?;
        let status = self.ended(Duration::from_secs(31)).await?;
        if !status.success() {
            bail!("the backend ended with {status}");
        }
        Ok(())
    }

    /// A counter of `/metrics`.
    ///
    /// # Errors
    /// It does not answer, or has no such counter.
    pub(crate) async fn counter(&self, name: &str) -> Result<u64> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection.send(&http::get("/metrics")).await?;
        let text = String::from_utf8(answer.body)?;
        let own = |line: &str| line.strip_prefix(name)?.trim().parse().ok();
        let found = text.lines().find_map(own);
        found.with_context(|| format!("/metrics has no {name}"))
    }

    /// Processor time of the thread that writes, and of all the others, since the start.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn processor(&self) -> Result<(Duration, Duration)> {
        let (mut writer, mut others) = (Duration::ZERO, Duration::ZERO);
        for thread in fs::read_dir(format!("/proc/{}/task", self.id))? {
            let thread = thread?.path();
            // A thread may end meanwhile.
            let Ok(name) = fs::read_to_string(thread.join("comm")) else {
                continue;
            };
            let times = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
            let spent = times
                .split_whitespace()
                .next()
                .and_then(|it| it.parse().ok());
            let spent = Duration::from_nanos(spent.unwrap_or(0));
            match name.trim() {
                "store-writer" => writer += spent,
                _ => others += spent,
            }
        }
        Ok((writer, others))
    }

    /// Resident memory now and at its peak, KiB.
    ///
    /// # Errors
    /// It is gone.
    pub(crate) fn memory_kib(&self) -> Result<(u64, u64)> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let field = |name: &str| -> Result<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            Ok(number.with_context(|| format!("no {name}"))?.parse()?)
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already; there is nothing else to do about it here.
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.signal("KILL");
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
