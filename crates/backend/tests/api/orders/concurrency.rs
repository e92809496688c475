//! Many at once: stock is never sold twice, a key never counts twice.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::support::{Backend, key, order_for, ready_quote_body};

/// Sends all at once; status and whether it was a replay, of each.
async fn all(backend: &Backend, path: &str, requests: Vec<(String, Value)>) -> Vec<(u16, bool)> {
    let mut running = JoinSet::new();
    for (key, body) in requests {
        let request = Request::post(path)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(Body::from(body.to_string()))
            .unwrap();
        running.spawn(backend.app().oneshot(request));
    }
    let mut answers = Vec::new();
    while let Some(answer) = running.join_next().await {
        let answer = answer.unwrap().unwrap();
        let is_replayed = answer.headers().contains_key("idempotent-replayed");
        answers.push((answer.status().as_u16(), is_replayed));
    }
    answers
}

fn count(answers: &[(u16, bool)], status: u16) -> usize {
    answers.iter().filter(|answer| answer.0 == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o23_a_hundred_shoppers_one_item_one_order() {
    let backend = Backend::new().await;
    let quotes = (0..100)
        .map(|_| (key(), ready_quote_body(&[("last", 1)])))
        .collect();
    let answers = all(&backend, "/v1/quotes", quotes).await;
    assert_eq!((count(&answers, 200), count(&answers, 409)), (1, 99));
    let held = "SELECT quote_id FROM stock_holds";
    assert_eq!(
        backend.count(&format!("SELECT count(*) FROM ({held}) AS held")),
        1
    );
    assert_eq!((backend.on_hand("last"), backend.held("last")), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_correction_of_the_stock_below_its_holds_sells_what_is_there_once() {
    let backend = Backend::new().await;
    let mut orders = Vec::new();
    for _ in 0..5 {
        orders.push((key(), order_for(&backend.ready_quote("rug", 1).await)));
    }
    backend.execute("UPDATE stock SET on_hand = 1 WHERE variant_id = 'rug'");
    let answers = all(&backend, "/v1/orders", orders).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 4));
    assert_eq!((backend.on_hand("rug"), backend.held("rug")), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_identical_posts_make_one_row() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let key = key();
    let answers = all(&backend, "/v1/orders", vec![(key, order); 100]).await;
    assert_eq!(
        answers
            .iter()
            .filter(|answer| **answer == (201, false))
            .count(),
        1
    );
    let replayed_or_waiting = |answer: &&(u16, bool)| **answer == (201, true) || answer.0 == 409;
    assert_eq!(answers.iter().filter(replayed_or_waiting).count(), 99);
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    assert_eq!(backend.on_hand("mug"), 999);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_keys_for_one_attempt_make_one_order() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let orders = (0..100).map(|_| (key(), order.clone())).collect();
    let answers = all(&backend, "/v1/orders", orders).await;
    assert_eq!(count(&answers, 201), 100);
    assert_eq!(answers.iter().filter(|answer| answer.1).count(), 99);
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    assert_eq!(backend.on_hand("mug"), 999);
}
