//! Whether the process lives, and whether it can do its work.

use axum::extract::State;
use shoptag_protocol::Problem;

use crate::error::ApiError;
use crate::state::Shared;

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
    state.store.ready().await?;
    Ok("ready")
}
