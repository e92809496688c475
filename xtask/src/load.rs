//! The backend under load and under faults: builds the backend and the trials of `tests/load`, and
//! runs one.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{paths, shell, tools};

/// The trials that `cargo xtask faults` knows, with what a word on the command line means to them.
pub(crate) const FAULTS: [&str; 13] = [
    "kill",
    "full-disk",
    "failing-sync",
    "sync-order",
    "overload",
    "shutdown",
    "cut-off",
    "backup",
    "dump",
    "failover",
    "idle",
    "clock",
    "keys",
];

/// The two programs, built.
pub(crate) struct Programs {
    load: PathBuf,
    backend: PathBuf,
}

impl Programs {
    /// Built as they are deployed: for figures.
    ///
    /// # Errors
    /// They do not compile.
    pub(crate) fn for_release() -> Result<Self> {
        let mut build = shell::cargo(&["build", "--release"]);
        build.args(["--package", "shoptag-backend", "--package", "shoptag-load"]);
        shell::step(
            "build the backend and the trials (minutes at the first time)",
            &mut build,
        )?;
        Ok(Self {
            load: paths::built_for_release("shoptag-load"),
            backend: paths::built_for_release("shoptag-backend"),
        })
    }

    /// Built as the tests are: for promises.
    ///
    /// # Errors
    /// They do not compile.
    pub(crate) fn for_tests() -> Result<Self> {
        let mut build = shell::cargo(&["build"]);
        build.args(["--package", "shoptag-backend", "--package", "shoptag-load"]);
        shell::step("build the backend and the trials", &mut build)?;
        Ok(Self {
            load: paths::built("shoptag-load"),
            backend: paths::built("shoptag-backend"),
        })
    }

    /// Runs one trial; `more` are its options.
    ///
    /// # Errors
    /// It fails: a promise or a bar is broken.
    pub(crate) fn run(&self, trial: &str, more: &[&str]) -> Result<()> {
        if matches!(trial, "failing-sync" | "sync-order") {
            tools::strace()?;
        }
        if matches!(trial, "clock" | "keys") {
            tools::faketime()?;
        }
        let mut command = shell::command(&self.load, &[trial]);
        if trial == "jetstream" {
            command.env("NATS_SERVER", tools::nats()?);
        }
        command.arg("--backend").arg(&self.backend);
        command.arg("--figures").arg(paths::made("bench"));
        shell::step(trial, command.args(more))
    }
}

/// `cargo xtask faults NAME [--times N]`.
///
/// # Errors
/// There is no such fault, or a promise is broken.
pub(crate) fn fault(name: &str, more: &[&str]) -> Result<()> {
    if !FAULTS.contains(&name) {
        bail!("no such fault: {name}; there are {}", FAULTS.join(", "));
    }
    Programs::for_release()?.run(name, more)
}

/// Every fault in its short form, with the program that the tests build.
///
/// # Errors
/// A promise is broken.
pub(crate) fn short() -> Result<()> {
    let programs = Programs::for_tests()?;
    for trial in ["intake", "best-seller", "postgres"].iter().chain(&FAULTS) {
        programs.run(trial, &["--short"])?;
    }
    Ok(())
}
