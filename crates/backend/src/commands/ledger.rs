//! `ledger export|verify|freeze|release|brand-paid|creator-repaid`, `replay`, `settle` and
//! `payout`.

use std::sync::Arc;

use clap::{Args, Subcommand, ValueEnum};
use shoptag_backend::clock::{Clock, SystemClock};
use shoptag_backend::entropy::{SystemEntropy, uuid_v7};
use shoptag_backend::ledger_accounts::{beancount_journal, replay_decision, verify};
use shoptag_backend::store::Store;
use shoptag_commerce::{BrandId, CreatorId, Currency, Digest, OrderId, PayoutBatchId, TenantId};
use shoptag_ledger::{Event, FreezeReason, LineRef, PayoutStatus, RecordKey, hledger_journal};

use super::{Database, Failure};

/// Which platform's books.
#[derive(Args)]
struct Books {
    /// On which platform.
    #[arg(long, value_name = "ID")]
    tenant: String,
    #[command(flatten)]
    database: Database,
}

impl Books {
    fn open(&self) -> Result<(Arc<dyn Store>, TenantId), Failure> {
        Ok((
            self.database.open()?,
            TenantId::parse(self.tenant.as_str())?,
        ))
    }

    /// Records an event of its own kind once a call.
    async fn record(&self, verb: &str, event: Event) -> Result<(), Failure> {
        let (store, tenant) = self.open()?;
        let now = SystemClock.now();
        let key = RecordKey::parse(format!("{verb}/{}", uuid_v7(&SystemEntropy, now)?))?;
        store.ledger_event(tenant, key, event, now).await??;
        println!("done");
        Ok(())
    }
}

/// Arguments of `ledger`.
#[derive(Args)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    verb: LedgerVerb,
}

#[derive(Subcommand)]
enum LedgerVerb {
    /// Print the ledger as a journal that hledger or beancount reads and balances.
    Export {
        /// For which program.
        #[arg(long, default_value = "hledger")]
        format: Format,
        #[command(flatten)]
        books: Books,
    },
    /// Replay the log and compare every balance, entry and line with what follows from it.
    Verify(Books),
    /// Keep a pending commission back.
    Freeze {
        /// The order's id.
        order: String,
        /// The line, from 0.
        line: u32,
        /// Why.
        #[arg(long)]
        reason: Reason,
        #[command(flatten)]
        books: Books,
    },
    /// Let a frozen commission go on.
    Release {
        /// The order's id.
        order: String,
        /// The line, from 0.
        line: u32,
        #[command(flatten)]
        books: Books,
    },
    /// A brand paid what it owed.
    BrandPaid {
        /// Who paid.
        brand: String,
        /// ISO 4217.
        #[arg(long)]
        currency: String,
        /// Minor units.
        #[arg(long)]
        amount_minor: i64,
        #[command(flatten)]
        books: Books,
    },
    /// A creator paid back what was reversed after a payout.
    CreatorRepaid {
        /// Who paid.
        creator: String,
        /// ISO 4217.
        #[arg(long)]
        currency: String,
        /// Minor units, at most what is owed.
        #[arg(long)]
        amount_minor: i64,
        #[command(flatten)]
        books: Books,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Hledger,
    Beancount,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    Fraud,
    Dispute,
    Account,
}

impl Ledger {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            LedgerVerb::Export { format, books } => {
                let (store, tenant) = books.open()?;
                let (records, _) = store.ledger(tenant).await?;
                let journal = match format {
                    Format::Hledger => hledger_journal(&records),
                    Format::Beancount => beancount_journal(&records),
                };
                print!("{journal}");
                Ok(())
            }
            LedgerVerb::Verify(books) => {
                let (store, tenant) = books.open()?;
                let (records, tables) = store.ledger(tenant).await?;
                let found = verify(records, &tables)?;
                println!(
                    "{} records, {} entries, {} lines: they sum to zero and follow from the log, \
                     head {}",
                    found.records, found.entries, found.lines, found.head
                );
                Ok(())
            }
            LedgerVerb::Freeze {
                order,
                line,
                reason,
                books,
            } => {
                let reason = match reason {
                    Reason::Fraud => FreezeReason::Fraud,
                    Reason::Dispute => FreezeReason::Dispute,
                    Reason::Account => FreezeReason::Account,
                };
                let line = line_of(order, line)?;
                books.record("freeze", Event::Freeze { line, reason }).await
            }
            LedgerVerb::Release { order, line, books } => {
                let line = line_of(order, line)?;
                books.record("release", Event::Release { line }).await
            }
            LedgerVerb::BrandPaid {
                brand,
                currency,
                amount_minor,
                books,
            } => {
                let event = Event::BrandPaid {
                    brand: BrandId::parse(brand)?,
                    currency: Currency::parse(&currency)?,
                    amount_minor,
                };
                books.record("brand-paid", event).await
            }
            LedgerVerb::CreatorRepaid {
                creator,
                currency,
                amount_minor,
                books,
            } => {
                let event = Event::CreatorRepaid {
                    creator: CreatorId::parse(creator)?,
                    currency: Currency::parse(&currency)?,
                    amount_minor,
                };
                books.record("creator-repaid", event).await
            }
        }
    }
}

