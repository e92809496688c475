//! Refunds and steps: once by key, never more than was paid, only by who sold it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::{audit, brand_key, buy, command, creator_key, market, tap, watch};
use crate::support::{Answer, Backend, key, order_for};

async fn credited_mug(backend: &Backend) -> String {
    let session = watch(backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(backend, &session, "mug").await;
    buy(backend, &[("mug", 3)], &[("mug", &receipt)]).await
}

#[tokio::test]
async fn a_refund_never_gives_back_more_than_was_paid() {
    let backend = market().await;
    let number = credited_mug(&backend).await;
    let key = brand_key(&backend, "norrby").await;
    let path = format!("/v1/orders/{number}/refunds");
    let check = async |lines: Value, expected: (u16, &str)| {
        let answer = command(&backend, &path, &key, &json!({"lines": lines})).await;
        let (status, code) = answer.outcome();
        assert_eq!((status, code.as_str()), expected, "{lines}");
    };
    check(json!([]), (422, "refund-amount")).await;
    check(json!([{"line": 0}]), (422, "refund-amount")).await;
    check(json!([{"line": 9, "quantity": 1}]), (422, "refund-amount")).await;
    check(
        json!([{"line": 0, "amount_minor": 5_971}]),
        (422, "over-refund"),
    )
    .await;
    check(json!([{"line": 0, "quantity": 4}]), (422, "over-refund")).await;
    let twice = json!([{"line": 0, "quantity": 1}, {"line": 0, "quantity": 1}]);
    check(twice, (422, "refund-amount")).await;
    assert_eq!(backend.count("SELECT count(*) FROM refunds"), 0);
    check(json!([{"line": 0, "quantity": 1}]), (201, "")).await;
    check(json!([{"line": 0, "quantity": 3}]), (422, "over-refund")).await;
    check(json!([{"line": 0, "amount_minor": 3_980}]), (201, "")).await;
    check(
        json!([{"line": 0, "amount_minor": 1}]),
        (422, "over-refund"),
    )
    .await;
    assert_eq!(
        backend.count("SELECT sum(amount_minor) FROM refunds"),
        5_970
    );
    let pending = "SELECT count(*) FROM ledger_balances WHERE balance_minor <> 0";
    assert_eq!(backend.count(pending), 0);
    audit(&backend).await;
}

#[tokio::test]
async fn o7_the_key_of_an_order_is_free_for_a_refund() {
    let backend = market().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let key = key();
    let placed = backend.order(&key, &order).await;
    assert_eq!(placed.status, 201);
    let number = placed.json()["number"].as_str().unwrap().to_owned();
    let secret = brand_key(&backend, "norrby").await;
    let request = Request::post(format!("/v1/orders/{number}/refunds"))
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {secret}"))
        .header("idempotency-key", &key)
        .body(Body::from(r#"{"lines":[{"line":0,"quantity":1}]}"#));
    let refunded = backend.send(request.unwrap()).await;
    assert_eq!(refunded.outcome(), (201, String::new()));
    assert_eq!(refunded.header("idempotent-replayed"), None);
    let again = backend.order(&key, &order).await;
    assert_eq!(
        again.body, placed.body,
        "and the order's answer is still there"
    );
}

#[tokio::test]
async fn a_refund_sent_twice_is_made_once() {
    let backend = market().await;
    let number = credited_mug(&backend).await;
    let secret = brand_key(&backend, "norrby").await;
    let send = async |key: &str, body: &str| -> Answer {
        let request = Request::post(format!("/v1/orders/{number}/refunds"))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {secret}"))
            .header("idempotency-key", key)
            .body(Body::from(body.to_owned()));
        backend.send(request.unwrap()).await
    };
    let key = "refund-key-0000001";
    let body = r#"{"lines":[{"line":0,"quantity":1}]}"#;
    let first = send(key, body).await;
    assert_eq!(first.outcome(), (201, String::new()));
    let again = send(key, body).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, first.body);
    let other = send(key, r#"{"lines":[{"line":0,"quantity":2}]}"#).await;
    assert_eq!(other.outcome(), (422, "idempotency-key-reused".into()));
    assert_eq!(backend.count("SELECT count(*) FROM refunds"), 1);
}

#[tokio::test]
async fn a_refund_is_made_by_the_brand_that_sold_the_line() {
    let backend = market().await;
    let number = credited_mug(&backend).await;
    let path = format!("/v1/orders/{number}/refunds");
    let body = json!({"lines": [{"line": 0, "quantity": 1}]});
    for key in [
        brand_key(&backend, "halden").await,
        creator_key(&backend, "mira").await,
    ] {
        let answer = command(&backend, &path, &key, &body).await;
        assert_eq!(answer.outcome(), (404, "not-found".into()));
    }
}

#[tokio::test]
async fn a_return_or_cancellation_takes_the_commission_back() {
    for verbs in [
        &["cancel"][..],
        &["ship", "return"],
        &["ship", "deliver", "return"],
    ] {
        let backend = market().await;
        let number = credited_mug(&backend).await;
        let key = brand_key(&backend, "norrby").await;
        let balance =
            "SELECT -balance_minor FROM ledger_balances WHERE account LIKE '%pending%mira%'";
        assert_eq!(backend.count(balance), 502);
        for verb in verbs {
            let path = format!("/v1/orders/{number}/fulfilments/norrby/{verb}");
            // Saying it twice is saying it once.
            for _ in 0..2 {
                let answer = command(&backend, &path, &key, &json!({})).await;
                assert_eq!(answer.outcome(), (200, String::new()), "{verb}");
            }
        }
        assert_eq!(backend.count(balance), 0, "{verbs:?}");
        assert_eq!(
            backend.count("SELECT sum(amount_minor) FROM refunds"),
            5_970
        );
        let path = format!("/v1/orders/{number}/fulfilments/norrby/ship");
        let answer = command(&backend, &path, &key, &json!({})).await;
        assert_eq!(answer.outcome(), (409, "fulfilment-step".into()));
        audit(&backend).await;
    }
}
