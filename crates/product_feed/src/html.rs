//! HTML to plain text. The result is text and nothing else: no tag, no script, no style survives.

/// Elements whose content no reader sees, or that could run.
const DROPPED: [&str; 16] = [
    "script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title",
    "textarea", "select", "xmp", "noembed", "noframes", "canvas",
];

/// Elements that start and end a line.
const BLOCKS: [&str; 33] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "ol",
    "p",
    "section",
    "table",
    "tr",
    "ul",
];

/// The text of `html`, with a line break where an element ends a line and a bullet before list
/// items.
///
/// Text without a single tag keeps its own line breaks. Character references are decoded in both;
/// what they decode to is text, so that `&lt;b&gt;` is shown as `<b>`. Takes time linear in the
/// input.
pub(crate) fn to_text(html: &str) -> String {
    let mut writer = Writer {
        out: String::with_capacity(html.len()),
        space: false,
    };
    let mut rest = html;
    let mut is_markup = false;
    while let Some(start) = rest.find('<') {
        let (before, from) = rest.split_at(start);
        match Tag::read(from) {
            Some((tag, after)) => {
                is_markup = true;
                writer.text(before);
                rest = if tag.is_end {
                    after
                } else {
                    skip_dropped(tag.name, after)
                };
                writer.tag(&tag);
            }
            None => {
                // Not a tag: the sign is text. Everything up to the next sign goes with it.
                let next = from
                    .get(1..)
                    .and_then(|tail| tail.find('<'))
                    .map_or(from.len(), |at| at + 1);
                let (text, after) = rest.split_at(start + next);
                writer.text(text);
                rest = after;
            }
        }
    }
    if !is_markup {
        return htmlize::unescape(html).into_owned();
    }
    writer.text(rest);
    writer.out
}

struct Tag<'a> {
    /// Empty for comments and declarations.
    name: &'a str,
    is_end: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag or comment that `text` starts with, and what follows it. `None` when the `<`
    /// is just a sign. An unfinished tag takes the rest, as in a browser.
    fn read(text: &'a str) -> Option<(Self, &'a str)> {
        let nothing = Self {
            name: "",
            is_end: true,
        };
        if let Some(comment) = text.strip_prefix("<!--") {
            return Some((nothing, after(comment, "-->")));
        }
        if text.starts_with("<!") || text.starts_with("<?") {
            return Some((nothing, after(text, ">")));
        }
        let (is_end, body) = match text.strip_prefix("</") {
            Some(body) => (true, body),
            None => (false, text.strip_prefix('<')?),
        };
        if !body.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return None;
        }
        let ends = |character: char| character.is_ascii_whitespace() || "/>".contains(character);
        let (name, attributes) = body.split_at(body.find(ends).unwrap_or(body.len()));
        Some((Self { name, is_end }, after_attributes(attributes)))
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// What follows the tag's `>`. A quote counts only where a value starts.
fn after_attributes(text: &str) -> &str {
    let mut quote = None;
    let mut at_value = false;
    for (index, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) => {
                if byte == open {
                    quote = None;
                }
            }
            (None, b'>') => return text.get(index + 1..).unwrap_or_default(),
            (None, b'"' | b'\'') if at_value => quote = Some(byte),
            (None, _) => at_value = byte == b'=' || (at_value && byte.is_ascii_whitespace()),
        }
    }
    ""
}

/// What follows the first `end`; nothing when there is none.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// Where an element of that name is dropped, what follows its end tag; else `rest`.
fn skip_dropped<'a>(name: &str, rest: &'a str) -> &'a str {
    if !DROPPED
        .iter()
        .any(|dropped| name.eq_ignore_ascii_case(dropped))
    {
        return rest;
    }
    let is_end = |at: usize| {
        let tail = rest.as_bytes().get(at + 2..).unwrap_or_default();
        tail.get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && !tail.get(name.len()).is_some_and(u8::is_ascii_alphanumeric)
    };
    let end = rest
        .match_indices("</")
        .map(|(at, _)| at)
        .find(|&at| is_end(at));
    end.and_then(|at| rest.get(at..))
        .map_or("", |tail| after(tail, ">"))
}

/// Joins text: white space is a single space, lines break at tags only.
struct Writer {
    out: String,
    space: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        for character in htmlize::unescape(text).chars() {
            if character.is_whitespace() {
                self.space = true;
                continue;
            }
            let at_start = self.out.is_empty() || self.out.ends_with(['\n', ' ']);
            if self.space && !at_start {
                self.out.push(' ');
            }
            self.space = false;
            self.out.push(character);
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        if BLOCKS.iter().any(|block| tag.is(block)) {
            self.space = false;
            if !self.out.is_empty() && !self.out.ends_with('\n') {
                self.out.push('\n');
            }
            if tag.is("li") && !tag.is_end {
                self.out.push_str("• ");
            }
        } else if tag.is("td") || tag.is("th") {
            self.space = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_becomes_the_text_that_a_reader_sees() {
        let check = |html: &str, expected: &str| {
            assert_eq!(crate::text::block(&to_text(html)), expected, "{html}");
        };
        check(
            "<p>A <b>warm</b>\n light.</p>\n<p>Made in Porto.</p>",
            "A warm light.\nMade in Porto.",
        );
        check(
            "<ul><li>Linen</li><li>Oak &amp; brass</li></ul>",
            "• Linen\n• Oak & brass",
        );
        check("one<br>two<br/>three", "one\ntwo\nthree");
        check(
            "<table><tr><td>Height</td><td>42 cm</td></tr></table>",
            "Height 42 cm",
        );
        check(
            "&lt;b&gt; &eacute; &#8364; &nbsp; &unknown; &#xD800;",
            "<b> é € &unknown; \u{FFFD}",
        );
        check(
            "plain\nlines & more: 5 < 6 > 4",
            "plain\nlines & more: 5 < 6 > 4",
        );
        check("a <b>5 < 6</b>", "a 5 < 6");
        check("<svg onload=alert(1)><text>x</text></svg>after", "after");
        check("<img src=x onerror=\"alert('>')\">seen", "seen");
        check(
            "<script>alert(1)</script >seen<STYLE>p{}</STYLE> too",
            "seen too",
        );
        check("<script>never ends", "");
        check("<scripty>stays</scripty>", "stays");
        check("<!-- a > b -->seen<!doctype html><?php x ?>", "seen");
        check("<a href='x' title=\"a>b\">link</a>", "link");
        check("<a title=it's>link</a>", "link");
        check("<p <p>x", "x");
        check("<", "<");
        check("</>", "</>");
        check("<a href=\"x", "");
    }

    #[test]
    fn hostile_html_takes_linear_time() {
        for html in [
            "<".repeat(300_000),
            "<!--".repeat(100_000),
            "<a b='".repeat(60_000),
            "<script></scrip".repeat(30_000),
            "&".repeat(300_000),
        ] {
            to_text(&html);
        }
    }

    /// The pieces that steer the reader.
    const PIECES: &str = "(<|>|/|!|-|'|\"|=|&|;|#|script|p|li|é| |\n){0,60}";

    proptest! {
        #[test]
        fn no_html_makes_the_reader_panic(html in PIECES) {
            to_text(&html);
        }
    }
}
