//! What serde_json has parsed: for tests, which hold this crate against serde.

use serde_json::Value as Json;

use crate::reader::Value;

/// A value of serde_json's, or nothing.
#[derive(Debug, Clone, Copy)]
pub struct Parsed<'a>(pub Option<&'a Json>);

impl Value for Parsed<'_> {
    fn is_missing(&self) -> bool {
        self.0.is_none()
    }

    fn is_null(&self) -> bool {
        self.0.is_none_or(Json::is_null)
    }

    fn is_object(&self) -> bool {
        self.0.is_some_and(Json::is_object)
    }

    fn truth(&self) -> Option<bool> {
        self.0?.as_bool()
    }

    fn number(&self) -> Option<f64> {
        self.0?.as_f64()
    }

    fn text(&self) -> Option<String> {
        self.0?.as_str().map(str::to_owned)
    }

    fn length(&self) -> Option<u32> {
        u32::try_from(self.0?.as_array()?.len()).ok()
    }

    fn item(&self, index: u32) -> Self {
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        Self(self.0.and_then(|json| json.get(index)))
    }

    fn field(&self, name: &str) -> Self {
        Self(self.0.and_then(|json| json.get(name)))
    }

    fn names(&self) -> Vec<String> {
        let object = self.0.and_then(Json::as_object);
        object.map_or_else(Vec::new, |object| object.keys().cloned().collect())
    }
}
