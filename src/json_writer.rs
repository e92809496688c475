//! A serde serializer that writes JSON text: small first. It knows whole numbers, numbers of three
//! decimals, texts, truths, lists, structs and variants that carry nothing, which is what the
//! widget sends and keeps; anything else is refused.
//!
//! A refusal is remembered, not returned: the error type has no value, so that the compiler leaves
//! out what serde's derived code does about an error behind every field.

use std::fmt::Display;

use serde::ser::{self, Serialize, Serializer};
use shoptag_commerce::decimal;

/// Writes a value; `None` if it holds something that is not known here (bytes, a map, a number
/// above 9e12 with decimals).
#[must_use]
pub fn write<T: Serialize + ?Sized>(value: &T) -> Option<String> {
    let mut output = Output::default();
    let Ok(()) = value.serialize(Writer(&mut output));
    (!output.is_refused).then_some(output.text)
}

/// The error that never happens.
#[derive(Debug)]
pub enum Never {}

impl Display for Never {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    /// Asked for by implementations that can fail of themselves, such as that of a path.
    fn custom<T: Display>(_: T) -> Self {
        unreachable!("no shape of the widget's fails of itself")
    }
}

/// What has been written so far.
#[derive(Default)]
struct Output {
    text: String,
    is_refused: bool,
}

struct Writer<'a>(&'a mut Output);

/// A list or an object that has been begun.
struct Parts<'a> {
    output: &'a mut Output,
    separator: &'static str,
    end: char,
}

fn write_text(text: &mut String, value: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let hex = |nibble: u32| {
        let digit = DIGITS.get(nibble as usize).copied();
        char::from(digit.unwrap_or(b'0'))
    };
    text.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => {
                text.push('\\');
                text.push(character);
            }
            '\0'..='\u{1f}' => {
                text.push_str("\\u00");
                text.push(hex(u32::from(character) >> 4));
                text.push(hex(u32::from(character) & 15));
            }
            _ => text.push(character),
        }
    }
    text.push('"');
}

fn write_whole(text: &mut String, is_negative: bool, magnitude: u64) {
    if is_negative {
        text.push('-');
    }
    text.push_str(&decimal(magnitude));
}

macro_rules! whole_numbers {
    ($($method:ident $type:ty),+) => {
        $(fn $method(self, value: $type) -> Result<(), Never> {
            self.serialize_i64(value.into())
        })+
    };
}

impl<'a> Writer<'a> {
    fn parts(self, separator: &'static str, end: char) -> Parts<'a> {
        Parts {
            output: self.0,
            separator,
            end,
        }
    }

    fn refuse(self) {
        self.0.is_refused = true;
    }
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Parts<'a>;
    type SerializeTuple = Parts<'a>;
    type SerializeTupleStruct = Refused;
    type SerializeTupleVariant = Refused;
    type SerializeMap = Refused;
    type SerializeStruct = Parts<'a>;
    type SerializeStructVariant = Refused;

    whole_numbers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32);
    whole_numbers!(serialize_u8 u8, serialize_u16 u16, serialize_u32 u32);

