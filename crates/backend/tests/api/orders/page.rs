//! The order's own page.

use axum::body::Body;
use axum::http::Request;

use crate::support::{Backend, key, order_for};

#[tokio::test]
async fn the_page_shows_the_order_and_cancels_it_without_a_script() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 2).await);
    let placed = backend.order(&key(), &order).await.json();
    let path = placed["status_url"].as_str().unwrap().to_owned();
    let page = backend.get(&path).await;
    assert_eq!(page.status, 200);
    let html = String::from_utf8(page.body.clone()).unwrap();
    for text in [
        placed["number"].as_str().unwrap(),
        "Being prepared",
        "The lamp",
        "Sand",
        "EUR\u{a0}93.10",
        "Halden GmbH, Hamburg",
        "Cancel this order",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert!(!html.contains("<script") && !html.contains("style="));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("private, no-store"));

    let cancel = Request::post(format!("{path}/cancel")).header("origin", "null");
    let answer = backend.send(cancel.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("location")),
        (303, Some(path.as_str()))
    );
    let html = String::from_utf8(backend.get(&path).await.body).unwrap();
    assert!(html.contains("Cancelled order") && !html.contains("<form"));
}

#[tokio::test]
async fn what_a_brand_says_is_only_ever_text() {
    let backend = Backend::new().await;
    backend.execute(
        "UPDATE products SET title = '<img src=x onerror=alert(1)>{{7*7}}'
         WHERE product_id = 'mug'",
    );
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let placed = backend.order(&key(), &order).await.json();
    let page = backend.get(placed["status_url"].as_str().unwrap()).await;
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains("<img src=x"));
    assert!(html.contains("&#60;img src=x onerror=alert(1)&#62;{{7*7}}"));
}

#[tokio::test]
async fn a_wrong_link_gets_a_page_that_says_so() {
    let backend = Backend::new().await;
    let page = backend.get("/orders/00000000000000000000000000").await;
    assert_eq!(page.status, 404);
    assert_eq!(
        page.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(page.header("cache-control"), Some("private, no-store"));
    assert_eq!(backend.get("/assets/order-page.css").await.status, 200);
}

#[tokio::test]
async fn the_page_speaks_the_language_that_the_browser_asks_for() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("lamp-sand", 2).await);
    let placed = backend.order(&key(), &order).await.json();
    let path = placed["status_url"].as_str().unwrap();
    let german = |path: &str| {
        let request = Request::get(path).header("accept-language", "de-AT,de;q=0.9,en;q=0.5");
        request.body(Body::empty()).unwrap()
    };
    let page = backend.send(german(path)).await;
    let html = String::from_utf8(page.body.clone()).unwrap();
    for text in [
        "<html lang=\"de\">",
        "In Vorbereitung",
        "Verkauf und Lieferung: Halden GmbH, Hamburg",
        "93,10\u{a0}EUR",
        "Bestellung stornieren",
    ] {
        assert!(html.contains(text), "{text}");
    }
    assert_eq!(page.header("content-language"), Some("de"));
    assert!(page.header("vary").unwrap().contains("accept-language"));
    for english in ["Being prepared", "Delivery", "Cancel", "Total"] {
        assert!(!html.contains(english), "{english}");
    }
    let missing = backend
        .send(german("/orders/00000000000000000000000000"))
        .await;
    assert_eq!(missing.status, 404);
    assert!(
        String::from_utf8(missing.body)
            .unwrap()
            .contains("keine Bestellung")
    );
}
