//! A pass over JSON text before any of it is believed: syntax, depth and duplicate names.
//!
//! It keeps its own stack, so that no depth of nesting overflows the thread's. The typed parser
//! that follows would take the last of two equal names in places, or give up on the first of
//! several defects.

use std::borrow::Cow;
use std::collections::HashSet;

/// Levels of arrays and objects. Our deepest body has 4; serde_json's own limit is 128.
pub const DEPTH_MAX: usize = 64;

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Defect {
    /// Not JSON by RFC 8259, or not UTF-8.
    #[error("not JSON at byte {0}")]
    Syntax(usize),
    /// More than [`DEPTH_MAX`] levels.
    #[error("nested more than 64 levels deep")]
    Depth,
    /// A name stands twice in one object; the JSON pointer of the second one.
    #[error("a field stands twice")]
    Duplicate(String),
}

/// Checks `bytes`.
///
/// # Errors
/// [`Defect`], the first one met.
pub fn scan(bytes: &[u8]) -> Result<(), Defect> {
    let text = std::str::from_utf8(bytes).map_err(|error| Defect::Syntax(error.valid_up_to()))?;
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        at: 0,
        open: Vec::new(),
    };
    scanner.run()
}

/// An array or object that is not closed yet.
enum Open<'a> {
    Array { index: usize },
    Object { names: Names<'a> },
}

/// Names that are compared one by one; more of them are looked up.
const FEW: usize = 32;

