//! `POST /v1/orders`: parse, then decide and record in one transaction, then answer.

use std::str::FromStr;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use shoptag_commerce::{ORDER_RECEIPTS_MAX, Timestamp};
use shoptag_protocol::{IDEMPOTENT_REPLAYED_HEADER, OrderRequest, OrderStatus, Problem, code};

use super::decision::clamped;
use super::{Fresh, OrderRecord, StoredAnswer, Submission, Submitted, fingerprint, key};
use crate::body;
use crate::decisions;
use crate::demo::Happened;
use crate::entropy::{self, OrderSecret};
use crate::error::ApiError;
use crate::problems;
use crate::quotes;
use crate::state::{AppState, Shared};

/// The route, as keys are scoped by it.
pub(crate) const ROUTE: &str = "POST /v1/orders";

/// Order numbers to choose from. With 35 random bits and a million orders a collision happens once
/// in 34,000 orders; four in a row never.
const NUMBERS: usize = 4;

/// Places the order that the shopper confirmed, exactly once in effect. The same key and bytes get
/// the same answer for ever, with `Idempotent-Replayed: true`. A 409 on price, quote or stock
/// creates no order and closes the checkout attempt; `quote`, where given, holds what it costs now
/// under a new attempt.
#[utoipa::path(
    post, path = "/v1/orders", tag = "checkout",
    request_body = OrderRequest,
    params(("Idempotency-Key" = String, Header,
        description = "16..=255 visible ASCII characters, bare or as an RFC 8941 string")),
    responses(
        (status = 201, description = "The order, placed now or earlier", body = OrderStatus),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`, with `Retry-After`", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn receive(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    let headers = request.headers().clone();
    let path = request.uri().path().to_owned();
    let bytes = body::receive_order(request).await?;
    let key = key(&headers)?;
    let order: OrderRequest = body::parse(&bytes)?;
    let now = state.now();
    let directory = state.sites.directory(&state.store, now).await?;
    let site = directory.site(&order.site, &headers)?;
    state.admit(&site.key)?;
    check(&order)?;
    let credit = decisions::present(&state, &order, &site.tenant, &headers, now).await?;
    let submission = Submission {
        tenant: site.tenant.clone(),
        key,
        fingerprint: fingerprint(&path, &bytes),
        client_created_at: clamped(instant(&order.created_at)?, now),
        request: order,
        now,
        quote_hold_ms: state.quote_hold_ms,
        fresh: fresh(&state, now)?,
        credit,
    };
    let submitted = state.store.submit_order(submission).await?;
    answer(&state, submitted)
}

/// The rules of an order that need no facts.
fn check(order: &OrderRequest) -> Result<(), ApiError> {
    if order.discount_minor.is_some_and(i64::is_negative) {
        let detail = "A discount is 0 or more.";
        return Err(ApiError::field(code::DISCOUNT, "/discount_minor", detail));
    }
    if order.credits.0 > ORDER_RECEIPTS_MAX {
        let detail = "Leave the credits out: they are not read.";
        return Err(ApiError::field(code::TOUCH_LIMIT, "/credits", detail));
    }
    let is_v7 = uuid::Uuid::parse_str(order.order_id.as_str())
        .is_ok_and(|uuid| uuid.get_version_num() == 7);
    if !is_v7 {
        let detail = "Make a UUID of version 7.";
        return Err(ApiError::field(code::ID_FORMAT, "/order_id", detail));
    }
    quotes::check_lines(
        order
            .lines
            .iter()
            .map(|line| (&line.variant_id, line.receipt.as_deref(), line.quantity)),
    )?;
    let sum = order.lines.iter().try_fold(0_i64, |sum, line| {
        line.unit_price_minor
            .checked_mul(i64::from(line.quantity))?
            .checked_add(sum)
    });
    if sum.is_none() {
        let detail = "The sum does not fit 64 bits.";
        return Err(ApiError::field(code::AMOUNT_OVERFLOW, "/lines", detail));
    }
    Ok(())
}

/// An RFC 3339 instant with its zone.
fn instant(text: &str) -> Result<Timestamp, ApiError> {
    jiff::Timestamp::from_str(text)
        .map(|instant| Timestamp::from_ms(instant.as_millisecond()))
        .map_err(|_| {
            let detail = "Write an instant with its zone: 2026-11-22T10:30:00Z.";
            ApiError::field(code::TIMESTAMP, "/created_at", detail)
        })
}

fn fresh(state: &AppState, now: Timestamp) -> Result<Fresh, ApiError> {
    let entropy = &*state.entropy;
    Ok(Fresh {
        secret: OrderSecret::generate(entropy, now)?,
        numbers: (0..NUMBERS)
            .map(|_| entropy::order_number(entropy))
            .collect::<Result<_, _>>()?,
        quote_id: entropy::quote_id(entropy, now)?,
        attempt: entropy::attempt_id(entropy, now)?,
    })
}

fn answer(state: &AppState, submitted: Submitted) -> Result<Response, ApiError> {
    match submitted {
        Submitted::Decided { answer, order } => {
            if let Some(order) = &order {
                placed(state, order);
            } else {
                state.metrics.orders_refused.inc();
            }
            Ok(stored(answer, false))
        }
        Submitted::Replayed(answer) => {
            state.metrics.orders_replayed.inc();
            state.happened(|| Happened::order_replayed(&answer));
            Ok(stored(answer, true))
        }
        Submitted::KeyReused => Err(ApiError::new(code::IDEMPOTENCY_KEY_REUSED)),
        Submitted::InFlight => Err(ApiError::new(code::IDEMPOTENCY_IN_FLIGHT)),
    }
}

fn placed(state: &AppState, order: &OrderRecord) {
    state.metrics.orders_placed.inc();
    tracing::info!(
        order.id = %order.order_id,
        order.lines = order.lines.len(),
        tenant.id = %order.tenant,
        "order placed"
    );
    state.happened(|| Happened::order_placed(order));
}

/// The stored bytes, with the headers that follow from them.
fn stored(answer: StoredAnswer, is_replayed: bool) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let media_type = if status.is_success() {
        "application/json"
    } else {
        problems::MEDIA_TYPE
    };
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if is_replayed {
        let name = HeaderName::from_static(IDEMPOTENT_REPLAYED_HEADER);
        headers.insert(name, HeaderValue::from_static("true"));
    }
    response
}
