//! One field of a document, read so that no value of any type can fail the whole document.
//!
//! What a field means, and whether it is allowed, is decided in `validate`, never here.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shoptag_json::{Readable, Reader, Value};

/// Largest integer that every JSON reader holds exactly (2^53 - 1, RFC 8259 section 6).
const INTEGER_MAX: f64 = 9_007_199_254_740_991.0;

/// Longest name of an unknown field that is kept for the report, in characters; enough to recognise
/// it.
const NAME_CHARS_MAX: usize = 64;

/// How many unknown fields of one object are kept for the report: enough to see what went wrong.
pub(crate) const UNKNOWN_FIELDS_MAX: usize = 8;

/// A field of a document: not there, as expected, or of another type than expected.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Field<T> {
    /// Not in the document, or `null`.
    #[default]
    Absent,
    /// Of the expected type. Its value is not checked yet.
    Known(T),
    /// Of another type. Written as `{}`, which no field accepts, so that it stays malformed.
    Malformed,
}

impl<T> Field<T> {
    /// The value, if it has the expected type.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent | Self::Malformed => None,
        }
    }

    /// Whether the document says nothing here.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }
}

/// What a [`Field`] can hold: says which of a document's types it takes. `None` means malformed.
pub(crate) trait Part: Sized {
    fn from_bool(_value: bool) -> Option<Self> {
        None
    }

    fn from_number(_value: f64) -> Option<Self> {
        None
    }

    fn from_text(_value: &str) -> Option<Self> {
        None
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        while object.next_key_seed(FieldName(&[]))?.is_some() {
            object.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    /// The same from a value that is parsed already.
    fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self>;

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl Part for bool {
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }

    fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self> {
        from.value().truth()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }
}

impl Part for f64 {
    fn from_number(value: f64) -> Option<Self> {
        Some(value)
    }

    fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self> {
        from.value().number()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_finite() {
            // JSON has no such number, and `null` would read as absent.
            return write_malformed(serializer);
        }
        if self.fract() == 0.0 && self.abs() <= INTEGER_MAX {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "an integer below 2^53: exact in an i64"
            )]
            return serializer.serialize_i64(*self as i64);
        }
        serializer.serialize_f64(*self)
    }
}

impl Part for String {
    fn from_text(value: &str) -> Option<Self> {
        Some(value.to_owned())
    }

    fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self> {
        from.value().text()
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// A part that stands in lists.
pub(crate) trait Item: Part {
    /// How many are read; those after it are passed over, so that a hostile list costs no memory.
    const COUNT_READ_MAX: u32;
}

impl<T: Item> Part for Vec<Field<T>> {
    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        while items.len() < T::COUNT_READ_MAX as usize {
            match list.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(Some(items)),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(items))
    }

    fn from_parsed<V: Value>(from: &Reader<'_, V>) -> Option<Self> {
        let length = from.value().length()?;
        Some(from.items(length.min(T::COUNT_READ_MAX)))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

fn write_malformed<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_map(Some(0))?.end()
}

impl<T: Part> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_none(),
            Self::Known(value) => value.write(serializer),
            Self::Malformed => write_malformed(serializer),
        }
    }
}

impl<'de, T: Part> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FieldVisitor(PhantomData))
    }
}

impl<T: Part> Readable for Field<T> {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        if from.value().is_null() {
            Self::Absent
        } else {
            T::from_parsed(from).map_or(Self::Malformed, Self::Known)
        }
    }
}

struct FieldVisitor<T>(PhantomData<T>);

impl<T: Part> FieldVisitor<T> {
    fn known_or_malformed(value: Option<T>) -> Field<T> {
        value.map_or(Field::Malformed, Field::Known)
    }
}

impl<'de, T: Part> Visitor<'de> for FieldVisitor<T> {
    type Value = Field<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Self::known_or_malformed(T::from_bool(value)))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "such numbers are out of every range here"
    )]
    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Self::known_or_malformed(T::from_number(value as f64)))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "such numbers are out of every range here"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Self::known_or_malformed(T::from_number(value as f64)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(Self::known_or_malformed(T::from_number(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Self::known_or_malformed(T::from_text(value)))
    }

    fn visit_bytes<E>(self, _value: &[u8]) -> Result<Self::Value, E> {
        Ok(Field::Malformed)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Field::Absent)
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Ok(Self::known_or_malformed(T::from_list(list)?))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        Ok(Self::known_or_malformed(T::from_object(object)?))
    }
}

