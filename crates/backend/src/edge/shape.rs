//! Requests that no route should see.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::{CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use shoptag_protocol::code;

use crate::error::ApiError;

/// Bytes of path and query; our longest is below 200.
pub(crate) const URI_BYTES_MAX: usize = 8 * 1024;

/// Refuses addresses that are too long, and bodies with two lengths: a proxy before us may have
/// taken the other one (request smuggling, RFC 9112 6.3).
pub(super) async fn shape(request: Request, next: Next) -> Response {
    let length = request
        .uri()
        .path_and_query()
        .map_or(0, |path| path.as_str().len());
    if length > URI_BYTES_MAX {
        return ApiError::new(code::URI_LENGTH).into_response();
    }
    let headers = request.headers();
    let is_chunked = headers.contains_key(TRANSFER_ENCODING);
    let mut response = if is_chunked && headers.contains_key(CONTENT_LENGTH) {
        ApiError::new(code::JSON_SYNTAX)
            .detail("The request has two lengths.")
            .into_response()
    } else {
        next.run(request).await
    };
    if is_chunked {
        // Where its body ends was not checked byte by byte (`listener::head`).
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}
