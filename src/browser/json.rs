//! JSON by the browser's own parser and writer.

use serde::{Serialize, de::DeserializeOwned};
use wasm_bindgen::JsValue;

/// Reads a value; `None` if the text is not JSON or has another shape.
#[must_use]
pub fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    let value = js_sys::JSON::parse(text).ok()?;
    serde_wasm_bindgen::from_value(value).ok()
}

/// Writes a value; `None` if it has no JSON form, as a number above 2^53 has not.
#[must_use]
pub fn write<T: Serialize>(value: &T) -> Option<String> {
    let value = to_js(value)?;
    js_sys::JSON::stringify(&value).ok()?.as_string()
}

/// As a plain JavaScript value.
#[must_use]
pub fn to_js<T: Serialize>(value: &T) -> Option<JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).ok()
}
