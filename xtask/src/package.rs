//! `cargo xtask package`: what is handed out, in `target/package`.
//!
//! - `shoptag-VERSION.tgz`: the npm package, for a page that brings its own files;
//! - `shoptag-VERSION-SYSTEM.tar.gz`: backend, widget and documentation, for a server.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{paths, shell, tools, widget};

const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// Builds everything for shipping and packs it.
///
/// # Errors
/// Something does not build, or a file cannot be read or written.
pub(crate) fn run() -> Result<()> {
    let version = version()?;
    widget::build(widget::Profile::Small)?;
    let build = [
        "build",
        "--release",
        "--locked",
        "--package",
        "shoptag-backend",
    ];
    shell::step("compile the backend for release", &mut shell::cargo(&build))?;
    let program = tools::wasm_tools()?;
    let out = paths::made("package");
    if out.exists() {
        fs::remove_dir_all(&out)?;
    }
    let npm = npm_package(&out.join("npm"), &version)?;
    let name = format!(
        "shoptag-{version}-{}-{}",
        env::consts::OS,
        env::consts::ARCH
    );
    let release = release(&out.join("release"))?;
    for (folder, prefix, archive) in [
        (npm, "package", format!("shoptag-{version}.tgz")),
        (release, name.as_str(), format!("{name}.tar.gz")),
    ] {
        let archive = out.join(archive);
        let mut pack = shell::command(&program, &["pack"]);
        pack.arg(folder).arg(prefix).arg(&archive);
        shell::output(&mut pack)?;
        let bytes = fs::metadata(&archive)?.len();
        shell::say(&format!("{} ({bytes} bytes)", archive.display()));
    }
    Ok(())
}

/// The folder that becomes the npm package.
fn npm_package(folder: &Path, version: &str) -> Result<PathBuf> {
    fs::create_dir_all(folder)?;
    for name in widget::FILES {
        copy(&widget::folder().join(name), &folder.join(name))?;
    }
    for name in ["README.md", "shop-tags.d.ts", "custom-elements.json"] {
        copy(&paths::in_root("xtask/npm").join(name), &folder.join(name))?;
    }
    licences(folder)?;
    let manifest = fs::read_to_string(paths::in_root("xtask/npm/package.json"))?;
    fs::write(
        folder.join("package.json"),
        manifest.replace("0.0.0", version),
    )?;
    Ok(folder.to_path_buf())
}

/// The folder that becomes the release archive.
fn release(folder: &Path) -> Result<PathBuf> {
    let program = format!("shoptag-backend{}", env::consts::EXE_SUFFIX);
    fs::create_dir_all(folder.join("bin"))?;
    fs::create_dir_all(folder.join("widget"))?;
    fs::create_dir_all(folder.join("docs"))?;
    copy(
        &paths::cargo_target().join("release").join(&program),
        &folder.join("bin").join(program),
    )?;
    for name in widget::FILES {
        copy(
            &widget::folder().join(name),
            &folder.join("widget").join(name),
        )?;
    }
    for entry in fs::read_dir(paths::in_root("docs"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "md")
            && let Some(name) = path.file_name()
        {
            copy(&path, &folder.join("docs").join(name))?;
        }
    }
    for name in ["README.md", "CHANGELOG.md"] {
        copy(&paths::in_root(name), &folder.join(name))?;
    }
    licences(folder)?;
    Ok(folder.to_path_buf())
}

fn licences(folder: &Path) -> Result<()> {
    LICENCES
        .iter()
        .try_for_each(|name| copy(&paths::in_root(name), &folder.join(name)))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// The version of the workspace.
fn version() -> Result<String> {
    let manifest = fs::read_to_string(paths::in_root("Cargo.toml"))?;
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "));
    Ok(line
        .context("the workspace has no version")?
        .trim_matches('"')
        .to_owned())
}
