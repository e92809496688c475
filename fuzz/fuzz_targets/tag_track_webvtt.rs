//! A tag track as WebVTT. What must hold is in checks/.
#![no_main]

#[expect(dead_code, reason = "other targets use the rest")]
#[path = "../checks/tag_track.rs"]
mod tag_track;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tag_track::tag_track_webvtt(bytes));
