//! The body of a batch of touchpoints. What must hold is in checks/.
#![no_main]

#[expect(dead_code, reason = "other targets use the rest")]
#[path = "../checks/body.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::touchpoint_body(bytes));
