//! Checks one item.

use shoptag_commerce::{Currency, ProductId, Timestamp, VariantId};

use super::attributes::Attributes;
use crate::fault::Fault;
use crate::report::Stock;
use crate::{code, gtin, html, id, link, price, sale_period, stock, text};

/// The attributes that make variants of one group differ, with the name that shoppers read.
pub(crate) const AXES: [(&str, &str); 4] = [
    ("color", "Colour"),
    ("size", "Size"),
    ("material", "Material"),
    ("pattern", "Pattern"),
];

/// One good item.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) line: u64,
    pub(crate) id: VariantId,
    pub(crate) group: Option<ProductId>,
    pub(crate) title: String,
    pub(crate) brand_name: String,
    pub(crate) description: String,
    pub(crate) category: String,
    pub(crate) link: Option<String>,
    /// The main image first.
    pub(crate) image_urls: Vec<String>,
    /// One for each of [`AXES`]; empty where the item has none.
    pub(crate) axis_values: [String; 4],
    pub(crate) price_minor: i64,
    pub(crate) compare_at_minor: Option<i64>,
    pub(crate) stock: Stock,
    pub(crate) gtin: Option<String>,
}

/// Checks everything; the first fault refuses the item.
pub(crate) fn check(
    attributes: &Attributes,
    currency: Currency,
    now: Timestamp,
) -> Result<Item, Fault> {
    if let Some(fault) = attributes.fault {
        return Err(fault);
    }
    let id = id::check(attributes.first_raw("id"), "id")?;
    let (price_minor, compare_at_minor) = prices(attributes, currency, now)?;
    Ok(Item {
        line: attributes.line,
        id: VariantId::parse(id).map_err(|_| Fault::new(code::SKU_FORMAT, "id"))?,
        group: group(attributes.first_raw("item_group_id"))?,
        title: required(attributes, "title")?,
        brand_name: required(attributes, "brand")?,
        description: text::block(&html::to_text(attributes.first("description"))),
        category: text::line(category(attributes)),
        link: match attributes.first("link") {
            "" => None,
            url => Some(link::check(url).map_err(|code| Fault::new(code, "link"))?),
        },
        image_urls: image_urls(attributes)?,
        axis_values: AXES.map(|(name, _)| text::line(attributes.first(name))),
        price_minor,
        compare_at_minor,
        stock: available(attributes)?,
        gtin: trade_number(attributes.first("gtin"))?,
    })
}

fn group(text: &str) -> Result<Option<ProductId>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let group = id::check(text, "item_group_id")?;
    let group =
        ProductId::parse(group).map_err(|_| Fault::new(code::SKU_FORMAT, "item_group_id"))?;
    Ok(Some(group))
}

fn required(attributes: &Attributes, name: &'static str) -> Result<String, Fault> {
    match text::line(attributes.first(name)) {
        text if text.is_empty() => Err(Fault::new(code::TEXT_EMPTY, name)),
        text => Ok(text),
    }
}

/// Words before numbers: Google's category may be a number of its taxonomy (`4636`), which says
/// nothing to a reader.
fn category(attributes: &Attributes) -> &str {
    let google = attributes.first("google_product_category");
    let is_number = google.bytes().all(|byte| byte.is_ascii_digit());
    match attributes.first("product_type") {
        own if is_number && !own.is_empty() => own,
        _ => google,
    }
}

fn image_urls(attributes: &Attributes) -> Result<Vec<String>, Fault> {
    let main = attributes.all("image_link").map(|url| (url, "image_link"));
    let more = attributes
        .all("additional_image_link")
        .map(|url| (url, "additional_image_link"));
    main.take(1)
        .chain(more)
        .map(|(url, field)| link::check(url).map_err(|code| Fault::new(code, field)))
        .collect()
}

/// The price now, and the former one while a sale holds.
fn prices(
    attributes: &Attributes,
    currency: Currency,
    now: Timestamp,
) -> Result<(i64, Option<i64>), Fault> {
    let regular = price::parse_with_currency(attributes.first("price"), currency)
        .map_err(|code| Fault::new(code, "price"))?;
    let sale = match attributes.first("sale_price") {
        "" => None,
        text => Some(
            price::parse_with_currency(text, currency)
                .map_err(|code| Fault::new(code, "sale_price"))?,
        ),
    };
    let in_force = match attributes.first("sale_price_effective_date") {
        "" => true,
        period => sale_period::is_in_force(period, now)
            .map_err(|code| Fault::new(code, "sale_price_effective_date"))?,
    };
    match sale {
        Some(sale) if sale > regular => Err(Fault::new(code::PRICE_SALE_ORDER, "sale_price")),
        Some(sale) if in_force => Ok((sale, (sale < regular).then_some(regular))),
        _ => Ok((regular, None)),
    }
}

/// Google's four words, exactly; the older writing with one space instead of `_` is the same word.
/// What is announced or ordered back cannot be bought now.
fn available(attributes: &Attributes) -> Result<Stock, Fault> {
    let counted = match (
        attributes.first("quantity"),
        attributes.first("sell_on_google_quantity"),
    ) {
        ("", "") => Stock::Uncounted,
        ("", text) | (text, _) => stock::parse(text)
            .map(Stock::Counted)
            .map_err(|code| Fault::new(code, "quantity"))?,
    };
    match attributes.first("availability") {
        "in_stock" | "in stock" => Ok(counted),
        "out_of_stock" | "out of stock" | "preorder" | "backorder" => Ok(Stock::Counted(0)),
        _ => Err(Fault::new(code::AVAILABILITY, "availability")),
    }
}

fn trade_number(text: &str) -> Result<Option<String>, Fault> {
    let digits: String = text
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    match digits.as_str() {
        "" => Ok(None),
        _ if gtin::is_valid(&digits) => Ok(Some(digits)),
        _ => Err(Fault::new(code::GTIN, "gtin")),
    }
}
