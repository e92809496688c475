//! One line a request: who it was cannot be told from it.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;

use crate::entropy;
use crate::state::AppState;

/// Where a client finds the id under which its request was logged.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The line of a request that is being answered: route template, status and duration. Never the
/// path itself (it may hold an order's secret), a header, a body or an address.
pub(super) struct Line {
    id: String,
    method: Method,
    route: Option<MatchedPath>,
    started: Instant,
}

impl Line {
    /// Gives the request, which came at `started`, an id.
    pub(super) fn of(request: &Request, started: Instant, state: &AppState) -> Self {
        Self {
            id: entropy::uuid_v7(&*state.entropy, state.now()).unwrap_or_default(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            started,
        }
    }

    /// Logs it, counts it, and tells the client the id.
    pub(super) fn end(self, response: &mut Response, state: &AppState) {
        let elapsed = self.started.elapsed();
        let status = response.status().as_u16();
        let route = self.route.as_ref().map_or("(none)", MatchedPath::as_str);
        state.metrics.answered(&self.method, route, status, elapsed);
        tracing::info!(
            request.id = %self.id,
            http.method = %self.method,
            http.route = %route,
            http.status = status,
            duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            "answered"
        );
        if let Ok(id) = HeaderValue::from_str(&self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
    }
}
