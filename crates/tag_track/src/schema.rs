//! The JSON Schema file is what the types generate, and it agrees with validation.
//!
//! `SHOPTAG_BLESS=1 cargo test -p shoptag-tag-track schema` writes the file anew.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, schema_for};
use serde_json::{Value, json};

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
    let schema = sorted(schema_for!(RawTrack).to_value());
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    text
}

/// The keys in alphabetical order. Without it the file would depend on whether a crate elsewhere in
/// the build has asked serde_json to keep the order of insertion.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(object) => {
            let keys: BTreeMap<_, _> = object.into_iter().collect();
            let sorted = keys.into_iter().map(|(key, value)| (key, sorted(value)));
            Value::Object(sorted.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
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

/// Whether `value` satisfies `schema`: the keywords that our schema uses, and no others.
fn satisfies(value: &Value, schema: &Value, root: &Value) -> bool {
    let schema = schema.as_object().unwrap();
    schema
        .iter()
        .all(|(keyword, expected)| keyword_holds(keyword, expected, value, schema, root))
}

fn keyword_holds(
    keyword: &str,
    expected: &Value,
    value: &Value,
    schema: &serde_json::Map<String, Value>,
    root: &Value,
) -> bool {
    let fields = value.as_object();
    let has =
        |name: &Value| fields.is_none_or(|fields| fields.contains_key(name.as_str().unwrap()));
    let number = || expected.as_f64().unwrap();
    let length = |text: &str| text.chars().count() as f64;
    match keyword {
        "$schema" | "title" | "description" | "format" | "$defs" => true,
        "$ref" => {
            let pointer = expected.as_str().unwrap().strip_prefix('#').unwrap();
            satisfies(value, root.pointer(pointer).unwrap(), root)
        }
        "type" => is_of_type(expected.as_str().unwrap(), value),
        "const" => value.as_f64() == expected.as_f64(),
        "enum" => expected.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|value| value >= number()),
        "maximum" => value.as_f64().is_none_or(|value| value <= number()),
        "minLength" => value.as_str().is_none_or(|text| length(text) >= number()),
        "maxLength" => value.as_str().is_none_or(|text| length(text) <= number()),
        "pattern" => {
            assert_eq!(expected, crate::raw::NO_CONTROLS);
            value
                .as_str()
                .is_none_or(|text| !text.chars().any(char::is_control))
        }
        "minItems" => value
            .as_array()
            .is_none_or(|items| items.len() as f64 >= number()),
        "maxItems" => value
            .as_array()
            .is_none_or(|items| items.len() as f64 <= number()),
        "items" => {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().all(|item| satisfies(item, expected, root))
        }
        "required" => expected.as_array().unwrap().iter().all(has),
        "properties" => fields.into_iter().flatten().all(|(name, value)| {
            expected
                .get(name)
                .is_none_or(|schema| satisfies(value, schema, root))
        }),
        "additionalProperties" => {
            assert_eq!(expected, false);
            fields
                .into_iter()
                .flatten()
                .all(|(name, _)| schema["properties"].get(name).is_some())
        }
        "dependentRequired" => expected.as_object().unwrap().iter().all(|(name, others)| {
            fields.is_none_or(|fields| !fields.contains_key(name))
                || others.as_array().unwrap().iter().all(has)
        }),
        "oneOf" => {
            let schemas = expected.as_array().unwrap().iter();
            schemas
                .filter(|schema| satisfies(value, schema, root))
                .count()
                == 1
        }
        other => panic!("this test does not know the keyword {other}"),
    }
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        other => panic!("type {other}"),
    }
}

#[track_caller]
fn check(document: &Value, valid: bool) {
    let schema: Value = serde_json::from_str(&generated()).unwrap();
    assert_eq!(
        satisfies(document, &schema, &schema),
        valid,
        "schema: {document}"
    );
    let track: RawTrack = serde_json::from_value(document.clone()).unwrap();
    let (_, defects) = track.validate();
    assert_eq!(
        defects.is_empty(),
        valid,
        "validation: {document}: {defects:?}"
    );
}

/// A document of one tag: a good one, changed by `change` (a field set to null is taken out).
fn with(change: Value) -> Value {
    let mut tag = json!({"id": "t", "product": "p", "start": 1, "end": 2, "x": 0.5, "y": 0.5});
    for (name, value) in change.as_object().unwrap() {
        tag[name] = value.clone();
    }
    tag.as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    json!({"schema_version": 1, "tags": [tag]})
}

/// The same, with key frames instead of a position.
fn moving(key_frames: Value, mut change: Value) -> Value {
    for name in ["x", "y"] {
        change[name] = Value::Null;
    }
    change["key_frames"] = key_frames;
    with(change)
}

#[test]
fn schema_and_validation_accept_the_same() {
    check(&json!({"schema_version": 1, "tags": []}), true);
    check(&with(json!({})), true);
    check(
        &with(json!({"variant": "v", "label": "é", "interpolation": "linear"})),
        true,
    );
    check(
        &with(json!({"w": 0, "h": 1, "anchor": {"x": 0, "y": 1}})),
        true,
    );
    let key_frames = json!([
        {"t": 0, "x": 0, "y": 0},
        {"t": 1, "x": 1, "y": 1, "w": 0.1, "h": 0.1, "hidden": true},
    ]);
    let smooth = json!({"interpolation": "catmull-rom", "w": 0.5, "h": 0.5});
    check(&moving(key_frames, smooth), true);
}

#[test]
fn schema_and_validation_refuse_the_same() {
    for document in [
        json!(7),
        json!([]),
        json!({"tags": []}),
        json!({"schema_version": 1}),
    ] {
        check(&document, false);
    }
    check(&json!({"schema_version": 2, "tags": []}), false);
    check(&json!({"schema_version": 1, "tags": {}}), false);
    check(&json!({"schema_version": 1, "tags": [7]}), false);
    check(&json!({"schema_version": 1, "tags": [], "other": 1}), false);
    for change in [
        json!({"id": null}),
        json!({"id": ""}),
        json!({"id": 7}),
        json!({"id": "a\n"}),
        json!({"id": "a".repeat(256)}),
        json!({"product": null}),
        json!({"variant": 7}),
        json!({"start": null}),
        json!({"start": -1}),
        json!({"start": "1"}),
        json!({"end": 1e11}),
        json!({"x": null}),
        json!({"x": 1.1}),
        json!({"x": null, "y": null}),
        json!({"w": 0.5}),
        json!({"w": 0.5, "h": 2}),
        json!({"interpolation": "bezier"}),
        json!({"anchor": {"x": 0}}),
        json!({"anchor": 7}),
        json!({"anchor": {"x": 0, "y": -1}}),
        json!({"label": ""}),
        json!({"label": "a\u{0}"}),
        json!({"label": "a".repeat(201)}),
        json!({"key_frames": [{"t": 1, "x": 0, "y": 0}]}),
        json!({"color": "red"}),
    ] {
        check(&with(change), false);
    }
    for key_frames in [
        json!([]),
        json!({}),
        json!([7]),
        json!([{"t": 1, "x": 0}]),
        json!([{"x": 0, "y": 0}]),
        json!([{"t": -1, "x": 0, "y": 0}]),
        json!([{"t": 1, "x": 2, "y": 0}]),
        json!([{"t": 1, "x": 0, "y": 0, "hidden": 1}]),
        json!([{"t": 1, "x": 0, "y": 0, "z": 0}]),
        json!([{"t": 1, "x": 0, "y": 0, "w": 0.1}]),
    ] {
        check(&moving(key_frames, json!({"w": 0.1, "h": 0.1})), false);
    }
}
