//! The one place where an error becomes an HTTP answer: RFC 9457 problem documents with stable
//! codes.

use axum::Json;
use axum::http::header::{CONTENT_TYPE, LINK, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use shoptag_protocol::{FieldError, Problem, Quote, code};

use crate::entropy::NoEntropy;
use crate::problems;
use crate::store::StoreError;

/// Seconds after which a refused request may come back: the queue drains within one.
const RETRY_AFTER_S: u32 = 1;

/// An error as a client sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The document.
    pub problem: Box<Problem>,
    /// Seconds for `Retry-After`.
    pub retry_after_s: Option<u32>,
}

impl ApiError {
    /// The error `code` of the list in [`problems`], with its status and title.
    #[must_use]
    pub fn new(code: &'static str) -> Self {
        let entry = problems::entry(code);
        let problem = Problem {
            kind: format!("/problems/{code}"),
            title: entry.title.to_owned(),
            status: entry.status,
            code: code.to_owned(),
            ..Problem::default()
        };
        let waits = matches!(
            code,
            code::UNAVAILABLE | code::IDEMPOTENCY_IN_FLIGHT | code::RATE_LIMIT | code::TIMEOUT
        );
        Self {
            problem: Box::new(problem),
            retry_after_s: waits.then_some(RETRY_AFTER_S),
        }
    }

    /// With a sentence about this occurrence. It must not repeat the input.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    /// With the fields that are wrong.
    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.problem.errors = errors;
        self
    }

    /// With the quote that holds instead.
    #[must_use]
    pub fn quote(mut self, quote: Quote) -> Self {
        self.problem.quote = Some(Box::new(quote));
        self
    }

    /// One wrong field: its code is the problem's too.
    #[must_use]
    pub fn field(
        code: &'static str,
        pointer: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        let detail = detail.into();
        let error = FieldError {
            pointer: pointer.into(),
            code: code.to_owned(),
            detail: detail.clone(),
            available: None,
        };
        Self::new(code).detail(detail).errors(vec![error])
    }

    /// Several wrong fields. The problem's own code is the first one's.
    #[must_use]
    pub fn fields(errors: Vec<FieldError>) -> Self {
        let code = errors
            .first()
            .and_then(|first| known(&first.code))
            .unwrap_or(code::INTERNAL);
        let detail = errors
            .first()
            .map(|first| first.detail.clone())
            .unwrap_or_default();
        Self::new(code).detail(detail).errors(errors)
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The document's bytes, as they are stored and sent.
    #[must_use]
    pub fn body(&self) -> Vec<u8> {
        // Plain strings and numbers: serialising them cannot fail.
        serde_json::to_vec(&self.problem).unwrap_or_default()
    }
}

/// The constant of [`code`] with this text.
fn known(text: &str) -> Option<&'static str> {
    code::ALL.iter().copied().find(|code| *code == text)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status(), Json(&self.problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(problems::MEDIA_TYPE));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.problem.code == code::IDEMPOTENCY_KEY_MISSING {
            let link = "</problems/idempotency-key-missing>; rel=\"describedby\"";
            headers.insert(LINK, HeaderValue::from_static(link));
        }
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::new(code::UNAVAILABLE)
                .detail("The service has too much to do right now. Nothing was changed."),
            StoreError::Unavailable(cause) => {
                tracing::error!(error = %cause, "the store did not answer");
                Self::new(code::UNAVAILABLE)
            }
            StoreError::Corrupt(cause) => {
                tracing::error!(error = %cause, "the store contradicts itself");
                Self::new(code::INTERNAL)
            }
        }
    }
}

impl From<NoEntropy> for ApiError {
    fn from(error: NoEntropy) -> Self {
        tracing::error!(error = %error, "no random bits");
        Self::new(code::UNAVAILABLE)
    }
}
