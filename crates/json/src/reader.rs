//! What is read from, and what can be read.

use std::cell::Cell;

/// A parsed JSON value, whoever has parsed it.
pub trait Value {
    /// Whether nothing stands here: a name that the object does not have, a place behind the list.
    fn is_missing(&self) -> bool;
    /// Whether it is `null` or missing.
    fn is_null(&self) -> bool;
    /// Whether it is an object, and no list.
    fn is_object(&self) -> bool;
    /// `true` or `false`.
    fn truth(&self) -> Option<bool>;
    /// A number.
    fn number(&self) -> Option<f64>;
    /// A text.
    fn text(&self) -> Option<String>;
    /// How many items a list has.
    fn length(&self) -> Option<u32>;
    /// An item of a list.
    #[must_use]
    fn item(&self, index: u32) -> Self;
    /// A field of an object.
    #[must_use]
    fn field(&self, name: &str) -> Self;
    /// The names of an object's fields.
    fn names(&self) -> Vec<String>;
}

/// What can be read from a [`Value`].
pub trait Readable {
    /// Reads it. What does not fit is refused at the reader, and something stands in for it.
    #[must_use]
    fn read<V: Value>(from: &Reader<'_, V>) -> Self;
}

/// Reads a value; `None` if it, or something in it, does not fit.
pub fn read<T: Readable, V: Value>(value: V) -> Option<T> {
    let refused = Cell::new(false);
    let read = T::read(&Reader {
        value,
        refused: &refused,
    });
    (!refused.get()).then_some(read)
}

/// A value that is being read.
#[derive(Debug)]
pub struct Reader<'a, V> {
    value: V,
    refused: &'a Cell<bool>,
}

// Out of line, all of them: a call is what a field shall cost.
impl<V: Value> Reader<'_, V> {
    /// The value itself.
    pub fn value(&self) -> &V {
        &self.value
    }

    /// Says that the value does not fit: nothing comes of the whole.
    pub fn refuse(&self) {
        self.refused.set(true);
    }

    /// A text, else an empty one.
    #[inline(never)]
    pub fn text(&self) -> String {
        self.value.text().unwrap_or_else(|| {
            self.refuse();
            String::new()
        })
    }

    /// A whole number that an `f64` holds exactly, else 0.
    #[inline(never)]
    pub fn whole(&self) -> i64 {
        // 2^53: above it, neighbours are the same number.
        const SAFE_MAX: f64 = 9_007_199_254_740_992.0;
        let number = self.value.number().unwrap_or(f64::NAN);
        if number.abs() <= SAFE_MAX && number.trunc() == number {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            return number as i64;
        }
        self.refuse();
        0
    }

    /// How many items a list has, else 0.
    #[inline(never)]
    pub fn length(&self) -> u32 {
        self.value.length().unwrap_or_else(|| {
            self.refuse();
            0
        })
    }

    /// A field of an object.
    #[inline(never)]
    pub fn field<T: Readable>(&self, name: &str) -> T {
        T::read(&self.at(self.value.field(name)))
    }

    /// A field of an object that may be missing.
    #[inline(never)]
    pub fn field_or<T: Readable>(&self, name: &str, default: fn() -> T) -> T {
        let value = self.value.field(name);
        if value.is_missing() {
            default()
        } else {
            T::read(&self.at(value))
        }
    }

    /// An item of a list.
    #[inline(never)]
    pub fn item<T: Readable>(&self, index: u32) -> T {
        T::read(&self.at(self.value.item(index)))
    }

    /// The first items of a list, at most `length`, which is no more than it has.
    pub fn items<T: Readable>(&self, length: u32) -> Vec<T> {
        let mut items = Vec::new();
        // Not collected: a loop that pushes is half the code.
        for index in 0..length {
            items.push(self.item(index));
        }
        items
    }

    fn at(&self, value: V) -> Self {
        Self {
            value,
            refused: self.refused,
        }
    }
}
