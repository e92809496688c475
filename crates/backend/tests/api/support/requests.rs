//! Bodies that are right, to be made wrong one field at a time.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

const SITE: &str = "pk_demo";

/// The origin that both sites list.
pub(crate) const ORIGIN: &str = "https://shop.example";

static COUNTER: AtomicU64 = AtomicU64::new(1);

/// A UUIDv7 that no other call has given.
pub(crate) fn uuid_v7() -> String {
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("01990000-0000-7000-8000-{count:012x}")
}

/// An idempotency key that no other call has given.
pub(crate) fn key() -> String {
    format!("key-{}", uuid_v7())
}

pub(crate) fn post(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", "application/json")
        .body(body.into())
        .unwrap()
}

pub(crate) fn quote_body(lines: &[(&str, u32)]) -> Value {
    let lines: Vec<Value> = lines
        .iter()
        .map(|(variant, quantity)| json!({"variant_id": variant, "quantity": quantity}))
        .collect();
    json!({
        "site": SITE,
        "video": "day",
        "checkout_attempt_id": uuid_v7(),
        "currency": "EUR",
        "lines": lines,
        "country": "DE",
    })
}

pub(crate) fn ready_quote_body(lines: &[(&str, u32)]) -> Value {
    let mut body = quote_body(lines);
    body["contact"] = json!({"email": "jo@example.com", "name": "Jo Example"});
    body["address"] = json!({"line1": "Lange Reihe 5", "postcode": "20099", "city": "Hamburg"});
    body
}

/// The order that accepts `quote` as it is.
pub(crate) fn order_for(quote: &Value) -> Value {
    let lines: Vec<Value> = quote["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| {
            json!({
                "variant_id": line["variant_id"],
                "quantity": line["quantity"],
                "unit_price_minor": line["unit_price_minor"],
            })
        })
        .collect();
    json!({
        "site": SITE,
        "order_id": uuid_v7(),
        "checkout_attempt_id": quote["checkout_attempt_id"],
        "quote_id": quote["quote_id"],
        "currency": quote["currency"],
        "lines": lines,
        "total_minor": quote["totals"]["total_minor"],
        "payment": {"method": "pay_on_delivery"},
        "created_at": "2026-11-22T10:00:00Z",
    })
}