/// Reads a field's name: one of the known ones, else a copy of what stands there.
pub(crate) struct FieldName(pub(crate) &'static [&'static str]);

impl<'de> DeserializeSeed<'de> for FieldName {
    type Value = Result<&'static str, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// What is kept of an unknown name.
fn visible_name(name: &str) -> String {
    let visible = name.chars().filter(|character| !character.is_control());
    visible.take(NAME_CHARS_MAX).collect()
}

/// The first names of an object that are not among `known`.
pub(crate) fn unknown_names(value: &impl Value, known: &[&str]) -> Vec<String> {
    let mut unknown = Vec::new();
    for name in value.names() {
        if unknown.len() < UNKNOWN_FIELDS_MAX && !known.contains(&name.as_str()) {
            unknown.push(visible_name(&name));
        }
    }
    unknown
}

impl Visitor<'_> for FieldName {
    type Value = Result<&'static str, String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a field name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let known = self.0.iter().find(|known| **known == name);
        Ok(known.copied().ok_or_else(|| visible_name(name)))
    }

    // A JavaScript `Map` can have keys that are not texts; such a field is unknown.
    fn visit_bool<E>(self, _name: bool) -> Result<Self::Value, E> {
        Ok(Err(String::new()))
    }

    fn visit_i64<E>(self, _name: i64) -> Result<Self::Value, E> {
        Ok(Err(String::new()))
    }

    fn visit_u64<E>(self, _name: u64) -> Result<Self::Value, E> {
        Ok(Err(String::new()))
    }

    fn visit_f64<E>(self, _name: f64) -> Result<Self::Value, E> {
        Ok(Err(String::new()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Err(String::new()))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::{BytesDeserializer, Error, MapDeserializer, UnitDeserializer};
    use serde::de::{Deserialize, IntoDeserializer};

    use super::*;
    use crate::raw::{RawAnchor, RawTag};

    /// Reads through serde's own value deserializers, as a browser's adapter does: numbers that
    /// JSON does not have, keys of any type.
    fn read<'de, T: Part>(value: impl IntoDeserializer<'de, Error>) -> Field<T> {
        Field::deserialize(value.into_deserializer()).unwrap()
    }

    #[test]
    fn every_type_of_value_is_read_or_malformed() {
        assert_eq!(read::<f64>(7_u8), Field::Known(7.0));
        assert_eq!(read::<f64>(-7_i64), Field::Known(-7.0));
        assert_eq!(read::<f64>(0.5_f32), Field::Known(0.5));
        assert_eq!(read::<f64>(f64::INFINITY), Field::Known(f64::INFINITY));
        assert!(matches!(read::<f64>(f64::NAN), Field::Known(number) if number.is_nan()));
        assert_eq!(read::<f64>("7"), Field::Malformed);
        assert_eq!(read::<f64>(true), Field::Malformed);
        assert_eq!(read::<bool>(true), Field::Known(true));
        assert_eq!(read::<bool>(1_u8), Field::Malformed);
        assert_eq!(read::<String>('a'), Field::Known("a".to_owned()));
        assert_eq!(read::<String>(vec![1_u8]), Field::Malformed);
        assert_eq!(read::<RawTag>("tag"), Field::Malformed);
        let bytes = BytesDeserializer::<Error>::new(b"bytes");
        assert_eq!(
            Field::<String>::deserialize(bytes).unwrap(),
            Field::Malformed
        );
        let nothing = UnitDeserializer::<Error>::new();
        assert_eq!(Field::<f64>::deserialize(nothing).unwrap(), Field::Absent);
    }

    #[test]
    fn an_object_is_read_whatever_its_keys_are() {
        let position = MapDeserializer::<_, Error>::new([("x", 0.5), ("y", -1.0)].into_iter());
        let expected = RawAnchor {
            x: 0.5.into(),
            y: Field::Known(-1.0),
            unknown_fields: Vec::new(),
        };
        assert_eq!(
            Field::deserialize(position).unwrap(),
            Field::Known(expected)
        );
        let numbers = MapDeserializer::<_, Error>::new([(1_i64, "a"), (2, "b")].into_iter());
        let Field::Known(tag) = Field::<RawTag>::deserialize(numbers).unwrap() else {
            panic!("an object is a tag");
        };
        assert_eq!(tag.unknown_fields, ["", ""]);
    }

    #[test]
    fn of_a_long_list_a_bounded_part_is_kept() {
        let read: Field<Vec<Field<RawTag>>> = read(vec![0.5; 100_000]);
        assert_eq!(read.known().map(Vec::len), Some(10_001));
    }
}
