//! The order backend of Shoptag.
//!
//! A request passes `edge` (origins, headers, limits), is parsed by `body` into a shape of
//! `shoptag_protocol`, and handled by the file of its feature and verb. Handlers parse, ask the
//! store and answer; they never compute money. What is decided is decided by pure functions
//! (`pricing`, `quotes::decide`, `orders::decide`, `orders::advance`) on facts that the store reads
//! inside its transaction. `store` is the only place with SQL; `error` the only one that makes HTTP
//! of an error.
#![forbid(unsafe_code)]

pub mod bag_bindings;
pub mod body;
mod cached;
pub mod catalogue;
pub mod clicks;
pub mod clock;
pub mod collaborations;
pub mod decisions;
pub mod demo;
mod edge;
pub mod entropy;
pub mod error;
mod fulfilments;
mod health;
pub mod ledger_accounts;
pub mod listener;
mod log_lines;
mod openapi;
pub mod orders;
pub mod pricing;
pub mod priority;
pub mod problems;
pub mod quotes;
pub mod refunds;
pub mod shopper;
pub mod sites;
mod state;
mod static_files;
pub mod store;
pub mod telemetry;
pub mod tokens;
pub mod touchpoints;
mod videos;
pub mod view_sessions;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use shoptag_protocol::code;

pub use edge::{RateLimit, TrustedProxies};
pub use health::Readiness;
pub use openapi::document as openapi_document;
pub use state::AppState;

use edge::Shed;
use error::ApiError;
use state::Shared;

/// Every route.
pub fn app(state: AppState) -> Router {
    router(state, None)
}

/// Every route, and the files of `folder` at `/`.
pub fn app_with_files(state: AppState, folder: &Path) -> Router {
    router(state, Some(folder))
}

fn router(state: AppState, folder: Option<&Path>) -> Router {
    let state: Shared = Arc::new(state);
    let api = Router::new()
        .route("/v1/videos/{id}", get(videos::read))
        .route("/v1/quotes", post(quotes::create))
        .route("/v1/orders", post(orders::receive))
        .route("/v1/orders/{secret}", get(orders::read))
        .route("/v1/orders/{secret}/cancel", post(orders::cancel))
        .route("/v1/view-sessions", post(view_sessions::create))
        .route("/v1/clicks", post(clicks::exchange))
        .route("/v1/bag-bindings", post(bag_bindings::create))
        .route("/v1/touchpoints", post(touchpoints::receive))
        .route("/t", post(touchpoints::beacon))
        .route("/v1/orders/{number}/decision", get(decisions::read))
        .route("/v1/orders/{number}/refunds", post(refunds::create))
        .route(
            "/v1/orders/{number}/fulfilments/{brand}/{verb}",
            post(fulfilments::advance),
        )
        .route(
            "/v1/accounts/{id}/statement",
            get(ledger_accounts::statement),
        )
        .route("/v1/openapi.json", get(openapi::openapi))
        .method_not_allowed_fallback(method)
        .layer(from_fn_with_state(state.clone(), edge::cors));
    let pages = Router::new()
        .route("/orders/{secret}", get(orders::page))
        .route("/orders/{secret}/cancel", post(orders::cancel_from_page))
        .route("/assets/order-page.css", get(orders::style))
        .route("/problems/{code}", get(problems::read))
        .route("/demo/events", get(demo::events))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(telemetry::metrics))
        .method_not_allowed_fallback(method);
    let routes = api
        .merge(pages)
        .layer(from_fn_with_state(state.clone(), edge::limits));
    let routes = match folder {
        Some(folder) => routes.fallback_service(static_files::files(folder)),
        None => routes.fallback(missing),
    };
    routes
        .layer(from_fn_with_state(
            Arc::new(Shed::new(&state)),
            edge::surround,
        ))
        .with_state(state)
}

async fn method() -> ApiError {
    ApiError::new(code::METHOD)
}

async fn missing() -> ApiError {
    ApiError::new(code::NOT_FOUND)
}
