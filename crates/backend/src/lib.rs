//! The order backend of Shoptag.
