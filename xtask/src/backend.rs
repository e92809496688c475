//! Building the backend and calling its commands.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::{paths, shell};

/// Builds the backend with the dev profile and returns the program.
///
/// # Errors
/// It does not compile.
pub(crate) fn build() -> Result<PathBuf> {
    shell::step(
        "compile the backend",
        &mut shell::cargo(&[
            "build",
            "--package",
            "shoptag-backend",
            "--bin",
            "shoptag-backend",
        ]),
    )?;
    Ok(paths::built("shoptag-backend"))
}

/// The command that reads a tenant file into a database.
pub(crate) fn apply(program: &Path, database: &Path, tenant: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg("apply")
        .arg(tenant)
        .arg("--database")
        .arg(database);
    command
}
