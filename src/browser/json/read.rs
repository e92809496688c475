//! A serde deserializer over JavaScript values: small first. It says that a value does not fit,
//! never why.

use std::fmt::Display;

use js_sys::{Array, Object};
use serde::Deserializer;
use serde::de::{self, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use wasm_bindgen::{JsCast, JsValue};

use crate::browser::dom;

/// A value that does not have the shape that was asked for.
#[derive(Debug)]
pub(super) struct Misfit;

impl Display for Misfit {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// A value that is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a JsValue);

impl Reader<'_> {
    fn is_absent(self) -> bool {
        self.0.is_null() || self.0.is_undefined()
    }

    /// A whole number that an `f64` holds exactly.
    fn whole(self) -> Result<i64, Misfit> {
        // 2^53: above it, neighbours are the same number.
        const SAFE_MAX: f64 = 9_007_199_254_740_992.0;
        let number = self.0.as_f64().ok_or(Misfit)?;
        if number.abs() > SAFE_MAX || number.trunc() != number {
            return Err(Misfit);
        }
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Ok(number as i64)
    }

    fn list(self) -> Result<List, Misfit> {
        let array: &Array = self.0.dyn_ref().ok_or(Misfit)?;
        Ok(List {
            array: array.clone(),
            next: 0,
        })
    }
}

macro_rules! whole_numbers {
    ($($method:ident),+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
            visitor.visit_i64(self.whole()?)
        })+
    };
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_absent() {
            visitor.visit_unit()
        } else if let Some(truth) = self.0.as_bool() {
            visitor.visit_bool(truth)
        } else if let Some(number) = self.0.as_f64() {
            visitor.visit_f64(number)
        } else if let Some(text) = self.0.as_string() {
            visitor.visit_str(&text)
        } else if let Ok(list) = self.list() {
            visitor.visit_seq(list)
        } else {
            self.deserialize_map(visitor)
        }
    }

    whole_numbers!(
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64,
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64
    );

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_bool(self.0.as_bool().ok_or(Misfit)?)
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_f64(self.0.as_f64().ok_or(Misfit)?)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_string(self.0.as_string().ok_or(Misfit)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.is_absent() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_seq(self.list()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        let object: &Object = self.0.dyn_ref().ok_or(Misfit)?;
        visitor.visit_map(Entries {
            entries: Object::entries(object),
            next: 0,
            value: JsValue::UNDEFINED,
        })
    }

    /// The fields in the order of the struct, each looked up by its name. Others are not looked at:
    /// a newer server may say more.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        if !self.0.is_object() {
            return Err(Misfit);
        }
        visitor.visit_seq(Fields {
            object: self.0,
            names: names.iter(),
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_enum(Name(self))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple_struct i128 u128
    }
}

/// The items of an array.
struct List {
    array: Array,
    next: u32,
}

impl<'de> SeqAccess<'de> for List {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        if self.next >= self.array.length() {
            return Ok(None);
        }
        let item = self.array.get(self.next);
        self.next += 1;
        seed.deserialize(Reader(&item)).map(Some)
    }
}

/// The fields of a struct.
struct Fields<'a> {
    object: &'a JsValue,
    names: std::slice::Iter<'static, &'static str>,
}

impl<'de> SeqAccess<'de> for Fields<'_> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let name = self.names.next().ok_or(Misfit)?;
        let value = dom::get(self.object, name);
        match seed.deserialize(Reader(&value)) {
            Ok(read) => Ok(Some(read)),
            // For serde's derived code this is a field that is missing: its default, or an error.
            Err(Misfit) if value.is_undefined() => Ok(None),
            Err(misfit) => Err(misfit),
        }
    }
}

/// The names and values of an object.
struct Entries {
    entries: Array,
    next: u32,
    value: JsValue,
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        if self.next >= self.entries.length() {
            return Ok(None);
        }
        let entry: Array = self.entries.get(self.next).dyn_into().map_err(|_| Misfit)?;
        self.next += 1;
        self.value = entry.get(1);
        seed.deserialize(Reader(&entry.get(0))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        seed.deserialize(Reader(&self.value))
    }
}

/// The name of a variant that carries nothing; no message has another one.
struct Name<'a>(Reader<'a>);

impl<'de> EnumAccess<'de> for Name<'_> {
    type Error = Misfit;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Misfit> {
        Ok((seed.deserialize(self.0)?, self))
    }
}

impl<'de> VariantAccess<'de> for Name<'_> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, Misfit> {
        Err(Misfit)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Misfit> {
        Err(Misfit)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Misfit> {
        Err(Misfit)
    }
}
