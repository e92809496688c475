//! The same order again: after a lost answer, from a second tab, with another key, in flight.

use std::time::Duration;

use serde_json::json;

use crate::support::{Backend, Engine, key, order_for, post, ready_quote_body};

#[tokio::test]
async fn o3_a_retry_after_a_lost_answer_gives_the_same_order_byte_for_byte() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    let key = key();
    let lost = backend.order(&key, &order).await;
    assert_eq!(lost.status, 201);
    backend.clock.advance_ms(30 * 24 * 3_600_000);
    for spelling in [key.clone(), format!("\"{key}\"")] {
        let again = backend.order(&spelling, &order).await;
        assert_eq!((again.status, &again.body), (lost.status, &lost.body));
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
    }
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    assert_eq!(backend.on_hand("lamp-sand"), 49);
}

#[tokio::test]
async fn o4_one_byte_more_is_another_request() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    let key = key();
    assert_eq!(backend.order(&key, &order).await.status, 201);
    let answer = backend.order_text(&key, format!("{order} ")).await;
    assert_eq!(answer.outcome(), (422, "idempotency-key-reused".into()));
}

#[tokio::test]
async fn o6_o7_a_key_belongs_to_its_site_and_route() {
    let backend = Backend::new().await;
    let key = key();
    let order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    assert_eq!(backend.order(&key, &order).await.status, 201);
    let mut body = ready_quote_body(&[("lamp-sand", 1)]);
    body["site"] = json!("pk_other");
    let mut theirs = order_for(&backend.quote(&body).await.json());
    theirs["site"] = json!("pk_other");
    let answer = backend.order(&key, &theirs).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("idempotent-replayed")),
        (201, None)
    );
}

#[tokio::test]
async fn o8_another_key_for_the_same_attempt_gets_the_first_order() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    let first = backend.order(&key(), &order).await;
    let mut second = order.clone();
    second["order_id"] = json!(crate::support::uuid_v7());
    let again = key();
    let answer = backend.order(&again, &second).await;
    assert_eq!((answer.status, &answer.body), (first.status, &first.body));
    assert_eq!(answer.header("idempotent-replayed"), Some("true"));
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    let reused = backend.order_text(&again, format!("{second}\n")).await;
    assert_eq!(reused.outcome(), (422, "idempotency-key-reused".into()));
    // Who does not know the quote learns nothing of the order.
    let mut guess = order;
    guess["quote_id"] = json!("guess");
    let answer = backend.order(&key(), &guess).await;
    assert_eq!(answer.outcome(), (422, "quote-invalid".into()));
}

#[tokio::test]
async fn a_refusal_is_kept_and_a_malformed_body_is_not() {
    let backend = Backend::new().await;
    let mut order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    order["total_minor"] = json!(1);
    let key = key();
    let text = order
        .to_string()
        .replace("\"total_minor\":1", "\"total_minor\":true");
    let answer = backend.order_text(&key, text).await;
    assert_eq!(answer.outcome(), (400, "json-type".into()));
    let refused = backend.order(&key, &order).await;
    assert_eq!(refused.outcome(), (409, "price-changed".into()));
    let again = backend.order(&key, &order).await;
    assert_eq!((again.status, &again.body), (refused.status, &refused.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        again.header("content-type"),
        Some("application/problem+json")
    );
    let attempts = "SELECT count(*) FROM checkout_attempts";
    assert_eq!(backend.count(attempts), 2, "one fresh quote, not two");
}

#[tokio::test]
async fn o5_the_same_key_in_flight_is_told_to_wait() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 1).await);
    let key = key();
    // Another program holds the write lock: whichever request is first has to wait for it.
    let lock = backend.database.lock();
    let one = backend.order(&key, &order);
    let two = backend.order(&key, &order);
    tokio::pin!(one, two);
    let (told, other_is_one) = tokio::select! {
        told = &mut one => (told, false),
        told = &mut two => (told, true),
    };
    assert_eq!(told.outcome(), (409, "idempotency-in-flight".into()));
    assert_eq!(told.header("retry-after"), Some("1"));
    lock.release();
    let placed = if other_is_one { one.await } else { two.await };
    assert_eq!(placed.status, 201);
    let again = backend.order(&key, &order).await;
    assert_eq!(again.body, placed.body);
}

#[tokio::test]
async fn a_full_queue_and_a_slow_store_are_told_at_once() {
    let mut backend = Backend::with_queue(Engine::of_this_run(), 1).await;
    backend.state.deadline = Duration::from_millis(200);
    let bodies: Vec<_> = (0..6).map(|_| ready_quote_body(&[("mug", 1)])).collect();
    let lock = backend.database.lock();
    let mut requests = tokio::task::JoinSet::new();
    for body in bodies {
        requests.spawn(quote(backend.app(), body));
    }
    // Once the queue is full, not even the body is looked at.
    loop {
        let answer = backend.send(post("/v1/quotes", "{")).await;
        if answer.status == 503 {
            break;
        }
        assert_eq!(answer.outcome(), (400, "json-syntax".into()));
        let app = backend.app();
        requests.spawn(quote(app, ready_quote_body(&[("mug", 1)])));
        tokio::task::yield_now().await;
    }
    while let Some(response) = requests.join_next().await {
        let response = response.unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["retry-after"], "1");
    }
    lock.release();
}

async fn quote(app: axum::Router, body: serde_json::Value) -> axum::response::Response {
    let request = post("/v1/quotes", body.to_string());
    tower::ServiceExt::oneshot(app, request).await.unwrap()
}
