//! The time a request may take.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;

use crate::error::ApiError;
use crate::state::Shared;

/// Answers `unavailable` when a handler takes too long. What it has handed to the store goes on
/// there: the same request with the same key finds out what became of it.
pub(crate) async fn deadline(
    State(state): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    match tokio::time::timeout(state.deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(code::UNAVAILABLE)
            .detail("This took too long. Send it again with the same idempotency key.")
            .into_response(),
    }
}
