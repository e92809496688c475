//! Security headers of every answer. A handler's own stricter ones stay.

use axum::http::header::{
    CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// The policy of what is not a page: nothing in it may run or load anything.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The policy of pages served from `--static`: what an embedding page needs at least
/// (reliability.md 5).
pub(crate) const PAGE_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
     style-src 'self'; img-src 'self' data: https:; media-src 'self'; connect-src 'self'; \
     object-src 'none'; base-uri 'none'; frame-ancestors 'self'; \
     require-trusted-types-for 'script'";

const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Files that other origins' pages may load have their own value.
pub(crate) const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const HEADERS: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, DATA_POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (X_FRAME_OPTIONS, "SAMEORIGIN"),
    // Browsers ignore it over plain http.
    (STRICT_TRANSPORT_SECURITY, "max-age=31536000"),
    // No page of another origin holds a handle on ours, or draws our data in as a picture.
    (COOP, "same-origin"),
    (CORP, "same-origin"),
];

/// Adds what is missing to the headers of an answer.
pub(super) fn add(headers: &mut HeaderMap) {
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}
