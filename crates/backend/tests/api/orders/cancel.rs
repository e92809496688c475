//! Cancelling, and what a brand says of its part.

use serde_json::Value;
use shoptag_backend::orders::{Advanced, Step};
use shoptag_commerce::BrandId;
use shoptag_protocol::FulfilmentStatus;

use crate::support::{Answer, Backend, START, key, order_for, ready_quote_body, tenant};

async fn placed() -> (Backend, Value) {
    let backend = Backend::new().await;
    let quote = backend
        .quote(&ready_quote_body(&[("lamp-sand", 2), ("mug", 3)]))
        .await
        .json();
    let order = backend.order(&key(), &order_for(&quote)).await.json();
    (backend, order)
}

async fn post(backend: &Backend, path: String) -> Answer {
    let request = axum::http::Request::post(path)
        .body(axum::body::Body::empty())
        .unwrap();
    backend.send(request).await
}

async fn advance(backend: &Backend, order: &Value, brand: &str, step: Step) -> Advanced {
    let number = order["number"].as_str().unwrap().to_owned();
    let brand = BrandId::parse(brand).unwrap();
    backend
        .store
        .advance(tenant("demo"), number, brand, step, START)
        .await
        .unwrap()
}

#[tokio::test]
async fn cancelling_puts_everything_back_once() {
    let (backend, order) = placed().await;
    assert_eq!(
        (backend.on_hand("lamp-sand"), backend.on_hand("mug")),
        (48, 997)
    );
    let path = format!("/v1{}/cancel", order["status_url"].as_str().unwrap());
    for _ in 0..2 {
        let answer = post(&backend, path.clone()).await;
        assert_eq!(answer.status, 200);
        let status = answer.json();
        assert_eq!(status["cancellable"], false);
        assert_eq!(status["shipments"][0]["status"], "cancelled");
        assert_eq!(status["shipments"][1]["status"], "cancelled");
        assert_eq!(
            (backend.on_hand("lamp-sand"), backend.on_hand("mug")),
            (50, 1_000)
        );
    }
}

#[tokio::test]
async fn an_order_of_which_something_was_shipped_cannot_be_cancelled() {
    let (backend, order) = placed().await;
    assert_eq!(
        advance(&backend, &order, "norrby", Step::Ship).await,
        Advanced::Moved
    );
    let path = format!("/v1{}/cancel", order["status_url"].as_str().unwrap());
    let answer = post(&backend, path).await;
    assert_eq!(answer.outcome(), (409, "not-cancellable".into()));
    assert_eq!(backend.on_hand("mug"), 997);
}

#[tokio::test]
async fn a_brand_moves_its_own_part_forward_and_only_forward() {
    let (backend, order) = placed().await;
    for (brand, step, expected) in [
        (
            "halden",
            Step::Deliver,
            Advanced::Refused(FulfilmentStatus::Placed),
        ),
        ("halden", Step::Ship, Advanced::Moved),
        ("halden", Step::Ship, Advanced::Unchanged),
        (
            "halden",
            Step::Cancel,
            Advanced::Refused(FulfilmentStatus::Shipped),
        ),
        ("halden", Step::Deliver, Advanced::Moved),
        ("halden", Step::Return, Advanced::Moved),
        ("norrby", Step::Cancel, Advanced::Moved),
        ("nobody", Step::Ship, Advanced::NotFound),
    ] {
        assert_eq!(
            advance(&backend, &order, brand, step).await,
            expected,
            "{brand} {step:?}"
        );
    }
    assert_eq!(
        backend.on_hand("mug"),
        1_000,
        "a cancelled part goes back into stock"
    );
    assert_eq!(
        backend.on_hand("lamp-sand"),
        48,
        "what comes back is looked at first"
    );
    let events = "SELECT count(*) FROM fulfilment_events WHERE brand_id = 'halden'";
    assert_eq!(backend.count(events), 4);
}

#[tokio::test]
async fn a_secret_that_is_none_is_not_found() {
    let (backend, _) = placed().await;
    for secret in [
        "0",
        "..%2fadmin",
        "%00",
        "00000000000000000000000000",
        "%f0%28",
    ] {
        let read = backend.get(&format!("/v1/orders/{secret}")).await;
        assert_eq!(read.outcome(), (404, "not-found".into()), "{secret}");
        let answer = post(&backend, format!("/v1/orders/{secret}/cancel")).await;
        assert_eq!(answer.outcome(), (404, "not-found".into()), "{secret}");
    }
}
