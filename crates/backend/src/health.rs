//! Whether the process lives, and whether it can do its work.

use std::sync::Arc;

use axum::extract::State;
use shoptag_commerce::Timestamp;
use shoptag_protocol::Problem;

use crate::cached::Cached;
use crate::error::ApiError;
use crate::state::Shared;
use crate::store::{Store, StoreError};

/// Whether the store can write, as of the moment of the question: however many ask, one change is
/// under way for all of them.
#[derive(Debug)]
pub struct Readiness(Cached<(), StoreError>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Cached::new(0))
    }
}

impl Readiness {
    /// Commits a change that changes nothing, unless that is under way already.
    async fn ask(&self, store: &Arc<dyn Store>, now: Timestamp) -> Result<(), StoreError> {
        let store = Arc::clone(store);
        let look_up = |_| async move { store.ready().await };
        self.0.get(now, look_up).await.map(|_| ())
    }
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "`ok`", content_type = "text/plain")))]
pub(crate) async fn healthz() -> &'static str {
    "ok"
}

/// The store can write: a change has been committed that changes nothing.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses((status = 200, description = "`ready`", content_type = "text/plain"),
              (status = 503, description = "`unavailable`", body = Problem,
               content_type = "application/problem+json")))]
pub(crate) async fn readyz(State(state): State<Shared>) -> Result<&'static str, ApiError> {
    state.readiness.ask(&state.store, state.now()).await?;
    Ok("ready")
}
