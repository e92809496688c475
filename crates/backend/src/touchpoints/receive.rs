//! `POST /v1/touchpoints`, and `POST /t` for beacons.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shoptag_commerce::{SiteKey, TenantId, Timestamp};
use shoptag_protocol::{
    Problem, RejectedTouchpoint, TouchpointBatch, TouchpointBatchAnswer, TouchpointReport, code,
};

use super::NewTouchpoint;
use super::user_agent::{self, UserAgent};
use crate::body;
use crate::clicks::touch_id;
use crate::error::ApiError;
use crate::state::{AppState, Shared};
use crate::tokens::{KeyRing, TagClaims, TokenDefect, Use};

/// Touchpoints of a batch (reliability.md T3).
const BATCH_MAX: usize = 1_000;

/// Touchpoints that a device may say at once to have given up: more than it could have made since
/// the last batch, and a bound on what a lie does to the count.
const DROPPED_MAX: u32 = 10_000;

/// A batch whose touchpoints are not looked at yet: one bad one must not spoil the others.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    site: SiteKey,
    #[serde(default)]
    sent_at: Option<Timestamp>,
    #[serde(default)]
    dropped: u32,
    touchpoints: Vec<serde_json::Value>,
}

/// Takes up to 1 000 touchpoints in at most 64 KiB; each counts once, by its id. What does not
/// count is kept with its reasons. With `Sec-GPC: 1` nothing is read or kept.
#[utoipa::path(
    post, path = "/v1/touchpoints", tag = "attribution",
    request_body = TouchpointBatch,
    responses(
        (status = 202, description = "All were taken", body = TouchpointBatchAnswer),
        (status = 200, description = "Some were rejected", body = TouchpointBatchAnswer),
        (status = 204, description = "Global Privacy Control: nothing was kept"),
        (status = 413, description = "`batch-limit`", body = Problem,
         content_type = "application/problem+json"),
        (status = "4XX", description = "A problem", body = Problem,
         content_type = "application/problem+json"),
    )
)]
pub(crate) async fn receive(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    if opted_out(request.headers()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let headers = request.headers().clone();
    let bytes = body::receive(request).await.map_err(as_batch_limit)?;
    take(&state, &headers, &bytes).await
}

/// The same for `navigator.sendBeacon`, whose body is `text/plain`.
#[utoipa::path(
    post, path = "/t", tag = "attribution",
    request_body(content = String, content_type = "text/plain", description = "As JSON text"),
    responses(
        (status = 202, description = "All were taken", body = TouchpointBatchAnswer),
        (status = 200, description = "Some were rejected", body = TouchpointBatchAnswer),
        (status = 204, description = "Global Privacy Control: nothing was kept"),
    )
)]
pub(crate) async fn beacon(
    State(state): State<Shared>,
    request: Request<Body>,
) -> Result<Response, ApiError> {
    if opted_out(request.headers()) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let headers = request.headers().clone();
    let bytes = body::receive_text(request).await.map_err(as_batch_limit)?;
    take(&state, &headers, &bytes).await
}

/// Global Privacy Control.
fn opted_out(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value == "1")
}

fn as_batch_limit(error: ApiError) -> ApiError {
    if error.problem.code == code::BODY_SIZE {
        ApiError::new(code::BATCH_LIMIT)
    } else {
        error
    }
}

async fn take(state: &AppState, headers: &HeaderMap, bytes: &Bytes) -> Result<Response, ApiError> {
    let batch: Batch = body::parse(bytes)?;
    if batch.touchpoints.len() > BATCH_MAX {
        return Err(ApiError::new(code::BATCH_LIMIT));
    }
    let now = state.now();
    let directory = state.sites.directory(&state.store, now).await?;
    let tenant = directory.site(&batch.site, headers)?.tenant.clone();
    state.admit(&batch.site)?;
    let dropped = batch.dropped.min(DROPPED_MAX);
    state.metrics.touchpoints_dropped.inc_by(dropped.into());
    let ring = state.tokens.ring(&state.store, now).await?;
    let reader = Reader {
        ring,
        tenant: tenant.clone(),
        agent: user_agent::read(headers),
        sent_at: batch.sent_at,
        now,
    };
    // A thousand signatures take some 60 ms.
    let read = tokio::task::spawn_blocking(move || reader.read(batch.touchpoints)).await;
    let (new, mut rejected) = read.map_err(|error| {
        tracing::error!(error = %error, "a batch could not be read");
        ApiError::new(code::INTERNAL)
    })?;
    let mut accepted = 0;
    if !new.is_empty() {
        let taken = state.store.record_touchpoints(tenant, new).await?;
        accepted = taken.accepted;
        state.metrics.touchpoints.inc_by(u64::from(taken.stored));
        state
            .metrics
            .touchpoint_conflicts
            .inc_by(u64::from(taken.conflicts));
        rejected.extend(taken.rejected);
    }
    rejected.sort_by_key(|it| it.index);
    let status = if rejected.is_empty() {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    let answer = TouchpointBatchAnswer { accepted, rejected };
    Ok((status, Json(answer)).into_response())
}

struct Reader {
    ring: Arc<KeyRing>,
    tenant: TenantId,
    agent: UserAgent,
    sent_at: Option<Timestamp>,
    now: Timestamp,
}

impl Reader {
    /// The touchpoints whose token is ours, and the others.
    fn read(
        &self,
        values: Vec<serde_json::Value>,
    ) -> (Vec<NewTouchpoint>, Vec<RejectedTouchpoint>) {
        let mut known: HashMap<String, Result<TagClaims, &'static str>> = HashMap::new();
        let mut new = Vec::with_capacity(values.len());
        let mut rejected = Vec::new();
        for (index, value) in (0_u32..).zip(values) {
            match self.read_one(index, value, &mut known) {
                Ok(touchpoint) => new.push(touchpoint),
                Err(code) => rejected.push(RejectedTouchpoint {
                    index,
                    code: code.to_owned(),
                }),
            }
        }
        (new, rejected)
    }

    fn read_one(
        &self,
        index: u32,
        value: serde_json::Value,
        known: &mut HashMap<String, Result<TagClaims, &'static str>>,
    ) -> Result<NewTouchpoint, &'static str> {
        let position = value.get("position_s").and_then(serde_json::Value::as_f64);
        let fingerprint: [u8; 32] = Sha256::digest(value.to_string().as_bytes()).into();
        let report: TouchpointReport = serde_json::from_value(value).map_err(|_| {
            // A position that is no number is the commonest mistake (T8).
            if position.is_none() {
                "position"
            } else {
                "json-shape"
            }
        })?;
        let id = touch_id(&report.id, "").map_err(|_| code::ID_FORMAT)?;
        let claims = known
            .entry(report.token.clone())
            .or_insert_with(|| self.open(&report.token))
            .clone()?;
        Ok(NewTouchpoint {
            index,
            id,
            report,
            claims,
            fingerprint,
            sent_at: self.sent_at,
            now: self.now,
            user_agent: self.agent.text.clone(),
            is_bot: self.agent.is_bot,
        })
    }

    /// What a token says, or why it says nothing to us. Its own end is weighed with the touch,
    /// which may have waited on the device.
    fn open(&self, token: &str) -> Result<TagClaims, &'static str> {
        match self.ring.open::<TagClaims>(Use::Tag, token, self.now) {
            Ok(claims) if claims.tenant == self.tenant => Ok(claims),
            Ok(_) => Err("token-foreign"),
            Err(TokenDefect::Retired) => Err("token-expired"),
            Err(_) => Err("token-tampered"),
        }
    }
}
