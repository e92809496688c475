//! Errors on the wire: RFC 9457 problem documents with stable codes.

use serde::{Deserialize, Serialize};
use shoptag_json::readable;

use crate::Quote;

/// An `application/problem+json` document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `/problems/<code>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short, the same for every occurrence.
    pub title: String,
    /// Same as the HTTP status.
    pub status: u16,
    /// Stable, kebab-case; one of [`crate::code`].
    pub code: String,
    /// This occurrence, for people. Never repeats the input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Which fields, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With `price-changed` and `quote-expired`: what it costs now, held anew under a new attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub quote: Option<Box<Quote>>,
}

readable!(Problem { kind as "type", title, status, code, detail, errors or Vec::new(), quote });

/// One field that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// RFC 6901 JSON pointer into the request.
    pub pointer: String,
    /// Stable, kebab-case.
    pub code: String,
    /// For people, one sentence: what to do.
    pub detail: String,
    /// With `out-of-stock`: how many can still be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
}

readable!(FieldError {
    pointer,
    code,
    detail,
    available
});
