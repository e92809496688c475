//! `POST /v1/view-sessions`.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::http::Request;
use axum::{Extension, Json};
use shoptag_commerce::Timestamp;
use shoptag_protocol::{Problem, TagToken, ViewSession, ViewSessionRequest, code};

use super::{Minting, mint};
use crate::body;
use crate::entropy;
use crate::error::ApiError;
use crate::state::{AppState, Shared};
use crate::tokens::{KeyRing, TAG_TOKEN_MS, Use};

/// Begins a view session, or renews one: a token for each tag of the video. The session's id is
/// random, kept in memory only, and says nothing about the shopper.
#[utoipa::path(
    post, path = "/v1/view-sessions", tag = "attribution",
    request_body = ViewSessionRequest,
    responses(
        (status = 200, description = "The session with a token a tag", body = ViewSession),
        (status = 429, description = "`rate-limit`: this address has begun too many",
            body = Problem,
         content_type = "application/problem+json"),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn create(
    State(state): State<Shared>,
    address: Option<Extension<ConnectInfo<SocketAddr>>>,
    request: Request<Body>,
) -> Result<Json<ViewSession>, ApiError> {
    let headers = request.headers().clone();
    let bytes = body::receive(request).await?;
    let request: ViewSessionRequest = body::parse(&bytes)?;
    let now = state.now();
    let directory = state.sites.directory(&state.store, now).await?;
    let site = directory.site(&request.site, &headers)?;
    let ring = state.tokens.ring(&state.store, now).await?;
    state.admit(&site.key)?;
    let view_session_id = match request.view_session_id {
        Some(id) => renewed(&ring, id, now)?,
        None => begun(
            &state,
            &ring,
            address.map(|Extension(ConnectInfo(peer))| state.whom(peer.ip(), &headers)),
            now,
        )?,
    };
    let viewable = state
        .store
        .viewable(site.tenant.clone(), request.video.clone())
        .await?
        .ok_or_else(|| ApiError::new(code::NOT_FOUND))?;
    let minting = Minting {
        tenant: site.tenant.clone(),
        video: request.video,
        view_session_id: view_session_id.clone(),
        jti: entropy::uuid_v7(&*state.entropy, now)?,
        now,
    };
    // An Ed25519 signature takes some 30 µs: a video of 1 000 tags must not hold up its neighbours.
    let signed = tokio::task::spawn_blocking(move || {
        mint(&minting, &viewable)
            .into_iter()
            .map(|claims| {
                let token = ring.sign(Use::Tag, &claims, now)?;
                let tag = claims.tag;
                Ok(TagToken { tag, token })
            })
            .collect::<Result<Vec<_>, crate::tokens::TokenDefect>>()
    })
    .await;
    let tokens = match signed {
        Ok(Ok(tokens)) => tokens,
        Ok(Err(error)) => return Err(internal(&error)),
        Err(error) => return Err(internal(&error)),
    };
    Ok(Json(ViewSession {
        view_session_id,
        tokens,
        issued_at: now,
        expires_at: now.plus_ms(TAG_TOKEN_MS),
    }))
}

fn internal(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(error = %error, "tokens could not be signed");
    ApiError::new(code::INTERNAL)
}

/// The id of a new session, as long as its address has not begun too many: whoever counts 60 times
/// a minute must not escape that by beginning anew.
fn begun(
    state: &AppState,
    ring: &KeyRing,
    address: Option<IpAddr>,
    now: Timestamp,
) -> Result<String, ApiError> {
    if let (Some(limit), Some(address)) = (&state.session_limit, address)
        && !limit.allows(address, now)
    {
        return Err(ApiError::new(code::RATE_LIMIT));
    }
    let uuid = entropy::uuid_v7(&*state.entropy, now)?;
    ring.session_id(&uuid, now)
        .map_err(|error| internal(&error))
}

/// The id of a session to renew: one that we made.
fn renewed(ring: &KeyRing, id: String, now: Timestamp) -> Result<String, ApiError> {
    if ring.is_session_id(&id, now) {
        Ok(id)
    } else {
        let detail = "Send the id that an earlier answer gave, or none.";
        Err(ApiError::field(code::ID_FORMAT, "/view_session_id", detail))
    }
}
