//! `attribute`: credit by channel under the reporting models, from a CSV or from the own log; and
//! what a period would have paid under another policy.

mod period;
mod settings;
mod shown;

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use shoptag_attribution::reports::{PathSet, read_csv, run};
use shoptag_attribution::{Evidence, Policy, what_if};
use shoptag_backend::store::Store;
use shoptag_commerce::TenantId;

use super::{Database, Failure};
use period::Period;
use settings::Settings;

/// Decisions that are read at once.
const PAGE: usize = 1_000;

/// Arguments of `attribute`.
#[derive(Args)]
pub(crate) struct Attribute {
    /// Paths as CSV: path (channels with `>` between them), conversions, value, nulls. Without it
    /// the taps of `--tenant` are the paths, and creators the channels: those behind its orders
    /// converted, those of view sessions that no order named did not.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// On which platform.
    #[arg(long, value_name = "ID", required_unless_present = "csv")]
    tenant: Option<String>,
    /// Only orders in this currency; needed when there are several, which are never summed.
    #[arg(long, value_name = "ISO 4217", conflicts_with = "csv")]
    currency: Option<String>,
    #[command(flatten)]
    period: Period,
    #[command(flatten)]
    settings: Settings,
    /// How it is printed.
    #[arg(long, default_value = "table")]
    format: Format,
    /// Decide the orders of `--tenant` again under the policy in this file, beside today's. Brands
    /// that the file does not name keep the days that they had set for bag lines.
    #[arg(long, value_name = "POLICY", conflicts_with_all = ["csv", "models", "spec"])]
    what_if: Option<PathBuf>,
    #[command(flatten)]
    database: Database,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
}

impl Attribute {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if let Some(path) = &self.what_if {
            let policy: Policy = serde_json::from_slice(&std::fs::read(path)?)?;
            let (_, log) = self.evidence().await?;
            let found = what_if(&log, &policy)?;
            return shown::what_if(&found, self.format);
        }
        let spec = self.settings.spec()?;
        let paths = match &self.csv {
            Some(path) => read_csv(File::open(path)?)?,
            None => self.own_paths().await?,
        };
        let table = run(&paths, &spec)?;
        match self.format {
            Format::Table => print!("{}", table.to_text()),
            Format::Csv => print!("{}", table.to_csv()),
            Format::Json => println!("{}", table.to_json()),
        }
        Ok(())
    }

    fn tenant(&self) -> Result<TenantId, Failure> {
        let tenant = self
            .tenant
            .as_deref()
            .ok_or("name the platform: --tenant")?;
        Ok(TenantId::parse(tenant)?)
    }

    /// The evidence of every decision on an order of the period, in the currency that was asked
    /// for.
    async fn evidence(&self) -> Result<(Arc<dyn Store>, Vec<Evidence>), Failure> {
        let store = self.database.open()?;
        let tenant = self.tenant()?;
        let bounds = self.period.bounds()?;
        let mut found: Vec<Evidence> = Vec::new();
        let mut next = 0;
        loop {
            let rows = store.decisions(tenant.clone(), next, PAGE).await?;
            let Some(last) = rows.last() else {
                return Ok((store, found));
            };
            next = last.sequence + 1;
            for row in rows {
                let evidence: Evidence = serde_json::from_str(&row.evidence)?;
                let wanted = self.currency.as_deref();
                let is_wanted = wanted.is_none_or(|code| code == evidence.order.currency.code());
                if is_wanted && bounds.contains(&evidence.order.placed_at) {
                    found.push(evidence);
                }
            }
        }
    }

    async fn own_paths(&self) -> Result<PathSet, Failure> {
        let (store, log) = self.evidence().await?;
        let journeys = store.journeys_without_order(self.tenant()?).await?;
        let bounds = self.period.bounds()?;
        period::paths(&log, &journeys, &bounds)
    }
}
