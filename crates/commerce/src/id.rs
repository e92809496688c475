//! Ids: opaque names that are checked once, at the edge, and cannot be mixed up afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};
use shoptag_json::{Readable, Reader, Value};

/// Longest id, in bytes. Google Merchant allows 50 characters and Shopify's SKUs 255; a key of that
/// size still fits every index page.
const ID_BYTES_MAX: usize = 255;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// An id has at least one character.
    #[error("an id is not empty")]
    Empty,
    /// An id has at most 255 bytes.
    #[error("an id has at most 255 bytes")]
    TooLong,
    /// An id has no control characters (NUL and line breaks among them).
    #[error("an id has no control characters")]
    ControlCharacter,
}

fn check(text: &str) -> Result<(), IdError> {
    if text.is_empty() {
        Err(IdError::Empty)
    } else if text.len() > ID_BYTES_MAX {
        Err(IdError::TooLong)
    } else if text.chars().any(char::is_control) {
        Err(IdError::ControlCharacter)
    } else {
        Ok(())
    }
}

fn checked<V: Value>(from: &Reader<'_, V>) -> String {
    let text = from.text();
    if check(&text).is_err() {
        from.refuse();
    }
    text
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// A text of 1..=255 bytes without control characters; a plain string on the wire.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks and wraps `text`.
            ///
            /// # Errors
            /// [`IdError`] says which rule the text breaks.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text)?;
                Ok(Self(text))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl Readable for $name {
            fn read<V: Value>(from: &Reader<'_, V>) -> Self {
                // A text that is refused here goes nowhere: nothing comes of what holds it.
                Self(checked(from))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// One video platform; brands and creators live inside it.
    TenantId;
    /// The public key (`pk_...`) a page embeds; bound to allowed origins.
    SiteKey;
    /// A seller.
    BrandId;
    /// A person (or channel) whose videos carry tags.
    CreatorId;
    /// A video.
    VideoId;
    /// A product tag, unique within its video.
    TagId;
    /// A product, unique within its tenant.
    ProductId;
    /// What is really sold: one combination of a product's options, unique within its tenant.
    VariantId;
    /// A held price: what `POST /v1/quotes` answered.
    QuoteId;
    /// One walk through the checkout. At most one order ever comes of it.
    CheckoutAttemptId;
    /// An order. Made by the client as a UUIDv7.
    OrderId;
    /// A touchpoint (impression or click). Made by the client; the same id is the same touchpoint.
    TouchId;
    /// One visit to one video page; tokens are minted within it.
    ViewSessionId;
    /// What a creator and a brand agreed on.
    CollaborationId;
    /// One run of paying creators out.
    PayoutBatchId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_checked_once_at_the_edge() {
        assert_eq!(TagId::parse("lamp").unwrap().as_str(), "lamp");
        assert_eq!(TagId::parse(""), Err(IdError::Empty));
        assert_eq!(TagId::parse("a".repeat(256)), Err(IdError::TooLong));
        assert_eq!(TagId::parse("a\0"), Err(IdError::ControlCharacter));
        assert_eq!(TagId::parse("a\nb"), Err(IdError::ControlCharacter));
    }

    #[test]
    fn a_value_is_an_id_under_the_same_rules() {
        shoptag_json::assert_agrees_with_serde(&TagId::parse("lamp").unwrap());
        for text in ["", "a\0", &"a".repeat(256)] {
            let value = shoptag_json::Parsed(Some(&text.into()));
            assert_eq!(shoptag_json::read::<TagId, _>(value), None, "{text}");
        }
    }
}
