//! `cargo xtask bench`: runs every benchmark of the workspace; the figures are in `target/bench`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::load::Programs;
use crate::{paths, shell};

/// Trials of the backend that are benchmarks.
const TRIALS: [&str; 4] = ["intake", "best-seller", "postgres", "jetstream"];

/// The best-seller day takes minutes; as one benchmark of many it is shorter.
const BEST_SELLER_ORDERS: &str = "20000";

/// Runs the benchmarks one after another, so that they do not disturb each other.
///
/// # Errors
/// A benchmark does not compile or fails, or one has written no figures.
pub(crate) fn run() -> Result<()> {
    let figures = paths::made("bench");
    fs::create_dir_all(&figures)?;
    let benches = benches()?;
    for (package, bench) in &benches {
        let mut cargo = shell::cargo(&["bench", "--package", package, "--bench", bench]);
        cargo.env("SHOPTAG_BENCH_DIR", &figures);
        shell::step(&format!("benchmark {bench} of {package}"), &mut cargo)?;
    }
    let programs = Programs::for_release()?;
    programs.run("intake", &[])?;
    programs.run("best-seller", &["--orders", BEST_SELLER_ORDERS])?;
    programs.run("postgres", &[])?;
    programs.run("jetstream", &[])?;
    let mut files: Vec<_> = fs::read_dir(&figures)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    files.sort();
    let ran = benches.len() + TRIALS.len();
    if files.len() < ran {
        bail!("{ran} benchmarks ran, but {} left figures", files.len());
    }
    shell::say("\nFigures as JSON:");
    files
        .iter()
        .for_each(|file| shell::say(&format!("  {}", file.display())));
    Ok(())
}

/// One trial by its name: `cargo xtask bench best-seller [--orders N]`.
///
/// # Errors
/// There is no such trial, or it misses a bar.
pub(crate) fn trial(name: &str, more: &[&str]) -> Result<()> {
    if !TRIALS.contains(&name) {
        bail!("no such trial: {name}; there are {}", TRIALS.join(", "));
    }
    Programs::for_release()?.run(name, more)
}

/// Package and name of every file in a `benches` folder, in the order of their paths.
fn benches() -> Result<Vec<(String, String)>> {
    let mut packages = vec![paths::root()];
    for entry in fs::read_dir(paths::in_root("crates"))? {
        packages.push(entry?.path());
    }
    packages.sort();
    let mut found = Vec::new();
    for folder in packages
        .iter()
        .filter(|folder| folder.join("benches").is_dir())
    {
        let package = package_name(folder)?;
        let mut names: Vec<String> = fs::read_dir(folder.join("benches"))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        found.extend(names.into_iter().map(|name| (package.clone(), name)));
    }
    Ok(found)
}

/// The `name` in the `[package]` of a manifest.
fn package_name(folder: &Path) -> Result<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml"))?;
    let (_, package) = manifest.split_once("[package]").context("no [package]")?;
    let line = package
        .lines()
        .find_map(|line| line.strip_prefix("name = "));
    Ok(line
        .context("a package without a name")?
        .trim()
        .trim_matches('"')
        .to_owned())
}
