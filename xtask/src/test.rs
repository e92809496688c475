//! `cargo xtask test`: the tests of the host, of wasm in a browser, and the journeys in a real
//! browser; with `--long`, the random tests for as long as nobody wants to wait every day.

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::widget::{self, Profile};
use crate::{load, paths, shell, site, tools};

/// The folder of the workspace's tests, so that every part compiles the same things the same way.
///
/// `wasm_tools` is built apart: with other features than the rest, it would be compiled twice.
const SELECTION: [&str; 3] = ["--workspace", "--exclude", "wasm_tools"];

/// Operations of the long simulation, beyond the seeds of every day (tests/simulation).
const LONG_OPERATIONS: &str = "1000000";

/// Cases of each property in a long run: a case of the ledger has 25 events on average, so that
/// they are a million.
const LONG_CASES: &str = "40000";

/// A part of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Everything that needs no browser.
    Host,
    /// The backend's program under load and real faults, in their short forms.
    Faults,
    /// Tests compiled to wasm, in headless Chromium.
    Wasm,
    /// A shopper's ways through the demo, and the pixel test, in Chromium by WebDriver.
    Journeys,
    /// The simulation and the properties of money, for longer. Only when asked for.
    Long,
}

impl Part {
    /// The parts of every day, the quickest to fail first.
    pub(crate) const ALL: [Part; 4] = [Part::Host, Part::Faults, Part::Wasm, Part::Journeys];

    /// The part by its name on the command line.
    pub(crate) fn named(name: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Part::Host => "host",
            Part::Faults => "faults",
            Part::Wasm => "wasm",
            Part::Journeys => "journeys",
            Part::Long => "long",
        }
    }
}

/// Runs the parts in order, all of them even when one fails.
///
/// # Errors
/// A part has failed, or what it needs cannot be installed.
pub(crate) fn run(parts: &[Part]) -> Result<()> {
    let mut table = String::new();
    let mut failed = Vec::new();
    for part in parts {
        shell::say(&format!("\n## {} tests", part.name()));
        let started = Instant::now();
        let outcome = match part {
            Part::Host => host(),
            Part::Faults => load::short(),
            Part::Wasm => wasm(),
            Part::Journeys => journeys(),
            Part::Long => long(),
        };
        let verdict = if outcome.is_ok() { "passed" } else { "FAILED" };
        if let Err(error) = outcome {
            shell::say(&format!("{error:#}"));
            failed.push(part.name());
        }
        let took = shell::seconds(started.elapsed());
        table.push_str(&format!("{:<10} {took:>12}  {verdict}\n", part.name()));
    }
    shell::say(&format!("\n{table}"));
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "));
}

fn host() -> Result<()> {
    tools::hledger()?;
    tools::postgres()?;
    shell::step(
        "the tests of the workspace",
        &mut cargo_test(&["--no-fail-fast"]),
    )?;
    let mut api = shell::cargo(&["test", "--package", "shoptag-backend", "--test", "api"]);
    api.env("SHOPTAG_TEST_DATABASE", "postgres");
    shell::step("the tests of the API on PostgreSQL", &mut api)?;
    let mut tools = shell::cargo(&["test", "--package", "wasm_tools"]);
    shell::step("the tests of the wasm tools", &mut tools)
}

fn long() -> Result<()> {
    let mut simulation = shell::cargo(&["test", "--package", "shoptag", "--test", "simulation"]);
    simulation.args(["--", "--nocapture", "whatever_fails"]);
    simulation.env("SHOPTAG_OPERATIONS", LONG_OPERATIONS);
    shell::step("the simulation, a million operations", &mut simulation)?;
    let mut properties = shell::cargo(&["test", "--lib"]);
    properties.args([
        "--package",
        "shoptag-commerce",
        "--package",
        "shoptag-ledger",
    ]);
    properties.env("PROPTEST_CASES", LONG_CASES);
    shell::step("the properties of money, a million events", &mut properties)
}

fn wasm() -> Result<()> {
    let browser = tools::browser()?;
    let runner = tools::wasm_tools()?;
    let mut test = shell::cargo(&["test", "--package", "shoptag", "--target"]);
    test.args([
        widget::WASM_TARGET,
        "--test",
        "browser*",
        "--no-fail-fast",
        "--config",
    ]);
    let key = format!("target.{}.runner", widget::WASM_TARGET);
    test.arg(format!(
        "{key}=[{:?}, \"test-runner\"]",
        runner.display().to_string()
    ));
    test.env("CHROMEDRIVER", browser.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "180");
    shell::step("the wasm tests in headless Chromium", &mut test)
}

fn journeys() -> Result<()> {
    let mut test = journeys_with(Profile::Small)?;
    // One browser at a time: two would share the processor, and the pixel test measures motion.
    test.args(["--", "--test-threads", "1", "--nocapture"]);
    shell::step("the journeys in Chromium", &mut test)
}

/// Kills a real Chromium so many times right after it has promised to send an order.
///
/// # Errors
/// An order is lost or doubled.
pub(crate) fn browser_kill(times: &str) -> Result<()> {
    let mut test = journeys_with(Profile::Quick)?;
    test.env("SHOPTAG_KILLS", times);
    test.args(["--", "--nocapture", "a_killed_browser"]);
    shell::step("kills of Chromium", &mut test)
}

/// The command that runs the journeys, with all that they need built.
fn journeys_with(profile: Profile) -> Result<Command> {
    let browser = tools::browser()?;
    let axe = tools::axe()?;
    widget::build(profile)?;
    let mut build = shell::cargo(&["build"]);
    build.args(SELECTION).args(["--tests", "--bins"]);
    shell::step("compile the backend and the journeys", &mut build)?;
    let pages = paths::made("journeys-site");
    site::assemble(&pages, site::DEFAULT_PORT)?;
    site::copy_folder(&paths::in_root("tests/pages"), &pages.join("tests"))?;
    let mut test = cargo_test(&["--test", "journeys"]);
    test.env("SHOPTAG_BACKEND", paths::built("shoptag-backend"));
    test.env("SHOPTAG_SITE", pages);
    test.env("SHOPTAG_AXE", axe);
    test.env("CHROMIUM", browser.browser)
        .env("CHROMEDRIVER", browser.driver);
    Ok(test)
}

fn cargo_test(arguments: &[&str]) -> Command {
    let mut test = shell::cargo(&["test"]);
    test.args(SELECTION).args(arguments);
    test
}
