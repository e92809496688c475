//! Reads product feeds into checked products: Shopify's CSV export, Google Merchant's TSV and XML.
//!
//! Pure: bytes in, [`Report`] out. No network, no files, no database, no clock. Everything a feed
//! says is hostile until checked here; the good products are kept, each bad part is reported with
//! its line and a stable code. The README beside this crate lists the codes and the rules.
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::float_arithmetic
    )
)]

pub mod code;
mod encoding;
mod error;
mod fault;
mod format;
mod gtin;
mod html;
mod id;
mod link;
mod merchant;
mod price;
mod product;
mod report;
mod sale_period;
mod shopify;
mod stock;
mod table;
mod text;

use shoptag_commerce::{Currency, Timestamp};

pub use error::FeedError;
pub use format::Format;
pub use report::{FeedImage, FeedOption, FeedProduct, FeedVariant, Rejection, Report, Stock};

/// Largest feed, in bytes: 128 MiB. Shopify's own limit is 15 MB a file; a Google feed of 100,000
/// items has about 100 MB. It is held in memory while it is read.
pub const FEED_BYTES_MAX: usize = 128 * 1024 * 1024;
/// Most rows or items of a feed. A row of ten bytes becomes a product of a thousand; with this
/// bound a hostile feed of the largest size still fits the memory of a small server.
pub const ROWS_MAX: usize = 500_000;
/// Most rejections that a report lists. Nobody reads more, and a feed of nothing but defects would
/// otherwise take a hundred times its size.
pub const REJECTIONS_MAX: usize = 10_000;
/// Most columns a table may have (reliability list, F20). Shopify exports have about 60, with
/// metafields a few hundred.
pub const COLUMNS_MAX: usize = 1_000;
/// Largest price in minor units: 2^53 - 1, the largest whole number that JavaScript holds exactly.
pub const PRICE_MINOR_MAX: i64 = 9_007_199_254_740_991;

/// Reads a feed whose prices are in `currency`.
///
/// `now` decides which sale prices are in force; a sale that starts later shows at the first import
/// after its start. The same arguments always give the same report.
///
/// # Errors
/// [`FeedError`] when nothing can be read at all; its `code()` is stable.
pub fn read(
    bytes: &[u8],
    format: Format,
    currency: Currency,
    now: Timestamp,
) -> Result<Report, FeedError> {
    if bytes.len() > FEED_BYTES_MAX {
        return Err(FeedError::Size);
    }
    let feed = encoding::decode(bytes)?;
    match format {
        Format::ShopifyCsv => shopify::read(&feed, currency),
        Format::MerchantTsv => merchant::read_tsv(&feed, currency, now),
        Format::MerchantXml => merchant::read_xml(&feed, currency, now),
    }
}

/// Runs the README's example.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
