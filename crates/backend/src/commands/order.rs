//! `order ship|deliver|return|cancel NUMBER --brand ID`.

use clap::{Args, ValueEnum};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_backend::orders::{Advanced, Step};
use shoptag_commerce::{BrandId, TenantId};

use super::{Database, Failure};

/// Arguments of `order`.
#[derive(Args)]
pub(crate) struct Order {
    /// What has happened.
    step: StepName,
    /// The order's number, such as ST-7K3Q-94MX.
    number: String,
    /// Whose part of it.
    #[arg(long, value_name = "ID")]
    brand: String,
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    database: Database,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum StepName {
    /// Handed to the carrier.
    Ship,
    /// With the shopper.
    Deliver,
    /// Sent back.
    Return,
    /// Stopped before it was shipped; its items go back into stock.
    Cancel,
}

impl Order {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let step = match self.step {
            StepName::Ship => Step::Ship,
            StepName::Deliver => Step::Deliver,
            StepName::Return => Step::Return,
            StepName::Cancel => Step::Cancel,
        };
        let store = self.database.open()?;
        let tenant = TenantId::parse(self.tenant)?;
        let brand = BrandId::parse(self.brand)?;
        let number = self.number.to_ascii_uppercase();
        let advanced = store
            .advance(tenant, number, brand, step, SystemClock.now())
            .await?;
        match advanced {
            Advanced::Moved => println!("done"),
            Advanced::Unchanged => println!("it was there already"),
            Advanced::Refused(status) => {
                return Err(format!("this does not follow from {status:?}").into());
            }
            Advanced::NotFound => return Err("no such order of that brand".into()),
        }
        Ok(())
    }
}
