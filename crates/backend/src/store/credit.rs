//! The store's port for credit and commission: keys, collaborations, clicks, decisions, the ledger.
//! The promises are those of [`super::Store`].

use async_trait::async_trait;
use shoptag_attribution::{Collaboration, CollaborationEnd, CutNotice};
use shoptag_commerce::{
    CollaborationId, CreatorId, TenantId, Timestamp, TouchId, VariantId, VideoId,
};
use shoptag_ledger::{Event, Payout, Record, RecordKey, Refusal};
use shoptag_protocol::{RejectedTouchpoint, StatementDocument};

use super::StoreError;
use crate::bag_bindings::BindingFacts;
use crate::clicks::{Clicked, NewClick};
use crate::collaborations::{Changed, CreditSetup};
use crate::decisions::DecisionRecord;
use crate::error::ApiError;
use crate::ledger_accounts::{ApiKey, DecisionRow, LedgerTables, Movements, Party};
use crate::refunds::{RefundCommand, Refunded};
use crate::tokens::StoredKey;
use crate::touchpoints::NewTouchpoint;
use crate::view_sessions::Viewable;

/// Makes other keys of the keys that are there, inside the transaction, which may run twice.
pub type ChangeKeys = Box<dyn Fn(Vec<StoredKey>) -> Vec<StoredKey> + Send>;

/// What became of a batch of touchpoints.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TakenTouchpoints {
    /// Stored now or known already.
    pub accepted: u32,
    /// Stored now.
    pub stored: u32,
    /// Known with another body; the first one counts.
    pub conflicts: u32,
    /// Not kept.
    pub rejected: Vec<RejectedTouchpoint>,
}

/// Whose tags were tapped in a view session, and when, oldest first.
pub type Journey = Vec<(CreatorId, Timestamp)>;

/// What stands behind a sale.
#[async_trait]
pub trait CreditStore: Send + Sync {
    /// Every key of tokens.
    async fn token_keys(&self) -> Result<Vec<StoredKey>, StoreError>;

    /// Changes the keys as a whole; the keys after it.
    async fn change_token_keys(&self, change: ChangeKeys) -> Result<Vec<StoredKey>, StoreError>;

    /// Writes what a setup says; the collaborations that it made or changed.
    async fn apply_credit(
        &self,
        tenant: TenantId,
        setup: CreditSetup,
        now: Timestamp,
    ) -> Result<Changed, StoreError>;

    /// Every collaboration of a tenant.
    async fn collaborations(&self, tenant: TenantId) -> Result<Vec<Collaboration>, StoreError>;

    /// Every message on a cut that creators are owed, oldest first, and when it was handed out.
    async fn cut_notices(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<(CutNotice, Option<Timestamp>)>, StoreError>;

    /// Messages that are due and were not handed out yet; each is handed out once.
    async fn tell_cut_notices(
        &self,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Vec<CutNotice>, StoreError>;

    /// Ends a collaboration that has no end yet; false when there is none such.
    async fn end_collaboration(
        &self,
        tenant: TenantId,
        collaboration: CollaborationId,
        end: CollaborationEnd,
    ) -> Result<bool, StoreError>;

    /// What the tokens of a video's tags say; `None` when the tenant has no such video.
    async fn viewable(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<Viewable>, StoreError>;

    /// Counts a click once, by the touchpoint's id.
    async fn record_click(&self, click: NewClick) -> Result<Clicked, StoreError>;

    /// Keeps a batch of touchpoints, each once.
    async fn record_touchpoints(
        &self,
        tenant: TenantId,
        batch: Vec<NewTouchpoint>,
    ) -> Result<TakenTouchpoints, StoreError>;

    /// What binding a bag line to a click needs; `None` when the click is not known.
    async fn binding_facts(
        &self,
        tenant: TenantId,
        touch: TouchId,
        variant: VariantId,
    ) -> Result<Option<BindingFacts>, StoreError>;

    /// The decision on the order of this number.
    async fn decision(
        &self,
        tenant: TenantId,
        number: String,
    ) -> Result<Option<DecisionRecord>, StoreError>;

    /// Writes a key of a brand or creator; false when there is no such party.
    async fn add_api_key(&self, key: ApiKey, now: Timestamp) -> Result<bool, StoreError>;

    /// Whose key has this SHA-256; `None` when it is not known or revoked.
    async fn party(&self, key_hash: [u8; 32]) -> Result<Option<Party>, StoreError>;

    /// Revokes a key by its id; false when there is none such.
    async fn revoke_api_key(&self, key_id: String, now: Timestamp) -> Result<bool, StoreError>;

    /// Refunds lines of a brand, with the commission that goes with them.
    async fn refund(
        &self,
        command: RefundCommand,
    ) -> Result<Result<Refunded, ApiError>, StoreError>;

    /// Posts commissions whose hold is over, `limit` at most; how many.
    async fn settle(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError>;

    /// Records what happened in the ledger otherwise: freezes, payouts, payments of brands.
    async fn ledger_event(
        &self,
        tenant: TenantId,
        key: RecordKey,
        event: Event,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, StoreError>;

    /// Payouts, of one batch or of all.
    async fn payouts(
        &self,
        tenant: TenantId,
        batch: Option<String>,
    ) -> Result<Vec<Payout>, StoreError>;

    /// A party's statement.
    async fn statement(
        &self,
        party: Party,
        movements: Movements,
    ) -> Result<StatementDocument, StoreError>;

    /// The ledger's log, and the tables that follow from it, at one moment.
    async fn ledger(&self, tenant: TenantId) -> Result<(Vec<Record>, LedgerTables), StoreError>;

    /// View sessions with taps that no order named, without the taps that do not count.
    async fn journeys_without_order(&self, tenant: TenantId) -> Result<Vec<Journey>, StoreError>;

    /// Decisions from a sequence on, `limit` at most.
    async fn decisions(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<DecisionRow>, StoreError>;
}
