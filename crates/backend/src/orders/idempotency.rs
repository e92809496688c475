//! The idempotency key: reading the header, and the fingerprint of what came with it.

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};
use shoptag_protocol::{IDEMPOTENCY_KEY_HEADER, code};

use crate::error::ApiError;

/// Length of a key. Below 16 characters keys collide by accident; 255 is Stripe's limit.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 16..=255;

/// Names one submission for ever, within a site and a route.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// SHA-256 of a request's path and raw body: what a key stands for.
pub type Fingerprint = [u8; 32];

/// The key of a request, bare or as an RFC 8941 string; both spellings name the same key.
///
/// # Errors
/// `idempotency-key-missing`, `idempotency-key-format`.
pub fn key(headers: &HeaderMap) -> Result<IdempotencyKey, ApiError> {
    let mut lines = headers.get_all(IDEMPOTENCY_KEY_HEADER).iter();
    let line = lines
        .next()
        .ok_or_else(|| ApiError::new(code::IDEMPOTENCY_KEY_MISSING))?;
    let malformed = || ApiError::new(code::IDEMPOTENCY_KEY_FORMAT);
    // Two lines would be joined to one string by RFC 8941; by our rule they are a mistake.
    if lines.next().is_some() {
        return Err(malformed());
    }
    let text = line.to_str().map_err(|_| malformed())?;
    let key = match text.strip_prefix('"') {
        Some(rest) => unquote(rest).ok_or_else(malformed)?,
        None => text.to_owned(),
    };
    let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
    let bare = text.starts_with('"') || !key.contains('"');
    if visible && bare && KEY_LENGTH.contains(&key.len()) {
        Ok(IdempotencyKey(key))
    } else {
        Err(malformed())
    }
}

/// The content of an RFC 8941 string whose opening quote has been read.
fn unquote(rest: &str) -> Option<String> {
    let mut content = String::with_capacity(rest.len());
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return characters.next().is_none().then_some(content),
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => content.push(escaped),
                _ => return None,
            },
            plain => content.push(plain),
        }
    }
}

/// The fingerprint of `body`, sent to `path`.
#[must_use]
pub fn fingerprint(path: &str, body: &[u8]) -> Fingerprint {
    let mut hash = Sha256::new();
    hash.update(path.as_bytes());
    hash.update([0]);
    hash.update(body);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn check(lines: &[&[u8]], expected: Result<&str, &str>) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(
                HeaderName::from_static(IDEMPOTENCY_KEY_HEADER),
                HeaderValue::from_bytes(line).unwrap(),
            );
        }
        let found = key(&headers);
        let found = found
            .as_ref()
            .map(IdempotencyKey::as_str)
            .map_err(|e| e.problem.code.as_str());
        assert_eq!(found, expected);
    }

    #[test]
    fn a_key_is_16_to_255_visible_characters_bare_or_quoted() {
        let long = "k".repeat(255);
        check(&[b"0123456789abcdef"], Ok("0123456789abcdef"));
        check(&[b"\"0123456789abcdef\""], Ok("0123456789abcdef"));
        check(&[b"\"0123456789\\\"abcdef\""], Ok("0123456789\"abcdef"));
        check(&[long.as_bytes()], Ok(&long));
        check(&[], Err("idempotency-key-missing"));
        let quoted_short = b"\"0123456789abcde\"";
        for line in [
            &b""[..],
            b"\"\"",
            b"0123456789abcde",
            quoted_short,
            "k".repeat(256).as_bytes(),
            "0123456789abcdefé".as_bytes(),
            b"0123456789\tabcdef",
            b"\"0123456789abcdef",
            b"0123456789abcdef\"",
            b"0123456789 abcdef",
            b"\"0123456789abcdef\" x",
            b"\"0123456789\\xabcdef\"",
        ] {
            check(&[line], Err("idempotency-key-format"));
        }
        check(
            &[b"0123456789abcdef", b"0123456789abcdef"],
            Err("idempotency-key-format"),
        );
    }

    #[test]
    fn one_byte_more_is_another_request() {
        assert_ne!(
            fingerprint("/v1/orders", b"{}"),
            fingerprint("/v1/orders", b"{} ")
        );
        assert_ne!(
            fingerprint("/v1/orders", b"{}"),
            fingerprint("/v1/quotes", b"{}")
        );
    }
}
