//! A throwaway PostgreSQL cluster, one a test binary, in a folder of its own and on a Unix socket.
//! It ends with the tests, however they end: its shell waits for the pipe to close.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use postgres::{Client, NoTls};

const SCRIPT: &str = include_str!("../../../../../tests/support/postgres.sh");

/// A running cluster.
pub(crate) struct Cluster {
    socket: String,
    databases: AtomicUsize,
    /// Its standard input is the pipe.
    shell: Mutex<(Child, BufReader<ChildStdout>)>,
}

/// The cluster of this test binary, started by whoever asks first.
pub(crate) fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    /// A cluster of one's own, for tests that stop it.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// A cluster of one's own, with variables that its script knows.
    pub(crate) fn start_with(variables: &[(&str, &str)]) -> Self {
        // PostgreSQL refuses to run as root.
        let is_root = Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
        let mut shell = if is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        let mut shell = shell
            .args(["-c", SCRIPT])
            .envs(variables.iter().copied())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the tests need PostgreSQL (apt-get install postgresql)");
        let mut socket = String::new();
        let mut output = BufReader::new(shell.stdout.take().unwrap());
        output.read_line(&mut socket).unwrap();
        assert!(!socket.is_empty(), "PostgreSQL did not start");
        Self {
            socket: socket.trim().to_owned(),
            databases: AtomicUsize::new(0),
            shell: Mutex::new((shell, output)),
        }
    }

    /// Stops the server, as when its machine goes down. A cluster that others use is left alone.
    pub(crate) fn stop(&self) {
        self.tell("stop");
    }

    /// Starts it again.
    pub(crate) fn start_again(&self) {
        self.tell("start");
    }

    fn tell(&self, what: &str) {
        let (shell, output) = &mut *self.shell.lock().unwrap();
        writeln!(shell.stdin.as_mut().unwrap(), "{what}").unwrap();
        output.read_line(&mut String::new()).unwrap();
    }

    /// The address of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        run(&self.url("postgres"), &format!("CREATE DATABASE {name}")).unwrap();
        self.url(&name)
    }

    fn url(&self, name: &str) -> String {
        format!("postgres://postgres@/{name}?host={}", self.socket)
    }
}

/// Runs statements beside the application; what the server says when it refuses.
pub(crate) fn run(url: &str, sql: &str) -> Result<(), String> {
    with_client(url, |client| {
        client
            .batch_execute(sql)
            .map_err(|error| error.as_db_error().unwrap().message().to_owned())
    })
}

/// A client waits, which a thread with async tasks must not.
pub(crate) fn with_client<T: Send>(url: &str, work: impl FnOnce(&mut Client) -> T + Send) -> T {
    std::thread::scope(|scope| {
        scope
            .spawn(|| work(&mut Client::connect(url, NoTls).unwrap()))
            .join()
            .unwrap()
    })
}
