//! `cargo xtask fuzz`: each fuzz target for some seconds, from the corpus in `fuzz/corpus` on.
//!
//! What the fuzzer learns stays in `target/fuzz`; an input that breaks a rule is in
//! `fuzz/artifacts`, and belongs into the corpus once the rule holds again: the ordinary tests
//! replay that.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{paths, shell, tools};

/// Seconds for each target unless the command says otherwise.
pub(crate) const SECONDS: u32 = 60;

/// Longest input that is tried, bytes: what matters is in small ones, which run quickly.
const INPUT_BYTES_MAX: u32 = 4_096;

/// Runs the target of that name, or all of them.
///
/// # Errors
/// There is no such target, it does not compile, or an input broke a rule.
pub(crate) fn run(only: Option<&str>, seconds: u32) -> Result<()> {
    let fuzzer = tools::CARGO_FUZZ.program()?;
    let known = targets()?;
    let chosen: Vec<&String> = known
        .iter()
        .filter(|name| only.is_none_or(|only| only == *name))
        .collect();
    if chosen.is_empty() {
        bail!("no such target; there are: {}", known.join(", "));
    }
    let mut failed = Vec::new();
    for target in chosen {
        let learned = paths::made(&format!("fuzz/corpus/{target}"));
        fs::create_dir_all(&learned)?;
        let corpus = paths::in_root(&format!("fuzz/corpus/{target}"));
        // No sanitizer: there is no unsafe code of ours to look into, and without one a stable
        // toolchain will do.
        let mut fuzz = shell::command(&fuzzer, &["run", "--sanitizer", "none", "--fuzz-dir"]);
        fuzz.arg(paths::in_root("fuzz"));
        if target.ends_with("_body") {
            // These alone need the backend, which takes minutes to build.
            fuzz.args(["--features", "bodies"]);
        }
        fuzz.arg("--target-dir").arg(paths::made("fuzz/build"));
        fuzz.arg(target).arg(learned).arg(corpus);
        fuzz.arg("--").args([
            format!("-max_total_time={seconds}"),
            format!("-max_len={INPUT_BYTES_MAX}"),
            "-timeout=5".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        if let Err(error) = shell::step(&format!("fuzz {target} for {seconds} s"), &mut fuzz) {
            shell::say(&format!("{error:#}"));
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("an input broke a rule of: {}", failed.join(", "));
}

/// The names of the targets.
fn targets() -> Result<Vec<String>> {
    let folder = paths::in_root("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).with_context(|| folder.display().to_string())?;
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if let Some(name) = path.file_stem() {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}
