//! Tells the host page what has happened.

use wasm_bindgen::JsValue;

use super::names;
use crate::browser::dom::{self, Element};

/// Fires the event `name` on `host`; it bubbles, crosses shadow roots and cannot be cancelled.
/// Whatever a listener throws stays the page's own.
pub fn announce(host: &Element, name: &str, detail: &JsValue) {
    dom::fire(host, name, detail);
}

/// Fires `shop-error` with a stable `code`.
pub fn announce_error(host: &Element, code: &str) {
    announce(host, names::EVENT_ERROR, &dom::object().text("code", code));
}
