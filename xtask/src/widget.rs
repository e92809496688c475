//! `cargo xtask widget`: the files that a page embeds, with stable names, in `target/widget`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::{paths, shell, tools};

/// The target that browsers run.
pub(crate) const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The script that a page names; it loads the others.
pub(crate) const LOADER: &str = "shop-tags.js";

/// The files of the widget, as they are served.
pub(crate) const FILES: [&str; 3] = [LOADER, "shoptag.js", "shoptag_bg.wasm"];

/// Compiles the standard library with the widget, for size and without the texts of panics: 25 KB
/// less after brotli. A panic is a trap either way, and the loader puts the fallback in its place.
const SMALL_STD: [&str; 2] = [
    "-Zbuild-std=std,panic_abort",
    "-Zbuild-std-features=optimize_for_size",
];

/// What that asks of this release of the compiler, which calls it unstable, and that it leaves
/// loops as they are written (its strength reduction makes them quicker and longer: 1.7 KB). Only
/// this one build sees it.
const SMALL_STD_ENVIRONMENT: [(&str, &str); 2] = [
    ("RUSTC_BOOTSTRAP", "1"),
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none \
         -Cllvm-args=-disable-lsr",
    ),
];

/// How to compile the widget.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Cargo's profile `widget`: what is shipped.
    Small,
    /// Cargo's profile `dev`: large, and quick to build.
    Quick,
}

/// The size of one file.
pub(crate) struct FileSize {
    /// The file's name.
    pub(crate) name: String,
    /// Bytes on disk.
    pub(crate) raw: u64,
    /// Bytes after brotli 11, as a browser downloads them.
    pub(crate) brotli: u64,
}

/// Builds the widget's files and prints their sizes.
///
/// # Errors
/// The widget does not compile, or a file cannot be written.
pub(crate) fn build(profile: Profile) -> Result<Vec<FileSize>> {
    let (flag, folder) = match profile {
        Profile::Small => ("widget", "widget"),
        Profile::Quick => ("dev", "debug"),
    };
    let mut compile = shell::cargo(&[
        "build",
        "--package",
        "shoptag",
        "--bin",
        "shoptag",
        "--target",
        WASM_TARGET,
        "--profile",
        flag,
    ]);
    if profile == Profile::Small {
        tools::standard_library_source()?;
        compile.args(SMALL_STD).envs(SMALL_STD_ENVIRONMENT);
    }
    shell::step(
        &format!("compile the widget to wasm (profile {flag})"),
        &mut compile,
    )?;
    let program = tools::wasm_tools()?;
    let wasm = paths::cargo_target()
        .join(WASM_TARGET)
        .join(folder)
        .join("shoptag.wasm");
    // Made aside and moved into place, so that a server never reads half a file.
    let aside = paths::made(&format!("widget.{}", std::process::id()));
    let mut make = shell::command(program, &["files"]);
    make.arg(wasm)
        .arg(paths::in_root("www/shop-tags.js"))
        .arg(&aside);
    shell::step("make the glue and the wasm", &mut make)?;
    let sizes = read_sizes(&aside.join("sizes.tsv"))?;
    let out = paths::made("widget");
    fs::create_dir_all(&out)?;
    for name in FILES {
        fs::rename(aside.join(name), out.join(name))?;
    }
    fs::remove_dir_all(&aside)?;
    print_sizes(&sizes);
    Ok(sizes)
}

/// The folder with the widget's files.
pub(crate) fn folder() -> PathBuf {
    paths::made("widget")
}

fn read_sizes(table: &std::path::Path) -> Result<Vec<FileSize>> {
    let text = fs::read_to_string(table).context("the tool wrote no table of sizes")?;
    text.lines()
        .map(|line| {
            let mut cells = line.split('\t');
            let mut next = || {
                cells
                    .next()
                    .context("a line of the size table is too short")
            };
            Ok(FileSize {
                name: next()?.to_owned(),
                raw: next()?.parse()?,
                brotli: next()?.parse()?,
            })
        })
        .collect()
}

fn print_sizes(sizes: &[FileSize]) {
    shell::say(&format!(
        "\n{:<18} {:>10} {:>10}",
        folder().display(),
        "bytes",
        "brotli 11"
    ));
    for file in sizes {
        shell::say(&format!(
            "{:<18} {:>10} {:>10}",
            file.name, file.raw, file.brotli
        ));
    }
    let raw: u64 = sizes.iter().map(|file| file.raw).sum();
    let brotli: u64 = sizes.iter().map(|file| file.brotli).sum();
    shell::say(&format!("{:<18} {raw:>10} {brotli:>10}", "together"));
}
