//! What the pages for people point at is there, and the Yew developer's server knows the backend's
//! addresses.
#![cfg(not(target_arch = "wasm32"))]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The pages at the top, in `docs/`, and beside the crates.
fn pages() -> Vec<PathBuf> {
    fn collect(folder: &Path, pages: &mut Vec<PathBuf>) {
        let entries = fs::read_dir(folder).expect("the folder can be read");
        for path in entries.map(|entry| entry.expect("the folder can be read").path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !name.starts_with('.') && name != "target" && name != "dist" {
                collect(&path, pages);
            } else if name.ends_with(".md") {
                pages.push(path);
            }
        }
    }
    let mut pages = Vec::new();
    collect(&root(), &mut pages);
    pages
}

/// The targets of `[text](target)` that are files of ours, without their `#heading`.
fn links(page: &str) -> Vec<&str> {
    let targets = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    targets
        .map(|(target, _)| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains(':'))
        .collect()
}

#[test]
fn a_link_to_a_file_of_ours_is_found() {
    let page = "[a](b.md) ![c](d/e.png)[f](#g) [h](https://i) [j](../k.md#l) [m](mailto:n)";
    assert_eq!(links(page), ["b.md", "d/e.png", "../k.md"]);
}

#[test]
fn every_link_of_every_page_leads_to_a_file() {
    let pages = pages();
    assert!(pages.len() >= 6, "only {pages:?}");
    let mut broken = Vec::new();
    for page in pages {
        let text = fs::read_to_string(&page).expect("the page can be read");
        let folder = page.parent().expect("a page is in a folder");
        for link in links(&text)
            .iter()
            .filter(|link| !folder.join(link).exists())
        {
            broken.push(format!("{}: {link}", page.display()));
        }
    }
    assert!(broken.is_empty(), "no such file:\n{}", broken.join("\n"));
}

#[test]
fn trunk_serve_sends_every_address_of_the_backend_to_it() {
    let read = |path| fs::read_to_string(root().join(path)).expect("the file can be read");
    let (server, trunk) = (read("crates/backend/src/lib.rs"), read("Trunk.toml"));
    let proxied: Vec<&str> = trunk
        .lines()
        .filter_map(|line| line.strip_prefix("backend = \"http://127.0.0.1:8787"))
        .map(|path| path.trim_end_matches('"'))
        .collect();
    // After `.route(` stands the path, on the same line or on the next.
    let routes: Vec<&str> = server
        .split(".route(")
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        // No page asks for these: they are for whoever runs the backend.
        .filter(|path| !["/healthz", "/readyz", "/metrics"].contains(path))
        .collect();
    assert!(routes.len() > 10, "only {routes:?}");
    let covers = |proxy: &str, path: &str| {
        let rest = path.strip_prefix(proxy);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    for route in routes {
        let known = proxied.iter().any(|proxy| covers(proxy, route));
        assert!(known, "Trunk.toml does not send {route} to the backend");
    }
}
