//! `POST /v1/orders/{secret}/cancel`, and the same from the order's page.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use shoptag_protocol::{OrderStatus, Problem, code};

use super::read::find;
use super::{Cancelled, OrderRecord};
use crate::demo::Happened;
use crate::edge::Segment;
use crate::entropy::OrderSecret;
use crate::error::ApiError;
use crate::state::{AppState, Shared};

/// Cancels an order of which nothing has been shipped; its items go back into stock. Cancelling
/// twice is cancelling once.
#[utoipa::path(
    post, path = "/v1/orders/{secret}/cancel", tag = "orders",
    params(("secret" = String, Path, description = "The last part of `status_url`")),
    responses((status = 200, description = "The cancelled order", body = OrderStatus),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"),
              (status = 409, description = "`not-cancellable`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn cancel(
    State(state): State<Shared>,
    Segment(secret): Segment,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let (secret, record) = find(&state, &secret).await?;
    let directory = state.sites.directory(&state.store, state.now()).await?;
    if !directory.tenant_lists(&record.tenant, &headers) {
        return Err(ApiError::new(code::ORIGIN));
    }
    let record = stop(&state, &secret).await?;
    Ok(Json(record.status(&secret)).into_response())
}

/// The button on the order's page. The secret in the path is the permission, and the page's
/// `Referrer-Policy: no-referrer` makes browsers send `Origin: null`: the origin is not looked at.
#[utoipa::path(
    post, path = "/orders/{secret}/cancel", tag = "orders",
    params(("secret" = String, Path, description = "The last part of `status_url`")),
    responses((status = 303, description = "Back to the order's page"),
              (status = 404, description = "`not-found`"))
)]
pub(crate) async fn cancel_from_page(
    State(state): State<Shared>,
    Segment(secret): Segment,
) -> Result<Redirect, ApiError> {
    let (secret, _) = find(&state, &secret).await?;
    match stop(&state, &secret).await {
        Ok(_) => {}
        // The page says by itself that it is too late.
        Err(error) if error.problem.code == code::NOT_CANCELLABLE => {}
        Err(error) => return Err(error),
    }
    Ok(Redirect::to(&format!("/orders/{}", secret.as_str())))
}

async fn stop(state: &AppState, secret: &OrderSecret) -> Result<OrderRecord, ApiError> {
    match state.store.cancel_order(secret.hash(), state.now()).await? {
        Cancelled::Done { record, changed } => {
            if changed {
                state.metrics.orders_cancelled.inc();
                tracing::info!(order.id = %record.order_id, "order cancelled by the shopper");
                state.happened(|| Happened::order_cancelled(&record));
            }
            Ok(*record)
        }
        Cancelled::TooLate => Err(ApiError::new(code::NOT_CANCELLABLE)),
        Cancelled::NotFound => Err(ApiError::new(code::NOT_FOUND)),
    }
}
