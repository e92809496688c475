//! The largest bag there is, each line with its receipt: it is quoted, fits its bounds and is
//! bought.

use serde_json::{Value, json};
use shoptag_commerce::{ORDER_BODY_BYTES_MAX, ORDER_LINES_MAX, ORDER_RECEIPTS_MAX};

use super::{market, page, post, tap, watch};
use crate::support::{key, order_for, product, ready_quote_body, tenant};

/// An id of the longest kind, of characters that JSON escapes.
fn variant(index: usize) -> String {
    format!("{index:03}{}", "\"".repeat(252))
}

#[tokio::test]
async fn a_bag_of_500_lines_with_their_receipts_is_bought() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (click, _) = tap(&backend, &session, "lamp").await;
    let names: Vec<String> = (0..ORDER_LINES_MAX).map(variant).collect();
    let products = names.iter().map(|id| product(id, "halden", 300, None));
    let stored = backend
        .store
        .upsert_products(tenant("demo"), products.collect());
    stored.await.unwrap();

    let lines: Vec<(&str, u32)> = names.iter().map(|id| (id.as_str(), 1)).collect();
    let quote = backend.quote(&ready_quote_body(&lines)).await;
    assert_eq!(quote.outcome(), (200, String::new()));
    // A person needs some time to confirm.
    backend.clock.advance_ms(10_000);
    let mut order = order_for(&quote.json());
    for line in order["lines"].as_array_mut().unwrap() {
        let body = json!({"receipt": click, "variant_id": line["variant_id"]});
        let bound = post(&backend, "/v1/bag-bindings", &body).await;
        assert_eq!(bound.outcome(), (200, String::new()));
        line["receipt"] = bound.json()["receipt"].clone();
    }
    let receipt = order["lines"][0]["receipt"].clone();
    order["receipts"] = Value::Array(vec![receipt; ORDER_RECEIPTS_MAX]);
    let bytes = order.to_string().len();
    assert!(bytes <= ORDER_BODY_BYTES_MAX, "{bytes} bytes");

    let mut request = page("/v1/orders", &order);
    let name = "idempotency-key";
    request.headers_mut().insert(name, key().parse().unwrap());
    let answer = backend.send(request).await;
    assert_eq!(answer.outcome(), (201, String::new()));
    assert_eq!(answer.json()["lines"].as_array().unwrap().len(), 500);
    // All lines went into the bag by Mira's click on a lamp of the same brand: halo.
    assert_eq!(backend.count("SELECT count(*) FROM order_lines"), 500);
    let credited = "SELECT count(*) FROM credits WHERE creator_id = 'mira'";
    assert_eq!(backend.count(credited), 500);
}
