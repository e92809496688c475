//! What surrounds the routes: origins, methods, headers, addresses, raw bytes on the wire.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request};
use shoptag_backend::RateLimit;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

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
        "/nope",
        "/v1/orders/00000000000000000000000000",
    ] {
        assert_eq!(
            backend.get(path).await.outcome(),
            (404, "not-found".into()),
            "{path}"
        );
    }
    let long = format!("/v1/videos/day?site={}", "a".repeat(9_000));
    assert_eq!(
        backend.get(&long).await.outcome(),
        (414, "uri-length".into())
    );
}

#[tokio::test]
async fn every_answer_has_the_security_headers_and_an_id() {
    let backend = Backend::new().await;
    for path in [
        "/healthz",
        "/nope",
        "/v1/openapi.json",
        "/problems/email",
        "/v1/orders",
    ] {
        let answer = backend.get(path).await;
        assert!(answer.header("content-security-policy").is_some(), "{path}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
        assert_eq!(answer.header("x-request-id").unwrap().len(), 36, "{path}");
    }
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

/// Sends raw bytes; the status line and whether the connection was closed after the answer.
async fn raw(backend: &Backend, request: String) -> (u16, bool) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, backend.app()).into_future());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let limit = std::time::Duration::from_secs(5);
    let closed = tokio::time::timeout(limit, stream.read_to_end(&mut answer))
        .await
        .is_ok();
    server.abort();
    let text = String::from_utf8_lossy(&answer);
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or(0);
    (status, closed)
}

#[tokio::test]
async fn o16_a_request_of_unclear_length_is_refused_and_the_connection_closed() {
    let backend = Backend::new().await;
    let head = "POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for (row, rest) in [
        (
            "both",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ),
        (
            "both",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
        ),
        ("two", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        ("sign", "Content-Length: +5\r\n\r\n{}   "),
        ("bare line feed", "X-A: b\nContent-Length: 2\r\nX\r\n\r\n{}"),
    ] {
        let (status, closed) = raw(&backend, format!("{head}{rest}")).await;
        assert_eq!((status, closed), (400, true), "O16 {row}");
    }
}
