//! Quotes: what is asked, what it costs, what it holds.

use serde_json::{Value, json};
use shoptag_commerce::MINUTE_MS;

use crate::support::{Answer, Backend, key, order_for, quote_body, ready_quote_body};

async fn check(row: &str, change: impl FnOnce(&mut Value), code: &str, pointer: &str) -> Answer {
    let backend = Backend::new().await;
    let mut body = ready_quote_body(&[("lamp-sand", 1)]);
    change(&mut body);
    let answer = backend.quote(&body).await;
    let found = answer.outcome().1;
    assert_eq!(found, code, "{row}");
    let problem = answer.json();
    let error = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["code"] == code)
        .unwrap();
    assert_eq!(error["pointer"], pointer, "{row}");
    assert!(
        error["detail"].as_str().unwrap().ends_with('.'),
        "{row}: a sentence to show"
    );
    assert_eq!(backend.count("SELECT count(*) FROM quotes"), 0, "{row}");
    assert_eq!(backend.count("SELECT count(*) FROM recipients"), 0, "{row}");
    answer
}

#[tokio::test]
async fn a_quote_prices_a_bag_of_two_brands() {
    let backend = Backend::new().await;
    let answer = backend
        .quote(&quote_body(&[("lamp-sand", 1), ("mug", 2)]))
        .await;
    assert_eq!(answer.status, 200);
    let quote = answer.json();
    assert_eq!(quote["ready"], false);
    assert_eq!(quote["lines"][0]["variant_label"], "Sand");
    assert_eq!(quote["lines"][0]["image_url"], "/media/lamp.webp");
    assert_eq!(quote["shipments"][1]["options"][1]["id"], "express");
    let expires = quote["expires_at"].as_i64().unwrap() - quote["quoted_at"].as_i64().unwrap();
    assert_eq!(expires, 15 * MINUTE_MS);
    assert_eq!(
        quote["totals"],
        json!({"items_minor": 8_880, "discount_minor": 0, "delivery_minor": 1_040,
               "tax_minor": 782 + 635 + 78 + 88, "total_minor": 9_920})
    );
}

#[tokio::test]
async fn the_destination_and_the_chosen_delivery_decide_the_price() {
    let backend = Backend::new().await;
    let mut body = quote_body(&[("lamp-sand", 1)]);
    body["country"] = json!("NL");
    body["delivery"] = json!([{"brand_id": "halden", "option_id": "express"}]);
    let quote = backend.quote(&body).await.json();
    assert_eq!(quote["totals"]["delivery_minor"], 1_290);
    assert_eq!(quote["totals"]["tax_minor"], 850 + 224);
    assert_eq!(quote["shipments"][0]["chosen"], "express");
}

#[tokio::test]
async fn o24_to_o27_each_field_has_its_answer() {
    let set = |pointer: &'static str, value: Value| {
        move |body: &mut Value| {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[name] = value;
        }
    };
    for email in [
        "a@b",
        "a@b.c\r\nBcc: x@example.com",
        &format!("{}@b.co", "a".repeat(10_000)),
    ] {
        let change = set("/contact/email", json!(email));
        check("O24", change, "email", "/contact/email").await;
    }
    let nul = set("/contact/name", json!("a\0b"));
    check("O25", nul, "text-control", "/contact/name").await;
    let country = set("/country", json!("XX"));
    check("O26 country", country, "address", "/country").await;
    let postcode = set("/address/postcode", json!("1012 AB"));
    check("O26 postcode", postcode, "address", "/address/postcode").await;
    for pointer in [
        "/contact/name",
        "/address/line1",
        "/address/line2",
        "/address/city",
    ] {
        let change = set(pointer, json!("4111 1111 1111 1111"));
        let answer = check("O27", change, "pan-detected", pointer).await;
        assert!(
            !String::from_utf8(answer.body).unwrap().contains("4111"),
            "no echo"
        );
    }
    let phone = set("/contact/phone", json!("call me"));
    check("phone", phone, "phone", "/contact/phone").await;
    let served = |body: &mut Value| {
        body["country"] = json!("JP");
        body["address"]["postcode"] = json!("100-0001");
    };
    check("not served", served, "delivery", "/country").await;
    let no_brand = set("/country", json!("FR"));
    check("no brand goes there", no_brand, "delivery", "/country").await;
    let option = set(
        "/delivery",
        json!([{"brand_id": "halden", "option_id": "drone"}]),
    );
    check("option", option, "delivery", "/delivery/0/option_id").await;
    let currency = set("/currency", json!("USD"));
    check("currency", currency, "currency-mismatch", "/currency").await;
    let sku = set("/lines/0/variant_id", json!("nope"));
    check("sku", sku, "sku-unknown", "/lines/0/variant_id").await;
    let quantity = set("/lines/0/quantity", json!(1_001));
    check("quantity", quantity, "quantity", "/lines/0/quantity").await;
}

