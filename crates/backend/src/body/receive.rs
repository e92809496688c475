//! Reading a body: its media type, its size, its time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Request};
use shoptag_protocol::code;

use crate::error::ApiError;

/// Bytes of a quote's or order's body: 500 lines with ids of 60 bytes need 54 KiB.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Time for a body to arrive. 64 KiB in 8 s is 64 kbit/s, slower than any connection that plays
/// video.
const BODY_TIME: Duration = Duration::from_secs(8);

/// The JSON body of `request`.
///
/// # Errors
/// `media-type`, `body-size`, `timeout`, or `json-syntax` when the connection broke off.
pub(crate) async fn receive(request: Request<Body>) -> Result<Bytes, ApiError> {
    receive_as(request, is_json_in_utf8).await
}

/// As [`receive`], also for `text/plain`: what a beacon sends without asking first.
///
/// # Errors
/// As [`receive`].
pub(crate) async fn receive_text(request: Request<Body>) -> Result<Bytes, ApiError> {
    receive_as(request, |media_type| {
        is_in_utf8(media_type, "text/plain") || is_json_in_utf8(media_type)
    })
    .await
}

async fn receive_as(
    request: Request<Body>,
    is_wanted: fn(&str) -> bool,
) -> Result<Bytes, ApiError> {
    let (parts, body) = request.into_parts();
    check_headers(&parts.headers, is_wanted)?;
    match tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(too_large_or_broken(&error)),
        Err(_) => Err(ApiError::new(code::TIMEOUT)),
    }
}

fn check_headers(headers: &HeaderMap, is_wanted: fn(&str) -> bool) -> Result<(), ApiError> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|bytes| bytes > BODY_BYTES_MAX as u64) {
        return Err(ApiError::new(code::BODY_SIZE));
    }
    let encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let is_json = match (types.next(), types.next()) {
        (Some(value), None) => value.to_str().is_ok_and(is_wanted),
        _ => false,
    };
    if encoded || !is_json {
        Err(ApiError::new(code::MEDIA_TYPE))
    } else {
        Ok(())
    }
}

fn is_json_in_utf8(media_type: &str) -> bool {
    is_in_utf8(media_type, "application/json")
}

fn is_in_utf8(media_type: &str, wanted: &str) -> bool {
    let mut parts = media_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    essence.eq_ignore_ascii_case(wanted)
        && parts.all(|parameter| {
            let plain = parameter.to_ascii_lowercase().replace('"', "");
            plain.is_empty() || plain == "charset=utf-8" || !plain.starts_with("charset")
        })
}

fn too_large_or_broken(error: &axum::Error) -> ApiError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<http_body_util::LengthLimitError>() {
            return ApiError::new(code::BODY_SIZE);
        }
        cause = inner.source();
    }
    ApiError::new(code::JSON_SYNTAX).detail("The body broke off.")
}
