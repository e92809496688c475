//! `cargo xtask demo`: the video page with a real backend behind it, on this machine.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::{backend, paths, shell, site, widget};

/// Builds everything, serves the demo on `port`, and returns when it is stopped with Ctrl-C.
///
/// # Errors
/// The port is taken, something does not build, or the backend ends by itself.
pub(crate) fn run(port: u16) -> Result<()> {
    let started = Instant::now();
    must_be_free(port)?;
    widget::build(widget::Profile::Small)?;
    let backend = backend::build()?;
    let folder = paths::made(&format!("demo/{port}"));
    let database = fresh_database(&folder)?;
    let pages = folder.join("site");
    site::assemble(&pages, port)?;
    shell::step(
        "read the catalogue and the tag tracks into a fresh database",
        &mut backend::apply(&backend, &database, &pages.join("www/demo/tenant.json")),
    )?;
    let log = folder.join("backend.log");
    let mut child = serve(&backend, &database, &pages, port, &log)?;
    let stopping = stop_on_signal(&child)?;
    let address = wait_until_ready(&mut child, &log)?;
    shell::say(&format!(
        "\nThe demo is ready after {}.\n\n    {address}/\n\nLogs: {}. Stop with Ctrl-C.",
        shell::seconds(started.elapsed()),
        log.display(),
    ));
    let status = child.wait()?;
    if stopping.load(Ordering::SeqCst) {
        shell::say("\nThe demo has stopped.");
        return Ok(());
    }
    bail!(
        "the backend ended by itself with {status}; its log is {}",
        log.display()
    );
}

fn must_be_free(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => bail!(
            "port {port} is taken, perhaps by another demo; choose one with --port, for example \
             `cargo xtask demo --port {}`",
            port.saturating_add(1),
        ),
        Err(error) => Err(error).context(format!("cannot listen on port {port}")),
    }
}

fn fresh_database(folder: &Path) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let database = folder.join("shoptag.db");
    for ending in ["", "-wal", "-shm"] {
        let mut name = database.clone().into_os_string();
        name.push(ending);
        match fs::remove_file(&name) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(database)
}

fn serve(program: &Path, database: &Path, pages: &Path, port: u16, log: &Path) -> Result<Child> {
    let log = File::create(log)?;
    Command::new(program)
        .args(["serve", "--demo", "--listen", &format!("127.0.0.1:{port}")])
        .arg("--database")
        .arg(database)
        .arg("--static")
        .arg(pages)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))
}

/// Asks the backend to stop when we are asked to; the flag tells that its end is our doing.
fn stop_on_signal(child: &Child) -> Result<Arc<AtomicBool>> {
    let stopping = Arc::new(AtomicBool::new(false));
    let (flag, id) = (Arc::clone(&stopping), child.id().to_string());
    ctrlc::set_handler(move || {
        flag.store(true, Ordering::SeqCst);
        // Ctrl-C reaches the whole terminal group, a plain kill only us. A backend that has already
        // ended cannot be signalled, and need not be.
        let _ = Command::new("kill")
            .args(["-TERM", &id])
            .stderr(Stdio::null())
            .status();
    })?;
    Ok(stopping)
}

/// The address in the backend's first line; later lines go to nobody, the log is on standard error.
fn wait_until_ready(child: &mut Child, log: &Path) -> Result<String> {
    let output = child
        .stdout
        .take()
        .context("the backend has no standard output")?;
    let mut lines = BufReader::new(output).lines();
    for line in lines.by_ref() {
        if let Some(address) = line?.strip_prefix("listening on ") {
            let address = address.trim().trim_end_matches('/').to_owned();
            std::thread::spawn(move || lines.map_while(std::io::Result::ok).for_each(drop));
            return Ok(address);
        }
    }
    let complaint = fs::read_to_string(log).unwrap_or_default();
    bail!("the backend did not start:\n{complaint}");
}