    fn serialize_i64(self, value: i64) -> Result<(), Never> {
        write_whole(&mut self.0.text, value < 0, value.unsigned_abs());
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Never> {
        write_whole(&mut self.0.text, false, value);
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.0.text.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), Never> {
        write_text(&mut self.0.text, value);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.0.text.push_str("null");
        Ok(())
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Never> {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts<'a>, Never> {
        Ok(self.parts("[", ']'))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts<'a>, Never> {
        Ok(self.parts("[", ']'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts<'a>, Never> {
        Ok(self.parts("{", '}'))
    }

    fn serialize_f32(self, _: f32) -> Result<(), Never> {
        self.refuse();
        Ok(())
    }

    /// Rounded to thousandths: moments of a video, which are whole milliseconds.
    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        // Whole numbers up to 2^53 are exact.
        let thousandths = value.abs() * 1_000.0 + 0.5;
        if thousandths.is_nan() || thousandths >= 9e15 {
            self.refuse();
            return Ok(());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 9e15"
        )]
        let thousandths = thousandths as u64;
        write_whole(&mut self.0.text, value < 0.0, thousandths / 1_000);
        let mut rest = thousandths % 1_000;
        if rest > 0 {
            self.0.text.push('.');
        }
        while rest > 0 {
            write_whole(&mut self.0.text, false, rest / 100);
            rest = rest % 100 * 10;
        }
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Never> {
        self.refuse();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Never> {
        self.refuse();
        Ok(())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Refused, Never> {
        self.refuse();
        Ok(Refused)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Refused, Never> {
        self.refuse();
        Ok(Refused)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Refused, Never> {
        self.refuse();
        Ok(Refused)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Refused, Never> {
        self.refuse();
        Ok(Refused)
    }
}

impl Parts<'_> {
    fn next(&mut self) -> Writer<'_> {
        self.output.text.push_str(self.separator);
        self.separator = ",";
        Writer(self.output)
    }

    fn finish(self) {
        // Nothing was written yet: the list or object is empty.
        if self.separator != "," {
            self.output.text.push_str(self.separator);
        }
        self.output.text.push(self.end);
    }
}

impl ser::SerializeSeq for Parts<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Never> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeTuple for Parts<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Never> {
        self.finish();
        Ok(())
    }
}

impl ser::SerializeStruct for Parts<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        write_text(&mut self.next().0.text, name);
        self.output.text.push(':');
        value.serialize(Writer(self.output))
    }

    fn end(self) -> Result<(), Never> {
        self.finish();
        Ok(())
    }
}

/// What has been refused already; its parts are passed over.
struct Refused;

macro_rules! pass_over {
    ($trait:ident $(, $method:ident($($name:ty)?))+) => {
        impl ser::$trait for Refused {
            type Ok = ();
            type Error = Never;

            $(
                fn $method<T: Serialize + ?Sized>(
                    &mut self,
                    $(_: $name,)?
                    _: &T,
                ) -> Result<(), Never> {
                    Ok(())
                }
            )+

            fn end(self) -> Result<(), Never> {
                Ok(())
            }
        }
    };
}

pass_over!(SerializeTupleStruct, serialize_field());
pass_over!(SerializeTupleVariant, serialize_field());
pass_over!(SerializeStructVariant, serialize_field(&'static str));
pass_over!(SerializeMap, serialize_key(), serialize_value());

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize;

    use super::write;

    #[derive(Debug, Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        First,
        SecondOne,
    }

    #[derive(Debug, Serialize)]
    struct Part {
        kind: Kind,
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        left_out: Option<u8>,
        pair: (String, i64),
    }

    #[derive(Debug, Serialize)]
    struct Whole {
        parts: Vec<Part>,
        count: u64,
        truth: bool,
        none: Vec<u32>,
    }

    fn part() -> impl Strategy<Value = Part> {
        let kind = prop_oneof![Just(false), Just(true)];
        let name = proptest::option::of(any::<String>());
        (kind, name, any::<String>(), any::<i64>()).prop_map(|(second, name, text, whole)| Part {
            kind: if second { Kind::SecondOne } else { Kind::First },
            name,
            left_out: None,
            pair: (text, whole),
        })
    }

    proptest! {
        #[test]
        fn a_general_library_reads_the_same_value(
            parts in proptest::collection::vec(part(), 0..4),
            count in any::<u64>(),
            truth in any::<bool>(),
        ) {
            let whole = Whole { parts, count, truth, none: Vec::new() };
            let written: serde_json::Value =
                serde_json::from_str(&write(&whole).unwrap()).unwrap();
            prop_assert_eq!(written, serde_json::to_value(&whole).unwrap());
        }
    }

    #[test]
    fn a_moment_of_a_video_has_milliseconds() {
        for (value, text) in [
            (0.0, "0"),
            (12.0, "12"),
            (12.25, "12.25"),
            (0.001, "0.001"),
            (3.1, "3.1"),
            (7.05, "7.05"),
            (1.000_4, "1"),
            (86_399.999, "86399.999"),
            (-0.5, "-0.5"),
        ] {
            assert_eq!(write(&value).as_deref(), Some(text));
        }
        for value in [f64::NAN, f64::INFINITY, 1e15] {
            assert_eq!(write(&value), None, "{value}");
        }
    }

    #[test]
    fn what_is_not_known_is_refused_and_not_guessed() {
        assert_eq!(write(&vec![f64::NAN]), None);
        assert_eq!(write(&std::collections::BTreeMap::from([("a", 1)])), None);
    }
}
