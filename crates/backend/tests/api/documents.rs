//! The OpenAPI document and the problem pages.

use serde_json::Value;
use shoptag_backend::openapi_document;

use crate::support::Backend;

/// The paths and methods of `app`, out of its source: the list that a reader sees is the list
/// tested.
fn routes() -> Vec<(String, String)> {
    include_str!("../../src/lib.rs")
        .split(".route(")
        .skip(1)
        .map(|rest| {
            let (_, rest) = rest.split_once('"').unwrap();
            let (path, rest) = rest.split_once('"').unwrap();
            let method = rest
                .trim_start_matches([',', ' ', '\n'])
                .split('(')
                .next()
                .unwrap();
            (path.to_owned(), method.to_owned())
        })
        .collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let document: Value = serde_json::from_str(&openapi_document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: Vec<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (path.clone(), method.clone()))
        })
        .collect();
    let routes = routes();
    assert!(routes.len() > 10);
    for route in &routes {
        assert!(described.contains(route), "{route:?} is not described");
    }
    for route in &described {
        assert!(routes.contains(route), "{route:?} does not exist");
    }
}

#[test]
fn every_problem_code_is_in_the_document() {
    let document: Value = serde_json::from_str(&openapi_document()).unwrap();
    let codes = &document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    for code in shoptag_protocol::code::ALL {
        assert!(
            codes.as_array().unwrap().contains(&Value::from(*code)),
            "{code}"
        );
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let text = openapi_document();
    let document: Value = serde_json::from_str(&text).unwrap();
    let mut count = 0;
    for rest in text.split("\"#/").skip(1) {
        let pointer = format!("/{}", rest.split('"').next().unwrap());
        assert!(document.pointer(&pointer).is_some(), "{pointer}");
        count += 1;
    }
    assert!(count > 20);
}

#[tokio::test]
async fn the_document_is_served_and_every_code_has_its_page() {
    let backend = Backend::new().await;
    let served = backend.get("/v1/openapi.json").await;
    assert_eq!(String::from_utf8(served.body).unwrap(), openapi_document());
    for code in shoptag_protocol::code::ALL {
        let page = backend.get(&format!("/problems/{code}")).await;
        assert_eq!(page.status, 200, "{code}");
        assert!(String::from_utf8(page.body).unwrap().contains(code));
    }
    assert_eq!(
        backend.get("/problems/nope").await.outcome(),
        (404, "not-found".into())
    );
}
