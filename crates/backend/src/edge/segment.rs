//! The one variable part of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use shoptag_protocol::code;

use crate::error::ApiError;

/// A path segment as text. What is not UTF-8 after decoding names nothing here: `not-found`.
pub(crate) struct Segment(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Segment {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        Path::<String>::from_request_parts(parts, state)
            .await
            .map(|Path(segment)| Self(segment))
            .map_err(|_| ApiError::new(code::NOT_FOUND))
    }
}
