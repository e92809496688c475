//! The Shoptag widget: shoppable product tags over a video, as the custom element `<shop-tags>`.
//!
//! ```text
//!  shopper, video, network          src/browser (the only place with web-sys)
//!        |                                ^
//!        v  Event                         |  Effect
//!   session::Session::handle(event, now) -+
//!        |
//!        v  state, read only
//!   app::App -> video_overlay, product_tag, product_card, bag, checkout   (Yew)
//! ```
//!
//! One direction: the outside becomes an [`event::Event`], the session answers with
//! [`effect::Effect`]s, the browser carries them out. The session reads no clock and touches no
//! browser, so it runs on the host too.

pub mod bag;
pub mod checkout;
pub mod effect;
pub mod embed;
pub mod event;
pub mod json_writer;
pub mod markup;
pub mod messages;
pub mod product_card;
pub mod product_tag;
pub mod session;
pub mod touchpoint;
pub mod video_overlay;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
mod moment;
#[cfg(target_arch = "wasm32")]
mod sheet;
#[cfg(target_arch = "wasm32")]
mod view;
