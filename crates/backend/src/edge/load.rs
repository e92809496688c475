//! Requests that come when there is too much to do.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{ORIGIN, TRANSFER_ENCODING};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use prometheus_client::metrics::counter::Counter;

use super::{cors, security};
use crate::error::ApiError;
use crate::state::Shared;
use crate::store::StoreError;

/// The answer to a change that there is no time for, made beforehand: whoever is turned away costs
/// those who were let in as little as possible.
pub(crate) struct Shed {
    state: Shared,
    headers: HeaderMap,
    document: Bytes,
    turned_away: Counter,
}

impl Shed {
    /// Makes the answer.
    pub(crate) fn new(state: &Shared) -> Self {
        let error = ApiError::from(StoreError::Busy);
        let document = error.body().into();
        let mut headers = error.into_response().headers().clone();
        cors::vary(&mut headers);
        security::add(&mut headers);
        Self {
            state: Shared::clone(state),
            headers,
            document,
            turned_away: state.metrics.turned_away.clone(),
        }
    }

    /// Whether a request is a change for which the store has no room at this moment.
    pub(super) fn must_wait(&self, request: &Request) -> bool {
        is_change(request) && self.state.store.is_full()
    }

    /// What the requests that are let in share.
    pub(super) fn state(&self) -> &Shared {
        &self.state
    }

    /// Turns a change away.
    pub(super) fn turn_away(&self, request: &Request) -> Response {
        self.turned_away.inc();
        let mut response = Response::new(Body::from(self.document.clone()));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().clone_from(&self.headers);
        if let Some(origin) = request.headers().get(ORIGIN)
            && self.state.sites.known().lists(origin)
        {
            cors::allow(response.headers_mut(), origin.clone());
        }
        response
    }
}

/// Whether the API is asked to change something. A body without a length is `shape`'s to look at.
fn is_change(request: &Request) -> bool {
    let path = request.uri().path();
    let is_api = path.starts_with("/v1/") || path == "/t";
    is_api && !request.method().is_safe() && !request.headers().contains_key(TRANSFER_ENCODING)
}
