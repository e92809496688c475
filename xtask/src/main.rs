//! Build tasks of Shoptag: `cargo xtask COMMAND`. `cargo xtask help` lists them.
//!
//! Everything that a command misses it installs itself, at a pinned version, into `target/tools` or
//! through the system's package manager, and says so. A command can be run twice. No product code
//! lives here.

#![expect(
    clippy::print_stdout,
    reason = "a command-line tool talks through standard output"
)]

mod backend;
mod bench;
mod check;
mod demo;
mod fuzz;
mod load;
mod package;
mod paths;
mod shell;
mod site;
mod test;
mod tools;
mod widget;

use std::env;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  demo [--port N]  the video page with a real backend, on 127.0.0.1 (port 8787)
  test [--only P]  every test; P is host, faults, wasm or journeys
  test --long      a million random operations, and forty thousand cases of each property of money
  check            format, lints, documentation, dependencies, architecture, size
  fuzz [TARGET] [--seconds N]  each fuzz target for N seconds (60), from its corpus on
  bench [TRIAL]    every benchmark, with figures in target/bench; TRIAL is intake,
                   best-seller, postgres or jetstream
  faults NAME      the backend, or with browser-kill the browser, under a real fault;
                   see docs/reliability.md
  package          the npm package and the release archive in target/package
  widget [--dev]   the embeddable files in target/widget, with their sizes; --dev builds quickly
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["test"] => test::run(&test::Part::ALL),
        ["test", "--long"] => test::run(&[test::Part::Long]),
        ["test", "--only", name] => {
            let part = test::Part::named(name).with_context(|| format!("no such part: {name}"))?;
            test::run(&[part])
        }
        ["check"] => check::run(),
        ["fuzz"] => fuzz::run(None, fuzz::SECONDS),
        ["fuzz", "--seconds", seconds] => fuzz::run(None, number(seconds)?),
        ["fuzz", target] => fuzz::run(Some(target), fuzz::SECONDS),
        ["fuzz", target, "--seconds", seconds] => fuzz::run(Some(target), number(seconds)?),
        ["bench"] => bench::run(),
        ["bench", trial, more @ ..] => bench::trial(trial, more),
        ["faults", "browser-kill"] => test::browser_kill("30"),
        ["faults", "browser-kill", "--times", times] => test::browser_kill(times),
        ["faults", name, more @ ..] => load::fault(name, more),
        ["package"] => package::run(),
        ["widget"] => widget::build(widget::Profile::Small).map(drop),
        ["widget", "--dev"] => widget::build(widget::Profile::Quick).map(drop),
        ["demo"] => demo::run(site::DEFAULT_PORT),
        ["demo", "--port", port] => demo::run(
            port.parse()
                .with_context(|| format!("{port} is not a port"))?,
        ),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("no such command: {}\n\n{HELP}", words.join(" ")),
    }
}

fn number(text: &str) -> Result<u32> {
    text.parse()
        .with_context(|| format!("{text} is not a number of seconds"))
}
