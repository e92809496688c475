//! `POST /v1/clicks`.

use std::collections::BTreeSet;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request};
use sha2::{Digest, Sha256};
use shoptag_attribution::Exclusion;
use shoptag_commerce::{DAY_MS, TenantId, Timestamp, TouchId, ViewSessionId};
use shoptag_protocol::{ClickReceipt, ClickRequest, Problem, code};

use super::{Clicked, NewClick};
use crate::body;
use crate::error::ApiError;
use crate::state::{AppState, Shared};
use crate::tokens::{
    CLAIMS_VERSION, CLICK_DAYS, KeyRing, ReceiptClaims, TagClaims, Use, session_hash,
};
use crate::touchpoints::user_agent;

/// Exchanges a tag's token for a receipt of the tap, valid for seven days. The same touchpoint gets
/// the same click again. A refusal never stops a purchase: the line is then bought without a
/// receipt.
#[utoipa::path(
    post, path = "/v1/clicks", tag = "attribution",
    request_body = ClickRequest,
    responses(
        (status = 200, description = "The receipt", body = ClickReceipt),
        (status = 422, description = "`token-invalid`, `token-expired`, `token-session`, \
         `touchpoint-conflict`", body = Problem, content_type = "application/problem+json"),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn exchange(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Json<ClickReceipt>, ApiError> {
    let headers = request.headers().clone();
    let bytes = body::receive(request).await?;
    let request: ClickRequest = body::parse(&bytes)?;
    let touch = touch_id(&request.touchpoint_id, "/touchpoint_id")?;
    let now = state.now();
    let ring = state.tokens.ring(&state.store, now).await?;
    let claims = check(&ring, &request, now)?;
    directory_allows(&state, &claims.tenant, &headers).await?;
    let session = ViewSessionId::parse(claims.session.clone())
        .map_err(|_| ApiError::new(code::TOKEN_INVALID))?;
    let mut exclusions = BTreeSet::new();
    if user_agent::read(&headers).is_bot {
        exclusions.insert(Exclusion::Bot);
    }
    let tenant = claims.tenant.clone();
    let click = NewClick {
        touch: touch.clone(),
        fingerprint: fingerprint(&claims, request.sequence),
        session,
        sequence: request.sequence,
        occurred_at: request.occurred_at,
        now,
        exclusions,
        claims,
    };
    match state.store.record_click(click).await? {
        Clicked::Conflict => Err(ApiError::new(code::TOUCHPOINT_CONFLICT)),
        Clicked::At(clicked_at) => {
            let claims = ReceiptClaims {
                v: CLAIMS_VERSION,
                tenant,
                touch,
                clicked_at,
                valid_until: clicked_at.plus_ms(CLICK_DAYS * DAY_MS),
                bag: None,
            };
            state.metrics.clicks.inc();
            Ok(Json(ClickReceipt {
                receipt: sign(&ring, &claims, now)?,
                clicked_at,
                valid_until: claims.valid_until,
            }))
        }
    }
}

/// Signs a receipt.
///
/// # Errors
/// `internal` without a key.
pub(crate) fn sign(
    ring: &KeyRing,
    claims: &ReceiptClaims,
    now: Timestamp,
) -> Result<String, ApiError> {
    ring.sign(Use::Receipt, claims, now).map_err(|error| {
        tracing::error!(error = %error, "a receipt could not be signed");
        ApiError::new(code::INTERNAL)
    })
}

/// The claims of a token that may be exchanged now, in its own view session.
fn check(ring: &KeyRing, request: &ClickRequest, now: Timestamp) -> Result<TagClaims, ApiError> {
    let claims: TagClaims = ring
        .open(Use::Tag, &request.token, now)
        .map_err(|_| ApiError::new(code::TOKEN_INVALID))?;
    if claims.session != session_hash(&request.view_session_id) {
        return Err(ApiError::new(code::TOKEN_SESSION));
    }
    if claims.expires_at <= now {
        return Err(ApiError::new(code::TOKEN_EXPIRED));
    }
    Ok(claims)
}

/// A retry after the renewal of the session carries another token and is still the same tap.
fn fingerprint(claims: &TagClaims, sequence: u32) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [&claims.session, claims.video.as_str(), claims.tag.as_str()] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.update(sequence.to_be_bytes());
    hash.finalize().into()
}

/// A touchpoint's id: a UUID of version 7.
///
/// # Errors
/// `id-format`.
pub(crate) fn touch_id(text: &str, pointer: &str) -> Result<TouchId, ApiError> {
    uuid::Uuid::parse_str(text)
        .ok()
        .filter(|id| id.get_version_num() == 7)
        .and_then(|id| TouchId::parse(id.to_string()).ok())
        .ok_or_else(|| ApiError::field(code::ID_FORMAT, pointer, "Make a UUID of version 7."))
}

/// A page of the tenant, or no page at all.
///
/// # Errors
/// `origin`; the store's.
pub(crate) async fn directory_allows(
    state: &AppState,
    tenant: &TenantId,
    headers: &HeaderMap,
) -> Result<(), ApiError> {
    let directory = state.sites.directory(&state.store, state.now()).await?;
    if directory.tenant_lists(tenant, headers) {
        Ok(())
    } else {
        Err(ApiError::new(code::ORIGIN))
    }
}
