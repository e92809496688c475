//! What holds for every feed, however broken.

use std::collections::HashSet;

use proptest::prelude::*;
use shoptag_product_feed::{FeedProduct, Format, PRICE_MINOR_MAX, Report, code};

const FORMATS: [Format; 3] = [Format::ShopifyCsv, Format::MerchantTsv, Format::MerchantXml];

const SHOPIFY: &str = include_str!("../fixtures/nordlys-shopify.csv");
const TSV: &str = include_str!("../fixtures/kaffe-merchant.tsv");
const RSS: &str = include_str!("../fixtures/verde-merchant-rss.xml");

/// Everything that the report promises about itself.
fn check_report(report: &Report) {
    let mut ids = HashSet::new();
    for product in &report.products {
        check_product(product);
        for variant in &product.variants {
            assert!(ids.insert(variant.id.clone()), "{:?} twice", variant.id);
        }
    }
    let products: HashSet<_> = report.products.iter().map(|product| &product.id).collect();
    assert_eq!(products.len(), report.products.len());
    for rejection in &report.rejected {
        assert!(code::ALL.iter().any(|entry| entry.code == rejection.code));
        assert!(rejection.line >= 1);
    }
    assert!(report.rejected.is_sorted_by_key(|rejection| rejection.line));
}

fn check_product(product: &FeedProduct) {
    assert!(!product.title.is_empty() && !product.brand_name.is_empty());
    assert!(!product.variants.is_empty());
    let mut combinations = HashSet::new();
    for variant in &product.variants {
        assert!((1..=PRICE_MINOR_MAX).contains(&variant.price_minor));
        assert!(
            variant
                .compare_at_minor
                .is_none_or(|former| former > variant.price_minor)
        );
        assert_eq!(variant.options.len(), product.options.len());
        for (value, option) in variant.options.iter().zip(&product.options) {
            assert!(option.values.contains(value));
        }
        assert!(combinations.insert(&variant.options));
        if let Some(url) = &variant.image_url {
            assert!(product.images.iter().any(|image| image.url == *url));
        }
    }
    for image in &product.images {
        let own = image.url.starts_with('/') && !image.url.starts_with("//");
        assert!(own || image.url.starts_with("https://"));
    }
}

fn check_all(bytes: &[u8]) {
    for format in FORMATS {
        let first = crate::read(bytes, format, "EUR");
        assert_eq!(first, crate::read(bytes, format, "EUR"));
        if let Ok(report) = first {
            check_report(&report);
        }
    }
}

/// Cuts a piece out of a good feed and puts something else in its place.
fn damage(feed: &str, at: usize, length: usize, piece: &[u8]) -> Vec<u8> {
    let start = at % (feed.len() + 1);
    let end = (start + length).min(feed.len());
    [&feed.as_bytes()[..start], piece, &feed.as_bytes()[end..]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check_all(&bytes);
    }

    #[test]
    fn a_damaged_feed_gives_a_report_that_keeps_its_promises(
        feed in prop::sample::select(vec![SHOPIFY, TSV, RSS]),
        at in any::<usize>(),
        length in 0_usize..300,
        piece in "[\"',\t\n<>&;a-z0-9\u{202E}\u{301}\0]{0,12}",
    ) {
        check_all(&damage(feed, at, length, piece.as_bytes()));
    }

    #[test]
    fn rows_of_hostile_cells_are_kept_whole_or_reported(
        title in "\\PC{1,40}", sku in "[A-Z0-9'=@+-]{1,12}", cents in 1_i64..10_000_000,
    ) {
        let quoted = format!("\"{}\"", title.replace('"', "\"\""));
        let feed = format!(
            "Handle,Title,Vendor,Variant SKU,Variant Price\nh,{quoted},Brand,{sku},{}.{:02}\n",
            cents / 100, cents % 100,
        );
        let report = crate::read(feed.as_bytes(), Format::ShopifyCsv, "EUR").unwrap();
        check_report(&report);
        match report.products.as_slice() {
            [product] => prop_assert_eq!(product.variants[0].price_minor, cents),
            _ => prop_assert_eq!(report.rejected.len(), 1),
        }
    }
}
