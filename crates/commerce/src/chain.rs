//! Hash chains: each record's digest covers the record before it, so that one changed byte anywhere
//! in an append-only log is found.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 digest; 64 lower-case hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct DigestError;

impl Digest {
    /// What the first record of a chain follows.
    pub const START: Self = Self([0; 32]);

    /// Digest of `record`, which follows `self` in the chain called `domain`.
    ///
    /// Lengths are hashed too, so no two (domain, record) pairs read the same.
    ///
    /// ```
    /// use shoptag_commerce::Digest;
    /// let first = Digest::START.followed_by("example", b"one");
    /// assert_ne!(first.followed_by("example", b"two"), Digest::START.followed_by("example",
    /// b"two"));
    /// ```
    #[must_use]
    pub fn followed_by(self, domain: &str, record: &[u8]) -> Self {
        let mut hasher = Sha256::new();
        for part in [domain.as_bytes(), self.0.as_slice(), record] {
            // usize has at most 64 bits on every target of Rust.
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Reads 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`DigestError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        if text.len() != 64 || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(DigestError);
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(index * 2..index * 2 + 2).ok_or(DigestError)?;
            if !pair.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(DigestError);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| DigestError)?;
        }
        Ok(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        Self::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_its_text() {
        let digest = Digest::START.followed_by("test", b"record");
        assert_eq!(Digest::parse(&digest.to_string()), Ok(digest));
    }

    #[test]
    fn texts_that_are_no_digest_are_refused() {
        for text in [
            "",
            "00",
            &"0".repeat(63),
            &"A".repeat(64),
            &"g".repeat(64),
            &"+1".repeat(32),
        ] {
            assert_eq!(Digest::parse(text), Err(DigestError), "{text}");
        }
    }

    #[test]
    fn moving_a_byte_between_domain_and_record_changes_the_digest() {
        assert_ne!(
            Digest::START.followed_by("ab", b"c"),
            Digest::START.followed_by("a", b"bc")
        );
    }
}
