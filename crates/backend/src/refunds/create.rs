//! `POST /v1/orders/{number}/refunds`.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use shoptag_protocol::{IDEMPOTENT_REPLAYED_HEADER, Problem, RefundDocument, RefundRequest, code};

use super::{RefundCommand, Refunded};
use crate::body;
use crate::entropy;
use crate::error::ApiError;
use crate::ledger_accounts::{PartyKind, authorise};
use crate::orders::{StoredAnswer, fingerprint, key};
use crate::state::Shared;

/// Gives back some or all of what was paid for a brand's lines; the commission follows at once,
/// also after it was paid out. The same key and bytes get the same answer for ever.
#[utoipa::path(
    post, path = "/v1/orders/{number}/refunds", tag = "after the order",
    request_body = RefundRequest,
    params(("number" = String, Path, description = "The order's number, such as ST-7K3Q-94MX"),
           ("Idempotency-Key" = String, Header, description = "16..=255 visible ASCII characters")),
    responses((status = 201, description = "Refunded, now or earlier", body = RefundDocument),
              (status = 401, description = "`authorization`", body = Problem,
               content_type = "application/problem+json"),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"),
              (status = 422, description = "`refund-amount`, `over-refund`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn create(
    State(state): State<Shared>,
    Path(number): Path<String>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let party = authorise(&state, &headers).await?;
    let PartyKind::Brand(brand) = party.kind else {
        return Err(ApiError::new(code::NOT_FOUND));
    };
    let bytes = body::receive(request).await?;
    let key = key(&headers)?;
    let request: RefundRequest = body::parse(&bytes)?;
    let now = state.now();
    let command = RefundCommand {
        tenant: party.tenant,
        brand,
        number: number.to_ascii_uppercase(),
        key,
        fingerprint: fingerprint(&path, &bytes),
        request,
        refund_id: entropy::uuid_v7(&*state.entropy, now)?,
        now,
    };
    match state.store.refund(command).await?? {
        Refunded::Made(answer) => Ok(stored(answer, false)),
        Refunded::Replayed(answer) => Ok(stored(answer, true)),
        Refunded::KeyReused => Err(ApiError::new(code::IDEMPOTENCY_KEY_REUSED)),
    }
}

fn stored(answer: StoredAnswer, is_replayed: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_replayed {
        let name = HeaderName::from_static(IDEMPOTENT_REPLAYED_HEADER);
        headers.insert(name, HeaderValue::from_static("true"));
    }
    response
}
