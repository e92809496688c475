//! The heavy tools around wasm, apart from `xtask`, so that `cargo xtask` itself starts at once.
//!
//! - `wasm_tools files IN.wasm LOADER.js OUT`: the embeddable files and the table of their sizes;
//! - `wasm_tools pack FOLDER PREFIX OUT.tgz`: an archive with the same bytes on every system;
//! - `wasm_tools test-runner …`: wasm-bindgen-test-runner, for cargo's `runner` setting;
//! - `wasm_tools wasm-bindgen …`: the command that Trunk calls.
//!
//! It never decides what is too large: the budget is in `xtask`.

mod files;
mod guard;
mod names;
mod order;
mod pack;
mod size;
mod start;
mod terse;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let command = arguments
        .first()
        .and_then(|word| word.to_str())
        .unwrap_or_default();
    match (command, arguments.get(1..).unwrap_or_default()) {
        ("files", [wasm, loader, out]) => {
            files::write(Path::new(wasm), Path::new(loader), Path::new(out))
        }
        ("pack", [folder, prefix, out]) => {
            pack::write(Path::new(folder), Path::new(prefix), Path::new(out))
        }
        ("test-runner", rest) => wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(
            called("wasm-bindgen-test-runner", rest),
        ),
        ("wasm-bindgen", rest) => {
            wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(called("wasm-bindgen", rest))
        }
        _ => {
            bail!("usage: wasm_tools files | pack | test-runner | wasm-bindgen")
        }
    }
}

/// The arguments as the tool `name` would have got them from a shell.
fn called(name: &str, rest: &[OsString]) -> Vec<OsString> {
    [OsString::from(name)]
        .into_iter()
        .chain(rest.iter().cloned())
        .collect()
}
