//! The demo's list of what happened.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::support::{Backend, key, order_for};

/// The first `count` events that a listener gets.
async fn events(backend: &Backend, count: usize) -> Vec<serde_json::Value> {
    let request = Request::get("/demo/events").body(Body::empty()).unwrap();
    let response = backend.app().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body();
    let mut text = String::new();
    while text.matches("data: ").count() < count {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
    }
    text.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

#[tokio::test]
async fn without_demo_there_is_no_list() {
    let backend = Backend::new().await;
    assert_eq!(
        backend.get("/demo/events").await.outcome(),
        (404, "not-found".into())
    );
}

#[tokio::test]
async fn whoever_comes_late_sees_what_happened_with_personal_data_masked() {
    let backend = Backend::new().await.with_demo();
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let key = key();
    let placed = backend.order(&key, &order).await.json();
    backend.order(&key, &order).await;
    let path = format!("/v1{}/cancel", placed["status_url"].as_str().unwrap());
    backend
        .send(Request::post(path).body(Body::empty()).unwrap())
        .await;
    let events = events(&backend, 4).await;
    let kinds: Vec<_> = events
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "quote_made",
            "order_placed",
            "order_replayed",
            "order_cancelled"
        ]
    );
    assert_eq!(events[0]["email"], "j…@example.com");
    assert_eq!(events[1]["number"], placed["number"]);
    let text = serde_json::to_string(&events).unwrap();
    let secret = placed["status_url"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap();
    for private in ["jo@", "Jo Example", "Lange Reihe", "20099", secret] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test]
async fn the_list_keeps_the_last_fifty() {
    let backend = Backend::new().await.with_demo();
    for _ in 0..60 {
        backend.ready_quote("post", 1).await;
    }
    let events = events(&backend, 50).await;
    assert_eq!((events.len(), &events[0]["id"]), (50, &11.into()));
}
