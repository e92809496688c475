//! Archives for the npm registry and for releases: sorted, without owners and times.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};
use tar::{Builder, Header};

/// Packs all files under `folder`, with paths that begin with `prefix`, into the gzipped tar `out`.
///
/// # Errors
/// A file cannot be read, or the archive cannot be written.
pub(crate) fn write(folder: &Path, prefix: &Path, out: &Path) -> Result<()> {
    let file = File::create(out).with_context(|| format!("cannot write {}", out.display()))?;
    let zipped = GzBuilder::new().mtime(0).write(file, Compression::best());
    let mut archive = Builder::new(zipped);
    for path in files_under(folder)? {
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut header = Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(if is_program(&path)? { 0o755 } else { 0o644 });
        header.set_mtime(0);
        let name = prefix.join(path.strip_prefix(folder)?);
        archive.append_data(&mut header, name, bytes.as_slice())?;
    }
    archive.into_inner()?.finish()?;
    Ok(())
}

/// Every file below `folder`, in the order of the paths.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("no {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_under(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(unix)]
fn is_program(path: &Path) -> Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> Result<bool> {
    Ok(path.extension().is_some_and(|ending| ending == "exe"))
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn the_same_files_give_the_same_bytes_whenever_they_were_made() {
        let scratch = std::env::temp_dir().join(format!("shoptag-pack-{}", std::process::id()));
        let folder = scratch.join("in/inner");
        std::fs::create_dir_all(&folder).expect("makes a folder");
        let archive = |name: &str| {
            let out = scratch.join(name);
            write(&scratch.join("in"), "package".as_ref(), &out).expect("packs");
            std::fs::read(out).expect("reads the archive")
        };
        std::fs::write(folder.join("a.txt"), "one").expect("writes");
        let first = archive("first.tgz");
        std::fs::remove_file(folder.join("a.txt")).expect("removes");
        std::fs::write(folder.join("a.txt"), "one").expect("writes again");
        assert_eq!(archive("second.tgz"), first);
        std::fs::write(folder.join("a.txt"), "two").expect("writes another text");
        assert_ne!(archive("third.tgz"), first);
        std::fs::remove_dir_all(scratch).expect("cleans up");
    }
}
