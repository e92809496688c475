//! JavaScript values as what is read from.

use js_sys::{Array, Object};
use shoptag_json::Value;
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::dom;

/// A JavaScript value that is to be read.
#[derive(Debug)]
pub(super) struct Parsed(pub(super) JsValue);

impl Parsed {
    fn list(&self) -> Option<&Array> {
        self.0.dyn_ref()
    }
}

impl Value for Parsed {
    fn is_missing(&self) -> bool {
        self.0.is_undefined()
    }

    fn is_null(&self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    fn is_object(&self) -> bool {
        self.0.is_object() && self.list().is_none()
    }

    fn truth(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn length(&self) -> Option<u32> {
        self.list().map(Array::length)
    }

    fn item(&self, index: u32) -> Self {
        Self(
            self.list()
                .map_or(JsValue::UNDEFINED, |list| list.get(index)),
        )
    }

    fn field(&self, name: &str) -> Self {
        Self(dom::get(&self.0, name))
    }

    fn names(&self) -> Vec<String> {
        let Some(object) = self.0.dyn_ref::<Object>() else {
            return Vec::new();
        };
        let names = Object::keys(object).to_vec();
        names.iter().filter_map(|name| name.as_string()).collect()
    }
}
