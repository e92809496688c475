//! `attribute`: credit by channel under the reporting models, from a CSV or from the own log; and
//! what a period would have paid under another policy.

use std::fs::File;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use shoptag_attribution::reports::{Model, PathSet, PathSetBuilder, Row, Spec, read_csv, run};
use shoptag_attribution::{Evidence, Policy, WhatIf, what_if};
use shoptag_backend::store::CreditStore;
use shoptag_commerce::{HOUR_MS, TenantId};

use super::{Database, Failure};

/// Decisions that are read at once.
const PAGE: usize = 1_000;

/// Arguments of `attribute`.
#[derive(Args)]
pub(crate) struct Attribute {
    /// Paths as CSV: path (channels with `>` between them), conversions, value, nulls. Without it
    /// the orders and view sessions of `--tenant` are the paths, and creators the channels.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// On which platform.
    #[arg(long, value_name = "ID", required_unless_present = "csv")]
    tenant: Option<String>,
    /// Which models, such as first, last, linear, markov-1, shapley; all when left out.
    #[arg(long, value_delimiter = ',', value_name = "MODEL")]
    models: Vec<String>,
    /// How it is printed.
    #[arg(long, default_value = "table")]
    format: Format,
    /// Decide the orders of `--tenant` again under the policy in this file, beside today's.
    #[arg(long, value_name = "POLICY", conflicts_with_all = ["csv", "models"])]
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
            let found = what_if(&self.evidence().await?, &policy)?;
            return show_what_if(&found, self.format);
        }
        let mut spec = Spec::default();
        if !self.models.is_empty() {
            let models = self.models.iter();
            spec.models = models
                .map(|name| Model::by_name(name).ok_or_else(|| format!("no model {name}")))
                .collect::<Result<_, _>>()?;
        }
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

    /// The evidence of every decision.
    async fn evidence(&self) -> Result<Vec<Evidence>, Failure> {
        let store = self.database.open()?;
        let tenant = self.tenant()?;
        let mut all = Vec::new();
        loop {
            let from = u64::try_from(all.len())?;
            let rows = store.decisions(tenant.clone(), from, PAGE).await?;
            if rows.is_empty() {
                return Ok(all);
            }
            for row in rows {
                all.push(serde_json::from_str(&row.evidence)?);
            }
        }
    }

    /// Orders that followed touches, and view sessions that led to none. Hours are counted back
    /// from the order's quote, or from the session's last touch.
    async fn own_paths(&self) -> Result<PathSet, Failure> {
        let mut paths = PathSetBuilder::default();
        for evidence in self.evidence().await? {
            let order = &evidence.order;
            let mut touches: Vec<_> = evidence.touchpoints.iter().collect();
            touches.retain(|touch| touch.exclusions.is_empty() && !order.test);
            touches.sort_by_key(|touch| (touch.time.at, touch.sequence));
            let channels: Vec<&str> = touches.iter().map(|it| it.creator.as_str()).collect();
            let hours: Vec<f64> = touches
                .iter()
                .map(|touch| hours(order.quoted_at.since_ms(touch.time.at)))
                .collect();
            let base_minor: i64 = order.lines.iter().map(|line| line.base_minor).sum();
            push(
                &mut paths,
                &channels,
                &hours,
                Some((base_minor, order.currency.minor_digits())),
            )?;
        }
        let store = self.database.open()?;
        for journey in store.journeys_without_order(self.tenant()?).await? {
            let channels: Vec<&str> = journey.iter().map(|(id, _)| id.as_str()).collect();
            let end = journey.last().map(|(_, at)| *at);
            let hours: Vec<f64> = journey
                .iter()
                .map(|(_, at)| hours(end.map_or(0, |end| end.since_ms(*at))))
                .collect();
            push(&mut paths, &channels, &hours, None)?;
        }
        Ok(paths.finish())
    }
}

fn hours(ms: i64) -> f64 {
    ms.max(0) as f64 / HOUR_MS as f64
}

/// Adds a path that converted with a base, or did not.
fn push(
    paths: &mut PathSetBuilder,
    channels: &[&str],
    hours: &[f64],
    sold: Option<(i64, u32)>,
) -> Result<(), Failure> {
    if channels.is_empty() {
        return Ok(());
    }
    let value_micro = match sold {
        None => 0,
        Some((minor, digits)) => {
            let micro = i128::from(minor) * 1_000_000 / 10_i128.pow(digits);
            micro.try_into()?
        }
    };
    paths.push(&Row {
        channels,
        hours: Some(hours),
        conversions: sold.is_some().into(),
        value_micro,
        nulls: sold.is_none().into(),
    })?;
    Ok(())
}

fn show_what_if(found: &WhatIf, format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        println!("{}", serde_json::to_string(found)?);
        return Ok(());
    }
    let gap = if format == Format::Csv { "," } else { "  " };
    let columns = [
        "creator",
        "currency",
        "today_minor",
        "other_minor",
        "today_lines",
        "other_lines",
    ];
    println!("{}", columns.join(gap));
    for row in &found.rows {
        println!(
            "{}{gap}{}{gap}{}{gap}{}{gap}{}{gap}{}",
            row.creator,
            row.currency,
            row.today_minor,
            row.other_minor,
            row.today_lines,
            row.other_lines
        );
    }
    if format == Format::Table {
        println!("{} lines would have gone otherwise", found.changed.len());
    }
    Ok(())
}
