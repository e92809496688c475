//! Each code, shown by the smallest feed that gives it. The F numbers are those of the list of bad
//! inputs that the project keeps.

use std::collections::BTreeSet;

use shoptag_commerce::ProductId;
use shoptag_product_feed::{
    COLUMNS_MAX, FEED_BYTES_MAX, FeedError, Format, REJECTIONS_MAX, ROWS_MAX, code,
};

const SHOPIFY: &str = "Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,\
    Variant Inventory Qty,Variant Inventory Policy,Variant Price,Variant Compare At Price,\
    Variant Barcode,Image Src,Variant Image\n";
const TSV: &str = "id\ttitle\tbrand\tprice\tavailability\tlink\timage_link\tquantity\tgtin\t\
    sale_price\tsale_price_effective_date\titem_group_id\tsize\n";

/// An item that is good, but for `changes`.
fn item(changes: &[(&str, &str)]) -> String {
    let mut row = vec![
        ("id", "LAMP"),
        ("title", "Lamp"),
        ("brand", "Nord"),
        ("price", "19.99 EUR"),
        ("availability", "in_stock"),
        ("link", ""),
        ("image_link", ""),
        ("quantity", ""),
        ("gtin", ""),
        ("sale_price", ""),
        ("sale_price_effective_date", ""),
        ("item_group_id", ""),
        ("size", ""),
    ];
    for (name, value) in changes {
        row.iter_mut().find(|(known, _)| known == name).unwrap().1 = value;
    }
    let cells: Vec<&str> = row.into_iter().map(|(_, value)| value).collect();
    format!("{}\n", cells.join("\t"))
}

