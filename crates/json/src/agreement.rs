//! Whether a type is read as serde reads it: field for field, and what is refused.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::parsed::Parsed;
use crate::reader::{Readable, read};

/// Reads `document` as serde writes it, and again with each part of it left out, and with each part
/// of another type: serde's reader and ours must find the same, or both refuse.
///
/// # Panics
/// When they do not.
pub fn assert_agrees_with_serde<T>(document: &T)
where
    T: Readable + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let whole = serde_json::to_value(document).unwrap_or_else(|error| panic!("{error}"));
    let read_again: Option<T> = read(Parsed(Some(&whole)));
    assert_eq!(read_again.as_ref(), Some(document), "{whole}");
    let others = [
        Json::Null,
        json!(true),
        json!(-1),
        json!(0.5),
        json!(70_000),
        json!(5_000_000_000_i64),
        json!(""),
        json!("text"),
        json!([]),
        json!(["text"]),
        json!({}),
    ];
    for pointer in pointers(&whole) {
        for other in &others {
            let mut changed = whole.clone();
            if let Some(part) = changed.pointer_mut(&pointer) {
                *part = other.clone();
            }
            compare::<T>(&changed);
        }
        let mut changed = whole.clone();
        if leave_out(&mut changed, &pointer) {
            compare::<T>(&changed);
        }
    }
}

fn compare<T: Readable + DeserializeOwned + PartialEq + Debug>(json: &Json) {
    let by_serde: Option<T> = serde_json::from_value(json.clone()).ok();
    let by_us: Option<T> = read(Parsed(Some(json)));
    assert_eq!(by_us, by_serde, "{json}");
}

/// Where every part of `json` stands, itself included.
fn pointers(json: &Json) -> Vec<String> {
    let below = |name: &str, part: &Json| -> Vec<String> {
        let inner = pointers(part).into_iter();
        inner.map(|pointer| format!("/{name}{pointer}")).collect()
    };
    let mut found = vec![String::new()];
    match json {
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.extend(below(&index.to_string(), item));
            }
        }
        Json::Object(fields) => {
            for (name, field) in fields {
                found.extend(below(name, field));
            }
        }
        _ => {}
    }
    found
}

/// Takes a field out of its object; false if `pointer` names no field.
fn leave_out(json: &mut Json, pointer: &str) -> bool {
    let Some((parent, name)) = pointer.rsplit_once('/') else {
        return false;
    };
    let object = json.pointer_mut(parent).and_then(Json::as_object_mut);
    object.is_some_and(|object| object.remove(name).is_some())
}
