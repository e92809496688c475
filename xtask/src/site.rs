//! The demo site as a folder: the page, `www/` and the built widget, as one server serves them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{paths, widget};

/// The port that the demo's tenant allows as an origin; see `www/demo/tenant.json`.
pub(crate) const DEFAULT_PORT: u16 = 8787;

/// Fills the folder `site` with the demo page for a server on `port`.
///
/// The widget's files stand beside the loader, in `www/`. The tenant file's origins get the port.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn assemble(site: &Path, port: u16) -> Result<()> {
    if site.exists() {
        fs::remove_dir_all(site)?;
    }
    copy_folder(&paths::in_root("www"), &site.join("www"))?;
    for name in widget::FILES {
        fs::copy(widget::folder().join(name), site.join("www").join(name))
            .with_context(|| format!("the widget has no {name}; run `cargo xtask widget`"))?;
    }
    let page = fs::read_to_string(paths::in_root("index.html")).context("no index.html")?;
    fs::write(site.join("index.html"), without_trunk_links(&page))?;
    let tenant = site.join("www/demo/tenant.json");
    let text = fs::read_to_string(&tenant)?;
    fs::write(
        &tenant,
        text.replace(&format!(":{DEFAULT_PORT}\""), &format!(":{port}\"")),
    )?;
    Ok(())
}

/// The page without `<link data-trunk …>`, which are orders to Trunk and mean nothing to a browser.
fn without_trunk_links(page: &str) -> String {
    let mut kept = String::with_capacity(page.len());
    let mut rest = page;
    while let Some((before, link)) = rest.split_once("<link") {
        kept.push_str(before);
        let (inside, after) = link.split_once('>').unwrap_or((link, ""));
        if !inside.contains("data-trunk") {
            kept.push_str("<link");
            kept.push_str(inside);
            kept.push('>');
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// A file cannot be read or written.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::without_trunk_links;

    #[test]
    fn only_the_links_for_trunk_are_taken_out_of_the_page() {
        #[track_caller]
        fn check(page: &str, expected: &str) {
            assert_eq!(without_trunk_links(page), expected, "for {page:?}");
        }
        check("<head></head>", "<head></head>");
        check("<link rel=icon href=a>b", "<link rel=icon href=a>b");
        check("a<link data-trunk rel=\"rust\" />b", "ab");
        check(
            "a<link\n  rel=\"copy-dir\"\n  data-trunk\n>b<link rel=icon>",
            "ab<link rel=icon>",
        );
    }
}
