//! Reads whole feeds through the crate's front door.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod codes;
mod golden;
mod properties;
mod readme;

use shoptag_commerce::{Currency, Timestamp};
use shoptag_product_feed::{FeedError, Format, Report};

/// 2026-05-01T00:00Z, the moment at which all tests read.
const NOW: Timestamp = Timestamp::from_ms(1_777_593_600_000);

fn read(bytes: &[u8], format: Format, currency: &str) -> Result<Report, FeedError> {
    shoptag_product_feed::read(bytes, format, Currency::parse(currency).unwrap(), NOW)
}
