//! The text feed: tab-separated, one row an item.

use shoptag_commerce::{Currency, Timestamp};

use super::attributes::{Attributes, canonical};
use super::group::Collector;
use crate::fault::Fault;
use crate::report::Report;
use crate::table::{Row, Table};
use crate::{FeedError, ROWS_MAX, code};

/// Reads a whole text feed.
pub(crate) fn read(feed: &str, currency: Currency, now: Timestamp) -> Result<Report, FeedError> {
    let table = Table::open(feed, b'\t')?;
    let columns: Vec<Option<&'static str>> = table.header().iter().map(canonical).collect();
    if !["id", "title", "price"]
        .iter()
        .all(|needed| columns.contains(&Some(*needed)))
    {
        return Err(FeedError::Header);
    }
    let mut collector = Collector::new(currency, now);
    for (index, row) in table.enumerate() {
        if index >= ROWS_MAX {
            return Err(FeedError::Size);
        }
        match row {
            Row::Broken { line } => collector.reject(Fault::new(code::CSV_ROW, "row"), line, ""),
            Row::Good { line, cells } => {
                let mut attributes = Attributes::new(line);
                for (column, cell) in columns.iter().zip(&cells) {
                    take_cell(&mut attributes, *column, cell);
                }
                collector.add(&attributes);
            }
        }
    }
    Ok(collector.finish())
}

/// Several additional images stand in one cell, with commas between (Google Merchant's text
/// format).
fn take_cell(attributes: &mut Attributes, column: Option<&'static str>, cell: &str) {
    match column {
        Some(name @ "additional_image_link") => {
            for url in cell.split(',') {
                attributes.add(name, url);
            }
        }
        Some(name) => attributes.add(name, cell),
        None => {}
    }
}
