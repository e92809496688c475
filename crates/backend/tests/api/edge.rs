//! What surrounds the routes: origins, methods, headers, addresses.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use shoptag_backend::{RateLimit, TrustedProxies};
use tokio::task::JoinSet;

use crate::support::{Answer, Backend, ORIGIN, key, order_for, quote_body};

async fn with_origin(backend: &Backend, method: Method, origin: &str, body: String) -> Answer {
    let mut request = Request::builder()
        .method(method.clone())
        .uri("/v1/quotes")
        .header("origin", origin)
        .header("content-type", "application/json");
    if method == Method::OPTIONS {
        request = request.header("access-control-request-method", "POST");
    }
    backend.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn o34_only_a_sites_own_pages_may_write() {
    let backend = Backend::new().await;
    let body = quote_body(&[("mug", 1)]).to_string();
    let answer = with_origin(&backend, Method::OPTIONS, ORIGIN, String::new()).await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert!(
        answer
            .header("access-control-allow-headers")
            .unwrap()
            .contains("idempotency-key")
    );
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answer = with_origin(&backend, Method::POST, ORIGIN, body.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    assert_eq!(answer.header("vary"), Some("origin"));
    for origin in [
        "null",
        "https://evil.example",
        "https://shop.example.evil.com",
        "https://shop.example:444",
        "http://shop.example",
        "https://SHOP.example",
        "https://evilshop.example",
    ] {
        let preflight = with_origin(&backend, Method::OPTIONS, origin, String::new()).await;
        assert_eq!(
            preflight.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        let answer = with_origin(&backend, Method::POST, origin, body.clone()).await;
        assert_eq!(answer.outcome(), (403, "origin".into()), "{origin}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
    }
}

#[tokio::test]
async fn o33_o36_methods_are_those_of_the_route_whatever_a_header_says() {
    let backend = Backend::new().await;
    let send = async |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path);
        backend.send(request.body(Body::empty()).unwrap()).await
    };
    for method in ["GET", "PUT", "DELETE", "TRACE", "PATCH"] {
        let answer = send(method, "/v1/orders").await;
        assert_eq!(answer.outcome(), (405, "method".into()), "{method}");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
    }
    let answer = send("TRACE", "/healthz").await;
    assert_eq!(answer.outcome(), (405, "method".into()));
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let placed = backend.order(&key(), &order).await.json();
    let path = format!("/v1{}", placed["status_url"].as_str().unwrap());
    let disguised = Request::get(&path).header("x-http-method-override", "DELETE");
    let answer = backend.send(disguised.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["cancellable"]),
        (200, &true.into())
    );
}

#[tokio::test]
async fn o38_o39_addresses_that_lead_nowhere() {
    let backend = Backend::new().await;
    for path in [
        "/",
        "/v1/orders/..%2fadmin",
        "/v1/orders/..%5c..%5cadmin",
        "/v1/orders/../../admin",
        "/v1/orders/%2e%2e/admin",
        "/v1//orders",
        "/v1/orders/",
        "/V1/Orders/x",
        "/v1/orders/%00",
        "/v1/orders/%ff",
        "/v1/videos/%00?site=pk_demo",
        "/problems/..%2f..%2fetc%2fpasswd",
        "/nope",
        "/v1/orders/00000000000000000000000000",
    ] {
        assert_eq!(
            backend.get(path).await.outcome(),
            (404, "not-found".into()),
            "{path}"
        );
    }
    for page in ["/orders/..%2fadmin", "/orders/%00", "/orders/%ff"] {
        assert_eq!(backend.get(page).await.status, 404, "{page}");
    }
    let long = format!("/v1/videos/day?site={}", "a".repeat(9_000));
    assert_eq!(
        backend.get(&long).await.outcome(),
        (414, "uri-length".into())
    );
}

fn check_security_headers(answer: &Answer, what: &str) {
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{what}: {policy}");
    assert!(
        policy.contains("frame-ancestors 'none'"),
        "{what}: {policy}"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("strict-transport-security", "max-age=31536000"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{what}: {name}");
    }
    assert!(answer.header("referrer-policy").is_some(), "{what}");
    assert_eq!(answer.header("x-request-id").unwrap().len(), 36, "{what}");
    assert_eq!(answer.header("server"), None, "{what}");
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_an_id() {
    let backend = Backend::new().await;
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let placed = backend.order(&key(), &order).await.json();
    let page = placed["status_url"].as_str().unwrap().to_owned();
    let long = format!("/{}", "a".repeat(9_000));
    for (path, status) in [
        ("/healthz", 200),
        ("/v1/openapi.json", 200),
        ("/problems/email", 200),
        ("/assets/order-page.css", 200),
        (&page, 200),
        ("/nope", 404),
        ("/v1/orders", 405),
        (&long, 414),
    ] {
        let answer = backend.get(path).await;
        assert_eq!(answer.status, status, "{path}");
        check_security_headers(&answer, path);
    }
    let refused = backend.order_text(&key(), "{").await;
    assert_eq!(refused.status, 400);
    check_security_headers(&refused, "a refused order");
    let preflight = with_origin(&backend, Method::OPTIONS, ORIGIN, String::new()).await;
    check_security_headers(&preflight, "a preflight");
}

#[tokio::test]
async fn health_readiness_and_metrics_are_there() {
    let backend = Backend::new().await;
    assert_eq!(backend.get("/healthz").await.body, b"ok");
    assert_eq!(backend.get("/readyz").await.body, b"ready");
    let order = order_for(&backend.ready_quote("mug", 1).await);
    backend.order(&key(), &order).await;
    let text = String::from_utf8(backend.get("/metrics").await.body).unwrap();
    for line in [
        "shoptag_orders_placed_total 1",
        "shoptag_quotes_total 1",
        "route=\"/v1/orders\"",
    ] {
        assert!(text.contains(line), "{line}");
    }
}

#[tokio::test]
async fn however_many_ask_for_readiness_one_change_is_made_for_them() {
    let backend = Backend::new().await;
    let lock = backend.database.lock();
    let writes = &backend.store.counters().writes;
    let before = writes.get();
    let mut asking = JoinSet::new();
    for _ in 0..50 {
        let request = Request::get("/readyz").body(Body::empty()).unwrap();
        asking.spawn(tower::ServiceExt::oneshot(backend.app(), request));
    }
    // On this one thread all have asked by the time that the lock is given up.
    tokio::task::yield_now().await;
    lock.release();
    for answer in asking.join_all().await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert_eq!(writes.get() - before, 1);
}

#[tokio::test]
async fn o35_o37_an_address_has_its_rate_whatever_a_header_says() {
    let mut backend = Backend::new().await;
    backend.state.rate_limit = Some(Arc::new(RateLimit::new(1)));
    let send = async |address: [u8; 4], forwarded: String| {
        let mut request = Request::post("/v1/quotes")
            .header("content-type", "application/json")
            .header("x-forwarded-for", forwarded)
            .body(Body::from(quote_body(&[("post", 1)]).to_string()))
            .unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((address, 1))));
        backend.send(request).await
    };
    for at in 0..10 {
        assert_eq!(
            send([192, 0, 2, 1], format!("198.51.100.{at}"))
                .await
                .status,
            200
        );
    }
    let answer = send([192, 0, 2, 1], "203.0.113.9".into()).await;
    assert_eq!(answer.outcome(), (429, "rate-limit".into()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(
        send([192, 0, 2, 2], String::new()).await.status,
        200,
        "others are not affected"
    );
    backend.clock.advance_ms(1_000);
    assert_eq!(send([192, 0, 2, 1], String::new()).await.status, 200);
}

/// A quote asked for by `peer`, said to be for `forwarded`; its status.
async fn asked_by(backend: &Backend, peer: [u8; 4], forwarded: &str) -> u16 {
    let mut request = Request::post("/v1/quotes")
        .header("content-type", "application/json")
        .header("x-forwarded-for", forwarded)
        .body(Body::from(quote_body(&[("post", 1)]).to_string()))
        .unwrap();
    let peer = ConnectInfo(SocketAddr::from((peer, 1)));
    request.extensions_mut().insert(peer);
    backend.send(request).await.status.as_u16()
}

#[tokio::test]
async fn o35_a_named_proxy_is_believed_about_its_client_and_no_further() {
    let mut backend = Backend::new().await;
    backend.state.rate_limit = Some(Arc::new(RateLimit::new(1)));
    let ours = vec!["10.0.0.0/8".parse().unwrap()];
    backend.state.proxies = Arc::new(TrustedProxies::new(ours));
    let (proxy, stranger) = ([10, 0, 0, 1], [192, 0, 2, 1]);
    for at in 0..10 {
        let chain = format!("203.0.113.{at}, 198.51.100.7");
        assert_eq!(asked_by(&backend, proxy, &chain).await, 200);
        assert_eq!(asked_by(&backend, stranger, &chain).await, 200);
    }
    let refused = asked_by(&backend, proxy, "203.0.113.99, 198.51.100.7").await;
    assert_eq!(
        refused, 429,
        "the chain's beginning is the client's own saying"
    );
    assert_eq!(asked_by(&backend, stranger, "198.51.100.99").await, 429);
    let other = asked_by(&backend, proxy, "198.51.100.8").await;
    assert_eq!(other, 200, "another client of the same proxy");
}

#[tokio::test]
async fn o37_a_site_has_its_rate_and_other_sites_are_not_affected() {
    let mut backend = Backend::new().await;
    backend.state.site_rate_limit = Some(Arc::new(RateLimit::new(1)));
    let order = order_for(&backend.ready_quote("mug", 1).await);
    let mut statuses = Vec::new();
    for _ in 0..200 {
        let answer = backend.order(&key(), &order).await;
        if answer.status == 429 {
            assert_eq!(answer.outcome(), (429, "rate-limit".into()));
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
        statuses.push(answer.status.as_u16());
    }
    let taken = statuses.iter().filter(|status| **status == 201).count();
    let refused = statuses.iter().filter(|status| **status == 429).count();
    assert_eq!(
        (taken, refused),
        (9, 191),
        "ten, of which the quote was one"
    );
    let mut theirs = quote_body(&[("mug", 1)]);
    theirs["site"] = "pk_other".into();
    assert_eq!(backend.quote(&theirs).await.status, 200);
    backend.clock.advance_ms(1_000);
    assert_eq!(backend.order(&key(), &order).await.status, 201);
}
