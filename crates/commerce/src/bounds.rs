//! Bounds that browser and server keep alike: what the one makes, the other takes.

/// Lines of a bag, a quote and an order; a variant stands in one line a receipt. Nobody buys 500
/// different things at once; a page that adds by script might.
pub const ORDER_LINES_MAX: usize = 500;

/// Receipts in an order's own list, beside those of its lines.
pub const ORDER_RECEIPTS_MAX: usize = 100;

/// Bytes of an order's JSON, and of a quote's request. 500 lines with ids of 255 bytes, each
/// character escaped, have 300 KiB; their receipts and 100 more, of some 550 bytes each, 330 KiB.
pub const ORDER_BODY_BYTES_MAX: usize = 1_024 * 1_024;
