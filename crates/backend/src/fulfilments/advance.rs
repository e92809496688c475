//! `POST /v1/orders/{number}/fulfilments/{brand}/{verb}`.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use shoptag_commerce::BrandId;
use shoptag_protocol::{FulfilmentDocument, Problem, code};

use crate::error::ApiError;
use crate::ledger_accounts::{PartyKind, authorise};
use crate::orders::{Advanced, Step};
use crate::state::Shared;

/// Moves a brand's part of an order: `ship`, `deliver`, `return` or `cancel`. Saying it twice is
/// saying it once. Commission is held from the delivery on, and taken back by a return or
/// cancellation.
#[utoipa::path(
    post, path = "/v1/orders/{number}/fulfilments/{brand}/{verb}", tag = "after the order",
    params(("number" = String, Path, description = "The order's number, such as ST-7K3Q-94MX"),
           ("brand" = String, Path, description = "The brand whose key is sent"),
           ("verb" = String, Path, description = "ship, deliver, return or cancel")),
    responses((status = 200, description = "Where it stands now", body = FulfilmentDocument),
              (status = 401, description = "`authorization`", body = Problem,
               content_type = "application/problem+json"),
              (status = 404, description = "`not-found`", body = Problem,
               content_type = "application/problem+json"),
              (status = 409, description = "`fulfilment-step`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn advance(
    State(state): State<Shared>,
    Path((number, brand, verb)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Json<FulfilmentDocument>, ApiError> {
    let not_found = || ApiError::new(code::NOT_FOUND);
    let party = authorise(&state, &headers).await?;
    let brand = BrandId::parse(brand).map_err(|_| not_found())?;
    let step = match verb.as_str() {
        "ship" => Step::Ship,
        "deliver" => Step::Deliver,
        "return" => Step::Return,
        "cancel" => Step::Cancel,
        _ => return Err(not_found()),
    };
    if party.kind != PartyKind::Brand(brand.clone()) {
        return Err(not_found());
    }
    let number = number.to_ascii_uppercase();
    let advanced = state
        .store
        .advance(
            party.tenant,
            number.clone(),
            brand.clone(),
            step,
            state.now(),
        )
        .await?;
    match advanced {
        Advanced::Moved | Advanced::Unchanged => Ok(Json(FulfilmentDocument {
            number,
            brand_id: brand,
            status: step.status(),
        })),
        Advanced::Refused(_) => Err(ApiError::new(code::FULFILMENT_STEP)),
        Advanced::NotFound => Err(not_found()),
    }
}
