//! Bytes to text. Nothing is guessed: a wrong guess shows shoppers a wrong name or price.

use std::borrow::Cow;

use crate::FeedError;

/// The text of `bytes`: UTF-8, with or without a byte order mark, or UTF-16 with one. A feed whose
/// first characters hold NUL is UTF-16 or UTF-32 without a mark and is refused, although it may be
/// valid UTF-8.
pub(crate) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FeedError> {
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return decode_utf16(rest, u16::from_le_bytes).map(Cow::Owned);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return decode_utf16(rest, u16::from_be_bytes).map(Cow::Owned);
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().take(4).any(|&byte| byte == 0) {
        return Err(FeedError::Encoding);
    }
    std::str::from_utf8(bytes)
        .map(Cow::Borrowed)
        .map_err(|_| FeedError::Encoding)
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, FeedError> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(FeedError::Encoding);
    }
    let text: String = char::decode_utf16(pairs.iter().map(|&pair| unit(pair)))
        .collect::<Result<_, _>>()
        .map_err(|_| FeedError::Encoding)?;
    // UTF-32 has the same mark, and a NUL right after it.
    if text.starts_with('\0') {
        Err(FeedError::Encoding)
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf_8_and_marked_utf_16_are_read() {
        let check = |bytes: &[u8], expected: Option<&str>| {
            assert_eq!(decode(bytes).ok().as_deref(), expected, "{bytes:?}");
        };
        check("Lampe à poser".as_bytes(), Some("Lampe à poser"));
        check(b"\xEF\xBB\xBFid", Some("id"));
        check(b"\xFF\xFEi\0d\0", Some("id"));
        check(b"\xFE\xFF\0i\0d", Some("id"));
        check(b"", Some(""));
        check(b"i\0d\0", None);
        check(b"\0i\0d", None);
        check(b"\xFF\xFE\0\0i\0\0\0", None);
        check(b"\xFF\xFEi", None);
        check(b"\xFF\xFE\x00\xD8", None);
        check(b"Caf\xE9 au lait", None);
        check(b"a\xED\xA0\x80", None);
    }
}
