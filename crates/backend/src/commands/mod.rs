//! The commands of the program.

mod attribute;
mod catalogue;
mod collaboration;
mod copies;
mod database;
mod keys;
mod ledger;
mod order;
mod serve;

use std::error::Error;

use clap::Subcommand;
use shoptag_backend::openapi_document;

use database::Database;

/// What the program can do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve the API until interrupted.
    Serve(serve::Serve),
    /// Write a tenant with its sites, terms, brands, creators, videos and feeds from a JSON file.
    Apply(catalogue::Apply),
    /// Write the products of a feed: Shopify CSV, Google Merchant TSV or XML.
    Import(catalogue::Import),
    /// Say how far one brand's part of an order is.
    Order(order::Order),
    /// Who promotes what at which rate.
    Collaboration(collaboration::Collaboration),
    /// The keys of tokens and receipts.
    Keys(keys::Keys),
    /// Keys with which brands use the API.
    BrandKey(keys::PartyKey),
    /// Keys with which creators use the API.
    CreatorKey(keys::PartyKey),
    /// The books: export, verify, freeze, release.
    Ledger(ledger::Ledger),
    /// Decide every order of the log again and compare the bytes.
    Replay(ledger::Replay),
    /// Let commissions whose hold is over be paid out.
    Settle(ledger::Settle),
    /// Pay creators.
    Payout(ledger::Payout),
    /// Credit by channel under the reporting models, or under another policy.
    Attribute(attribute::Attribute),
    /// Print the OpenAPI document.
    Openapi,
    /// Copy the database while it is in use.
    Backup(copies::Backup),
    /// Put a copy in the place of the database, after every page and every book of it was checked.
    Restore(copies::Restore),
}

/// Why a command failed, for people.
pub(crate) type Failure = Box<dyn Error>;

impl Command {
    /// Runs it.
    pub(crate) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::Serve(serve) => serve.run().await,
            Self::Apply(apply) => apply.run().await,
            Self::Import(import) => import.run().await,
            Self::Order(order) => order.run().await,
            Self::Collaboration(collaboration) => collaboration.run().await,
            Self::Keys(keys) => keys.run().await,
            Self::BrandKey(key) => key.run(true).await,
            Self::CreatorKey(key) => key.run(false).await,
            Self::Ledger(ledger) => ledger.run().await,
            Self::Replay(replay) => replay.run().await,
            Self::Settle(settle) => settle.run().await,
            Self::Payout(payout) => payout.run().await,
            Self::Attribute(attribute) => attribute.run().await,
            Self::Openapi => {
                println!("{}", openapi_document());
                Ok(())
            }
            Self::Backup(backup) => backup.run(),
            Self::Restore(restore) => restore.run().await,
        }
    }
}
