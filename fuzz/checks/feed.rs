//! What holds for every feed, however broken.

use std::collections::HashSet;

use shoptag_commerce::{Currency, Timestamp};
use shoptag_product_feed::{Format, PRICE_MINOR_MAX, code, read};

/// Shopify's CSV.
pub(crate) fn shopify_csv(bytes: &[u8]) {
    check(bytes, Format::ShopifyCsv);
}

/// Google Merchant's TSV.
pub(crate) fn merchant_tsv(bytes: &[u8]) {
    check(bytes, Format::MerchantTsv);
}

/// Google Merchant's XML.
pub(crate) fn merchant_xml(bytes: &[u8]) {
    check(bytes, Format::MerchantXml);
}

fn check(bytes: &[u8], format: Format) {
    let currency = Currency::parse("EUR").expect("a currency");
    let now = Timestamp::from_ms(1_795_341_600_000);
    let Ok(report) = read(bytes, format, currency, now) else {
        return;
    };
    let mut ids = HashSet::new();
    for product in &report.products {
        assert!(!product.title.is_empty() && !product.variants.is_empty());
        for text in [&product.title, &product.description, &product.brand_name] {
            let odd = |letter: char| letter.is_control() && letter != '\n';
            assert!(!text.contains(odd), "{text:?}");
        }
        for variant in &product.variants {
            assert!(ids.insert(variant.id.clone()), "an id stands once");
            assert!((1..=PRICE_MINOR_MAX).contains(&variant.price_minor));
            let former = variant.compare_at_minor;
            assert!(former.is_none_or(|former| former > variant.price_minor));
        }
        for image in &product.images {
            let own = image.url.starts_with('/') && !image.url.starts_with("//");
            assert!(own || image.url.starts_with("https://"), "{}", image.url);
        }
    }
    for rejection in &report.rejected {
        assert!(code::ALL.iter().any(|entry| entry.code == rejection.code));
    }
}
