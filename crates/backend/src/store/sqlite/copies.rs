//! Copies of the file: a backup while it is in use, and the way back, which replaces nothing before
//! the copy has been found sound.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use shoptag_commerce::TenantId;

use super::{SqliteStore, StoreError, beside, unavailable};

/// All pages in one step: one look at the database as it was when the step began. Between steps
/// whatever another process has written would start the copy again, so that under load it would
/// never end.
const PAGES: i32 = -1;

/// Between two attempts, while the database is being opened for the first time or taken back.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

impl SqliteStore {
    /// Copies the database to `target` while it is in use (SQLite's online backup).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when `target` exists already or cannot be written.
    pub fn backup(source: &Path, target: &Path) -> Result<(), StoreError> {
        let copy = copy(source, target)?;
        must_be_sound(&copy)
    }
}

/// A copy beside the database that it is to replace. It is removed when it does not.
#[derive(Debug)]
pub struct Staged {
    copy: PathBuf,
    database: PathBuf,
    tenants: Vec<TenantId>,
}

impl Staged {
    /// Copies `backup` to beside `database` and checks every page, index and reference of it.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it is not sound; [`StoreError::Unavailable`] when it cannot be
    /// read, or an earlier restore was left half done.
    pub fn new(backup: &Path, database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, ".restoring");
        let copy = copy(backup, &path)?;
        let mut staged = Self {
            copy: path,
            database: database.to_owned(),
            tenants: Vec::new(),
        };
        must_be_sound(&copy)?;
        let mut statement = copy.prepare("SELECT tenant_id FROM tenants ORDER BY tenant_id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let tenant = TenantId::parse(row.get::<_, String>(0)?);
            let tenant = tenant.map_err(|error| StoreError::Corrupt(error.to_string()))?;
            staged.tenants.push(tenant);
        }
        Ok(staged)
    }

    /// The copy, for a closer look. Nobody may have it open when it takes its place.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.copy
    }

    /// The tenants in it.
    #[must_use]
    pub fn tenants(&self) -> &[TenantId] {
        &self.tenants
    }

    /// Puts the copy in the database's place; what was there stays beside it, under the name that
    /// is returned.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database is in use, or an earlier one is in the way.
    pub fn replace(self) -> Result<Option<PathBuf>, StoreError> {
        // Everything into the one file: a rename takes only that along.
        let copy = Connection::open(&self.copy)?;
        copy.pragma_update(None, "journal_mode", "DELETE")?;
        close(copy)?;
        let before = beside(&self.database, ".before-restore");
        let is_there = self.database.exists();
        if is_there {
            if before.exists() {
                let name = before.display();
                return Err(unavailable(format!("{name} is in the way: move it")));
            }
            must_be_unused(&self.database)?;
            fs::rename(&self.database, &before).map_err(unavailable)?;
        }
        fs::rename(&self.copy, &self.database).map_err(unavailable)?;
        sync_folder(&self.database)?;
        Ok(is_there.then_some(before))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(beside(&self.copy, suffix));
        }
    }
}

fn copy(source: &Path, target: &Path) -> Result<Connection, StoreError> {
    if target.exists() {
        return Err(unavailable(format!("{} exists already", target.display())));
    }
    let from = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut to = Connection::open(target)?;
    let backup = Backup::new(&from, &mut to)?;
    while backup.step(PAGES)? != StepResult::Done {
        std::thread::sleep(BUSY_PAUSE);
    }
    drop(backup);
    Ok(to)
}

fn must_be_sound(connection: &Connection) -> Result<(), StoreError> {
    let sound: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if sound != "ok" {
        return Err(StoreError::Corrupt(sound));
    }
    let mut dangling = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = dangling.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => {
            let table: String = row.get(0)?;
            Err(StoreError::Corrupt(format!(
                "a row of {table} names one that is not there"
            )))
        }
    }
}

/// In exclusive mode SQLite gets its lock only when no other program has the file open.
fn must_be_unused(database: &Path) -> Result<(), StoreError> {
    let connection = Connection::open(database)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection
        .execute_batch("BEGIN EXCLUSIVE; COMMIT")
        .map_err(|_| unavailable("the database is in use: stop the server first"))?;
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    close(connection)
}

fn close(connection: Connection) -> Result<(), StoreError> {
    connection.close().map_err(|(_, error)| error.into())
}

/// A rename is lasting when its folder is.
fn sync_folder(file: &Path) -> Result<(), StoreError> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(unavailable)
}