/// The names of an object so far.
#[derive(Default)]
struct Names<'a> {
    /// In their order, [`FEW`] at most and the last one.
    few: Vec<Cow<'a, str>>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// False: the name is there already.
    fn add(&mut self, name: Cow<'a, str>) -> bool {
        let is_new = if self.few.len() < FEW {
            !self.few.contains(&name)
        } else {
            if self.many.is_empty() {
                self.many.extend(self.few.iter().cloned());
            }
            self.few.pop();
            self.many.insert(name.clone())
        };
        self.few.push(name);
        is_new
    }

    fn current(&self) -> &str {
        self.few.last().map_or("", |name| name)
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open<'a>>,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) -> Result<(), Defect> {
        loop {
            let opened = self.value()?;
            if !opened && !self.close_until_next()? {
                break;
            }
        }
        self.skip_whitespace();
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Reads a value, or opens an array or object that has a first member and returns true.
    fn value(&mut self) -> Result<bool, Defect> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'[') => {
                self.enter(Open::Array { index: 0 })?;
                if self.take_after_space(b']') {
                    self.open.pop();
                    return Ok(false);
                }
                Ok(true)
            }
            Some(b'{') => {
                self.enter(Open::Object {
                    names: Names::default(),
                })?;
                if self.take_after_space(b'}') {
                    self.open.pop();
                    return Ok(false);
                }
                self.name()?;
                Ok(true)
            }
            Some(b'"') => self.string().map(|_| false),
            Some(b't') => self.word(b"true").map(|()| false),
            Some(b'f') => self.word(b"false").map(|()| false),
            Some(b'n') => self.word(b"null").map(|()| false),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| false),
            _ => Err(self.syntax()),
        }
    }

    /// After a value: closes what ends here. True when another value follows.
    fn close_until_next(&mut self) -> Result<bool, Defect> {
        while let Some(open) = self.open.last_mut() {
            let (end, is_object) = match open {
                Open::Array { .. } => (b']', false),
                Open::Object { .. } => (b'}', true),
            };
            if self.take_after_space(end) {
                self.open.pop();
                continue;
            }
            if !self.take_after_space(b',') {
                return Err(self.syntax());
            }
            if is_object {
                self.skip_whitespace();
                self.name()?;
            } else if let Some(Open::Array { index }) = self.open.last_mut() {
                *index += 1;
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn enter(&mut self, open: Open<'a>) -> Result<(), Defect> {
        if self.open.len() == DEPTH_MAX {
            return Err(Defect::Depth);
        }
        self.at += 1;
        self.open.push(open);
        Ok(())
    }

    fn name(&mut self) -> Result<(), Defect> {
        self.skip_whitespace();
        if self.peek() != Some(b'"') {
            return Err(self.syntax());
        }
        let name = self.string()?;
        let Some(Open::Object { names }) = self.open.last_mut() else {
            return Err(self.syntax());
        };
        if !names.add(name) {
            return Err(Defect::Duplicate(self.pointer()));
        }
        if self.take_after_space(b':') {
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    /// Reads a string with its quotes; serde_json decodes one with escapes, so that these have one
    /// meaning.
    fn string(&mut self) -> Result<Cow<'a, str>, Defect> {
        let start = self.at;
        let mut is_plain = true;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    is_plain = false;
                    self.at += 2;
                }
                Some(0..=0x1f) | None => return Err(self.syntax()),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let quoted = self.text.get(start..self.at);
        let quoted = quoted.ok_or(Defect::Syntax(start))?;
        match quoted.get(1..quoted.len() - 1) {
            Some(plain) if is_plain => Ok(Cow::Borrowed(plain)),
            _ => serde_json::from_str(quoted)
                .map(Cow::Owned)
                .map_err(|_| Defect::Syntax(start)),
        }
    }

    fn number(&mut self) -> Result<(), Defect> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Defect> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.syntax())
        } else {
            Ok(())
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Defect> {
        if self.bytes[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(())
        } else {
            Err(self.syntax())
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn take_after_space(&mut self, byte: u8) -> bool {
        self.skip_whitespace();
        self.take(byte)
    }

    fn skip_whitespace(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn syntax(&self) -> Defect {
        Defect::Syntax(self.at.min(self.bytes.len()))
    }

    fn pointer(&self) -> String {
        self.open
            .iter()
            .map(|open| match open {
                Open::Array { index } => format!("/{index}"),
                Open::Object { names } => {
                    format!("/{}", names.current().replace('~', "~0").replace('/', "~1"))
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_same_name_is_found_among_few_and_among_many() {
        for count in [1, FEW - 1, FEW, FEW + 1, 3 * FEW] {
            let names: Vec<String> = (0..count).map(|it| format!("\"n{it}\":0")).collect();
            assert_eq!(scan(format!("{{{}}}", names.join(",")).as_bytes()), Ok(()));
            for again in [0, count - 1] {
                let text = format!("{{{},\"\\u006e{again}\":0}}", names.join(","));
                let twice = Err(Defect::Duplicate(format!("/n{again}")));
                assert_eq!(scan(text.as_bytes()), twice, "{count}");
            }
        }
    }

    fn check(text: &str, expected: Result<(), Defect>) {
        let head: String = text.chars().take(40).collect();
        assert_eq!(scan(text.as_bytes()), expected, "{head}");
    }

    #[test]
    fn json_is_json_and_the_rest_is_not() {
        for text in [
            "{}",
            "[]",
            " [1, -0.5e+3, \"\\u00e9\\n\", true, false, null] ",
            "{\"a\":{\"b\":[{}]}}",
            "0",
            "\"\"",
        ] {
            check(text, Ok(()));
        }
        for (text, at) in [
            ("", 0),
            ("{\"a\":1,}", 7),
            ("{'a':1}", 1),
            ("NaN", 0),
            ("\"a", 2),
            ("[1", 2),
            ("01", 1),
            ("1 2", 2),
            ("[1,]", 3),
            ("{\"a\" 1}", 5),
            ("\"\u{1}\"", 1),
            ("tru", 0),
            ("-", 1),
            ("1.", 2),
            ("1e", 2),
            ("\u{feff}{}", 0),
            ("]", 0),
            ("{\"a\":1]", 6),
            ("\"\\q\"", 0),
            ("\"\\ud800\"", 0),
            ("{\"a\"", 4),
            ("\"\\", 2),
        ] {
            check(text, Err(Defect::Syntax(at)));
        }
        assert_eq!(scan(b"\"\xff\""), Err(Defect::Syntax(1)));
    }

    #[test]
    fn a_name_stands_once_whatever_its_spelling() {
        check(
            "{\"a\":1,\"b\":[0,{\"c\":1,\"\\u0063\":2}]}",
            Err(Defect::Duplicate("/b/1/c".into())),
        );
        check("{\"a\":{\"x\":1},\"b\":{\"x\":1}}", Ok(()));
    }

    #[test]
    fn depth_is_refused_without_using_the_stack() {
        check(&"[".repeat(100_000), Err(Defect::Depth));
        check(&"{\"a\":".repeat(100_000), Err(Defect::Depth));
        check(
            &format!("{}{}", "[".repeat(DEPTH_MAX), "]".repeat(DEPTH_MAX)),
            Ok(()),
        );
    }

    proptest! {
        #[test]
        fn it_agrees_with_serde_json_on_any_text(text in "[\\[\\]{}\",:0-9a-e.\\\\ tru-]{0,24}") {
            let parsed = serde_json::from_str::<serde_json::Value>(&text);
            match scan(text.as_bytes()) {
                Ok(()) => prop_assert!(parsed.is_ok() || text.contains('e')),
                Err(Defect::Syntax(_)) => prop_assert!(parsed.is_err()),
                Err(_) => {}
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = scan(&bytes);
        }
    }
}
