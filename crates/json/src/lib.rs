//! Reads JSON values that somebody else has parsed, in the least code.
//!
//! The backend reads with serde. What serde's derived code does for each field, an early return
//! among it, is 150 bytes of WebAssembly; here a field is one call. For that, reading goes on after
//! something that does not fit: a stand-in takes its place, and [`read`] gives nothing in the end.
//!
//! ```
//! use shoptag_json::{Readable, readable};
//!
//! struct Chair {
//!     kind: String,
//!     legs: u32,
//!     colour: Option<String>,
//! }
//! readable!(Chair { kind as "type", legs or 4, colour });
//! ```
#![forbid(unsafe_code)]

#[cfg(any(test, feature = "testing"))]
mod agreement;
#[cfg(any(test, feature = "testing"))]
mod parsed;
mod parts;
mod reader;
#[cfg(test)]
mod tests;

#[cfg(any(test, feature = "testing"))]
pub use agreement::assert_agrees_with_serde;
#[cfg(any(test, feature = "testing"))]
pub use parsed::Parsed;
pub use reader::{Readable, Reader, Value, read};

/// Makes a struct readable from an object: every field by its name, or `as` another one. A field
/// that may be missing has its default behind `or`; an `Option` may be missing anyway.
#[macro_export]
macro_rules! readable {
    ($type:ident { $($field:ident $(as $name:literal)? $(or $default:expr)?),+ $(,)? }) => {
        impl $crate::Readable for $type {
            fn read<V: $crate::Value>(from: &$crate::Reader<'_, V>) -> Self {
                Self {
                    $($field: $crate::field!(from, $field $(as $name)? $(or $default)?),)+
                }
            }
        }
    };
}

/// One field of [`readable`].
#[doc(hidden)]
#[macro_export]
macro_rules! field {
    ($from:ident, $field:ident) => {
        $from.field(stringify!($field))
    };
    ($from:ident, $field:ident as $name:literal) => {
        $from.field($name)
    };
    ($from:ident, $field:ident or $default:expr) => {
        $from.field_or(stringify!($field), || $default)
    };
}

/// Makes an enum without content readable from the names of its variants. The first one stands in
/// for a name that is not known.
#[macro_export]
macro_rules! readable_name {
    ($type:ident { $first:ident = $first_name:literal $(, $variant:ident = $name:literal)* }) => {
        impl $crate::Readable for $type {
            fn read<V: $crate::Value>(from: &$crate::Reader<'_, V>) -> Self {
                // A variant that is not listed does not compile.
                let _ = |variant: Self| match variant {
                    Self::$first $(| Self::$variant)* => {}
                };
                match from.text().as_str() {
                    $first_name => {}
                    $($name => return Self::$variant,)*
                    _ => from.refuse(),
                }
                Self::$first
            }
        }
    };
}
