//! A tag track as schema.org JSON-LD, for search engines: a `VideoObject` with one `Clip` a tag,
//! and the products that the video mentions.
//!
//! Export only: a search engine needs neither positions nor key frames.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use shoptag_commerce::{Money, ProductId};

use crate::track::{Tag, TagTrack};

/// What a search engine is told about the video.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VideoMeta {
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub description: Option<String>,
    /// Absolute http(s) address of the page; a clip's address is this with `t` set to its start.
    pub page_url: Option<String>,
    /// Absolute http(s) address of the media file.
    pub content_url: Option<String>,
    /// Absolute http(s) address of a still picture.
    pub thumbnail_url: Option<String>,
    /// ISO 8601 date or instant of publication.
    pub upload_date: Option<String>,
    /// Seconds.
    pub duration_s: Option<f64>,
}

/// What a search engine is told about a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductMeta {
    /// As the tags name it.
    pub id: ProductId,
    /// Plain text.
    pub name: String,
    /// Plain text.
    pub brand: Option<String>,
    /// Absolute http(s) address of the product's own page.
    pub url: Option<String>,
    /// Absolute http(s) address of a picture.
    pub image_url: Option<String>,
    /// What it costs now.
    pub price: Option<Money>,
    /// Whether it can be bought now.
    pub in_stock: bool,
}

/// Writes the JSON-LD. Products that no tag names are left out; a tag whose product is not in
/// `products` gives a clip that mentions no product. Addresses that are not absolute http(s) are
/// left out.
///
/// The text can stand inside `<script type="application/ld+json">`: it has no `<`, `>` or `&`.
#[must_use]
pub fn write(track: &TagTrack, video: &VideoMeta, products: &[ProductMeta]) -> String {
    let named: BTreeSet<&ProductId> = track.tags.iter().map(|tag| &tag.product).collect();
    let mentioned = products
        .iter()
        .filter(|product| named.contains(&product.id));
    let clips = track.tags.iter().map(|tag| clip(tag, video, products));
    let document = object([
        ("@context", Some(json!("https://schema.org"))),
        ("@type", Some(json!("VideoObject"))),
        ("name", Some(json!(video.title))),
        (
            "description",
            video.description.as_ref().map(|text| json!(text)),
        ),
        ("url", url(video.page_url.as_deref())),
        ("contentUrl", url(video.content_url.as_deref())),
        ("thumbnailUrl", url(video.thumbnail_url.as_deref())),
        (
            "uploadDate",
            video.upload_date.as_ref().map(|date| json!(date)),
        ),
        ("duration", video.duration_s.and_then(duration)),
        ("hasPart", Some(clips.collect())),
        ("mentions", Some(mentioned.map(product_node).collect())),
    ]);
    escape(&document.to_string())
}

fn clip(tag: &Tag, video: &VideoMeta, products: &[ProductMeta]) -> Value {
    let product = products.iter().find(|product| product.id == tag.product);
    let name = tag
        .label
        .as_deref()
        .or(product.map(|product| product.name.as_str()));
    object([
        ("@type", Some(json!("Clip"))),
        ("name", Some(json!(name.unwrap_or(tag.product.as_str())))),
        ("startOffset", Some(number(tag.start_s))),
        ("endOffset", Some(number(tag.end_s))),
        (
            "url",
            url(video.page_url.as_deref()).and_then(|page| moment_url(&page, tag.start_s)),
        ),
        (
            "mentions",
            product.map(|product| json!({ "@id": node_id(&product.id) })),
        ),
    ])
}

fn product_node(product: &ProductMeta) -> Value {
    object([
        ("@type", Some(json!("Product"))),
        ("@id", Some(json!(node_id(&product.id)))),
        ("productID", Some(json!(product.id.as_str()))),
        ("name", Some(json!(product.name))),
        (
            "brand",
            product
                .brand
                .as_ref()
                .map(|name| json!({ "@type": "Brand", "name": name })),
        ),
        ("url", url(product.url.as_deref())),
        ("image", url(product.image_url.as_deref())),
        (
            "offers",
            product.price.map(|price| offer(price, product.in_stock)),
        ),
    ])
}

fn offer(price: Money, in_stock: bool) -> Value {
    let availability = if in_stock { "InStock" } else { "OutOfStock" };
    json!({
        "@type": "Offer",
        "price": decimal(price),
        "priceCurrency": price.currency.code(),
        "availability": format!("https://schema.org/{availability}"),
    })
}

/// An object of the fields that have a value.
fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let known = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(known.collect::<Map<_, _>>())
}

/// Whole seconds without a fraction, as the canonical JSON writes them.
fn number(time_s: f64) -> Value {
    serde_json::to_value(crate::Field::Known(time_s)).unwrap_or(Value::Null)
}

fn url(address: Option<&str>) -> Option<Value> {
    let address = address?;
    let absolute = address.starts_with("https://") || address.starts_with("http://");
    let clean = !address
        .chars()
        .any(|character| character.is_control() || character == ' ');
    (absolute && clean).then(|| json!(address))
}

/// The page's address with the query parameter `t`, in whole seconds, before any fragment.
fn moment_url(page: &Value, start_s: f64) -> Option<Value> {
    let page = page.as_str()?;
    let (address, fragment) = page
        .split_once('#')
        .map_or((page, None), |(a, f)| (a, Some(f)));
    let separator = if address.contains('?') { '&' } else { '?' };
    let mut moment = format!("{address}{separator}t={:.0}", start_s.floor());
    if let Some(fragment) = fragment {
        moment.push('#');
        moment.push_str(fragment);
    }
    Some(Value::String(moment))
}

/// ISO 8601, `PT36.5S`.
fn duration(duration_s: f64) -> Option<Value> {
    let known = duration_s.is_finite() && duration_s > 0.0;
    known.then(|| Value::String(format!("PT{}S", number(duration_s))))
}

/// `4900` minor units of EUR are `49.00`.
fn decimal(price: Money) -> String {
    let digits = price.currency.minor_digits() as usize;
    let sign = if price.amount_minor < 0 { "-" } else { "" };
    let minor = format!(
        "{:0width$}",
        price.amount_minor.unsigned_abs(),
        width = digits + 1
    );
    let (whole, fraction) = minor.split_at(minor.len() - digits);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

/// An IRI for a product within the document: all but unreserved characters percent-encoded (RFC
/// 3986).
fn node_id(id: &ProductId) -> String {
    let mut iri = "#product-".to_owned();
    for byte in id.as_str().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            iri.push(char::from(byte));
        } else {
            iri.push_str(&format!("%{byte:02X}"));
        }
    }
    iri
}

/// Outside texts JSON has none of these characters, and inside a text each may be escaped.
fn escape(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}
