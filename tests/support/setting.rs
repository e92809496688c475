//! The setting of a journey: the built site, a backend behind a door, and the tenant that allows
//! it.

use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::Outcome;
use super::backend::Backend;
use super::database::Database;
use super::proxy::Proxy;

/// Everything but the browser.
pub(crate) struct Setting {
    /// The door that the browser comes through.
    pub(crate) proxy: Proxy,
    backend: Backend,
    _folder: TempDir,
}

impl Setting {
    /// Starts a backend with the demo's tenant, its videos and the two marker videos.
    pub(crate) async fn start() -> Outcome<Self> {
        Self::start_with(|_| {}).await
    }

    /// As [`Setting::start`], after `change` has changed the tenant.
    pub(crate) async fn start_with(change: impl FnOnce(&mut Value)) -> Outcome<Self> {
        let site = path_from("SHOPTAG_SITE")?;
        let proxy = Proxy::open().await?;
        let folder = tempfile::tempdir()?;
        let origin = format!("http://{}", proxy.address);
        let tenant = tenant_for(&site, &origin, folder.path(), change)?;
        let program = path_from("SHOPTAG_BACKEND")?;
        let backend = Backend::start(&program, &tenant, &site, folder.path())?;
        proxy.lead_to(backend.address);
        Ok(Self {
            proxy,
            backend,
            _folder: folder,
        })
    }

    /// The address of a page.
    pub(crate) fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.proxy.address)
    }

    /// Where the backend itself listens.
    pub(crate) fn backend_address(&self) -> SocketAddr {
        self.backend.address
    }

    /// What a command of the backend's program prints, run beside the serving one on its database.
    pub(crate) fn backend_says(&self, arguments: &[&str]) -> Outcome<String> {
        let output = Command::new(path_from("SHOPTAG_BACKEND")?)
            .args(arguments)
            .arg("--database")
            .arg(&self.backend.database)
            .output()?;
        if !output.status.success() {
            let complaint = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{arguments:?}: {complaint}").into());
        }
        Ok(String::from_utf8(output.stdout)?)
    }

    /// A file of the site.
    pub(crate) fn file(&self, path: &str) -> Outcome<String> {
        Ok(std::fs::read_to_string(
            path_from("SHOPTAG_SITE")?.join(path),
        )?)
    }

    /// What the backend has stored.
    pub(crate) fn database(&self) -> Outcome<Database> {
        Database::open(&self.backend.database)
    }
}

/// A path that `cargo xtask test` gives.
pub(crate) fn path_from(variable: &str) -> Outcome<PathBuf> {
    let missing = || format!("{variable} is not set; run `cargo xtask test --only journeys`");
    Ok(env::var_os(variable)
        .map(PathBuf::from)
        .ok_or_else(missing)?)
}

/// Where a journey leaves its pictures and figures: `target/` of the checkout.
pub(crate) fn results(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target")
        .join(folder)
}

/// The demo's tenant file with our origin and the marker videos, beside copies of the files it
/// names.
fn tenant_for(
    site: &Path,
    origin: &str,
    folder: &Path,
    change: impl FnOnce(&mut Value),
) -> Outcome<PathBuf> {
    let demo = site.join("www/demo");
    let mut tenant: Value =
        serde_json::from_str(&std::fs::read_to_string(demo.join("tenant.json"))?)?;
    for site in tenant["sites"]
        .as_array_mut()
        .ok_or("the tenant has no sites")?
    {
        site["origins"] = serde_json::json!([origin]);
    }
    let videos = tenant["videos"]
        .as_array_mut()
        .ok_or("the tenant has no videos")?;
    let creator = videos.first().ok_or("the tenant has no video")?["creator"].clone();
    for name in ["markers", "markers-tall"] {
        let track = format!("{name}.tags.json");
        std::fs::copy(site.join("www/test").join(&track), folder.join(&track))?;
        videos.push(
            serde_json::json!({ "id": name, "title": name, "creator": creator,
            "duration_s": 8.0, "tag_track": track, "paid_partnership": false }),
        );
    }
    for entry in std::fs::read_dir(&demo)? {
        let path = entry?.path();
        if let (true, Some(name)) = (path.is_file(), path.file_name()) {
            std::fs::copy(&path, folder.join(name))?;
        }
    }
    change(&mut tenant);
    let path = folder.join("tenant.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&tenant)?)?;
    Ok(path)
}
