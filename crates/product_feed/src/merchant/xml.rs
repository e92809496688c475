//! The XML feed: RSS 2.0 or Atom, one element an item. Pull parsing; nothing is expanded or
//! fetched.

use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use shoptag_commerce::{Currency, Timestamp};

use super::attributes::{Attributes, canonical};
use super::group::Collector;
use crate::fault::Fault;
use crate::report::Report;
use crate::{FeedError, ROWS_MAX, code};

/// Deepest nesting. An item's attribute is at depth 4 (`rss/channel/item/g:price`), shipping at 5.
const DEPTH_MAX: usize = 32;
/// Google's namespace; some generators leave the slash or write `https`.
const GOOGLE: &str = "base.google.com/ns/1.0";
const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Reads a whole XML feed.
pub(crate) fn read(feed: &str, currency: Currency, now: Timestamp) -> Result<Report, FeedError> {
    let mut reader = NsReader::from_str(feed);
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk {
        collector: Collector::new(currency, now),
        depth: 0,
        has_root: false,
        items: 0,
        item: None,
        value: None,
    };
    let mut lines = Lines {
        feed,
        at: 0,
        line: 1,
    };
    loop {
        let start = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Eof) if walk.depth == 0 => break,
            Ok(Event::DocType(_)) => return Err(FeedError::XmlDoctype),
            Ok(Event::Eof) => walk.broken(lines.line_of(start)),
            Ok(Event::Start(element)) => {
                let vocabulary = vocabulary(&reader, &element);
                walk.open(&element, vocabulary, lines.line_of(start))?;
                continue;
            }
            Ok(Event::End(_)) => {
                walk.close();
                continue;
            }
            Ok(event) => {
                walk.content(&event)?;
                continue;
            }
            Err(_) if is_doctype(feed, reader.error_position()) => {
                return Err(FeedError::XmlDoctype);
            }
            Err(_) => walk.broken(lines.line_of(start)),
        }
        break;
    }
    if walk.has_root {
        Ok(walk.collector.finish())
    } else {
        Err(FeedError::XmlFormat)
    }
}

/// Whose word an element's name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Vocabulary {
    Google,
    /// RSS has no namespace.
    Feed,
    Other,
}

fn vocabulary(reader: &NsReader<&[u8]>, element: &BytesStart<'_>) -> Vocabulary {
    match reader.resolver().resolve_element(element.name()).0 {
        ResolveResult::Bound(namespace) => {
            let name = namespace.as_ref();
            let address = name.split_once("://").map_or(name, |(_, rest)| rest);
            if address.trim_end_matches('/') == GOOGLE {
                Vocabulary::Google
            } else if name == ATOM {
                Vocabulary::Feed
            } else {
                Vocabulary::Other
            }
        }
        ResolveResult::Unbound => Vocabulary::Feed,
        // Feeds that forget to declare the prefix mean Google's all the same.
        ResolveResult::Unknown(prefix) if prefix == "g" => Vocabulary::Google,
        ResolveResult::Unknown(_) => Vocabulary::Other,
    }
}

fn is_doctype(feed: &str, position: u64) -> bool {
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    let start = feed.as_bytes().get(position..).unwrap_or_default();
    start
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case(b"<!DOCTYPE"))
}

struct Walk {
    collector: Collector,
    depth: usize,
    has_root: bool,
    items: usize,
    /// The open item and its depth.
    item: Option<(usize, Attributes)>,
    value: Option<Value>,
}

/// The open attribute of the open item.
struct Value {
    name: &'static str,
    /// Google's own word beats the feed's (`g:title` beats `title`).
    vocabulary: Vocabulary,
    text: String,
}

