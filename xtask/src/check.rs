//! `cargo xtask check`: every gate that is not a test of behaviour. Runs them all, then says which
//! failed.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::widget::{self, FileSize, Profile};
use crate::{shell, tools};

/// The loader alone, bytes after brotli 11: it is on the page before anyone has asked for anything.
const LOADER_BUDGET: u64 = 3 * 1024;
/// Loader, glue and wasm with styles and texts, bytes after brotli 11: what the widget shall weigh.
const WIDGET_TARGET: u64 = 110 * 1024;
/// What it may weigh until the target is met. A ratchet: lowered with every saving, never raised.
const WIDGET_BUDGET: u64 = 147 * 1024;

/// What a gate has to say.
enum Verdict {
    Passed,
    /// No worse than before, and not yet what it shall be; how far it is.
    Short(String),
    /// The gate could not look; the reason.
    NotChecked(String),
}

type Gate = (&'static str, fn() -> Result<Verdict>);

const GATES: [Gate; 9] = [
    ("format", format),
    ("clippy on the host", clippy_host),
    ("clippy on wasm32", clippy_wasm),
    ("documentation", documentation),
    ("dependencies: licences, bans, sources", deny),
    ("dependencies: advisories", advisories),
    ("dependencies: unused", unused),
    ("architecture", architecture),
    ("size of the widget", size),
];

/// Runs every gate and prints a table.
///
/// # Errors
/// A gate has failed; the message names all that have.
pub(crate) fn run() -> Result<()> {
    let mut table = String::new();
    let mut failed = Vec::new();
    for (name, gate) in GATES {
        shell::say(&format!("\n## {name}"));
        let started = Instant::now();
        let verdict = match gate() {
            Ok(Verdict::Passed) => "passed".to_owned(),
            Ok(Verdict::Short(how_far)) => format!("passed; SHORT OF THE TARGET: {how_far}"),
            Ok(Verdict::NotChecked(why)) => format!("NOT CHECKED: {why}"),
            Err(error) => {
                shell::say(&format!("{error:#}"));
                failed.push(name);
                "FAILED".to_owned()
            }
        };
        let took = shell::seconds(started.elapsed());
        table.push_str(&format!("{name:<40} {took:>12}  {verdict}\n"));
    }
    shell::say(&format!("\n{table}"));
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "));
}

fn format() -> Result<Verdict> {
    shell::step(
        "cargo fmt --check",
        &mut shell::cargo(&["fmt", "--all", "--check"]),
    )?;
    Ok(Verdict::Passed)
}

fn clippy_host() -> Result<Verdict> {
    let arguments = [
        "clippy",
        "--quiet",
        "--locked",
        "--workspace",
        "--all-targets",
        // Not among the targets of every `cargo test`.
        "--test",
        "journeys",
    ];
    let mut clippy = shell::cargo(&arguments);
    shell::step(
        "clippy, whole workspace",
        clippy.args(["--", "-D", "warnings"]),
    )?;
    Ok(Verdict::Passed)
}

fn clippy_wasm() -> Result<Verdict> {
    let arguments = [
        "clippy",
        "--quiet",
        "--locked",
        "--package",
        "shoptag",
        "--lib",
        "--bins",
    ];
    let mut clippy = shell::cargo(&arguments);
    // The unit tests run on the host, with crates that wasm has no use for.
    clippy.args([
        "--test",
        "browser*",
        "--target",
        widget::WASM_TARGET,
        "--",
        "-D",
        "warnings",
    ]);
    shell::step("clippy, the widget for wasm32", &mut clippy)?;
    Ok(Verdict::Passed)
}

fn documentation() -> Result<Verdict> {
    let flags = ["doc", "--quiet", "--no-deps", "--document-private-items"];
    let mut host = shell::cargo(&flags);
    host.arg("--workspace").env("RUSTDOCFLAGS", "-D warnings");
    shell::step("cargo doc, whole workspace", &mut host)?;
    let mut wasm = shell::cargo(&flags);
    wasm.args(["--package", "shoptag", "--target", widget::WASM_TARGET]);
    shell::step(
        "cargo doc, the widget",
        wasm.env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    Ok(Verdict::Passed)
}

fn deny() -> Result<Verdict> {
    let program = tools::CARGO_DENY.program()?;
    let arguments = [
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ];
    shell::step("cargo deny", &mut shell::command(program, &arguments))?;
    Ok(Verdict::Passed)
}

fn advisories() -> Result<Verdict> {
    let program = tools::CARGO_DENY.program()?;
    if shell::output(&mut shell::command(&program, &["fetch", "db"])).is_err() {
        return Ok(Verdict::NotChecked(
            "the advisory database cannot be reached".to_owned(),
        ));
    }
    let arguments = ["check", "--disable-fetch", "advisories"];
    shell::step(
        "cargo deny, advisories",
        &mut shell::command(program, &arguments),
    )?;
    Ok(Verdict::Passed)
}

fn unused() -> Result<Verdict> {
    let program = tools::CARGO_MACHETE.program()?;
    shell::step(
        "cargo machete",
        &mut shell::command(program, &["--with-metadata"]),
    )?;
    Ok(Verdict::Passed)
}

fn architecture() -> Result<Verdict> {
    let arguments = [
        "test",
        "--quiet",
        "--package",
        "shoptag",
        "--test",
        "architecture",
    ];
    shell::step("the architecture test", &mut shell::cargo(&arguments))?;
    Ok(Verdict::Passed)
}

fn size() -> Result<Verdict> {
    let sizes = widget::build(Profile::Small)?;
    within_budget(&sizes)?;
    let together: u64 = sizes.iter().map(|file| file.brotli).sum();
    Ok(match together.checked_sub(WIDGET_TARGET) {
        None | Some(0) => Verdict::Passed,
        Some(over) => Verdict::Short(format!("{over} bytes over {WIDGET_TARGET}")),
    })
}

fn within_budget(sizes: &[FileSize]) -> Result<()> {
    let loader: u64 = sizes
        .iter()
        .filter(|file| file.name == widget::LOADER)
        .map(|file| file.brotli)
        .sum();
    let together: u64 = sizes.iter().map(|file| file.brotli).sum();
    for (what, bytes, budget) in [
        ("the loader", loader, LOADER_BUDGET),
        ("the widget", together, WIDGET_BUDGET),
    ] {
        shell::say(&format!(
            "{what}: {bytes} of {budget} bytes after brotli 11"
        ));
        if bytes > budget {
            bail!(
                "{what} is {} bytes over its budget of {budget}",
                bytes.saturating_sub(budget)
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{LOADER_BUDGET, WIDGET_BUDGET, within_budget};
    use crate::widget::{FileSize, LOADER};

    #[test]
    fn the_budget_counts_the_loader_alone_and_all_files_together() {
        #[track_caller]
        fn check(loader: u64, wasm: u64, expected: bool) {
            let file = |name: &str, brotli| FileSize {
                name: name.to_owned(),
                raw: brotli,
                brotli,
            };
            let sizes = [file(LOADER, loader), file("shoptag_bg.wasm", wasm)];
            assert_eq!(
                within_budget(&sizes).is_ok(),
                expected,
                "{loader} and {wasm} bytes"
            );
        }
        check(LOADER_BUDGET, WIDGET_BUDGET - LOADER_BUDGET, true);
        check(LOADER_BUDGET + 1, 0, false);
        check(0, WIDGET_BUDGET + 1, false);
        check(1, WIDGET_BUDGET, false);
    }
}
