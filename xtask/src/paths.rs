//! Where things are: the checkout, cargo's build folder, and the folders that our commands fill.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// A path inside the checkout.
pub(crate) fn in_root(path: &str) -> PathBuf {
    root().join(path)
}

/// What our commands make lies here, even when cargo builds elsewhere.
pub(crate) fn made(path: &str) -> PathBuf {
    root().join("target").join(path)
}

/// Cargo's build folder: `CARGO_TARGET_DIR`, else `target`.
pub(crate) fn cargo_target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A program that cargo built with the dev profile.
pub(crate) fn built(program: &str) -> PathBuf {
    cargo_target()
        .join("debug")
        .join(format!("{program}{}", env::consts::EXE_SUFFIX))
}

/// A program that cargo built with the release profile.
pub(crate) fn built_for_release(program: &str) -> PathBuf {
    cargo_target()
        .join("release")
        .join(format!("{program}{}", env::consts::EXE_SUFFIX))
}
