//! `POST /v1/bag-bindings`.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use shoptag_commerce::DAY_MS;
use shoptag_protocol::{BagBindingRequest, BagReceipt, Problem, code};

use crate::body;
use crate::clicks;
use crate::error::ApiError;
use crate::state::Shared;
use crate::tokens::{BagClaims, CLAIMS_VERSION, ReceiptClaims, Use};

/// Binds a bag line to a click of at most seven days ago: 30 days, or what the brand has set. A
/// refusal never stops a purchase: the line is then bought without a receipt.
#[utoipa::path(
    post, path = "/v1/bag-bindings", tag = "attribution",
    request_body = BagBindingRequest,
    responses(
        (status = 200, description = "The receipt of the line", body = BagReceipt),
        (status = 422, description = "`receipt-invalid`, `receipt-expired`, `receipt-brand`, \
         `sku-unknown`", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Json<BagReceipt>, ApiError> {
    let headers = request.headers().clone();
    let bytes = body::receive(request).await?;
    let request: BagBindingRequest = body::parse(&bytes)?;
    let now = state.now();
    let ring = state.tokens.ring(&state.store, now).await?;
    let invalid = || ApiError::field(code::RECEIPT_INVALID, "/receipt", "Send a click receipt.");
    let click: ReceiptClaims = ring
        .open(Use::Receipt, &request.receipt, now)
        .ok()
        .filter(|claims: &ReceiptClaims| claims.bag.is_none())
        .ok_or_else(invalid)?;
    clicks::directory_allows(&state, &click.tenant, &headers).await?;
    if now > click.valid_until {
        return Err(ApiError::new(code::RECEIPT_EXPIRED));
    }
    let facts = state
        .store
        .binding_facts(
            click.tenant.clone(),
            click.touch.clone(),
            request.variant_id.clone(),
        )
        .await?
        .ok_or_else(invalid)?;
    let brand = facts.variant_brand.ok_or_else(|| {
        let detail = "This product is not for sale.";
        ApiError::field(code::SKU_UNKNOWN, "/variant_id", detail)
    })?;
    if brand != facts.click_brand {
        return Err(ApiError::new(code::RECEIPT_BRAND));
    }
    let claims = ReceiptClaims {
        v: CLAIMS_VERSION,
        tenant: click.tenant,
        touch: click.touch,
        clicked_at: click.clicked_at,
        valid_until: now.plus_ms(i64::from(facts.days) * DAY_MS),
        bag: Some(BagClaims {
            variant: request.variant_id,
            bound_at: now,
        }),
    };
    Ok(Json(BagReceipt {
        receipt: clicks::sign(&ring, &claims, now)?,
        bound_at: now,
        valid_until: claims.valid_until,
    }))
}
