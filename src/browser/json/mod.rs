//! JSON by the browser's own parser, and by a writer of our own.
//!
//! What is read is read by `shoptag_json`, what is written by a serde format; both do no more than
//! the widget's messages need. A general library (serde_json, serde-wasm-bindgen) brings error
//! texts and a search by field name for every struct: 40 KB after brotli for errors that nobody
//! reads here.

mod read;

use shoptag_json::Readable;
use wasm_bindgen::JsValue;

pub use crate::json_writer::write;

/// Reads a value; `None` if the text is not JSON or has another shape.
#[must_use]
pub fn read<T: Readable>(text: &str) -> Option<T> {
    from_js(js_sys::JSON::parse(text).ok()?)
}

/// Reads a plain JavaScript value; `None` if it has another shape.
#[must_use]
pub fn from_js<T: Readable>(value: JsValue) -> Option<T> {
    shoptag_json::read(read::Parsed(value))
}
