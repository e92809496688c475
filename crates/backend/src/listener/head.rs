//! The bytes of heads, checked before the HTTP parser sees them. Pure.
//!
//! The parser takes a bare line feed for a line's end and two equal lengths for one. A proxy before
//! us may read such a request differently, and then what is a body to one is a request to the other
//! (RFC 9112, 2.2 and 6.3). Whatever can be read in two ways is made unreadable here: the parser
//! refuses it with 400 and closes the connection.

use crate::edge::URI_BYTES_MAX;

/// Bytes of a line that are looked at: every `Content-Length` that means something is shorter.
const LINE_BYTES_KEPT: usize = 128;

/// Bytes of a request line beyond the address: method, spaces, version.
const REQUEST_LINE_MORE: usize = 32;

/// What a head may not contain in any place.
const UNREADABLE: u8 = 0;

/// Where in the stream of one connection the next byte stands.
#[derive(Debug)]
pub(super) enum Heads {
    /// In a head.
    Head(Head),
    /// In a body of which so many bytes are to come.
    Body(u64),
    /// After a head whose body has no length of its own: the connection ends with its answer.
    Last,
}

/// A head, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The beginning of the line.
    line: Vec<u8>,
    /// Bytes of the line, those that are not kept too.
    line_length: usize,
    /// The address of the request line has begun.
    has_address: bool,
    /// It has not ended.
    in_address: bool,
    /// The request line has ended.
    has_request: bool,
    /// The last byte.
    previous: u8,
    /// `Content-Length`.
    length: Option<u64>,
    /// `Transfer-Encoding` is there.
    is_chunked: bool,
    /// It can be read in two ways.
    is_unclear: bool,
}

impl Default for Heads {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

impl Heads {
    /// Looks at the next bytes of the stream, in place; how many of them remain. An address beyond
    /// its limit is cut behind it, so that it is refused as too long without being kept.
    pub(super) fn pass(&mut self, bytes: &mut [u8]) -> usize {
        let (mut at, mut kept) = (0, 0);
        while at < bytes.len() {
            match self {
                Self::Head(head) => {
                    let passed = head.pass(bytes[at]);
                    at += 1;
                    if let Some(byte) = passed {
                        bytes[kept] = byte;
                        kept += 1;
                    }
                    if let Some(next) = head.next(passed) {
                        *self = next;
                    }
                }
                Self::Body(rest) => {
                    let here = u64::try_from(bytes.len() - at)
                        .unwrap_or(u64::MAX)
                        .min(*rest);
                    *rest -= here;
                    let end = at + usize::try_from(here).unwrap_or(0);
                    bytes.copy_within(at..end, kept);
                    kept += end - at;
                    at = end;
                    if *rest == 0 {
                        *self = Self::default();
                    }
                }
                Self::Last => {
                    bytes.copy_within(at.., kept);
                    return kept + bytes.len() - at;
                }
            }
        }
        kept
    }
}

impl Head {
    /// What becomes of the next byte; `None`: it is dropped.
    fn pass(&mut self, byte: u8) -> Option<u8> {
        let after_return = std::mem::replace(&mut self.previous, byte) == b'\r';
        if byte == b'\n' {
            if !after_return {
                return Some(UNREADABLE);
            }
            if self.is_end() && self.is_unclear() {
                return Some(UNREADABLE);
            }
            return Some(byte);
        }
        self.line_length += 1;
        if self.line.len() < LINE_BYTES_KEPT {
            self.line.push(byte);
        }
        if byte == b' ' || byte == b'\r' {
            self.in_address = byte == b' ' && !self.has_request && !self.has_address;
            self.has_address = true;
            return Some(byte);
        }
        let is_beyond = self.in_address && self.line_length > URI_BYTES_MAX + REQUEST_LINE_MORE;
        (!is_beyond).then_some(byte)
    }

    /// What follows when the byte that was passed ends a line.
    fn next(&mut self, passed: Option<u8>) -> Option<Heads> {
        match passed {
            Some(b'\n') => {}
            // Nothing after it is looked at: the parser will not get that far.
            Some(UNREADABLE) if self.previous == b'\n' => return Some(Heads::Last),
            _ => return None,
        }
        if self.is_end() {
            return Some(match (self.is_chunked, self.length) {
                (true, _) => Heads::Last,
                (false, None | Some(0)) => Heads::default(),
                (false, Some(length)) => Heads::Body(length),
            });
        }
        // Empty lines before a request are allowed.
        let is_blank = self.line_length == 1;
        if self.has_request {
            self.field();
        }
        self.has_request |= !is_blank;
        self.line.clear();
        self.line_length = 0;
        None
    }

