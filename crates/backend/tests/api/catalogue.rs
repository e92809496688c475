//! Applying a tenant file and importing feeds.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use shoptag_backend::catalogue::{ApplyError, apply};
use shoptag_backend::store::Store;

use crate::support::{Backend, Database, Engine, START};

fn tenant_file() -> Value {
    json!({
        "tenant": {"id": "t", "name": "T", "currency": "EUR", "countries": ["DE"],
            "quantity_max": 10, "withdrawal_days": 14, "terms_url": "/t", "privacy_url": "/p"},
        "sites": [{"key": "pk_t", "origins": ["https://t.example"]}],
        "tax": [{"country": "DE", "category": "*", "rate_bp": 1900}],
        "brands": [{"id": "halden", "name": "Halden", "legal_name": "Halden GmbH",
            "return_days": 30,
            "delivery": [{"id": "standard", "label": "Standard", "countries": ["DE"],
                "price_minor": 490, "days_min": 2, "days_max": 4}]}],
        "creators": [{"id": "mira", "name": "Mira", "handle": "@mira", "followers": 1000}],
        "videos": [{"id": "day", "title": "Day", "creator": "mira", "duration_s": 10.0,
            "tag_track": "day.tags.json"}],
        "feeds": [{"file": "feed.tsv"}],
    })
}

fn write(folder: &Path, file: &Value) -> PathBuf {
    let track = r#"{"schema_version":1,"tags":[
        {"id":"a","product":"mug","start":0,"end":5,"x":0.5,"y":0.5},
        {"id":"b","product":"mug","start":9,"end":4,"x":0.5,"y":0.5}]}"#;
    std::fs::write(folder.join("day.tags.json"), track).unwrap();
    let feed = "id\ttitle\tprice\tavailability\tbrand\tlink\timage_link\n\
        mug\tMug\t19.90 EUR\tin_stock\tHalden\thttps://h.example/mug\thttps://h.example/mug.jpg\n\
        bad\tBad\t-1 EUR\tin_stock\tHalden\thttps://h.example/bad\thttps://h.example/bad.jpg\n\
        lost\tLost\t5.00 EUR\tin_stock\tNobody\thttps://h.example/l\thttps://h.example/l.jpg\n";
    std::fs::write(folder.join("feed.tsv"), feed).unwrap();
    let path = folder.join("tenant.json");
    std::fs::write(&path, file.to_string()).unwrap();
    path
}

fn store(folder: &Path) -> Arc<dyn Store> {
    Database::new(Engine::of_this_run(), folder).open()
}

#[tokio::test]
async fn applying_twice_is_applying_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), &tenant_file());
    let store = store(folder.path());
    for (new, known) in [(1, 0), (0, 1)] {
        let applied = apply(&*store, &path, START).await.unwrap();
        let imported = &applied.feeds[0].1;
        assert_eq!(imported.upserted.products_new, new);
        assert_eq!(imported.upserted.products_known, known);
        let rejected: Vec<_> = imported
            .rejected
            .iter()
            .map(|it| (it.line, it.code))
            .collect();
        assert_eq!(rejected, [(3, "price-negative"), (4, "brand-unknown")]);
        assert_eq!(applied.tag_defects.len(), 1, "{:?}", applied.tag_defects);
    }
}

#[tokio::test]
async fn a_wrong_file_says_where_and_writes_nothing() {
    for (pointer, value, expected) in [
        (
            "/tenant/currency",
            json!("eur"),
            "currency /tenant/currency",
        ),
        (
            "/tenant/color",
            json!("red"),
            "json-unknown-field /tenant/color",
        ),
        (
            "/tenant/countries",
            json!(["DE", "FR"]),
            "/tenant/countries/1: the country has no tax",
        ),
        (
            "/brands/0/delivery/0/days_max",
            json!(1),
            "/brands/0/delivery/0/days_max: not below",
        ),
        (
            "/sites/0/origins/0",
            json!("https://t.example/"),
            "/sites/0/origins/0: write an origin",
        ),
        (
            "/videos/0/duration_s",
            json!(0.0),
            "/videos/0/duration_s: more than 0",
        ),
        (
            "/swatches",
            json!({"Sand": "red"}),
            "/swatches/Sand: write a colour",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut file = tenant_file();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = file.pointer_mut(parent).unwrap();
        match parent {
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            object => object[name] = value,
        }
        let path = write(folder.path(), &file);
        let store = store(folder.path());
        let error = apply(&*store, &path, START).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains(expected), "{text}");
        assert!(matches!(
            error,
            ApplyError::Shape(_) | ApplyError::Value { .. }
        ));
        let tenant = shoptag_commerce::TenantId::parse("t").unwrap();
        assert_eq!(store.currency(tenant).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_variant_that_left_the_feed_is_not_for_sale_and_comes_back_with_it() {
    let backend = Backend::new().await;
    let mut lamp = crate::support::product("lamp", "halden", 4_900, Some(50));
    let tenant = crate::support::tenant("demo");
    backend
        .store
        .upsert_products(tenant.clone(), vec![lamp.clone()])
        .await
        .unwrap();
    let gone = backend
        .quote(&crate::support::quote_body(&[("lamp-sand", 1)]))
        .await;
    assert_eq!(gone.outcome(), (422, "sku-unknown".into()));
    lamp.variants[0].id = shoptag_commerce::VariantId::parse("lamp-sand").unwrap();
    backend
        .store
        .upsert_products(tenant, vec![lamp])
        .await
        .unwrap();
    let back = backend
        .quote(&crate::support::quote_body(&[("lamp-sand", 1)]))
        .await;
    assert_eq!(back.status, 200);
}
