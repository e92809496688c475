//! One variant in several lines: each creator who showed it has a line of their own.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use super::{
    brand_key, credits, decision, line, market, order_request, page, post, refund_lines, tap, watch,
};
use crate::support::{Backend, key, order_for, ready_quote_body};

/// A quote body in which the mug stands once for each `(quantity, receipt)`.
fn mugs(lines: &[(u32, Option<&str>)]) -> Value {
    let mut body = ready_quote_body(&[("mug", 1)]);
    let lines = lines.iter().map(|(quantity, receipt)| match receipt {
        Some(receipt) => json!({"variant_id": "mug", "quantity": quantity, "receipt": receipt}),
        None => json!({"variant_id": "mug", "quantity": quantity}),
    });
    body["lines"] = lines.collect();
    body
}

async fn refusal(backend: &Backend, body: &Value) -> (String, String) {
    let answer = post(backend, "/v1/quotes", body).await;
    let error = answer.json()["errors"][0].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (text("code"), text("pointer"))
}

#[tokio::test]
async fn a_later_unit_of_another_creator_is_that_creators() {
    let backend = market().await;
    let (day, night) = (watch(&backend, "day").await, watch(&backend, "night").await);
    backend.clock.advance_ms(5_000);
    let (miras, _) = tap(&backend, &day, "mug").await;
    backend.clock.advance_ms(5_000);
    let (bens, _) = tap(&backend, &night, "mug").await;
    let before = backend.on_hand("mug");

    let quote = backend
        .quote(&mugs(&[(2, Some(&miras)), (1, Some(&bens))]))
        .await;
    assert_eq!(quote.outcome(), (200, String::new()));
    let quote = quote.json();
    // The same price as in one line.
    let together = backend.quote(&ready_quote_body(&[("mug", 3)])).await.json();
    assert_eq!(quote["totals"], together["totals"]);
    assert_eq!(backend.held("mug"), 3 + 3);

    backend.clock.advance_ms(10_000);
    let mut order = order_for(&quote);
    order["lines"][0]["receipt"] = json!(miras);
    order["lines"][1]["receipt"] = json!(bens);
    let placed = backend.send(order_request(&order, &key())).await;
    assert_eq!(placed.outcome(), (201, String::new()), "{}", placed.json());
    assert_eq!(backend.held("mug"), 3, "only the other quote holds any");
    let left = backend.on_hand("mug");
    assert_eq!(left, before - 3);

    // 10 % of 39.80 less 6.35 tax, and 8 % of 19.90 less 3.18.
    let norrby = brand_key(&backend, "norrby").await;
    let number = placed.json()["number"].as_str().unwrap().to_owned();
    let seen = decision(&backend, &number, &norrby).await;
    let bound = |creator, minor| line("bag-binding", creator, minor);
    assert_eq!(credits(&seen), [bound("mira", 335), bound("ben", 134)]);
    // A refund names the line, and takes from its creator alone.
    let refunded = refund_lines(
        &backend,
        &number,
        &norrby,
        &json!([{"line": 1, "quantity": 1}]),
    )
    .await;
    assert_eq!(refunded["lines"][0]["commission_minor"], 0);
    assert_eq!(refunded["amount_minor"], 1_990);
    super::audit(&backend).await;
}

#[tokio::test]
async fn one_variant_under_one_receipt_is_one_line() {
    let backend = market().await;
    let duplicate = (
        "line-duplicate".to_owned(),
        "/lines/1/variant_id".to_owned(),
    );
    for lines in [[(1, None), (1, None)], [(1, Some("a")), (2, Some("a"))]] {
        assert_eq!(
            refusal(&backend, &mugs(&lines)).await,
            duplicate,
            "{lines:?}"
        );
    }
    let apart = mugs(&[(1, None), (1, Some("a")), (1, Some("b"))]);
    assert_eq!(backend.quote(&apart).await.outcome(), (200, String::new()));
}

#[tokio::test]
async fn stock_and_the_largest_quantity_hold_for_all_lines_of_a_variant() {
    let backend = market().await;
    backend.execute("UPDATE stock SET on_hand = 3 WHERE variant_id = 'mug'");
    for (first, second, code) in [(2, 2, "out-of-stock"), (3, 1, "out-of-stock"), (2, 1, "")] {
        let body = mugs(&[(first, None), (second, Some("a"))]);
        let (found, pointer) = refusal(&backend, &body).await;
        assert_eq!(found, code, "{first} and {second}");
        if !code.is_empty() {
            assert_eq!(pointer, "/lines/1/quantity");
        }
    }
    backend.execute("UPDATE stock SET on_hand = NULL WHERE variant_id = 'mug'");
    let most = u32::try_from(backend.count("SELECT quantity_max FROM tenants")).unwrap();
    let (found, pointer) = refusal(&backend, &mugs(&[(most, None), (1, Some("a"))])).await;
    assert_eq!(
        (found.as_str(), pointer.as_str()),
        ("quantity", "/lines/1/quantity")
    );
    let request: Request<Body> = page("/v1/quotes", &mugs(&[(most - 1, None), (1, Some("a"))]));
    assert_eq!(backend.send(request).await.status, 200);
}
