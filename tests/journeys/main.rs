//! A shopper's ways through the demo, in a real Chromium against the real backend and a real
//! database.
//!
//! `cargo xtask test --only journeys` builds what they need and runs them. Each leaves a picture of
//! every step in `target/journeys/<journey>`.
#![cfg(not(target_arch = "wasm32"))]

mod accessibility;
mod attributes;
mod broken_widget;
mod browser_faults;
mod credit;
mod desktop;
mod fullscreen;
mod gestures;
mod impressions;
mod lost_answer;
mod phone;
mod pixels;
mod player;
mod strict_page;
#[path = "../support/mod.rs"]
mod support;
