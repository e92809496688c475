//! `GET /v1/orders/{number}/decision`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::{DecisionDocument, Problem, code};

use super::shown;
use crate::error::ApiError;
use crate::ledger_accounts::authorise;
use crate::state::Shared;

/// Who earned each line of an order, and why the others did not: for the brand that sold the line
/// and the creators who took part in it. To everybody else there is no such order.
#[utoipa::path(
    get, path = "/v1/orders/{number}/decision", tag = "attribution",
    params(("number" = String, Path, description = "The order's number, such as ST-7K3Q-94MX")),
    responses((status = 200, description = "With its receipt", body = DecisionDocument),
              (status = 401, description = "`authorization`", body = Problem,
               content_type = "application/problem+json"),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Shared>,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let party = authorise(&state, &headers).await?;
    let number = number.to_ascii_uppercase();
    let document = state
        .store
        .decision(party.tenant, number)
        .await?
        .and_then(|record| shown(&record, &party.kind))
        .ok_or_else(|| ApiError::new(code::NOT_FOUND))?;
    Ok(([(CACHE_CONTROL, "private, no-store")], Json(document)).into_response())
}