#[tokio::test]
async fn o25_a_name_is_stored_as_it_was_written() {
    for name in [
        "'; DROP TABLE orders;--",
        "%00",
        "<script>alert(1)</script>",
        "=1+1",
    ] {
        let backend = Backend::new().await;
        let mut body = ready_quote_body(&[("mug", 1)]);
        body["contact"]["name"] = json!(name);
        let quote = backend.quote(&body).await.json();
        assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);
        let literal = name.replace('\'', "''");
        let sql = format!("SELECT count(*) FROM recipients WHERE name = '{literal}'");
        assert_eq!(backend.count(&sql), 1);
    }
}

#[tokio::test]
async fn what_is_sold_out_says_how_many_are_left() {
    let backend = Backend::new().await;
    let answer = backend
        .quote(&quote_body(&[("mug", 1), ("rug", 9), ("gone", 1)]))
        .await;
    assert_eq!(answer.outcome(), (409, "out-of-stock".into()));
    let errors = answer.json()["errors"].clone();
    assert_eq!(errors[0]["pointer"], "/lines/1/quantity");
    assert_eq!(
        (&errors[0]["available"], &errors[1]["available"]),
        (&json!(5), &json!(0))
    );
    assert_eq!(backend.held("mug"), 0, "nothing is held in part");
    assert_eq!(
        backend.quote(&quote_body(&[("post", 1_000)])).await.status,
        200,
        "not counted"
    );
}

#[tokio::test]
async fn a_hold_ends_with_its_quote() {
    let backend = Backend::new().await;
    backend.ready_quote("last", 1).await;
    let taken = backend.quote(&quote_body(&[("last", 1)])).await;
    assert_eq!(taken.outcome(), (409, "out-of-stock".into()));
    backend.clock.advance_ms(15 * MINUTE_MS);
    assert_eq!(backend.quote(&quote_body(&[("last", 1)])).await.status, 200);
    assert_eq!(backend.held("last"), 1);
}

#[tokio::test]
async fn an_attempt_that_has_ended_gets_no_more_quotes() {
    let backend = Backend::new().await;
    let mut body = ready_quote_body(&[("mug", 1)]);
    let quote = backend.quote(&body).await.json();
    assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);
    body["lines"][0]["quantity"] = json!(2);
    let answer = backend.quote(&body).await;
    assert_eq!(answer.outcome(), (409, "attempt-closed".into()));
    assert_eq!(backend.held("mug"), 0);
}

/// The body as request `sequence` of its attempt, for `quantity` items.
fn numbered(body: &Value, sequence: u32, quantity: u32) -> Value {
    let mut body = body.clone();
    body["sequence"] = json!(sequence);
    body["lines"][0]["quantity"] = json!(quantity);
    body
}

