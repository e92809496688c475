//! Requests that come when there is too much to do.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::state::AppState;
use crate::store::StoreError;

/// Turns a change away at once, before its body is read, when the store's queue is full: whoever is
/// turned away costs those who were let in as little as possible.
pub(crate) async fn shed(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !request.method().is_safe() && state.store.is_full() {
        return ApiError::from(StoreError::Busy).into_response();
    }
    next.run(request).await
}
