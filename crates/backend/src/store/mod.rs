//! The store's port: one method a business question. The only place below with SQL is an adapter.
//!
//! Every adapter gives the same promises, held by one contract suite
//! (`tests/api/store_contract.rs`): a method that answers `Ok` has made its effect durable (fsync);
//! it is one transaction; an error means that nothing happened; what is decided is decided by the
//! pure rules of the features, on facts read inside that transaction.

mod credit;
pub mod postgres;
mod sql;
pub mod sqlite;

use std::path::PathBuf;

use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use shoptag_commerce::{BrandId, Currency, TenantId, Timestamp, VideoId};
use shoptag_protocol::{Quote, VideoDocument};

use crate::catalogue::{CatalogueProduct, TenantSetup};
use crate::error::ApiError;
use crate::orders::{Advanced, Cancelled, OrderRecord, Step, Submission, Submitted};
use crate::quotes::MakeQuote;
use crate::sites::Site;

pub use credit::{ChangeKeys, CreditStore, Journey, TakenTouchpoints};

/// Why the store did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The queue is full. Nothing happened; come back in a second.
    #[error("the store's queue is full")]
    Busy,
    /// The database refused or is away. Nothing happened that one could rely on; the same request
    /// with the same key may be sent again.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// What was read contradicts what was written. A defect; retrying does not help.
    #[error("the store holds something impossible: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        !matches!(self, Self::Corrupt(_))
    }
}

/// What a store has done since it was opened. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct StoreCounters {
    /// Transactions made durable.
    pub commits: Counter,
    /// fsyncs of the journal that made them so, one for one or more.
    pub syncs: Counter,
    /// Changes that they carried: orders, quotes, clicks and everything else that is written.
    pub writes: Counter,
    /// The file that grows until its changes are carried over into the database.
    pub journal: Option<PathBuf>,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Upserted {
    /// Products that were not there.
    pub products_new: usize,
    /// Products that were there, changed or not.
    pub products_known: usize,
    /// Variants of both.
    pub variants: usize,
}

/// What a sweep removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Holds that had expired.
    pub holds: usize,
    /// Quotes, with their personal data, that never became an order.
    pub quotes: usize,
}

/// Orders, catalogue and everything else that must outlive the process.
#[async_trait]
pub trait Store: CreditStore {
    /// Every site with its tenant and origins.
    async fn sites(&self) -> Result<Vec<Site>, StoreError>;

    /// A video's tags, products and selling policy; `None` when the tenant has no such video.
    async fn video(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<VideoDocument>, StoreError>;

    /// Prices a bag and holds price and stock; an earlier quote of the attempt gives its hold back.
    async fn make_quote(&self, command: MakeQuote) -> Result<Result<Quote, ApiError>, StoreError>;

    /// Places an order, or gives the answer that its key or its checkout attempt has had already.
    async fn submit_order(&self, submission: Submission) -> Result<Submitted, StoreError>;

    /// The order whose secret has this SHA-256.
    async fn order(&self, secret_hash: [u8; 32]) -> Result<Option<OrderRecord>, StoreError>;

    /// Cancels what can be cancelled of that order, and puts its items back into stock.
    async fn cancel_order(
        &self,
        secret_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Cancelled, StoreError>;

    /// Moves one brand's part of an order forward.
    async fn advance(
        &self,
        tenant: TenantId,
        number: String,
        brand: BrandId,
        step: Step,
        now: Timestamp,
    ) -> Result<Advanced, StoreError>;

    /// Writes a tenant with its sites, terms, creators and videos; the same setup again changes
    /// nothing.
    async fn apply(&self, setup: TenantSetup) -> Result<(), StoreError>;

    /// The currency of a tenant; `None` when there is no such tenant.
    async fn currency(&self, tenant: TenantId) -> Result<Option<Currency>, StoreError>;

    /// The brands of a tenant, by id and name.
    async fn brands(&self, tenant: TenantId) -> Result<Vec<(BrandId, String)>, StoreError>;

    /// Writes products with variants, images, options and stock; the same products again change
    /// nothing. A variant that its product no longer has is not listed any more.
    async fn upsert_products(
        &self,
        tenant: TenantId,
        products: Vec<CatalogueProduct>,
    ) -> Result<Upserted, StoreError>;

    /// Gives back holds that expired before `now`, and erases quotes whose time is long over.
    async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError>;

    /// Whether the store can write.
    async fn ready(&self) -> Result<(), StoreError>;

    /// What it counts; zeros where changes do not share commits.
    fn counters(&self) -> StoreCounters {
        StoreCounters::default()
    }

    /// Whether a change would have to wait for room at this moment.
    fn is_full(&self) -> bool {
        false
    }

    /// Waits for room, for a moment; false: a change would be refused as [`StoreError::Busy`].
    async fn has_room(&self) -> bool {
        true
    }
}
