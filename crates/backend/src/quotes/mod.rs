//! Quotes: what a bag costs, with price and stock held for a quarter of an hour.

mod create;
mod decision;

pub(crate) use create::__path_create;
pub(crate) use create::create;
pub use decision::{
    Asked, BagFacts, MakeQuote, OpenQuote, Terms, Turn, VariantFact, check_lines, check_stock,
    decide, price_bag,
};

use shoptag_commerce::{MINUTE_MS, ORDER_LINES_MAX};

/// How long a quote holds price and stock (DESIGN section 6).
pub const QUOTE_HOLD_MS: i64 = 15 * MINUTE_MS;

/// Lines of a quote or an order.
pub const LINES_MAX: usize = ORDER_LINES_MAX;
