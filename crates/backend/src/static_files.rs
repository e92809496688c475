//! A folder at `/`: the demo page, the widget, media with ranges.

use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;
use tower_http::services::ServeDir;

use crate::edge::{CORP, PAGE_POLICY};
use crate::error::ApiError;

/// Serves `folder`.
pub(crate) fn files(folder: &Path) -> Router {
    Router::new()
        .fallback_service(ServeDir::new(folder))
        .layer(from_fn(page_headers))
}

/// Caches ask each time, so that a rebuilt widget is seen at once; what is missing is a problem.
async fn page_headers(request: Request, next: Next) -> Response {
    let extension = request
        .uri()
        .path()
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_owned());
    let mut response = next.run(request).await;
    match response.status() {
        StatusCode::NOT_FOUND => return ApiError::new(code::NOT_FOUND).into_response(),
        StatusCode::METHOD_NOT_ALLOWED => {
            let allow = response.headers().get("allow").cloned();
            let mut response = ApiError::new(code::METHOD).into_response();
            let allow = allow.unwrap_or(HeaderValue::from_static("GET,HEAD"));
            response.headers_mut().insert("allow", allow);
            return response;
        }
        _ => {}
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // The widget and its media are there to be embedded.
    headers.insert(CORP, HeaderValue::from_static("cross-origin"));
    headers.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(PAGE_POLICY),
    );
    if extension.as_deref() == Some("vtt") {
        // Not in every system's table of media types.
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/vtt; charset=utf-8"),
        );
    }
    response
}