impl Walk {
    fn open(
        &mut self,
        element: &BytesStart<'_>,
        vocabulary: Vocabulary,
        line: u64,
    ) -> Result<(), FeedError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(FeedError::XmlDepth);
        }
        let local = element.local_name();
        let local = local.as_ref();
        if self.depth == 1 {
            self.has_root |= vocabulary == Vocabulary::Feed && matches!(local, "rss" | "feed");
            return if self.has_root {
                Ok(())
            } else {
                Err(FeedError::XmlFormat)
            };
        }
        let Some((item_depth, attributes)) = &mut self.item else {
            if vocabulary == Vocabulary::Feed && matches!(local, "item" | "entry") {
                self.items += 1;
                if self.items > ROWS_MAX {
                    return Err(FeedError::Size);
                }
                self.item = Some((self.depth, Attributes::new(line)));
            }
            return Ok(());
        };
        if self.depth != *item_depth + 1 {
            return Ok(());
        }
        let name = attribute_name(vocabulary, local);
        if name == Some("link") && vocabulary == Vocabulary::Feed {
            take_href(attributes, element);
        }
        self.value = name.map(|name| Value {
            name,
            vocabulary,
            text: String::new(),
        });
        Ok(())
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let Some((item_depth, attributes)) = &mut self.item else {
            return;
        };
        if self.depth == *item_depth {
            if let Some(value) = self.value.take() {
                attributes.add_from(
                    value.name,
                    &value.text,
                    value.vocabulary == Vocabulary::Google,
                );
            }
        } else if self.depth < *item_depth
            && let Some((_, attributes)) = self.item.take()
        {
            self.collector.add(&attributes);
        }
    }

    fn content(&mut self, event: &Event<'_>) -> Result<(), FeedError> {
        if let Event::Decl(declaration) = event {
            return check_encoding(declaration);
        }
        let Some((item_depth, attributes)) = &mut self.item else {
            return Ok(());
        };
        // Only the attribute's own text; that of elements inside it belongs to them.
        if self.depth != *item_depth + 1 {
            return Ok(());
        }
        let Some(value) = &mut self.value else {
            return Ok(());
        };
        match event {
            Event::Text(text) => value.text.push_str(&text.xml10_content()),
            Event::CData(text) => value.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => match resolve(reference) {
                Ok(text) => value.text.push_str(&text),
                Err(code) => {
                    attributes.fault = attributes.fault.or(Some(Fault::new(code, value.name)))
                }
            },
            _ => {}
        }
        Ok(())
    }

    /// The XML breaks here. The open item is not whole, and nothing behind it can be trusted.
    fn broken(&mut self, line: u64) {
        self.item = None;
        self.collector
            .reject(Fault::new(code::XML_SYNTAX, "XML"), line, "");
    }
}

/// Atom calls the description summary or content. An Atom entry's own `id` is not the item's.
fn attribute_name(vocabulary: Vocabulary, local: &str) -> Option<&'static str> {
    match (vocabulary, local) {
        (Vocabulary::Google, _) => canonical(local),
        (Vocabulary::Feed, "title" | "description" | "link") => canonical(local),
        (Vocabulary::Feed, "summary" | "content") => Some("description"),
        _ => None,
    }
}

/// Atom writes its link as an attribute.
fn take_href(attributes: &mut Attributes, element: &BytesStart<'_>) {
    let value = |name: &str| {
        let attribute = element.try_get_attribute(name).ok().flatten()?;
        Some(
            attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .ok()?
                .into_owned(),
        )
    };
    let is_page = value("rel").is_none_or(|relation| relation == "alternate");
    if let Some(href) = value("href").filter(|_| is_page) {
        attributes.add_from("link", &href, false);
    }
}

fn resolve(reference: &BytesRef<'_>) -> Result<String, &'static str> {
    match reference.resolve_char_ref() {
        Ok(Some(character)) => Ok(character.to_string()),
        Ok(None) => resolve_xml_entity(reference)
            .map(str::to_owned)
            .ok_or(code::XML_ENTITY),
        Err(_) => Err(code::TEXT_ENCODING),
    }
}

/// The bytes were read as UTF-8 or UTF-16; a feed that says otherwise about itself is not trusted.
fn check_encoding(declaration: &BytesDecl<'_>) -> Result<(), FeedError> {
    let Some(Ok(name)) = declaration.encoding() else {
        return Ok(());
    };
    let known = ["utf-8", "utf8", "us-ascii", "ascii", "utf-16"];
    let is_known = known.iter().any(|known| name.eq_ignore_ascii_case(known));
    if is_known {
        Ok(())
    } else {
        Err(FeedError::Encoding)
    }
}

/// Counts lines forwards only.
struct Lines<'a> {
    feed: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn line_of(&mut self, position: u64) -> u64 {
        let place = usize::try_from(position)
            .unwrap_or(usize::MAX)
            .min(self.feed.len());
        let passed = self.feed.as_bytes().get(self.at..place).unwrap_or_default();
        self.line += passed
            .iter()
            .filter(|&&byte| byte == b'\n')
            .map(|_| 1)
            .sum::<u64>();
        self.at = self.at.max(place);
        self.line
    }
}
