//! Credit and commission in SQL.

mod accounts;
mod clicks;
mod collaborations;
mod decide;
mod journal;
mod keys;
mod ledger;
mod own;
mod parties;
mod payouts;
mod refunds;
mod terms;
mod views;

use async_trait::async_trait;
use shoptag_attribution::{Collaboration, CollaborationEnd, CutNotice};
use shoptag_commerce::{CollaborationId, TenantId, Timestamp, TouchId, VariantId, VideoId};
use shoptag_ledger::{Event, Payout, Record, RecordKey, Refusal};
use shoptag_protocol::StatementDocument;

use super::{Engine, StoreError};
use crate::bag_bindings::BindingFacts;
use crate::clicks::{Clicked, NewClick};
use crate::collaborations::{Changed, CreditSetup};
use crate::decisions::DecisionRecord;
use crate::error::ApiError;
use crate::ledger_accounts::{ApiKey, DecisionRow, LedgerTables, Movements, Party};
use crate::refunds::{RefundCommand, Refunded};
use crate::store::{ChangeKeys, CreditStore, Journey, TakenTouchpoints};
use crate::tokens::StoredKey;
use crate::touchpoints::NewTouchpoint;
use crate::view_sessions::Viewable;

pub(super) use decide::{Decided, decide, write};
pub(super) use refunds::fulfilment_moved;
pub(super) use views::credit_days;

#[async_trait]
impl<E: Engine> CreditStore for E {
    async fn token_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.read(keys::token_keys).await
    }

    async fn change_token_keys(&self, change: ChangeKeys) -> Result<Vec<StoredKey>, StoreError> {
        self.writer()
            .write(move |connection| keys::change_token_keys(connection, &change))
            .await
    }

    async fn apply_credit(
        &self,
        tenant: TenantId,
        setup: CreditSetup,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.writer()
            .write(move |connection| collaborations::apply(connection, &tenant, &setup, now))
            .await
    }

    async fn cut_notices(
        &self,
        tenant: TenantId,
    ) -> Result<Vec<(CutNotice, Option<Timestamp>)>, StoreError> {
        self.read(move |connection| collaborations::cut_notices(connection, &tenant))
            .await
    }

    async fn tell_cut_notices(
        &self,
        tenant: TenantId,
        now: Timestamp,
    ) -> Result<Vec<CutNotice>, StoreError> {
        self.writer()
            .write(move |connection| collaborations::tell_cut_notices(connection, &tenant, now))
            .await
    }

    async fn collaborations(&self, tenant: TenantId) -> Result<Vec<Collaboration>, StoreError> {
        self.read(move |connection| collaborations::all(connection, &tenant))
            .await
    }

    async fn end_collaboration(
        &self,
        tenant: TenantId,
        collaboration: CollaborationId,
        end: CollaborationEnd,
    ) -> Result<bool, StoreError> {
        self.writer()
            .write(move |connection| collaborations::end(connection, &tenant, &collaboration, end))
            .await
    }

    async fn viewable(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<Viewable>, StoreError> {
        self.glance(move |connection| views::viewable(connection, &tenant, &video))
            .await
    }

    async fn record_click(&self, click: NewClick) -> Result<Clicked, StoreError> {
        self.writer()
            .write(move |connection| clicks::record(connection, &click))
            .await
    }

    async fn record_touchpoints(
        &self,
        tenant: TenantId,
        batch: Vec<NewTouchpoint>,
    ) -> Result<TakenTouchpoints, StoreError> {
        self.writer()
            .write(move |connection| journal::record(connection, &tenant, &batch))
            .await
    }

    async fn binding_facts(
        &self,
        tenant: TenantId,
        touch: TouchId,
        variant: VariantId,
    ) -> Result<Option<BindingFacts>, StoreError> {
        self.read(move |connection| clicks::binding_facts(connection, &tenant, &touch, &variant))
            .await
    }

    async fn decision(
        &self,
        tenant: TenantId,
        number: String,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        self.read(move |connection| decide::by_number(connection, &tenant, &number))
            .await
    }

    async fn add_api_key(&self, key: ApiKey, now: Timestamp) -> Result<bool, StoreError> {
        self.writer()
            .write(move |connection| keys::add_api_key(connection, &key, now))
            .await
    }

    async fn party(&self, key_hash: [u8; 32]) -> Result<Option<Party>, StoreError> {
        self.read(move |connection| keys::party(connection, &key_hash))
            .await
    }

    async fn revoke_api_key(&self, key_id: String, now: Timestamp) -> Result<bool, StoreError> {
        self.writer()
            .write(move |connection| keys::revoke(connection, &key_id, now))
            .await
    }

    async fn refund(
        &self,
        command: RefundCommand,
    ) -> Result<Result<Refunded, ApiError>, StoreError> {
        self.writer()
            .write_or_undo(move |connection| refunds::refund(connection, &command))
            .await
    }

    async fn settle(&self, now: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.writer()
            .write(move |connection| refunds::settle(connection, now, limit))
            .await
    }

    async fn ledger_event(
        &self,
        tenant: TenantId,
        key: RecordKey,
        event: Event,
        now: Timestamp,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.writer()
            .write(move |connection| {
                ledger::record(connection, &tenant, key.clone(), event.clone(), now)
            })
            .await
    }

    async fn payouts(
        &self,
        tenant: TenantId,
        batch: Option<String>,
    ) -> Result<Vec<Payout>, StoreError> {
        self.read(move |connection| accounts::payouts(connection, &tenant, batch.as_deref()))
            .await
    }

    async fn statement(
        &self,
        party: Party,
        movements: Movements,
    ) -> Result<StatementDocument, StoreError> {
        self.read(move |connection| accounts::statement(connection, &party, &movements))
            .await
    }

    async fn ledger(&self, tenant: TenantId) -> Result<(Vec<Record>, LedgerTables), StoreError> {
        self.read(move |connection| {
            let records = accounts::records(connection, &tenant)?;
            Ok((records, accounts::tables(connection, &tenant)?))
        })
        .await
    }

    async fn journeys_without_order(&self, tenant: TenantId) -> Result<Vec<Journey>, StoreError> {
        self.read(move |connection| clicks::without_order(connection, &tenant))
            .await
    }

    async fn decisions(
        &self,
        tenant: TenantId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        self.read(move |connection| accounts::decisions(connection, &tenant, from, limit))
            .await
    }
}
