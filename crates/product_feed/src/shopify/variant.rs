//! One row of the export as a variant.

use csv::StringRecord;
use shoptag_commerce::{Currency, VariantId};

use super::columns::Columns;
use crate::fault::Fault;
use crate::report::{FeedVariant, Stock};
use crate::{code, gtin, id, link, price, stock, text};

/// Whether the row sells something; else it only carries another image.
pub(crate) fn is_variant(columns: &Columns, cells: &StringRecord) -> bool {
    let value = columns
        .option_values
        .iter()
        .any(|column| !column.of(cells).is_empty());
    value || !columns.price.of(cells).is_empty() || !columns.sku.of(cells).is_empty()
}

/// The SKU as the export's reader sees it, for the report of a rejected row.
pub(crate) fn sku<'a>(columns: &Columns, cells: &'a StringRecord) -> &'a str {
    without_spreadsheet_guard(columns.sku.raw(cells))
}

/// Checks the row. `axes` says which of the three options the product has.
pub(crate) fn read(
    columns: &Columns,
    cells: &StringRecord,
    handle: &str,
    axes: [bool; 3],
    currency: Currency,
) -> Result<FeedVariant, Fault> {
    let raw_sku = sku(columns, cells);
    let sku = if raw_sku.is_empty() {
        ""
    } else {
        id::check(raw_sku, "SKU")?
    };
    let options = options(columns, cells, axes)?;
    let name = if sku.is_empty() {
        fallback_id(handle, &options)
    } else {
        sku.to_owned()
    };
    let id = VariantId::parse(name).map_err(|_| Fault::new(code::SKU_FORMAT, "SKU"))?;
    let price_minor = price::parse(columns.price.of(cells), currency)
        .map_err(|code| Fault::new(code, "price"))?;
    let image = columns.variant_image.of(cells);
    let image_url = match image {
        "" => None,
        _ => Some(link::check(image).map_err(|code| Fault::new(code, "variant image"))?),
    };
    Ok(FeedVariant {
        id,
        sku: sku.to_owned(),
        options,
        price_minor,
        compare_at_minor: compare_at(columns.compare_at.of(cells), price_minor, currency)?,
        stock: stock(columns, cells)?,
        image_url,
        gtin: barcode(columns.barcode.of(cells))?,
    })
}

/// Shopify writes `'0400…` so that a spreadsheet keeps the zero; the apostrophe is not part of it.
fn without_spreadsheet_guard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(number) if number.bytes().all(|byte| byte.is_ascii_digit()) => number,
        _ => text,
    }
}

fn options(columns: &Columns, cells: &StringRecord, axes: [bool; 3]) -> Result<Vec<String>, Fault> {
    let used = columns
        .option_values
        .iter()
        .zip(axes)
        .filter(|&(_, used)| used);
    used.map(|(column, _)| match text::line(column.of(cells)) {
        value if value.is_empty() => Err(Fault::new(code::OPTION_MISSING, "option value")),
        value => Ok(value),
    })
    .collect()
}

/// Shopify needs no SKU, and the export has no other id of a variant.
fn fallback_id(handle: &str, options: &[String]) -> String {
    match options {
        [] => handle.to_owned(),
        [only] if only == super::draft::ONLY_VALUE => handle.to_owned(),
        _ => format!("{handle}:{}", options.join("/")),
    }
}

/// Shopify itself shows no former price that is 0 or the same.
fn compare_at(text: &str, price_minor: i64, currency: Currency) -> Result<Option<i64>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    match price::parse(text, currency) {
        Err(code::PRICE_ZERO) => Ok(None),
        Err(code) => Err(Fault::new(code, "compare-at price")),
        Ok(former) if former < price_minor => {
            Err(Fault::new(code::PRICE_SALE_ORDER, "compare-at price"))
        }
        Ok(former) => Ok((former > price_minor).then_some(former)),
    }
}

/// Without a tracker Shopify counts nothing; with the policy "continue" the count is no limit, and
/// may be below 0.
fn stock(columns: &Columns, cells: &StringRecord) -> Result<Stock, Fault> {
    let untracked = columns.tracker.exists() && columns.tracker.of(cells).is_empty();
    let policy = columns.policy.of(cells).to_ascii_lowercase();
    let oversold = matches!(policy.as_str(), "continue" | "true");
    let quantity = columns.quantity.of(cells);
    if quantity.is_empty() || untracked || oversold {
        let integer = quantity.strip_prefix('-').unwrap_or(quantity);
        let readable = quantity.is_empty() || stock::parse(integer).is_ok();
        return if readable {
            Ok(Stock::Uncounted)
        } else {
            Err(Fault::new(code::STOCK, "stock"))
        };
    }
    stock::parse(quantity)
        .map(Stock::Counted)
        .map_err(|code| Fault::new(code, "stock"))
}

/// A Shopify barcode may be any in-house number; only what has the shape of a GTIN is held to it.
fn barcode(text: &str) -> Result<Option<String>, Fault> {
    let digits: String = without_spreadsheet_guard(text)
        .chars()
        .filter(|character| !matches!(character, ' ' | '-'))
        .collect();
    match (gtin::has_shape(&digits), gtin::is_valid(&digits)) {
        (_, true) => Ok(Some(digits)),
        (true, false) => Err(Fault::new(code::GTIN, "barcode")),
        (false, false) => Ok(None),
    }
}
