//! A video's document.

use axum::body::Body;
use axum::http::Request;
use shoptag_protocol::VideoDocument;

use crate::support::{Backend, ORIGIN, quote_body};

#[tokio::test]
async fn a_page_gets_tags_products_and_policy() {
    let backend = Backend::new().await;
    let answer = backend.get("/v1/videos/day?site=pk_demo").await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("cache-control")
            .unwrap()
            .starts_with("public, max-age=")
    );
    let document: VideoDocument = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(document.policy.countries, ["DE", "NL", "FR"]);
    let lamp = &document.products[0];
    assert_eq!(lamp.options[0].values[0].swatch.as_deref(), Some("#d8c4a0"));
    assert_eq!(lamp.options[0].values[1].swatch, None);
    assert_eq!(
        lamp.variants
            .iter()
            .map(|it| it.available)
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(lamp.variants[0].compare_at_minor, Some(5_900));
    assert_eq!(lamp.rating.unwrap().count, 218);
    assert_eq!(lamp.delivery.price_minor, 490);
    assert_eq!(document.products.len(), 2);
    assert_eq!(answer.json()["tag_track"]["tags"][1]["product"], "mug");
}

#[tokio::test]
async fn an_unchanged_document_is_not_sent_again() {
    let backend = Backend::new().await;
    let tag = backend
        .get("/v1/videos/day?site=pk_demo")
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    let ask = |tag: String| {
        Request::get("/v1/videos/day?site=pk_demo")
            .header("if-none-match", tag)
            .body(Body::empty())
            .unwrap()
    };
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".into(),
    ] {
        let answer = backend.send(ask(known)).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0));
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
    }
    backend.quote(&quote_body(&[("mug", 1_000)])).await;
    assert_eq!(
        backend.send(ask(tag)).await.status,
        200,
        "the mug is spoken for"
    );
}

#[tokio::test]
async fn a_video_belongs_to_its_tenant_and_a_site_to_its_origins() {
    let backend = Backend::new().await;
    for (path, status, code) in [
        ("/v1/videos/day", 404, "site-unknown"),
        (
            "/v1/videos/day?site=pk_demo&site=pk_demo",
            404,
            "site-unknown",
        ),
        ("/v1/videos/%ff?site=pk_demo", 404, "not-found"),
        ("/v1/videos/day?site=pk_nope", 404, "site-unknown"),
        ("/v1/videos/night?site=pk_demo", 404, "not-found"),
    ] {
        assert_eq!(
            backend.get(path).await.outcome(),
            (status, code.into()),
            "{path}"
        );
    }
    let from = |origin: &str| {
        Request::get("/v1/videos/day?site=pk_demo")
            .header("origin", origin)
            .body(Body::empty())
            .unwrap()
    };
    let answer = backend.send(from(ORIGIN)).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(ORIGIN));
    let answer = backend.send(from("https://evil.example")).await;
    assert_eq!(answer.outcome(), (403, "origin".into()));
    assert_eq!(answer.header("access-control-allow-origin"), None);
}
