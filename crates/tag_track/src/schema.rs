//! The JSON Schema file is what the types generate, and it agrees with validation.
//!
//! `SHOPTAG_BLESS=1 cargo test -p shoptag-tag-track schema` writes the file anew.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, schema_for};
use serde_json::Value;

use crate::field::Field;
use crate::raw::RawTrack;

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/tag-track.schema.json");

fn generated() -> String {
    let schema = schema_for!(RawTrack);
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    text
}

#[test]
fn the_schema_file_is_what_the_types_generate() {
    if std::env::var_os("SHOPTAG_BLESS").is_some() {
        std::fs::write(FILE, generated()).unwrap();
    }
    let file = std::fs::read_to_string(FILE).unwrap();
    assert!(
        file == generated(),
        "the types changed: run again with SHOPTAG_BLESS=1 and read the diff"
    );
    let _: Value = serde_json::from_str(&file).unwrap();
}