fn line_of(order: String, line: u32) -> Result<LineRef, Failure> {
    Ok(LineRef {
        order: OrderId::parse(order)?,
        line,
    })
}

/// Arguments of `replay`.
#[derive(Args)]
pub(crate) struct Replay {
    #[command(flatten)]
    books: Books,
}

/// Decisions that are read at once.
const PAGE: usize = 1_000;

impl Replay {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (store, tenant) = self.books.open()?;
        let mut head = Digest::START;
        let mut next = 0;
        loop {
            let rows = store.decisions(tenant.clone(), next, PAGE).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                if row.sequence != next {
                    return Err(format!("decision {next} is missing").into());
                }
                head = replay_decision(row, head)?;
                next += 1;
            }
        }
        println!("{next} decisions: the same bytes, head {head}");
        Ok(())
    }
}

/// Arguments of `settle`.
#[derive(Args)]
pub(crate) struct Settle {
    #[command(flatten)]
    database: Database,
}

impl Settle {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let store = self.database.open()?;
        let mut sum = 0;
        loop {
            let posted = store.settle(SystemClock.now(), PAGE).await?;
            sum += posted;
            if posted < PAGE {
                break;
            }
        }
        println!("{sum} commissions may be paid out");
        Ok(())
    }
}

/// Arguments of `payout`.
#[derive(Args)]
pub(crate) struct Payout {
    #[command(subcommand)]
    verb: PayoutVerb,
}

#[derive(Subcommand)]
enum PayoutVerb {
    /// Pay everyone who has enough posted, in one batch.
    Run {
        /// ISO 4217.
        #[arg(long)]
        currency: String,
        /// Less stays posted.
        #[arg(long, default_value_t = 1)]
        minimum_minor: i64,
        /// Names the batch; the same name again pays nobody twice.
        #[arg(long)]
        batch: Option<String>,
        #[command(flatten)]
        books: Books,
    },
    /// A payout arrived.
    Settle(OnePayout),
    /// A bank refused a payout; it is posted again.
    Fail(OnePayout),
    /// Every payout.
    List(Books),
}

#[derive(Args)]
struct OnePayout {
    /// The batch.
    batch: String,
    /// Whose.
    creator: String,
    #[command(flatten)]
    books: Books,
}

impl Payout {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self.verb {
            PayoutVerb::Run {
                currency,
                minimum_minor,
                batch,
                books,
            } => {
                let (store, tenant) = books.open()?;
                let now = SystemClock.now();
                let batch = match batch {
                    Some(batch) => batch,
                    None => uuid_v7(&SystemEntropy, now)?,
                };
                let event = Event::OpenPayoutBatch {
                    batch: PayoutBatchId::parse(batch.as_str())?,
                    currency: Currency::parse(&currency)?,
                    minimum_minor,
                };
                let key = RecordKey::parse(format!("payout/{batch}"))?;
                store
                    .ledger_event(tenant.clone(), key, event, now)
                    .await??;
                show(&*store, tenant, Some(batch)).await
            }
            PayoutVerb::Settle(one) => one.record("payout-arrived", false).await,
            PayoutVerb::Fail(one) => one.record("payout-refused", true).await,
            PayoutVerb::List(books) => {
                let (store, tenant) = books.open()?;
                show(&*store, tenant, None).await
            }
        }
    }
}

impl OnePayout {
    async fn record(self, verb: &str, is_failure: bool) -> Result<(), Failure> {
        let (store, tenant) = self.books.open()?;
        let key = RecordKey::parse(format!("{verb}/{}/{}", self.batch, self.creator))?;
        let batch = PayoutBatchId::parse(self.batch)?;
        let creator = CreatorId::parse(self.creator)?;
        let event = if is_failure {
            Event::FailPayout { batch, creator }
        } else {
            Event::SettlePayout { batch, creator }
        };
        store
            .ledger_event(tenant, key, event, SystemClock.now())
            .await??;
        println!("done");
        Ok(())
    }
}

async fn show(store: &dyn Store, tenant: TenantId, batch: Option<String>) -> Result<(), Failure> {
    for payout in store.payouts(tenant, batch).await? {
        let status = match payout.status {
            PayoutStatus::InTransit => "in transit",
            PayoutStatus::Paid => "paid",
            PayoutStatus::Failed => "failed",
        };
        println!(
            "{} {} {} {} {status}",
            payout.batch, payout.creator, payout.amount_minor, payout.currency
        );
    }
    Ok(())
}
