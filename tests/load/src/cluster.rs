//! A throwaway PostgreSQL cluster with fsync on, and its databases.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::backend::Place;

const SCRIPT: &str = include_str!("../../support/postgres.sh");

/// A running cluster; it ends with its owner, whose end of the pipe its shell waits for.
#[derive(Debug)]
pub(crate) struct Cluster {
    folder: PathBuf,
    shell: Child,
    answers: BufReader<ChildStdout>,
}

/// A database, asked through `psql`: the trials need no client of their own.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    folder: PathBuf,
    name: String,
}

impl Cluster {
    /// Starts one.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not start.
    pub(crate) fn start() -> Result<Self> {
        let mut shell = as_postgres("sh")?;
        let mut shell = shell
            .args(["-c", SCRIPT])
            .env("FSYNC", "on")
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut folder = String::new();
        let output = shell.stdout.take().context("no standard output")?;
        let mut answers = BufReader::new(output);
        answers.read_line(&mut folder)?;
        if folder.is_empty() {
            bail!("PostgreSQL does not start (apt-get install postgresql)");
        }
        let folder = folder.trim().into();
        Ok(Self {
            folder,
            shell,
            answers,
        })
    }

    /// Adds a standby: nothing is acknowledged before it has it on disk.
    ///
    /// # Errors
    /// It does not follow.
    pub(crate) fn add_standby(&mut self) -> Result<()> {
        self.tell("standby")
    }

    /// Kills the server with signal 9; its standby takes over under the same address.
    ///
    /// # Errors
    /// It does not take over.
    pub(crate) fn fail_over(&mut self) -> Result<()> {
        self.tell("fail_over")
    }

    fn tell(&mut self, word: &str) -> Result<()> {
        let input = self.shell.stdin.as_mut().context("no standard input")?;
        writeln!(input, "{word}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        if answer.trim() != "done" {
            bail!("{word}: the cluster is gone");
        }
        Ok(())
    }

    /// The socket on which it listens.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// A new, empty database.
    ///
    /// # Errors
    /// The server's.
    pub(crate) fn create(&self, name: &str) -> Result<Database> {
        let database = |name: &str| Database {
            folder: self.folder.clone(),
            name: name.to_owned(),
        };
        database("postgres").ask(&format!("CREATE DATABASE {name}"))?;
        Ok(database(name))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The shell stops the server when its input ends.
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

impl Database {
    /// Where a backend finds it: on the socket, or behind `proxy`. Its log is in `folder`.
    pub(crate) fn place(&self, proxy: Option<std::net::SocketAddr>, folder: &Path) -> Place {
        let (name, socket) = (&self.name, self.folder.display());
        let url = match proxy {
            Some(proxy) => format!("postgres://postgres@{proxy}/{name}"),
            None => format!("postgres://postgres@/{name}?host={socket}"),
        };
        Place::Url {
            url,
            log: folder.join("postgres.log"),
        }
    }

    /// What a statement gives, a line a row, columns apart by tabs.
    ///
    /// # Errors
    /// The server's.
    pub(crate) fn ask(&self, sql: &str) -> Result<String> {
        let output = Command::new("psql")
            .args([
                "-XqAt",
                "-F",
                "\t",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                "postgres",
            ])
            .arg("-h")
            .arg(&self.folder)
            .args(["-d", &self.name, "-c", sql])
            .output()
            .context("the trial needs psql (apt-get install postgresql)")?;
        if !output.status.success() {
            bail!("{sql}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &str) -> Result<Command> {
    let is_root = Command::new("id").arg("-u").output()?.stdout == b"0\n";
    Ok(if is_root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", program]);
        command
    } else {
        Command::new(program)
    })
}
