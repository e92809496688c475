//! `GET /v1/orders/{secret}`.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::{OrderStatus, Problem, code};

use super::OrderRecord;
use crate::edge::Segment;
use crate::entropy::OrderSecret;
use crate::error::ApiError;
use crate::state::{AppState, Shared};

/// How an order stands. Whoever has the secret may read it; nothing in it says who ordered.
#[utoipa::path(
    get, path = "/v1/orders/{secret}", tag = "orders",
    params(("secret" = String, Path, description = "The last part of `status_url`")),
    responses((status = 200, description = "The order", body = OrderStatus),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Shared>,
    Segment(secret): Segment,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (secret, record) = find(&state, &secret).await?;
    let directory = state.sites.directory(&state.store, state.now()).await?;
    if !directory.tenant_lists(&record.tenant, &headers) {
        return Err(ApiError::new(code::ORIGIN));
    }
    Ok((
        [(CACHE_CONTROL, "private, no-store")],
        Json(record.status(&secret)),
    )
        .into_response())
}

/// The order of a link.
///
/// # Errors
/// `not-found`, whatever is wrong with the secret; the store's.
pub(super) async fn find(
    state: &AppState,
    secret: &str,
) -> Result<(OrderSecret, OrderRecord), ApiError> {
    let not_found = || ApiError::new(code::NOT_FOUND);
    let secret = OrderSecret::parse(secret).ok_or_else(not_found)?;
    let record = state
        .store
        .order(secret.hash())
        .await?
        .ok_or_else(not_found)?;
    Ok((secret, record))
}
