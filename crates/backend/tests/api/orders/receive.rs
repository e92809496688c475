//! The table of bad order inputs (O1..O39 of the reliability reference), each with its exact
//! answer.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use shoptag_commerce::MINUTE_MS;
use shoptag_protocol::{OrderStatus, Problem};

use crate::support::{Answer, Backend, key, order_for, product, ready_quote_body, tenant, uuid_v7};

async fn backend_and_order() -> (Backend, Value) {
    let backend = Backend::new().await;
    let quote = backend.ready_quote("lamp-sand", 2).await;
    let order = order_for(&quote);
    (backend, order)
}

fn expect(answer: &Answer, status: u16, code: &str, row: &str) {
    assert_eq!(answer.outcome(), (status, code.to_owned()), "{row}");
}

/// Changes a right order and says what must come of it. Nothing may be written.
async fn check(row: &str, change: impl FnOnce(&mut Value), status: u16, code: &str) -> Answer {
    let (backend, mut order) = backend_and_order().await;
    change(&mut order);
    let answer = backend.order(&key(), &order).await;
    expect(&answer, status, code, row);
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 0, "{row}");
    assert_eq!(backend.on_hand("lamp-sand"), 50, "{row}");
    answer
}

async fn check_text(row: &str, text: Vec<u8>, status: u16, code: &str) {
    let backend = Backend::new().await;
    expect(&backend.order_text(&key(), text).await, status, code, row);
}

