//! JSON by the browser's own parser, and by a writer of our own.
//!
//! Both are serde formats that do no more than the widget's messages need. A general one
//! (serde_json, serde-wasm-bindgen) brings error texts and a search by field name for every struct:
//! 40 KB after brotli for errors that nobody reads here.

mod read;

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

pub use crate::json_writer::write;

/// Reads a value; `None` if the text is not JSON or has another shape.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    from_js(&js_sys::JSON::parse(text).ok()?)
}

/// Reads a plain JavaScript value; `None` if it has another shape.
#[must_use]
pub fn from_js<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    T::deserialize(read::Reader(value)).ok()
}
