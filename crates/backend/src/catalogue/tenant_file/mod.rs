//! `apply FILE`: a tenant's setup as one JSON file, checked whole before anything is written.

mod check;
mod credit;
mod entries;

use std::path::{Path, PathBuf};

use shoptag_commerce::Timestamp;

use super::import::{ImportError, Imported, import};
use crate::body;
use crate::collaborations::Changed;
use crate::error::ApiError;
use crate::store::{Store, StoreError};
use check::check;
use entries::TenantFile;

/// Why a tenant file was not applied. Nothing was written, unless a feed failed.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// A file cannot be read.
    #[error("{}: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The JSON does not have the shape; pointer and code are in the problem.
    #[error("{} {}: {}", .0.problem.code, pointer(.0), .0.problem.detail.as_deref().unwrap_or(""))]
    Shape(Box<ApiError>),
    /// A value breaks a rule.
    #[error("{pointer}: {message}")]
    Value {
        /// JSON pointer into the file.
        pointer: String,
        /// What to do.
        message: String,
    },
    /// The store did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The setup was written; a feed could not be read at all.
    #[error("{}: {error}", path.display())]
    Feed {
        /// Which.
        path: PathBuf,
        /// Why.
        error: ImportError,
    },
}

fn pointer(error: &ApiError) -> &str {
    error
        .problem
        .errors
        .first()
        .map_or("", |field| field.pointer.as_str())
}

/// What applying did.
#[derive(Debug, Default)]
pub struct Applied {
    /// Defects of tag tracks by file: the tag was left out, the others stay.
    pub tag_defects: Vec<(PathBuf, String)>,
    /// What became of each feed.
    pub feeds: Vec<(PathBuf, Imported)>,
    /// Collaborations that were made or changed.
    pub collaborations: Changed,
}

/// Reads the file at `path`, writes what it says, and imports its feeds. Applying twice is applying
/// once, but for the stock: it becomes again what the feeds say.
///
/// # Errors
/// [`ApplyError`].
pub async fn apply(store: &dyn Store, path: &Path, now: Timestamp) -> Result<Applied, ApplyError> {
    let bytes = read(path)?;
    let file: TenantFile =
        body::parse(&bytes).map_err(|error| ApplyError::Shape(Box::new(error)))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut applied = Applied::default();
    let setup = check(&file, folder, &mut applied)?;
    let (tenant, currency) = (setup.id.clone(), setup.currency);
    let credit = credit::check(&file)?;
    store.apply(setup).await?;
    applied.collaborations = store.apply_credit(tenant.clone(), credit, now).await?;
    for feed in &file.feeds {
        let path = folder.join(&feed.file);
        let bytes = read(&path)?;
        let imported = import(
            store,
            &tenant,
            currency,
            &path,
            feed.format.as_deref(),
            &bytes,
            now,
        )
        .await
        .map_err(|error| ApplyError::Feed {
            path: path.clone(),
            error,
        })?;
        applied.feeds.push((path, imported));
    }
    Ok(applied)
}

fn read(path: &Path) -> Result<Vec<u8>, ApplyError> {
    std::fs::read(path).map_err(|error| ApplyError::File {
        path: path.to_owned(),
        error,
    })
}