#[tokio::test]
async fn an_order_is_placed_with_exact_totals_and_less_stock() {
    let (backend, order) = backend_and_order().await;
    let answer = backend.order(&key(), &order).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("idempotent-replayed"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let status: OrderStatus = serde_json::from_slice(&answer.body).unwrap();
    // Two lamps of 49.00, 10 % off, delivery 4.90 (below the 100.00 that make it free).
    let totals = status.totals;
    assert_eq!([totals.items_minor, totals.discount_minor], [9_800, 980]);
    assert_eq!([totals.delivery_minor, totals.total_minor], [490, 9_310]);
    assert_eq!(totals.tax_minor, 1_408 + 78);
    assert_eq!(status.lines[0].variant_label, "Sand");
    assert!(status.cancellable && status.number.starts_with("ST-"));
    assert_eq!(
        (backend.on_hand("lamp-sand"), backend.held("lamp-sand")),
        (48, 0)
    );
    let line = "SELECT total_minor FROM order_lines WHERE discount_minor = 980";
    assert_eq!(backend.count(line), 8_820);
    assert_eq!(
        backend.count("SELECT count(*) FROM fulfilments WHERE status = 'placed'"),
        1
    );
    let read = backend.get(&format!("/v1{}", status.status_url)).await;
    assert_eq!(read.json(), answer.json());
}

#[tokio::test]
async fn o1_o2_the_key_is_there_once_and_has_16_to_255_visible_characters() {
    let (backend, order) = backend_and_order().await;
    let request = |keys: &[&[u8]]| {
        let mut request = Request::post("/v1/orders").header("content-type", "application/json");
        for key in keys {
            request = request.header("idempotency-key", *key);
        }
        request.body(Body::from(order.to_string())).unwrap()
    };
    let answer = backend.send(request(&[])).await;
    expect(&answer, 400, "idempotency-key-missing", "O1");
    assert!(
        answer
            .header("link")
            .unwrap()
            .contains("rel=\"describedby\"")
    );
    for keys in [
        &[&b""[..]][..],
        &[b"\"\""],
        &[b"0123456789abcde"],
        &["k".repeat(256).as_bytes()],
        &["0123456789abcdefé".as_bytes()],
        &[b"0123456789\tabcdef"],
        &[b"\"0123456789abcdef"],
        &[b"0123456789abcdef", b"0123456789abcdef"],
    ] {
        expect(
            &backend.send(request(keys)).await,
            400,
            "idempotency-key-format",
            "O2",
        );
    }
    assert_eq!(backend.count("SELECT count(*) FROM idempotency_keys"), 0);
    assert_eq!(
        backend
            .send(request(&[b"\"0123456789abcdef\""]))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn o9_o10_what_is_not_json_is_refused_and_never_a_failure_of_ours() {
    for text in [
        "",
        "{\"site\":\"pk_demo\",}",
        "{'site':1}",
        "NaN",
        "{\"site\":\"pk",
        "[1,2",
        "\"\u{1}\"",
        "{\"total_minor\":01}",
        "{} {}",
        "\u{feff}{}",
        "{\"total_minor\":\"\\ud800\"}",
    ] {
        check_text("O9", text.into(), 400, "json-syntax").await;
    }
    check_text(
        "O10 invalid UTF-8",
        b"{\"site\":\"\xff\"}".to_vec(),
        400,
        "json-syntax",
    )
    .await;
    let utf16 = "{}".encode_utf16().flat_map(u16::to_be_bytes).collect();
    check_text("O10 UTF-16", utf16, 400, "json-syntax").await;
    let (backend, order) = backend_and_order().await;
    for (number, code) in [
        ("1e99999", "json-syntax"),
        ("123456789012345678901234567890", "amount-precision"),
        ("1e400", "json-syntax"),
        ("9223372036854775808", "amount-overflow"),
    ] {
        let text = order
            .to_string()
            .replace("\"total_minor\":9310", &format!("\"total_minor\":{number}"));
        let answer = backend.order_text(&key(), text).await;
        assert_eq!(answer.outcome().1, code, "O10 {number}");
        assert!((400..=422).contains(&answer.status.as_u16()));
    }
}

/// What this thread, in which the test's whole backend runs but for its store, has used of the
/// processor: unlike the wall's time it does not count what else runs on the machine.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let nanoseconds = text.split(' ').next().unwrap().parse().unwrap();
    Duration::from_nanos(nanoseconds)
}

#[tokio::test]
async fn o11_depth_is_refused_at_once() {
    let backend = Backend::new().await;
    for text in ["[".repeat(100_000), "{\"a\":".repeat(100_000)] {
        let before = processor_time();
        let answer = backend.order_text(&key(), text).await;
        let took = processor_time() - before;
        expect(&answer, 400, "json-depth", "O11");
        assert!(took < Duration::from_millis(10), "{took:?}");
    }
}

#[tokio::test]
async fn o12_o13_names_stand_once_and_are_known() {
    let (backend, order) = backend_and_order().await;
    let text = order.to_string();
    let twice = text.replacen('{', "{\"total_minor\":1,", 1);
    let answer = backend.order_text(&key(), twice).await;
    expect(&answer, 400, "json-duplicate", "O12");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/total_minor");
    for (name, value) in [("status", json!("paid")), ("commission", json!(999))] {
        let change = |order: &mut Value| order[name] = value;
        let answer = check("O13", change, 400, "json-unknown-field").await;
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{name}"));
    }
    let change = |order: &mut Value| {
        order.as_object_mut().unwrap().remove("quote_id");
    };
    let answer = check("missing", change, 400, "json-missing-field").await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/quote_id");
}

#[tokio::test]
async fn o29_what_a_client_claims_as_credit_is_not_read() {
    let creator = |share: f64| json!({"creator": "mira", "share": share});
    for claims in [
        json!([creator(0.999)]),
        json!([creator(1.001)]),
        json!([creator(-1.0), 7, "ben", null, [[]]]),
        json!([]),
        json!(vec![creator(0.01); 100]),
    ] {
        let (backend, mut order) = backend_and_order().await;
        order["credits"] = claims.clone();
        let answer = backend.order(&key(), &order).await;
        assert_eq!(answer.outcome(), (201, String::new()), "O29 {claims}");
        assert_eq!(backend.count("SELECT count(*) FROM credits"), 0);
    }
    let many = |order: &mut Value| order["credits"] = json!(vec![creator(0.0001); 10_000]);
    let answer = check("O29 10,000", many, 422, "touch-limit").await;
    assert_eq!(answer.json()["errors"][0]["pointer"], "/credits");
    let many = |order: &mut Value| order["receipts"] = json!(vec!["v4.public.x"; 101]);
    check("O29 receipts", many, 422, "touch-limit").await;
    let word = |order: &mut Value| order["credits"] = json!("mira");
    check("O29 no list", word, 400, "json-type").await;
}

#[tokio::test]
async fn o14_o15_the_media_type_is_json_in_utf_8_and_the_body_small() {
    let (backend, order) = backend_and_order().await;
    let send = async |types: &[&str], encoding: Option<&str>, body: Vec<u8>| {
        let mut request = Request::post("/v1/orders").header("idempotency-key", key());
        for media_type in types {
            request = request.header("content-type", *media_type);
        }
        if let Some(encoding) = encoding {
            request = request.header("content-encoding", encoding);
        }
        backend.send(request.body(Body::from(body)).unwrap()).await
    };
    let body = order.to_string().into_bytes();
    for types in [
        &["text/plain"][..],
        &[],
        &["application/json; charset=utf-16"],
        &["multipart/form-data; boundary=x"],
        &["application/json", "application/json"],
    ] {
        expect(
            &send(types, None, body.clone()).await,
            415,
            "media-type",
            "O14",
        );
    }
    let json = &["application/json; charset=UTF-8"];
    expect(
        &send(json, Some("br"), body.clone()).await,
        413,
        "body-size",
        "O15 encoding",
    );
    let large = vec![b' '; 1024 * 1024 + 1];
    expect(&send(json, None, large).await, 413, "body-size", "O15 size");
    let largest = vec![b' '; 1024 * 1024];
    expect(
        &send(json, None, largest).await,
        400,
        "json-syntax",
        "O15 one byte less",
    );
    assert_eq!(send(json, None, body).await.status, 201);
}

#[tokio::test]
async fn o17_o18_quantities_and_lines_are_within_bounds() {
    for (quantity, status, code) in [
        (json!(0), 422, "quantity"),
        (json!(-1), 422, "quantity"),
        (json!(1.5), 400, "json-type"),
        (json!("1"), 400, "json-type"),
        (json!(null), 400, "json-type"),
        (json!(1001), 422, "quantity"),
        (json!(2_147_483_648_u64), 422, "quantity"),
        (json!(4_294_967_296_u64), 422, "quantity"),
    ] {
        let change = |order: &mut Value| order["lines"][0]["quantity"] = quantity.clone();
        let answer = check(&format!("O17 {quantity}"), change, status, code).await;
        assert_eq!(answer.json()["errors"][0]["pointer"], "/lines/0/quantity");
    }
    let (backend, order) = backend_and_order().await;
    let exponent = order
        .to_string()
        .replace("\"quantity\":2", "\"quantity\":1e2");
    expect(
        &backend.order_text(&key(), exponent).await,
        400,
        "json-type",
        "O17 1e2",
    );
    check(
        "O18 none",
        |order| order["lines"] = json!([]),
        422,
        "lines-empty",
    )
    .await;
    let many = |order: &mut Value| {
        order["lines"] = (0..501)
            .map(|at| json!({"variant_id": at.to_string(), "quantity": 1, "unit_price_minor": 1}))
            .collect();
    };
    check("O18 501", many, 422, "lines-limit").await;
    let twice = |order: &mut Value| {
        let line = order["lines"][0].clone();
        order["lines"].as_array_mut().unwrap().push(line);
    };
    check("O18 twice", twice, 422, "line-duplicate").await;
    let under_one_receipt = |order: &mut Value| {
        order["lines"][0]["receipt"] = json!("a receipt");
        twice(order);
    };
    check("O18 receipt", under_one_receipt, 422, "line-duplicate").await;
}

#[tokio::test]
async fn o19_the_shoppers_amounts_are_only_compared() {
    for (row, pointer) in [
        ("total", "/total_minor"),
        ("price", "/lines/0/unit_price_minor"),
    ] {
        let change = |order: &mut Value| *order.pointer_mut(pointer).unwrap() = json!(1);
        let answer = check(row, change, 409, "price-changed").await;
        let problem: Problem = serde_json::from_slice(&answer.body).unwrap();
        let quote = problem.quote.unwrap();
        assert_eq!(quote.totals.total_minor, 9_310);
        assert!(quote.ready);
    }
    let negative = |order: &mut Value| order["discount_minor"] = json!(-5);
    check("discount", negative, 422, "discount").await;
    let other = |order: &mut Value| order["discount_minor"] = json!(981);
    check("another discount", other, 409, "price-changed").await;
    let (backend, mut order) = backend_and_order().await;
    order["discount_minor"] = json!(980);
    assert_eq!(backend.order(&key(), &order).await.status, 201);
    let huge = |order: &mut Value| {
        order["lines"][0]["quantity"] = json!(1000);
        order["lines"][0]["unit_price_minor"] = json!(9_300_000_000_000_000_i64);
    };
    check("overflow", huge, 422, "amount-overflow").await;
    let cents = |order: &mut Value| order["total_minor"] = json!(93.1);
    check("O21 decimals", cents, 422, "amount-precision").await;
}

#[tokio::test]
async fn a_new_price_is_offered_under_a_new_attempt_and_can_be_accepted() {
    let (backend, order) = backend_and_order().await;
    backend.clock.advance_ms(15 * MINUTE_MS);
    let dearer = vec![product("lamp", "halden", 5_500, Some(50))];
    backend
        .store
        .upsert_products(tenant("demo"), dearer)
        .await
        .unwrap();
    backend
        .execute("UPDATE variants SET is_listed = 1, price_minor = 5100, compare_at_minor = NULL");
    let answer = backend.order(&key(), &order).await;
    expect(&answer, 409, "price-changed", "expired, and dearer");
    let quote = answer.json()["quote"].clone();
    assert_ne!(quote["checkout_attempt_id"], order["checkout_attempt_id"]);
    assert_eq!(backend.held("lamp-sand"), 2);
    // The old attempt is closed: even its right price gets the same answer again.
    let again = backend.order(&key(), &order).await;
    assert_eq!(again.body, answer.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);
    assert_eq!(backend.count("SELECT count(*) FROM orders"), 1);
    assert_eq!(
        backend.count("SELECT count(*) FROM recipients"),
        1,
        "the address went along"
    );
}

#[tokio::test]
async fn a_held_price_stands_whatever_the_catalogue_says_since() {
    let (backend, order) = backend_and_order().await;
    backend.execute("UPDATE variants SET price_minor = 5800 WHERE variant_id = 'lamp-sand'");
    backend.clock.advance_ms(15 * MINUTE_MS - 1);
    let answer = backend.order(&key(), &order).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.json()["totals"]["total_minor"], 9_310);
}

#[tokio::test]
async fn o20_an_expired_quote_is_renewed_and_a_foreign_one_refused() {
    let (backend, order) = backend_and_order().await;
    backend.clock.advance_ms(15 * MINUTE_MS);
    let answer = backend.order(&key(), &order).await;
    expect(&answer, 409, "quote-expired", "O20 expired");
    let quote = answer.json()["quote"].clone();
    assert_eq!(quote["totals"]["total_minor"], 9_310);
    assert_eq!(backend.order(&key(), &order_for(&quote)).await.status, 201);

    check(
        "O20 no such quote",
        |order| order["quote_id"] = json!("nope"),
        422,
        "quote-invalid",
    )
    .await;
    let other_bag = |order: &mut Value| {
        order["lines"][0]["variant_id"] = json!("mug");
    };
    check("O20 another bag", other_bag, 422, "quote-invalid").await;
    let attempt = |order: &mut Value| order["checkout_attempt_id"] = json!(uuid_v7());
    check("O20 another attempt", attempt, 422, "quote-invalid").await;
    let (backend, mut order) = backend_and_order().await;
    order["site"] = json!("pk_other");
    expect(
        &backend.order(&key(), &order).await,
        422,
        "quote-invalid",
        "O20 another tenant",
    );
}

#[tokio::test]
async fn a_replaced_quote_and_one_without_an_address_cannot_be_ordered() {
    let backend = Backend::new().await;
    let mut body = ready_quote_body(&[("lamp-sand", 1)]);
    let first = backend.quote(&body).await.json();
    body["lines"][0]["quantity"] = json!(2);
    let second = backend.quote(&body).await.json();
    assert_eq!(
        backend.held("lamp-sand"),
        2,
        "the first hold was given back"
    );
    let answer = backend.order(&key(), &order_for(&first)).await;
    expect(&answer, 422, "quote-invalid", "replaced");
    assert_eq!(backend.order(&key(), &order_for(&second)).await.status, 201);
    let mut bare = ready_quote_body(&[("mug", 1)]);
    bare.as_object_mut().unwrap().remove("address");
    let quote = backend.quote(&bare).await.json();
    assert_eq!(quote["ready"], false);
    let answer = backend.order(&key(), &order_for(&quote)).await;
    expect(&answer, 422, "quote-incomplete", "incomplete");
}

#[tokio::test]
async fn o21_o22_currency_and_product_are_those_of_the_quote() {
    check(
        "O21",
        |order| order["currency"] = json!("USD"),
        422,
        "currency-mismatch",
    )
    .await;
    check(
        "O21 lower case",
        |order| order["currency"] = json!("eur"),
        422,
        "currency",
    )
    .await;
    let sku =
        |sku: &'static str| move |order: &mut Value| order["lines"][0]["variant_id"] = json!(sku);
    check("O22 unknown", sku("nope"), 422, "sku-unknown").await;
    let (backend, mut order) = backend_and_order().await;
    backend.execute("UPDATE variants SET is_listed = 0 WHERE variant_id = 'mug'");
    order["lines"][0]["variant_id"] = json!("mug");
    expect(
        &backend.order(&key(), &order).await,
        422,
        "sku-unknown",
        "O22 deleted",
    );
    let only_theirs = vec![product("theirs", "halden", 100, None)];
    backend
        .store
        .upsert_products(tenant("other"), only_theirs)
        .await
        .unwrap();
    order["lines"][0]["variant_id"] = json!("theirs");
    expect(
        &backend.order(&key(), &order).await,
        422,
        "sku-unknown",
        "O22 another tenant's",
    );
}

#[tokio::test]
async fn o28_the_shoppers_clock_is_clamped_and_must_name_an_instant() {
    for (created_at, expected) in [
        ("1970-01-01T00:00:00Z", "1787565600000"),
        ("2100-01-01T00:00:00Z", "1795341600000"),
        ("2026-11-22T11:59:59+02:00", "1795341599000"),
    ] {
        let (backend, mut order) = backend_and_order().await;
        order["created_at"] = json!(created_at);
        assert_eq!(
            backend.order(&key(), &order).await.status,
            201,
            "O28 {created_at}"
        );
        let clamped = backend.count("SELECT client_created_at FROM orders");
        assert_eq!(clamped.to_string(), expected, "O28 {created_at}");
    }
    for created_at in [
        "2026-02-30T10:00:00Z",
        "2026-11-22T10:00:00",
        "yesterday",
        "",
    ] {
        let change = |order: &mut Value| order["created_at"] = json!(created_at);
        check(&format!("O28 {created_at}"), change, 422, "timestamp").await;
    }
}

#[tokio::test]
async fn o32_an_order_id_is_a_namespace_of_its_tenant() {
    let (backend, order) = backend_and_order().await;
    assert_eq!(backend.order(&key(), &order).await.status, 201);
    let mut body = ready_quote_body(&[("lamp-sand", 1)]);
    body["site"] = json!("pk_other");
    let mut theirs = order_for(&backend.quote(&body).await.json());
    theirs["site"] = json!("pk_other");
    theirs["order_id"] = order["order_id"].clone();
    assert_eq!(backend.order(&key(), &theirs).await.status, 201, "O32");
    let mut second = order_for(&backend.ready_quote("mug", 1).await);
    second["order_id"] = order["order_id"].clone();
    expect(
        &backend.order(&key(), &second).await,
        422,
        "order-id-used",
        "same tenant",
    );
    for id in ["", "order-1", "7d444840-9dc0-11d1-b245-5ffdce74fad2"] {
        check(
            "not a UUIDv7",
            |order| order["order_id"] = json!(id),
            422,
            "id-format",
        )
        .await;
    }
}

#[tokio::test]
async fn a_payment_method_and_a_site_must_exist() {
    let method = |order: &mut Value| order["payment"]["method"] = json!("barter");
    check("method", method, 422, "payment").await;
    check(
        "site",
        |order| order["site"] = json!("pk_nope"),
        404,
        "site-unknown",
    )
    .await;
}
