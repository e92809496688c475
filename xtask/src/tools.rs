//! The programs that our commands need and a newcomer does not have: pinned, and installed when missing.

use std::path::PathBuf;

use anyhow::Result;

use crate::{paths, shell};

/// Which part of `wasm_tools` is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WasmTools {
    /// What makes the widget's files.
    Files,
    /// The test runner as well.
    Runner,
}

/// Builds `wasm_tools` from this workspace and returns the program.
///
/// # Errors
/// It does not compile.
pub(crate) fn wasm_tools(part: WasmTools) -> Result<PathBuf> {
    let mut arguments = vec!["build", "--quiet", "--package", "wasm_tools"];
    if part == WasmTools::Runner {
        arguments.extend(["--features", "runner"]);
    }
    shell::step(
        "build the tools that turn wasm into the widget's files (minutes at the first time)",
        &mut shell::cargo(&arguments),
    )?;
    Ok(paths::built("wasm_tools"))
}
