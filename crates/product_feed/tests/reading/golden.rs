//! Whole feeds as shops really export them, with the report that they give, to the letter.

use std::fs;
use std::path::PathBuf;

use shoptag_product_feed::Format;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// Compares with `<name>.report`; `UPDATE_GOLDEN=1` writes it anew, to be read before it is
/// committed.
fn check(name: &str, format: Format) {
    let bytes = fs::read(fixture(name)).unwrap();
    assert_eq!(Format::detect(name, &bytes), Some(format), "{name}");
    let report = format!("{:#?}\n", crate::read(&bytes, format, "EUR").unwrap());
    let golden = fixture(&format!("{name}.report"));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &report).unwrap();
    }
    let golden = fs::read_to_string(&golden).unwrap();
    for (index, (found, expected)) in report.lines().zip(golden.lines()).enumerate() {
        assert_eq!(found, expected, "{name}.report:{}", index + 1);
    }
    assert_eq!(report.len(), golden.len(), "{name}");
}

#[test]
fn a_shopify_export_of_the_old_form() {
    check("nordlys-shopify.csv", Format::ShopifyCsv);
}

#[test]
fn a_shopify_export_of_the_new_form() {
    check("brisa-shopify-2024.csv", Format::ShopifyCsv);
}

#[test]
fn a_merchant_text_feed() {
    check("kaffe-merchant.tsv", Format::MerchantTsv);
}

#[test]
fn a_merchant_rss_feed() {
    check("verde-merchant-rss.xml", Format::MerchantXml);
}

#[test]
fn a_merchant_atom_feed_that_breaks_off() {
    check("verde-merchant-atom.xml", Format::MerchantXml);
}

#[test]
fn the_same_feed_in_utf_16_gives_the_same_report() {
    let utf_8 = fs::read_to_string(fixture("kaffe-merchant.tsv")).unwrap();
    let marked = std::iter::once(0xFEFF).chain(utf_8.encode_utf16());
    let utf_16: Vec<u8> = marked.flat_map(u16::to_le_bytes).collect();
    let read = |bytes: &[u8]| crate::read(bytes, Format::MerchantTsv, "EUR");
    assert_eq!(read(&utf_16), read(utf_8.as_bytes()));
}
