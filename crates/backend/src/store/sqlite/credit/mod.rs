//! Credit and commission in SQLite.

mod clicks;
mod collaborations;
mod decide;
mod keys;
mod ledger;
mod views;

use async_trait::async_trait;
use shoptag_attribution::{Collaboration, CollaborationEnd};
use shoptag_commerce::{CollaborationId, TenantId, Timestamp, TouchId, VariantId, VideoId};

use super::{SqliteStore, StoreError};
use crate::bag_bindings::BindingFacts;
use crate::clicks::{Clicked, NewClick};
use crate::collaborations::{Changed, CreditSetup};
use crate::decisions::DecisionRecord;
use crate::ledger_accounts::{ApiKey, Party};
use crate::store::{ChangeKeys, CreditStore};
use crate::tokens::StoredKey;
use crate::view_sessions::Viewable;

pub(super) use decide::credit;

#[async_trait]
impl CreditStore for SqliteStore {
    async fn token_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        self.readers.read(keys::token_keys).await
    }

    async fn change_token_keys(&self, change: ChangeKeys) -> Result<Vec<StoredKey>, StoreError> {
        self.writer
            .write(move |connection| keys::change_token_keys(connection, change))
            .await
    }

    async fn apply_credit(
        &self,
        tenant: TenantId,
        setup: CreditSetup,
        now: Timestamp,
    ) -> Result<Changed, StoreError> {
        self.writer
            .write(move |connection| collaborations::apply(connection, &tenant, &setup, now))
            .await
    }

    async fn collaborations(&self, tenant: TenantId) -> Result<Vec<Collaboration>, StoreError> {
        self.readers
            .read(move |connection| collaborations::all(connection, &tenant))
            .await
    }

    async fn end_collaboration(
        &self,
        tenant: TenantId,
        collaboration: CollaborationId,
        end: CollaborationEnd,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |connection| {
                collaborations::end(connection, &tenant, &collaboration, end)
            })
            .await
    }

    async fn viewable(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<Viewable>, StoreError> {
        self.readers
            .read(move |connection| views::viewable(connection, &tenant, &video))
            .await
    }

    async fn record_click(&self, click: NewClick) -> Result<Clicked, StoreError> {
        self.writer
            .write(move |connection| clicks::record(connection, &click))
            .await
    }

    async fn binding_facts(
        &self,
        tenant: TenantId,
        touch: TouchId,
        variant: VariantId,
    ) -> Result<Option<BindingFacts>, StoreError> {
        self.readers
            .read(move |connection| clicks::binding_facts(connection, &tenant, &touch, &variant))
            .await
    }

    async fn decision(
        &self,
        tenant: TenantId,
        number: String,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        self.readers
            .read(move |connection| decide::by_number(connection, &tenant, &number))
            .await
    }

    async fn add_api_key(&self, key: ApiKey, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |connection| keys::add_api_key(connection, &key, now))
            .await
    }

    async fn party(&self, key_hash: [u8; 32]) -> Result<Option<Party>, StoreError> {
        self.readers
            .read(move |connection| keys::party(connection, &key_hash))
            .await
    }

    async fn revoke_api_key(&self, key_id: String, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |connection| keys::revoke(connection, &key_id, now))
            .await
    }
}
