//! `apply FILE` and `import FILE`.

use std::path::{Path, PathBuf};

use clap::Args;
use shoptag_backend::catalogue::{Imported, apply, import};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_commerce::TenantId;

use super::{Database, Failure};

/// Arguments of `apply`.
#[derive(Args)]
pub(crate) struct Apply {
    /// The tenant file; paths in it are relative to it.
    file: PathBuf,
    #[command(flatten)]
    database: Database,
}

impl Apply {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let applied = apply(&*store, &self.file, SystemClock.now()).await?;
        for (path, defect) in &applied.tag_defects {
            println!("{}: {defect}", path.display());
        }
        for (path, imported) in &applied.feeds {
            report(path, imported);
        }
        for collaboration in &applied.collaborations {
            println!("collaboration {} agreed or changed", collaboration.id);
        }
        println!("applied {}", self.file.display());
        Ok(())
    }
}

/// Arguments of `import`.
#[derive(Args)]
pub(crate) struct Import {
    /// The feed.
    file: PathBuf,
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// `shopify`, `merchant-tsv` or `merchant-xml`; told from the content when left out.
    #[arg(long)]
    format: Option<String>,
    #[command(flatten)]
    database: Database,
}

impl Import {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let tenant = TenantId::parse(self.tenant)?;
        let currency = store
            .currency(tenant.clone())
            .await?
            .ok_or("no such tenant; apply its file first")?;
        let bytes = std::fs::read(&self.file)?;
        let format = self.format.as_deref();
        let now = SystemClock.now();
        let imported = import(&*store, &tenant, currency, &self.file, format, &bytes, now).await?;
        report(&self.file, &imported);
        Ok(())
    }
}

/// One line a rejected row, then the sum.
fn report(path: &Path, imported: &Imported) {
    for rejection in &imported.rejected {
        let id = rejection.id.as_deref().unwrap_or("-");
        let (line, code, detail) = (rejection.line, rejection.code, &rejection.detail);
        println!("{}:{line}: {code} ({id}): {detail}", path.display());
    }
    let upserted = imported.upserted;
    println!(
        "{}: {} products new, {} known, {} variants; {} rejected, {} held back by the brand",
        path.display(),
        upserted.products_new,
        upserted.products_known,
        upserted.variants,
        imported.rejected.len() as u64 + imported.unlisted,
        imported.skipped,
    );
}