/// What `feed` gives: the codes with their lines, after the number of products.
fn outcome(feed: &str, format: Format) -> (usize, Vec<(u64, &'static str)>) {
    let report = crate::read(feed.as_bytes(), format, "EUR").unwrap();
    let rejected = report
        .rejected
        .iter()
        .map(|rejection| (rejection.line, rejection.code));
    (report.products.len(), rejected.collect())
}

/// One item that differs from a good one is rejected with `code`, and the good ones around it stay.
fn check_item(changes: &[(&str, &str)], code: &'static str) {
    let before = item(&[("id", "BEFORE")]);
    let after = item(&[("id", "AFTER")]);
    let feed = format!("{TSV}{before}{}{after}", item(changes));
    assert_eq!(
        outcome(&feed, Format::MerchantTsv),
        (2, vec![(3, code)]),
        "{changes:?}"
    );
}

/// The rows after the first, in Shopify's columns.
fn check_rows(rows: &str, products: usize, expected: &[(u64, &'static str)]) {
    let found = outcome(&format!("{SHOPIFY}{rows}"), Format::ShopifyCsv);
    assert_eq!(found, (products, expected.to_vec()), "{rows}");
}

fn check_xml(item: &str, products: usize, expected: &[(u64, &'static str)]) {
    let feed = format!(
        "<rss xmlns:g='http://base.google.com/ns/1.0'><channel>\n<item>{item}<g:id>X</g:id>\
        <g:title>x</g:title><g:brand>b</g:brand><g:price>1 EUR</g:price>\
        <g:availability>in_stock</g:availability></item>\n</channel></rss>"
    );
    assert_eq!(
        outcome(&feed, Format::MerchantXml),
        (products, expected.to_vec()),
        "{item}"
    );
}

fn check_feed(bytes: &[u8], format: Format, expected: FeedError) {
    assert_eq!(crate::read(bytes, format, "EUR"), Err(expected));
}

#[test]
fn f1_f2_f5_f16_text_is_only_text() {
    for title in [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "{{7*7}}",
        "${x}",
        "'; DROP TABLE orders;--",
        "=cmd|'/c calc'!A0",
        "@SUM(1)",
        "+1",
        "-1",
        "%s%n",
        "null",
        "שלום lamp",
        "👩🏽‍🔧 👨‍👩‍👧‍👦",
        "__proto__",
        "../../etc/passwd",
        "CON",
        "$(id)",
    ] {
        let feed = format!("{TSV}{}", item(&[("title", title), ("brand", title)]));
        let report = crate::read(feed.as_bytes(), Format::MerchantTsv, "EUR").unwrap();
        assert_eq!(report.products[0].title, title);
        assert_eq!(report.products[0].brand_name, title);
    }
}

#[test]
fn f4_text_that_hides_something_is_cleaned_or_refused() {
    let title = format!("La\u{202E}m\u{200B}p{}", "\u{301}".repeat(500));
    let feed = format!("{TSV}{}", item(&[("title", &title)]));
    let report = crate::read(feed.as_bytes(), Format::MerchantTsv, "EUR").unwrap();
    assert_eq!(report.products[0].title, "Lamp\u{301}\u{301}\u{301}\u{301}");
    check_xml(
        "<g:color>&#xD800;</g:color>",
        0,
        &[(2, code::TEXT_ENCODING)],
    );
    check_xml("<g:color>&#0;</g:color>", 0, &[(2, code::TEXT_ENCODING)]);
    check_item(&[("title", "\u{200B}\u{202E}")], code::TEXT_EMPTY);
    check_item(&[("brand", "")], code::TEXT_EMPTY);
}

#[test]
fn f6_f7_links_lead_to_public_https_only() {
    for field in ["link", "image_link"] {
        for url in [
            "javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "http://shop.example/",
        ] {
            check_item(&[(field, url)], code::URL_SCHEME);
        }
        for url in [
            "http://169.254.169.254/",
            "http://[::1]",
            "http://localhost",
            "http://0x7f000001",
            "https://2130706433/",
            "https://[::ffff:10.0.0.1]/",
            "https://127.0.0.1.nip.io/",
        ] {
            check_item(&[(field, url)], code::URL_PRIVATE);
        }
        check_item(&[(field, "shop.example/lamp")], code::URL_FORMAT);
    }
    let quoted = "\" java\tscript:alert(1)\"";
    check_item(&[("link", quoted)], code::URL_SCHEME);
}

#[test]
fn f9_f10_f11_prices_are_exact_in_the_tenants_currency() {
    for (price, code) in [
        ("-1 EUR", code::PRICE_NEGATIVE),
        ("0 EUR", code::PRICE_ZERO),
        ("1e18 EUR", code::PRICE_RANGE),
        ("9223372036854775808 EUR", code::PRICE_RANGE),
        ("", code::PRICE_TYPE),
        ("NaN", code::PRICE_TYPE),
        ("NaN EUR", code::PRICE_TYPE),
        ("19,99 EUR", code::PRICE_TYPE),
        ("19.999 EUR", code::PRICE_PRECISION),
        ("19.99", code::CURRENCY),
        ("19.99 XXX", code::CURRENCY),
        ("19.99 XTS", code::CURRENCY),
        ("19.99 eur", code::CURRENCY),
        ("19.99 USD", code::CURRENCY),
    ] {
        check_item(&[("price", price)], code);
    }
    check_item(&[("sale_price", "20.00 EUR")], code::PRICE_SALE_ORDER);
    let backwards = "2026-06-01T00:00Z/2026-05-01T00:00Z";
    let period = "sale_price_effective_date";
    check_item(
        &[("sale_price", "9 EUR"), (period, backwards)],
        code::DATE_ORDER,
    );
    check_item(
        &[("sale_price", "9 EUR"), (period, "2026-06-01")],
        code::DATE_FORMAT,
    );

    let yen = format!("{TSV}{}", item(&[("price", "19.5 JPY")]));
    let report = crate::read(yen.as_bytes(), Format::MerchantTsv, "JPY").unwrap();
    assert_eq!(report.rejected[0].code, code::PRICE_PRECISION);
}

#[test]
fn f12_the_first_of_two_with_one_sku_stays() {
    let feed = format!("{TSV}{}{}", item(&[]), item(&[("title", "Other")]));
    let report = crate::read(feed.as_bytes(), Format::MerchantTsv, "EUR").unwrap();
    assert_eq!(report.products[0].title, "Lamp");
    assert_eq!(report.rejected[0].code, code::SKU_DUPLICATE);
    check_rows(
        "a,A,V,,,S1,1,,5,,,,\nb,B,V,,,S1,1,,6,,,,\n",
        1,
        &[(3, code::SKU_DUPLICATE)],
    );
    // A group and an item of the same name are two products.
    let feed = format!(
        "{TSV}{}{}",
        item(&[]),
        item(&[("id", "Y"), ("item_group_id", "LAMP")])
    );
    assert_eq!(
        outcome(&feed, Format::MerchantTsv),
        (1, vec![(3, code::SKU_DUPLICATE)])
    );
}

#[test]
fn f13_an_id_is_never_repaired() {
    for id in ["", "a\0b", &"x".repeat(257), "\"a\nb\""] {
        let feed = format!("{TSV}{}", item(&[("id", id)]));
        assert_eq!(
            outcome(&feed, Format::MerchantTsv),
            (0, vec![(2, code::SKU_FORMAT)]),
            "{id:?}"
        );
    }
    check_item(&[("id", "a\u{202E}b")], code::TEXT_CONTROL);
    check_rows(
        &format!("a,A,V,,,{},1,,5,,,,\n", "x".repeat(257)),
        0,
        &[(2, code::SKU_FORMAT)],
    );
    check_rows(",A,V,,,S1,1,,5,,,,\n", 0, &[(2, code::SKU_FORMAT)]);
    // Shopify itself asks for no SKU.
    check_rows("a,A,V,,,,1,,5,,,,\n", 1, &[]);
}

#[test]
fn f14_f15_stock_is_a_whole_number_and_availability_one_of_four_words() {
    for quantity in ["-1", "1.5", "9223372036854775808"] {
        check_item(&[("quantity", quantity)], code::STOCK);
        check_rows(
            &format!("a,A,V,,,S1,{quantity},deny,5,,,,\n"),
            0,
            &[(2, code::STOCK)],
        );
    }
    // Oversold, as the brand allows.
    check_rows("a,A,V,,,S1,-1,continue,5,,,,\n", 1, &[]);
    check_rows("a,A,V,,,S1,1.5,continue,5,,,,\n", 0, &[(2, code::STOCK)]);
    for word in ["in  stock", "IN_STOCK", "", "available"] {
        check_item(&[("availability", word)], code::AVAILABILITY);
    }
}

#[test]
fn f17_a_feed_beyond_the_limit_is_not_even_looked_at() {
    check_feed(
        &vec![0; FEED_BYTES_MAX + 1],
        Format::ShopifyCsv,
        FeedError::Size,
    );
    let rows = format!("{SHOPIFY}{}", "x\n".repeat(ROWS_MAX + 1));
    check_feed(rows.as_bytes(), Format::ShopifyCsv, FeedError::Size);
    let items = format!("<rss>{}</rss>", "<item/>".repeat(ROWS_MAX + 1));
    check_feed(items.as_bytes(), Format::MerchantXml, FeedError::Size);
}

#[test]
fn f17_a_report_has_an_end() {
    let feed = format!("{SHOPIFY}{}", "x\n".repeat(REJECTIONS_MAX + 5));
    let report = crate::read(feed.as_bytes(), Format::ShopifyCsv, "EUR").unwrap();
    assert_eq!(
        (report.rejected.len(), report.unlisted),
        (REJECTIONS_MAX, 5)
    );
}

#[test]
fn f18_xml_defines_nothing_of_its_own() {
    for feed in [
        "<!DOCTYPE rss><rss/>",
        "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss>&x;</rss>",
        "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><rss><channel/></rss>",
        "<!doctype rss [",
        "<!DOCTYPE",
        "<rss><channel><item/></channel></rss><!DOCTYPE rss>",
    ] {
        check_feed(feed.as_bytes(), Format::MerchantXml, FeedError::XmlDoctype);
    }
    check_xml("<g:color>&lol;</g:color>", 0, &[(2, code::XML_ENTITY)]);
    check_xml("<g:color>&amp;&lt;&#x41;</g:color>", 1, &[]);
    // Text that merely looks like one.
    check_xml("<g:color><![CDATA[<!DOCTYPE x>]]></g:color>", 1, &[]);
    let deep = format!("<rss>{}", "<a>".repeat(100_000));
    check_feed(deep.as_bytes(), Format::MerchantXml, FeedError::XmlDepth);
    for feed in ["", "<html/>", "no xml", "<x:rss xmlns:x='y'/>"] {
        check_feed(feed.as_bytes(), Format::MerchantXml, FeedError::XmlFormat);
    }
    check_xml("</channel>", 0, &[(2, code::XML_SYNTAX)]);
}

#[test]
fn f19_an_encoding_is_never_guessed() {
    for format in [Format::ShopifyCsv, Format::MerchantTsv, Format::MerchantXml] {
        check_feed(b"id\ttitle\tprice\nCaf\xE9", format, FeedError::Encoding);
        check_feed(b"i\0d\0\t\0", format, FeedError::Encoding);
        check_feed(b"\0i\0d\0\t", format, FeedError::Encoding);
        check_feed(b"\xFF", format, FeedError::Encoding);
    }
    let latin_1 = b"<?xml version='1.0' encoding='ISO-8859-1'?><rss/>";
    check_feed(latin_1, Format::MerchantXml, FeedError::Encoding);
}

#[test]
fn f20_a_broken_row_is_reported_and_costs_no_other() {
    check_rows("a,A,V\nb,B,V,,,S2,1,,5,,,,\n", 1, &[(2, code::CSV_ROW)]);
    check_rows(
        "a,\"A,V,,,S1,1,,5,,,,\nb,B,V,,,S2,1,,5,,,,\n",
        1,
        &[(2, code::CSV_ROW)],
    );
    check_feed(b"", Format::ShopifyCsv, FeedError::Header);
    check_feed(b"name,cost\nx,1\n", Format::ShopifyCsv, FeedError::Header);
    check_feed(b"id\ttitle\nx\ty\n", Format::MerchantTsv, FeedError::Header);
    let wide = ",x".repeat(COLUMNS_MAX);
    check_feed(wide.as_bytes(), Format::ShopifyCsv, FeedError::Columns);
    check_feed(
        "x,".repeat(10_000).as_bytes(),
        Format::ShopifyCsv,
        FeedError::Columns,
    );
}

#[test]
fn f22_a_feed_that_removes_everything_needs_a_yes() {
    let report = crate::read(
        format!("{TSV}{}", item(&[])).as_bytes(),
        Format::MerchantTsv,
        "EUR",
    );
    let report = report.unwrap();
    let stored = ["LAMP", "CHAIR"].map(|id| ProductId::parse(id).unwrap());
    assert_eq!(report.check_removals(&[]), Ok(()));
    assert_eq!(report.check_removals(&stored), Ok(()));
    assert_eq!(
        report.check_removals(&stored[1..]),
        Err(FeedError::MassDelete)
    );
}

#[test]
fn f23_a_gtin_has_a_right_check_digit() {
    check_item(&[("gtin", "4006381333930")], code::GTIN);
    check_item(&[("gtin", "12345")], code::GTIN);
    check_rows("a,A,V,,,S1,1,,5,,4006381333930,,\n", 0, &[(2, code::GTIN)]);
    check_rows("a,A,V,,,S1,1,,5,,IN-HOUSE-7,,\n", 1, &[]);
}

#[test]
fn a_combination_of_options_is_there_once_and_whole() {
    let small = item(&[("id", "A"), ("item_group_id", "G"), ("size", "S")]);
    let again = item(&[("id", "B"), ("item_group_id", "G"), ("size", "S")]);
    let none = item(&[("id", "C"), ("item_group_id", "G")]);
    let feed = format!("{TSV}{small}{again}{none}");
    let expected = vec![(3, code::OPTION_DUPLICATE), (4, code::OPTION_MISSING)];
    assert_eq!(outcome(&feed, Format::MerchantTsv), (1, expected));
    check_rows(
        "a,A,V,Size,S,S1,1,,5,,,,\na,,,,S,S2,1,,5,,,,\n",
        1,
        &[(3, code::OPTION_DUPLICATE)],
    );
    check_rows(
        "a,A,V,Size,S,S1,1,,5,,,,\na,,,,,S2,1,,5,,,,\n",
        1,
        &[(3, code::OPTION_MISSING)],
    );
}

#[test]
fn a_product_has_an_end() {
    let row = |n: usize| format!("a,A,V,Size,{n},S{n},1,,5,,,,\n");
    let rows: String = (0..2_050).map(row).collect();
    check_rows(
        &rows,
        1,
        &[(2_050, code::PRODUCT_LIMIT), (2_051, code::PRODUCT_LIMIT)],
    );
    let image = |n: usize| format!("a,,,,,,,,,,,/i/{n}.webp,\n");
    let rows: String = "a,A,V,,,S,1,,5,,,,\n"
        .chars()
        .chain((0..251).flat_map(|n| image(n).chars().collect::<Vec<_>>()))
        .collect();
    check_rows(&rows, 1, &[(253, code::PRODUCT_LIMIT)]);
}

#[test]
fn a_report_never_repeats_what_a_feed_said() {
    let secret = "SECRET\u{7}<script>";
    let feed = format!(
        "{TSV}{}",
        item(&[("id", secret), ("price", secret), ("link", secret)])
    );
    let report = crate::read(feed.as_bytes(), Format::MerchantTsv, "EUR").unwrap();
    assert_eq!(report.rejected[0].id, None);
    assert!(!report.rejected[0].detail.contains("SECRET"));
}

#[test]
fn every_code_is_shown_here() {
    let source = include_str!("codes.rs");
    let errors = [
        FeedError::Size,
        FeedError::Encoding,
        FeedError::Header,
        FeedError::Columns,
        FeedError::MassDelete,
        FeedError::XmlDoctype,
        FeedError::XmlDepth,
        FeedError::XmlFormat,
    ];
    let of_feeds: BTreeSet<&str> = errors.iter().map(|error| error.code()).collect();
    for entry in code::ALL {
        let name = format!("code::{}", entry.code.to_uppercase().replace('-', "_"));
        let is_feed = entry.refuses == code::Refuses::Feed;
        assert_eq!(is_feed, of_feeds.contains(entry.code), "{}", entry.code);
        assert!(
            is_feed || source.contains(&name),
            "{name} is shown by no feed"
        );
    }
}
