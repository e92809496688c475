//! `backup` and `restore` of the embedded database.

use std::path::PathBuf;

use clap::Args;
use shoptag_backend::ledger_accounts::verify;
use shoptag_backend::store::CreditStore;
use shoptag_backend::store::sqlite::{SqliteOptions, SqliteStore, Staged};

use super::{Database, Failure};

/// Arguments of `backup`.
#[derive(Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    database: Database,
    /// The copy; must not exist yet.
    target: PathBuf,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Failure> {
        SqliteStore::backup(&self.database.file()?, &self.target)?;
        println!("copied to {}", self.target.display());
        Ok(())
    }
}

/// Arguments of `restore`.
#[derive(Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    database: Database,
    /// A copy that `backup` has made.
    source: PathBuf,
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let database = self.database.file()?;
        let staged = Staged::new(&self.source, &database)?;
        let store = SqliteStore::open(&SqliteOptions::new(staged.path()))?;
        for tenant in staged.tenants() {
            let (records, tables) = store.ledger(tenant.clone()).await?;
            let verified = verify(records, &tables).map_err(|error| {
                format!("{}: the books of {tenant}: {error}", self.source.display())
            })?;
            println!(
                "{tenant}: {} records, {} entries: sound",
                verified.records, verified.entries
            );
        }
        drop(store);
        if let Some(before) = staged.replace()? {
            println!("what was there is in {}", before.display());
        }
        println!("restored {}", database.display());
        Ok(())
    }
}
