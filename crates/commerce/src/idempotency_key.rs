//! The key that names one submission for ever.

use std::fmt;

use serde::{Deserialize, Serialize};
use shoptag_json::{Readable, Reader, Value};

use crate::Timestamp;
use crate::digits::hexadecimal;

/// Shortest key, characters: 16 hexadecimal digits would be 64 bits, the least that does not
/// collide.
const KEY_LENGTH_MIN: usize = 16;
/// Longest key, characters (Stripe's limit, so that any client's habits fit).
const KEY_LENGTH_MAX: usize = 255;

/// Hexadecimal digits of an instant of 48 bits, milliseconds.
const INSTANT_DIGITS: usize = 12;

/// A key of 16..=255 visible ASCII characters, made by the client once a submission.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct IdempotencyKey(String);

/// The text is not 16..=255 visible ASCII characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key is 16 to 255 visible ASCII characters")]
pub struct IdempotencyKeyError;

impl IdempotencyKey {
    /// A key of the instant it was made at, 12 hexadecimal digits, and 128 random bits, 32 of them.
    /// The instant makes it no better; by it the newest keys lie side by side in an index.
    #[must_use]
    pub fn new(at: Timestamp, bits: u128) -> Self {
        let ms = u128::try_from(at.ms()).unwrap_or(0);
        let (instant, random) = (hexadecimal(ms << 80), hexadecimal(bits));
        Self(instant.get(..INSTANT_DIGITS).unwrap_or_default().to_owned() + &random)
    }

    /// Checks a key as it stands in the header: bare, or as an RFC 8941 string in double quotes.
    ///
    /// # Errors
    /// [`IdempotencyKeyError`].
    ///
    /// ```
    /// use shoptag_commerce::IdempotencyKey;
    /// let bare = IdempotencyKey::parse("0123456789abcdef").unwrap();
    /// assert_eq!(IdempotencyKey::parse("\"0123456789abcdef\"").unwrap(), bare);
    /// assert!(IdempotencyKey::parse("short").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Self, IdempotencyKeyError> {
        let quoted = text
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let key = quoted.unwrap_or(text);
        let visible = key
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"');
        if !visible || !(KEY_LENGTH_MIN..=KEY_LENGTH_MAX).contains(&key.len()) {
            return Err(IdempotencyKeyError);
        }
        Ok(Self(key.to_owned()))
    }

    /// The key without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Readable for IdempotencyKey {
    fn read<V: Value>(from: &Reader<'_, V>) -> Self {
        Self::parse(&from.text()).unwrap_or_else(|_| {
            // Goes nowhere: nothing comes of what holds it.
            from.refuse();
            Self(String::new())
        })
    }
}

/// A key is a secret of its shopper: it never reaches a log whole.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "IdempotencyKey({}…)",
            self.0.get(..4).unwrap_or_default()
        )
    }
}

impl TryFrom<String> for IdempotencyKey {
    type Error = IdempotencyKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<IdempotencyKey> for String {
    fn from(key: IdempotencyKey) -> Self {
        key.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_too_short_too_long_or_invisible_are_refused() {
        let long = "a".repeat(256);
        for text in [
            "",
            "\"\"",
            "123456789012345",
            long.as_str(),
            "0123456789abcdé",
            "0123456789\tabcdef",
            "\"0123456789abcdef",
            "0123456789abcdef\"",
            "0123456789 abcdef",
        ] {
            assert_eq!(
                IdempotencyKey::parse(text),
                Err(IdempotencyKeyError),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_value_is_read_as_serde_reads_it() {
        shoptag_json::assert_agrees_with_serde(&IdempotencyKey::new(Timestamp::from_ms(5), 7));
    }

    #[test]
    fn a_key_is_its_instant_and_128_random_bits() {
        let bits = 0x0123_4567_89ab_cdef_0000_0000_0000_00ff;
        let at = Timestamp::from_ms(0x0198_0000_00ff);
        let key = IdempotencyKey::new(at, bits);
        assert_eq!(key.as_str(), "0198000000ff0123456789abcdef00000000000000ff");
        assert_eq!(IdempotencyKey::parse(key.as_str()).unwrap(), key);
        assert!(key < IdempotencyKey::new(at.plus_ms(1), 0));
    }
}
