//! `GET /v1/videos/{id}?site=pk_...`: what a page needs to show tags.

use std::fmt::Write as _;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use shoptag_commerce::{SiteKey, VideoId};
use shoptag_protocol::{Problem, VideoDocument, code};

use crate::edge::Segment;
use crate::error::ApiError;
use crate::state::Shared;

/// Browsers ask again after 15 seconds, so that "sold out" is seen soon; a shared cache may give an
/// old answer for a minute more while it asks. Nothing in the document is about the shopper.
const CACHE: &str = "public, max-age=15, stale-while-revalidate=60";

#[derive(Deserialize)]
pub(crate) struct Parameters {
    site: Option<String>,
}

/// A video's tags, products and selling policy. Cacheable; the same for every shopper.
#[utoipa::path(
    get, path = "/v1/videos/{id}", tag = "videos",
    params(("id" = String, Path, description = "The video"),
           ("site" = String, Query, description = "The page's site key")),
    responses((status = 200, description = "The document", body = VideoDocument),
              (status = 304, description = "As `If-None-Match` says"),
              (status = 403, description = "`origin`", body = Problem,
               content_type = "application/problem+json"),
              (status = 404, description = "`site-unknown`, `not-found`", body = Problem,
               content_type = "application/problem+json"))
)]
pub(crate) async fn read(
    State(state): State<Shared>,
    Segment(id): Segment,
    parameters: Result<Query<Parameters>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let directory = state.sites.directory(&state.store, state.now()).await?;
    let site = parameters
        .ok()
        .and_then(|Query(parameters)| parameters.site)
        .and_then(|key| SiteKey::parse(key).ok())
        .ok_or_else(|| ApiError::new(code::SITE_UNKNOWN))?;
    let site = directory.site(&site, &headers)?;
    let not_found = || ApiError::new(code::NOT_FOUND);
    let video = VideoId::parse(id).map_err(|_| not_found())?;
    let document = state
        .store
        .video(site.tenant.clone(), video)
        .await?
        .ok_or_else(not_found)?;
    let body = serde_json::to_vec(&document).map_err(|error| {
        tracing::error!(error = %error, "a video document is not JSON");
        ApiError::new(code::INTERNAL)
    })?;
    let tag = entity_tag(&body);
    let cached = [(CACHE_CONTROL, CACHE.to_owned()), (ETAG, tag.clone())];
    if matches(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, cached).into_response());
    }
    Ok((cached, [(CONTENT_TYPE, "application/json")], body).into_response())
}

/// A strong tag: 128 bits of the body's SHA-256.
fn entity_tag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let mut tag = String::from("\"");
    for byte in hash.iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Weak comparison (RFC 9110 13.1.2): a proxy that compresses weakens the tag.
fn matches(headers: &HeaderMap, tag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}
