//! A shopper's ways through the demo, in a real browser.
#![cfg(not(target_arch = "wasm32"))]
