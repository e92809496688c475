//! The OpenAPI 3.1 document, made of the handlers' own descriptions.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;
use utoipa::openapi::Object;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Schema, SchemaType, Type};

use crate::problems;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Shoptag order backend",
        description = "Tags of a video, prices, orders. Amounts are whole minor units, instants \
                       UTC milliseconds. Errors are RFC 9457 problem documents with stable codes.",
        license(name = "MIT OR Apache-2.0"),
    ),
    paths(
        crate::videos::read,
        crate::quotes::create,
        crate::view_sessions::create,
        crate::clicks::exchange,
        crate::bag_bindings::create,
        crate::touchpoints::receive,
        crate::touchpoints::beacon,
        crate::orders::receive,
        crate::decisions::read,
        crate::refunds::create,
        crate::fulfilments::advance,
        crate::ledger_accounts::statement,
        crate::orders::read,
        crate::orders::cancel,
        crate::orders::page,
        crate::orders::cancel_from_page,
        crate::orders::style,
        crate::problems::read,
        crate::demo::events,
        crate::health::healthz,
        crate::health::readyz,
        crate::telemetry::metrics,
        openapi,
    )
)]
struct Document;

/// The document as JSON, with every problem code as the values of `Problem.code`.
#[must_use]
pub fn document() -> String {
    let mut document = Document::openapi();
    if let Some(components) = &mut document.components {
        let mut code = Object::with_type(SchemaType::new(Type::String));
        let codes: Vec<_> = problems::all().map(|entry| entry.code.into()).collect();
        code.enum_values = Some(codes);
        code.description = Some("Stable; each is explained at /problems/{code}.".into());
        let code = RefOr::T(Schema::Object(code));
        components
            .schemas
            .insert("ProblemCode".into(), code.clone());
        if let Some(RefOr::T(Schema::Object(problem))) = components.schemas.get_mut("Problem") {
            problem.properties.insert("code".into(), code);
        }
    }
    // A tree of plain values: serialising it cannot fail.
    document.to_pretty_json().unwrap_or_default()
}

static DOCUMENT: LazyLock<String> = LazyLock::new(document);

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "documents",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub(crate) async fn openapi() -> Response {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, DOCUMENT.as_str()).into_response()
}
