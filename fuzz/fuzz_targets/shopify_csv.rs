//! A product export of Shopify. What must hold is in checks/.
#![no_main]

#[expect(dead_code, reason = "other targets use the rest")]
#[path = "../checks/feed.rs"]
mod feed;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| feed::shopify_csv(bytes));
