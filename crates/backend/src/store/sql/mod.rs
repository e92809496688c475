//! What the store does, in SQL, once for every engine. An [`Engine`] says where a transaction runs.

mod apply;
mod bag;
mod catalogue;
mod connection;
mod credit;
mod engine;
mod fulfilments;
mod holds;
mod idempotency;
mod line;
mod migrations;
mod orders;
mod quotes;
mod rows;
mod sites;
mod submit;
mod value;
mod videos;
mod within;
mod writer;

use async_trait::async_trait;
use shoptag_commerce::{BrandId, Currency, TenantId, Timestamp, VideoId};
use shoptag_protocol::{Quote, VideoDocument};

use super::{Store, StoreCounters, StoreError, Swept, Upserted};
use crate::catalogue::{CatalogueProduct, TenantSetup};
use crate::error::ApiError;
use crate::orders::{Advanced, Cancelled, OrderRecord, Step, Submission, Submitted};
use crate::quotes::MakeQuote;
use crate::sites::Site;

pub(super) use connection::{Column, Connection, Link, Row};
pub(super) use engine::Engine;
pub(super) use migrations::{STEPS, migrate};
pub(super) use submit::InFlight;
pub(super) use value::{Error, FromSql, OptionalExtension, ToSql, Value, params};
#[cfg(test)]
pub(super) use writer::Job;
pub(super) use writer::{Answers, Broken, Group, Writer, commit, guarded};

#[async_trait]
impl<E: Engine> Store for E {
    async fn sites(&self) -> Result<Vec<Site>, StoreError> {
        self.glance(sites::all).await
    }

    async fn video(
        &self,
        tenant: TenantId,
        video: VideoId,
    ) -> Result<Option<VideoDocument>, StoreError> {
        self.glance(move |connection| videos::document(connection, &tenant, &video))
            .await
    }

    async fn make_quote(&self, command: MakeQuote) -> Result<Result<Quote, ApiError>, StoreError> {
        self.writer()
            .write_or_undo(move |connection| quotes::make(connection, &command))
            .await
    }

    async fn submit_order(&self, submission: Submission) -> Result<Submitted, StoreError> {
        let Some(running) = self.in_flight().enter(&submission) else {
            return Ok(Submitted::InFlight);
        };
        self.writer()
            .write(move |connection| {
                // Held by the job, not by the request: a client that goes away ends nothing.
                let _ = &running;
                submit::submit(connection, &submission)
            })
            .await
    }

    async fn order(&self, secret_hash: [u8; 32]) -> Result<Option<OrderRecord>, StoreError> {
        self.read(move |connection| orders::by_secret(connection, &secret_hash))
            .await
    }

    async fn cancel_order(
        &self,
        secret_hash: [u8; 32],
        now: Timestamp,
    ) -> Result<Cancelled, StoreError> {
        self.writer()
            .write(move |connection| fulfilments::cancel(connection, &secret_hash, now))
            .await
    }

    async fn advance(
        &self,
        tenant: TenantId,
        number: String,
        brand: BrandId,
        step: Step,
        now: Timestamp,
    ) -> Result<Advanced, StoreError> {
        self.writer()
            .write(move |connection| {
                fulfilments::advance(connection, &tenant, &number, &brand, step, now)
            })
            .await
    }

    async fn apply(&self, setup: TenantSetup) -> Result<(), StoreError> {
        self.writer()
            .write(move |connection| apply::apply(connection, &setup))
            .await
    }

    async fn currency(&self, tenant: TenantId) -> Result<Option<Currency>, StoreError> {
        self.read(move |connection| catalogue::currency(connection, &tenant))
            .await
    }

    async fn brands(&self, tenant: TenantId) -> Result<Vec<(BrandId, String)>, StoreError> {
        self.read(move |connection| catalogue::brands(connection, &tenant))
            .await
    }

    async fn upsert_products(
        &self,
        tenant: TenantId,
        products: Vec<CatalogueProduct>,
    ) -> Result<Upserted, StoreError> {
        self.writer()
            .write(move |connection| catalogue::upsert(connection, &tenant, &products))
            .await
    }

    async fn sweep(&self, now: Timestamp) -> Result<Swept, StoreError> {
        self.writer()
            .write(move |connection| holds::sweep(connection, now))
            .await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writer().write(write_something).await
    }

    fn counters(&self) -> StoreCounters {
        StoreCounters {
            journal: self.journal(),
            ..self.writer().counters()
        }
    }

    fn is_full(&self) -> bool {
        self.writer().is_full()
    }

    async fn has_room(&self) -> bool {
        self.writer().has_room().await
    }
}

/// On a file, a change that changes nothing: a full disk refuses it, and an empty transaction would
/// not touch the disk. A server says itself whether it can write.
fn write_something(connection: &Connection) -> Result<(), StoreError> {
    if matches!(connection.link(), Link::Sqlite(_)) {
        connection.execute_batch("PRAGMA user_version = 0")?;
    }
    Ok(())
}
