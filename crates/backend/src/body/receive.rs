//! Reading a body: its media type, its size, its time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use shoptag_commerce::ORDER_BODY_BYTES_MAX;
use shoptag_protocol::code;
use tokio::sync::Semaphore;

use crate::error::ApiError;

/// Bytes of every body but an order's and a quote's: a thousand touchpoints, with the token that
/// they share.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// Bodies of more than [`BODY_BYTES_MAX`] that are on their way at once: the memory that thousands
/// of unfinished orders can take is bounded. A bag of a hundred receipts is below it.
const LARGE_BODIES_MAX: usize = 64;

static LARGE_BODIES: Semaphore = Semaphore::const_new(LARGE_BODIES_MAX);

/// Time for a body to arrive. 64 KiB in 8 s is 64 kbit/s, slower than any connection that plays
/// video.
const BODY_TIME: Duration = Duration::from_secs(8);

/// The JSON body of `request`, at most 64 KiB.
///
/// # Errors
/// `media-type`, `body-size`, `timeout`, or `json-syntax` when the connection broke off.
pub(crate) async fn receive(request: Request<Body>) -> Result<Bytes, ApiError> {
    receive_as(request, BODY_BYTES_MAX, is_json_in_utf8).await
}

/// As [`receive`], up to the size of the largest order.
///
/// # Errors
/// As [`receive`]; `unavailable` when many large ones come at once.
pub(crate) async fn receive_order(request: Request<Body>) -> Result<Bytes, ApiError> {
    receive_as(request, ORDER_BODY_BYTES_MAX, is_json_in_utf8).await
}

/// As [`receive`], also for `text/plain`: what a beacon sends without asking first.
///
/// # Errors
/// As [`receive`].
pub(crate) async fn receive_text(request: Request<Body>) -> Result<Bytes, ApiError> {
    receive_as(request, BODY_BYTES_MAX, |media_type| {
        is_in_utf8(media_type, "text/plain") || is_json_in_utf8(media_type)
    })
    .await
}

async fn receive_as(
    request: Request<Body>,
    bytes_max: usize,
    is_wanted: fn(&str) -> bool,
) -> Result<Bytes, ApiError> {
    let (parts, body) = request.into_parts();
    check_headers(&parts.headers, bytes_max, is_wanted)?;
    match tokio::time::timeout(BODY_TIME, collected(body, bytes_max)).await {
        Ok(collected) => collected,
        Err(_) => Err(ApiError::new(code::TIMEOUT)),
    }
}

async fn collected(mut body: Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    let mut large = None;
    while let Some(frame) = body.frame().await {
        let broken = |_| ApiError::new(code::JSON_SYNTAX).detail("The body broke off.");
        let Ok(data) = frame.map_err(broken)?.into_data() else {
            continue;
        };
        let length = bytes.len() + data.len();
        if length > bytes_max {
            return Err(ApiError::new(code::BODY_SIZE));
        }
        if length > BODY_BYTES_MAX && large.is_none() {
            let busy = |_| ApiError::new(code::UNAVAILABLE);
            large = Some(LARGE_BODIES.try_acquire().map_err(busy)?);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

fn check_headers(
    headers: &HeaderMap,
    bytes_max: usize,
    is_wanted: fn(&str) -> bool,
) -> Result<(), ApiError> {
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if length.is_some_and(|bytes| bytes > bytes_max as u64) {
        return Err(ApiError::new(code::BODY_SIZE));
    }
    let is_encoded = headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if is_encoded {
        let detail = "Send the body as it is: what an encoded one grows to cannot be known.";
        return Err(ApiError::new(code::BODY_SIZE).detail(detail));
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    match (types.next(), types.next()) {
        (Some(value), None) if value.to_str().is_ok_and(is_wanted) => Ok(()),
        _ => Err(ApiError::new(code::MEDIA_TYPE)),
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
