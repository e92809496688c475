//! Cross-origin requests: the origins of sites, echoed exactly, never with credentials.

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;

use crate::error::ApiError;
use crate::state::Shared;

/// Seconds for which a browser may remember a preflight: Chromium's own limit.
const PREFLIGHT_AGE_S: &str = "7200";

/// Answers preflights, refuses writes from pages of no site, and marks what a page may read. Which
/// site key an origin may use is checked where the key is read.
pub(crate) async fn cors(
    State(state): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let headers = request.headers();
    let Some(origin) = headers.get(ORIGIN).cloned() else {
        return Ok(varied(next.run(request).await));
    };
    let directory = state.sites.directory(&state.store, state.now()).await?;
    let is_listed = directory.lists(&origin);
    if is_preflight(&request) {
        let response = StatusCode::NO_CONTENT.into_response();
        return Ok(varied(if is_listed {
            preflight(response, origin)
        } else {
            response
        }));
    }
    if !is_listed && !request.method().is_safe() {
        return Ok(varied(ApiError::new(code::ORIGIN).into_response()));
    }
    let mut response = next.run(request).await;
    if is_listed && response.status() != StatusCode::FORBIDDEN {
        allow(response.headers_mut(), origin);
    }
    Ok(varied(response))
}

fn is_preflight(request: &Request) -> bool {
    request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(mut response: Response, origin: HeaderValue) -> Response {
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(
        ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    let allowed = HeaderValue::from_static("content-type, idempotency-key");
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed);
    headers.insert(
        ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static(PREFLIGHT_AGE_S),
    );
    response
}

/// Lets pages of `origin` read an answer.
pub(super) fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    let exposed = HeaderValue::from_static("idempotent-replayed, retry-after, x-request-id");
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
}

fn varied(mut response: Response) -> Response {
    vary(response.headers_mut());
    response
}

/// A cache must keep answers to different origins apart.
pub(super) fn vary(headers: &mut HeaderMap) {
    headers.append(VARY, HeaderValue::from_static("origin"));
}
