//! The layers around the routes. Each costs a request a box and a copy of all those inside it, so
//! that what can stand together does.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;

use super::load::Shed;
use super::log::Line;
use super::{rate, security, shape};
use crate::error::ApiError;
use crate::state::Shared;

/// Around everything: has changes wait, or turns them away, before anything else is looked at when
/// there is too much to do, refuses requests that no route should see, adds the security headers,
/// and logs.
pub(crate) async fn surround(
    State(shed): State<Arc<Shed>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    if shed.must_wait(&request) && !shed.state().store.has_room().await {
        return shed.turn_away(&request);
    }
    let line = Line::of(&request, started, shed.state());
    let mut response = shape::shape(request, next).await;
    security::add(response.headers_mut());
    line.end(&mut response, shed.state());
    response
}

/// Around the routes: how many submissions an address may make, and the time that a request may
/// take. What a handler that takes too long has handed to the store goes on there: the same request
/// with the same key finds out what became of it.
pub(crate) async fn limits(State(state): State<Shared>, request: Request, next: Next) -> Response {
    if !rate::admits(&state, &request) {
        return ApiError::new(code::RATE_LIMIT).into_response();
    }
    match tokio::time::timeout(state.deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(code::UNAVAILABLE)
            .detail("This took too long. Send it again with the same idempotency key.")
            .into_response(),
    }
}