#[tokio::test]
async fn a_late_or_doubled_request_replaces_no_newer_quote() {
    let backend = Backend::new().await;
    let body = ready_quote_body(&[("mug", 1)]);
    let first = numbered(&body, 1, 1);
    assert_eq!(backend.quote(&first).await.status, 200);
    let second = numbered(&body, 2, 2);
    let shown = backend.quote(&second).await;
    let again = backend.quote(&second).await;
    assert_eq!(again.status, 200);
    assert_eq!(again.body, shown.body, "the same quote, byte for byte");
    for (late, what) in [
        (&first, "an earlier one"),
        (&numbered(&body, 2, 3), "the same number for something else"),
        (&numbered(&body, 0, 3), "the lowest number"),
    ] {
        let answer = backend.quote(late).await;
        assert_eq!(answer.outcome(), (409, "quote-outdated".into()), "{what}");
    }
    assert_eq!(backend.held("mug"), 2, "one hold, of the newest");
    let placed = backend.order(&key(), &order_for(&shown.json())).await;
    assert_eq!(placed.status, 201);
    let answer = backend.quote(&second).await;
    assert_eq!(answer.outcome(), (409, "attempt-closed".into()));
}

#[tokio::test]
async fn a_newer_request_replaces_the_quote_and_one_without_a_number_too() {
    let backend = Backend::new().await;
    let body = ready_quote_body(&[("mug", 1)]);
    backend.quote(&numbered(&body, 7, 1)).await;
    backend.quote(&numbered(&body, 9, 2)).await;
    assert_eq!(backend.held("mug"), 2);
    let mut plain = numbered(&body, 0, 3);
    plain.as_object_mut().unwrap().remove("sequence");
    assert_eq!(backend.quote(&plain).await.status, 200);
    assert_eq!(backend.held("mug"), 3);
    let after = backend.quote(&numbered(&body, 1, 4)).await.json();
    assert_eq!(
        backend.held("mug"),
        4,
        "nothing is known of a number before"
    );
    assert_eq!(backend.order(&key(), &order_for(&after)).await.status, 201);
    let mut wrong = body;
    wrong["sequence"] = json!(-1);
    let answer = backend.quote(&wrong).await;
    assert_eq!(answer.outcome(), (400, "json-type".into()));
}

#[tokio::test]
async fn the_same_request_after_its_quote_has_expired_holds_nothing_anew() {
    let backend = Backend::new().await;
    let body = numbered(&ready_quote_body(&[("last", 1)]), 1, 1);
    assert_eq!(backend.quote(&body).await.status, 200);
    backend.clock.advance_ms(15 * MINUTE_MS);
    let answer = backend.quote(&body).await;
    assert_eq!(answer.outcome(), (409, "quote-outdated".into()));
    assert_eq!(backend.quote(&numbered(&body, 2, 1)).await.status, 200);
    assert_eq!(backend.held("last"), 1);
}

#[tokio::test]
async fn what_was_asked_is_known_only_while_its_quote_is_open() {
    let backend = Backend::new().await;
    let body = ready_quote_body(&[("mug", 1)]);
    backend.quote(&numbered(&body, 1, 1)).await;
    let second = backend.quote(&numbered(&body, 2, 2)).await.json();
    let kept = "SELECT count(*) FROM quotes WHERE fingerprint IS NOT NULL";
    assert_eq!(backend.count(kept), 1, "the replaced one's is gone");
    backend.order(&key(), &order_for(&second)).await;
    assert_eq!(backend.count(kept), 0, "and the ordered one's");
}

#[tokio::test]
async fn an_amount_that_does_not_fit_is_refused() {
    let backend = Backend::new().await;
    let answer = backend
        .quote(&quote_body(&[("gold", 1_000), ("mug", 1_000)]))
        .await;
    assert_eq!(answer.status, 200, "9e18 fits");
    backend
        .execute("UPDATE variants SET price_minor = 9223372036854775807 WHERE variant_id = 'gold'");
    let answer = backend.quote(&quote_body(&[("gold", 2)])).await;
    assert_eq!(answer.outcome(), (422, "amount-overflow".into()));
}