    /// An empty line after the request line; the carriage return is counted.
    fn is_end(&self) -> bool {
        self.has_request && self.line_length == 1
    }

    /// Both lengths are `edge::shape`'s to refuse, with a problem document.
    fn is_unclear(&self) -> bool {
        self.is_unclear && !self.is_chunked
    }

    fn field(&mut self) {
        let Some(colon) = self.line.iter().position(|byte| *byte == b':') else {
            return;
        };
        let (name, value) = self.line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.is_chunked = true;
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let is_whole = self.line_length <= LINE_BYTES_KEPT;
            let length = digits(value).filter(|_| is_whole && self.length.is_none());
            self.is_unclear |= length.is_none();
            self.length = self.length.or(length);
        }
    }
}

/// A number without a sign.
fn digits(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the parser gets of `text`, whatever the pieces in which it comes.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        for size in [1, 2, 7, text.len().max(1)] {
            let mut heads = Heads::default();
            let mut passed = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                let mut piece = piece.to_vec();
                let kept = heads.pass(&mut piece);
                passed.extend_from_slice(&piece[..kept]);
            }
            assert_eq!(
                String::from_utf8(passed).unwrap(),
                expected,
                "pieces of {size}"
            );
        }
    }

    #[track_caller]
    fn same(text: &str) {
        check(text, text);
    }

    #[test]
    fn clear_requests_pass_as_they_are() {
        same("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /two HTTP/1.1\r\n\r\n");
        same("\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        same("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n\n\n\n\nGET / HTTP/1.1\r\n\r\n");
        same("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\n\r\n");
        same("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n");
        same("");
    }

    #[test]
    fn a_bare_line_feed_in_a_head_becomes_unreadable() {
        check(
            "GET / HTTP/1.1\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\0Host: x\r\n\r\n",
        );
        check(
            "GET / HTTP/1.1\r\nA: b\n\r\n",
            "GET / HTTP/1.1\r\nA: b\0\r\n",
        );
        let second = "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n\nGET / HTTP/1.1";
        check(&format!("{second}\n\n"), &format!("{second}\0\n"));
    }

    #[test]
    fn a_length_that_can_be_read_in_two_ways_becomes_unreadable() {
        for length in [
            "Content-Length: 2\r\nContent-Length: 2",
            "Content-Length: 2\r\ncontent-length: 3",
            "Content-Length: +5",
            "Content-Length: 0x5",
            "Content-Length: 5, 5",
            "Content-Length: ",
            "Content-Length: 99999999999999999999",
            &format!("Content-Length: {}5", " ".repeat(200)),
        ] {
            let head = format!("POST / HTTP/1.1\r\n{length}\r\n\r");
            check(&format!("{head}\n{{}}"), &format!("{head}\0{{}}"));
        }
        same("POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    }

    #[test]
    fn an_address_beyond_its_limit_is_cut_behind_it() {
        let long = "a".repeat(100_000);
        let mut text = format!("GET /{long} HTTP/1.1\r\nHost: {long}\r\n\r\n").into_bytes();
        let kept = Heads::default().pass(&mut text);
        let text = String::from_utf8(text[..kept].to_vec()).unwrap();
        let (line, rest) = text.split_once("\r\n").unwrap();
        assert!((URI_BYTES_MAX + 1..URI_BYTES_MAX + 64).contains(&line.len()));
        assert!(line.starts_with("GET /aaa") && line.ends_with("a HTTP/1.1"));
        assert!(rest.contains(&long), "only the address is cut");
    }

    proptest! {
        #[test]
        fn it_gives_the_same_whatever_the_pieces(
            bytes in "[ -~\r\n:]{0,40}(Content-Length: ?[0-9+]{0,2}\r\n){0,2}[\r\n]{0,4}[a-z\n]{0,9}",
            cut in 0_usize..80,
        ) {
            let pass = |pieces: &[&[u8]]| -> Vec<u8> {
                let mut heads = Heads::default();
                pieces.iter().flat_map(|piece| {
                    let mut piece = piece.to_vec();
                    let kept = heads.pass(&mut piece);
                    piece.truncate(kept);
                    piece
                }).collect()
            };
            let bytes = bytes.as_bytes();
            let (one, two) = bytes.split_at(cut.min(bytes.len()));
            prop_assert_eq!(pass(&[one, two]), pass(&[bytes]));
        }
    }
}
