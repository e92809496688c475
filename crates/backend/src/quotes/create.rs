//! `POST /v1/quotes`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use sha2::{Digest, Sha256};
use shoptag_protocol::{Problem, Quote, QuoteRequest};

use super::{MakeQuote, check_lines};
use crate::body;
use crate::demo::Happened;
use crate::entropy;
use crate::error::ApiError;
use crate::shopper;
use crate::state::Shared;

/// Prices a bag and holds price and stock for 15 minutes. A new quote of the same checkout attempt
/// replaces the earlier one and its hold; with `sequence`, a request that comes late or twice
/// replaces nothing. Without contact and address the quote is not `ready`.
#[utoipa::path(
    post, path = "/v1/quotes", tag = "checkout",
    request_body = QuoteRequest,
    responses(
        (status = 200, description = "The quote", body = Quote),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
        (status = 503, description = "`unavailable`, with `Retry-After`", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Json<Quote>, ApiError> {
    let headers = request.headers().clone();
    let bytes = body::receive_order(request).await?;
    let request: QuoteRequest = body::parse(&bytes)?;
    let now = state.now();
    let directory = state.sites.directory(&state.store, now).await?;
    let site = directory.site(&request.site, &headers)?;
    state.admit(&site.key)?;
    check_lines(
        request
            .lines
            .iter()
            .map(|line| (&line.variant_id, line.receipt.as_deref(), line.quantity)),
    )?;
    let defects = shopper::defects(
        request.contact.as_ref(),
        request.address.as_ref(),
        &request.country,
    );
    if !defects.is_empty() {
        return Err(ApiError::fields(defects));
    }
    let email = request
        .contact
        .as_ref()
        .map(|contact| shopper::masked_email(&contact.email));
    let command = MakeQuote {
        tenant: site.tenant.clone(),
        request,
        fingerprint: Sha256::digest(&bytes).into(),
        quote_id: entropy::quote_id(&*state.entropy, now)?,
        now,
        hold_ms: state.quote_hold_ms,
    };
    let quote = state.store.make_quote(command).await??;
    state.metrics.quotes.inc();
    state.happened(|| Happened::quote_made(&quote, email));
    Ok(Json(quote))
}
