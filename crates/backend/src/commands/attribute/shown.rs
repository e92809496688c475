//! What another policy would have paid, as it is printed.

use shoptag_attribution::WhatIf;

use super::Format;
use crate::commands::Failure;

const COLUMNS: [&str; 6] = [
    "creator",
    "currency",
    "today_minor",
    "other_minor",
    "today_lines",
    "other_lines",
];

/// Prints the comparison: one row a creator and currency, then one `total` row a currency.
pub(super) fn what_if(found: &WhatIf, format: Format) -> Result<(), Failure> {
    if format == Format::Json {
        println!("{}", serde_json::to_string(found)?);
        return Ok(());
    }
    let gap = if format == Format::Csv { "," } else { "  " };
    let row = |creator: &str, currency: &str, minor: [i64; 2], lines: [u64; 2]| {
        let [today, other] = minor;
        let [today_lines, other_lines] = lines;
        println!(
            "{creator}{gap}{currency}{gap}{today}{gap}{other}{gap}{today_lines}{gap}{other_lines}"
        );
    };
    println!("{}", COLUMNS.join(gap));
    for it in &found.rows {
        row(
            it.creator.as_str(),
            &it.currency,
            [it.today_minor, it.other_minor],
            [it.today_lines, it.other_lines],
        );
    }
    for it in &found.totals {
        row(
            "total",
            &it.currency,
            [it.today_minor, it.other_minor],
            [it.today_lines, it.other_lines],
        );
    }
    if format == Format::Table {
        println!("{} lines would have gone otherwise", found.changed.len());
    }
    Ok(())
}
