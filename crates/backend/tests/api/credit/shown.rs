//! What the shopper is told about who is paid: in the card, in the confirmation, on the order's
//! page.

use serde_json::json;

use super::{market, order_as, order_request, tap, watch, with_receipts};
use crate::support::{Answer, Backend, key};

const PERSON: (&str, &str) = ("pk_demo", "jo@example.com");

/// The creator of each line, `-` without.
fn credited(answer: &Answer) -> Vec<String> {
    let document = answer.json();
    let lines = document["lines"].as_array().unwrap().iter();
    lines
        .map(|line| line["credited"]["id"].as_str().unwrap_or("-").to_owned())
        .collect()
}

/// Mira's lamp and Ben's rug with their receipts, and a mug that nobody showed.
async fn order(backend: &Backend) -> serde_json::Value {
    let day = watch(backend, "day").await;
    let night = watch(backend, "night").await;
    backend.clock.advance_ms(5_000);
    let (lamp, _) = tap(backend, &day, "lamp").await;
    let (rug, _) = tap(backend, &night, "rug").await;
    let lines = [("lamp-sand", 1), ("rug", 1), ("mug", 1)];
    with_receipts(
        order_as(backend, PERSON, &lines).await,
        &[("lamp-sand", &lamp), ("", &rug)],
    )
}

#[tokio::test]
async fn the_answer_names_who_is_credited_with_each_line_for_ever() {
    let backend = market().await;
    let (order, key) = (order(&backend).await, key());
    let placed = backend.send(order_request(&order, &key)).await;
    assert_eq!(placed.outcome(), (201, String::new()));
    assert_eq!(credited(&placed), ["mira", "ben", "-"]);
    let ben = json!({"id": "ben", "name": "Ben Sato", "handle": "@ben"});
    assert_eq!(placed.json()["lines"][1]["credited"], ben);

    // A creator who has another name by now: the stored answer stays, the order's link follows.
    backend.execute("UPDATE creators SET name = 'Ben S.' WHERE creator_id = 'ben'");
    let again = backend.send(order_request(&order, &key)).await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, placed.body, "the same bytes");
    let path = placed.json()["status_url"].as_str().unwrap().to_owned();
    let link = format!("/v1{path}");
    let shown = backend.get(&link).await;
    assert_eq!(credited(&shown), ["mira", "ben", "-"]);
    assert_eq!(shown.json()["lines"][1]["credited"]["name"], "Ben S.");
}

#[tokio::test]
async fn the_orders_page_says_in_one_sentence_why_each_creator_is_paid() {
    let backend = market().await;
    let order = order(&backend).await;
    let placed = backend.send(order_request(&order, &key())).await.json();
    let path = placed["status_url"].as_str().unwrap();
    let html = String::from_utf8(backend.get(path).await.body).unwrap();
    for (creator, title) in [("Mira Okafor", "The lamp"), ("Ben Sato", "The rug")] {
        let sentence = format!(
            "{creator} showed you this in a video and earns a commission from the seller: {title}. \
             You pay nothing extra."
        );
        assert_eq!(html.matches(&sentence).count(), 1, "{sentence}\n{html}");
    }
    // Nobody earns anything by an order that is cancelled.
    let cancel = axum::http::Request::post(format!("{path}/cancel")).header("origin", "null");
    backend
        .send(cancel.body(axum::body::Body::empty()).unwrap())
        .await;
    let html = String::from_utf8(backend.get(path).await.body).unwrap();
    assert!(html.contains("Cancelled order") && !html.contains("earns a commission"));
}

#[tokio::test]
async fn the_card_knows_the_days_that_its_seller_allows() {
    let backend = market().await;
    let document = backend.get("/v1/videos/day?site=pk_demo").await.json();
    let products = document["products"].as_array().unwrap().iter();
    let days: Vec<(&str, &serde_json::Value)> = products
        .map(|product| (product["brand"]["id"].as_str().unwrap(), &product["credit"]))
        .collect();
    assert!(
        days.contains(&("halden", &json!({"click": 7, "bag": 30}))),
        "{days:?}"
    );
    assert!(
        days.contains(&("norrby", &json!({"click": 7, "bag": 3}))),
        "{days:?}"
    );
}
