//! Where the data is: a SQLite file, or a PostgreSQL database by `DATABASE_URL`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use shoptag_backend::store::Store;
use shoptag_backend::store::postgres::{PostgresOptions, PostgresStore};
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore};

use super::Failure;

/// Names the PostgreSQL database when the command line does not say where the data is.
const DATABASE_URL: &str = "DATABASE_URL";

/// The file when nothing says where the data is.
const DEFAULT_FILE: &str = "shoptag.sqlite";

/// Where the data is. Without either of these: `DATABASE_URL`, else `shoptag.sqlite`.
#[derive(Args)]
pub(crate) struct Database {
    /// A SQLite file; made when missing.
    #[arg(long, value_name = "FILE", conflicts_with = "database_url")]
    database: Option<PathBuf>,
    /// A PostgreSQL database, as postgres://user:password@host:port/name. The variable DATABASE_URL
    /// says the same without showing the password in the list of processes.
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

/// What the arguments and the environment say.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Server(String),
}

impl Database {
    /// Opens it, with its schema brought forward.
    pub(super) fn open(&self) -> Result<Arc<dyn Store>, Failure> {
        Ok(match self.place()? {
            Place::File(path) => Arc::new(SqliteStore::open(&SqliteOptions::new(path))?),
            Place::Server(url) => Arc::new(PostgresStore::open(&PostgresOptions::new(&url)?)?),
        })
    }

    /// The file, for what can only be done with one.
    pub(super) fn file(&self) -> Result<PathBuf, Failure> {
        match self.place()? {
            Place::File(path) => Ok(path),
            Place::Server(_) => Err(
                "this copies SQLite files; copy a PostgreSQL database with pg_dump and \
                 pg_restore (docs/operations.md)"
                    .into(),
            ),
        }
    }

    fn place(&self) -> Result<Place, Failure> {
        place(
            self.database.as_deref(),
            self.database_url.as_deref(),
            std::env::var(DATABASE_URL).ok().as_deref(),
        )
    }
}

/// The command line is nearer than the environment.
fn place(
    file: Option<&Path>,
    url: Option<&str>,
    environment: Option<&str>,
) -> Result<Place, Failure> {
    let environment = environment.filter(|url| !url.is_empty());
    match (file, url.or(environment)) {
        (Some(file), _) => Ok(Place::File(file.to_owned())),
        (None, None) => Ok(Place::File(PathBuf::from(DEFAULT_FILE))),
        (None, Some(url)) if is_postgres(url) => Ok(Place::Server(url.to_owned())),
        // The address may hold a password, so it is not repeated.
        (None, Some(_)) => Err(format!(
            "{DATABASE_URL} must begin with postgres:// or postgresql://; a SQLite file is named \
             with --database"
        )
        .into()),
    }
}

fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_nearer_than_the_environment() {
        let (file, url) = (Path::new("a.sqlite"), "postgres://h/a");
        let check = |file, url, environment, expected| {
            assert_eq!(place(file, url, environment).unwrap(), expected);
        };
        let server = || Place::Server(url.to_owned());
        check(None, None, None, Place::File(DEFAULT_FILE.into()));
        check(None, None, Some(""), Place::File(DEFAULT_FILE.into()));
        check(None, None, Some(url), server());
        check(None, Some(url), Some("postgres://h/b"), server());
        check(Some(file), None, Some(url), Place::File(file.into()));
        assert!(place(None, None, Some("mysql://h/a")).is_err());
    }
}
