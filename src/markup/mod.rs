//! What views are written with: elements, one call after the other, for Yew to compare with what
//! is in the page.
//!
//! ```
//! use shoptag::markup::element;
//!
//! let picked = true;
//! let markup = element("button.tab[type=button][role=tab]")
//!     .class_if("chosen", picked)
//!     .attribute("aria-label", "All in this video")
//!     .child(element("span.count").text(3));
//! let html: yew::Html = markup.html();
//! ```
//!
//! An element is described as a CSS selector names it: tag, `.class`es, and the
//! `[attribute=value]`s that never change. What changes is set by a method.
//!
//! Not `yew::html!`: that writes out some 500 bytes of code for each element, which made the views
//! a fifth of the widget. Here an element is a few calls of functions that exist once, so nothing
//! in this file is generic but thin shells.

mod listener;
mod words;

use std::cell::RefCell;
use std::rc::Rc;

use shoptag_commerce::decimal;
use yew::html::BaseComponent;
use yew::virtual_dom::{AttributeOrProperty, Attributes, Key, Listener, VComp, VList, VTag};
use yew::{AttrValue, Callback, Event, Html, NodeRef};

use listener::Heard;

pub use listener::On;
pub use words::{Child, Words};

/// An element, or a fragment, that is being written.
#[derive(Debug)]
#[must_use]
pub struct Markup(Box<Draft>);

#[derive(Debug)]
struct Draft {
    /// Of no name for a fragment.
    tag: VTag,
    class: String,
    names: Vec<&'static str>,
    values: Vec<Option<AttributeOrProperty>>,
    listeners: Vec<Option<Rc<dyn Listener>>>,
    children: Vec<Html>,
}

/// The element that `description` describes: `"a.link.small[target=_blank][rel=noopener]"`. An
/// attribute without a value is a boolean one that is set: `[disabled]`.
#[inline(never)]
pub fn element(description: &'static str) -> Markup {
    let (head, mut rest) = description.split_once('[').unwrap_or((description, ""));
    let (tag, classes) = head.split_once('.').unwrap_or((head, ""));
    let mut markup = Markup(Box::new(Draft {
        tag: VTag::new(tag),
        class: classes.replace('.', " "),
        names: Vec::new(),
        values: Vec::new(),
        listeners: Vec::new(),
        children: Vec::new(),
    }));
    while let Some((attribute, after)) = rest.split_once(']') {
        let (name, value) = attribute.split_once('=').unwrap_or((attribute, attribute));
        markup.push_attribute(name, Some(AttrValue::Static(value)));
        rest = after.strip_prefix('[').unwrap_or("");
    }
    markup
}

/// Nodes without an element round them.
pub fn fragment() -> Markup {
    element("")
}

/// The component `C` with `properties`.
pub fn component<C: BaseComponent>(properties: C::Properties) -> Html {
    VComp::new::<C>(Rc::new(properties), None).into()
}

impl Markup {
    /// One more class.
    #[inline(never)]
    pub fn class(mut self, name: &str) -> Self {
        let class = &mut self.0.class;
        if !class.is_empty() {
            class.push(' ');
        }
        class.push_str(name);
        self
    }

    /// One more class, where `is_so`.
    #[inline(never)]
    pub fn class_if(self, name: &str, is_so: bool) -> Self {
        if is_so { self.class(name) } else { self }
    }

    /// An attribute; absent for `None`.
    #[inline(always)]
    pub fn attribute(self, name: &'static str, value: impl Words) -> Self {
        Words::attribute(self, name, value)
    }

    /// A boolean attribute.
    #[inline(never)]
    pub fn flag(mut self, name: &'static str, is_set: bool) -> Self {
        self.push_attribute(name, is_set.then_some(AttrValue::Static(name)));
        self
    }

    /// What an `<input>` holds and, for a radio button, whether it is the chosen one. Its
    /// attributes would only say what it held at first.
    #[inline(never)]
    pub fn holds(mut self, value: &str, checked: Option<bool>) -> Self {
        self.0
            .tag
            .set_value(Some(AttrValue::from(value.to_owned())));
        if let Some(checked) = checked {
            self.0.tag.set_checked(checked);
        }
        self
    }

    /// The colour of the background, through the element's style object: a style attribute would be
    /// refused by a strict content security policy. A colour with more in it than a colour is none.
    #[inline(never)]
    pub fn background(mut self, colour: &str) -> Self {
        if !colour.contains(';') {
            let style = ["background-color: ", colour].concat();
            self.0.names.push("style");
            let style = AttributeOrProperty::Property(style.into());
            self.0.values.push(Some(style));
        }
        self
    }

    /// What tells the element from its neighbours in a list whose order changes.
    #[inline(never)]
    pub fn key(mut self, key: &str) -> Self {
        self.0.tag.key = Some(Key::from(key));
        self
    }

    /// As [`Self::key`]: its place in the list.
    #[inline(never)]
    pub fn key_index(self, index: usize) -> Self {
        self.key(&decimal(index as u64))
    }

    /// Where the element is found once it is in the page.
    #[inline(never)]
    pub fn node(mut self, node: &NodeRef) -> Self {
        self.0.tag.node_ref = node.clone();
        self
    }

    /// Calls `callback` when that happens to the element.
    #[inline(never)]
    pub fn on(mut self, on: On, callback: Callback<Event>) -> Self {
        self.0.listeners.push(Some(Rc::new(Heard { on, callback })));
        self
    }

    /// Text within.
    #[inline(always)]
    pub fn text(self, words: impl Words) -> Self {
        Words::text(self, words)
    }

    /// A child. `None` keeps its place, so that a neighbour that comes or goes moves nobody.
    #[inline(always)]
    pub fn child(self, child: impl Child) -> Self {
        Child::add(self, child)
    }

    /// A list of children, with a place of its own among its neighbours.
    #[inline(always)]
    pub fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        let mut list = fragment();
        for child in children {
            list = list.child(child);
        }
        self.child(list)
    }

    /// For Yew.
    #[inline(never)]
    pub fn html(self) -> Html {
        let Draft {
            mut tag,
            class,
            mut names,
            mut values,
            listeners,
            children,
        } = *self.0;
        let children = VList::with_children(children, None);
        if tag.tag().is_empty() {
            let mut list = children;
            list.key = tag.key;
            return list.into();
        }
        names.push("class");
        let class = (!class.is_empty()).then(|| AttributeOrProperty::Attribute(class.into()));
        values.push(class);
        tag.attributes = Attributes::Dynamic {
            keys: kept(names),
            values: values.into(),
        };
        if !listeners.is_empty() {
            tag.set_listeners(listeners.into());
        }
        if let Some(place) = tag.children_mut() {
            *place = children.into();
        }
        tag.into()
    }

    fn push_attribute(&mut self, name: &'static str, value: Option<AttrValue>) {
        self.0.names.push(name);
        self.0
            .values
            .push(value.map(AttributeOrProperty::Attribute));
    }
}

/// `names`, kept for the life of the page: Yew compares lists of names by where they are. There are
/// no more of them than the views have kinds of elements.
fn kept(names: Vec<&'static str>) -> &'static [&'static str] {
    thread_local! {
        static KEPT: RefCell<Vec<&'static [&'static str]>> = const { RefCell::new(Vec::new()) };
    }
    KEPT.with_borrow_mut(|all| {
        if let Some(known) = all.iter().find(|known| **known == names) {
            return *known;
        }
        let names: &'static [&'static str] = names.leak();
        all.push(names);
        names
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The element as it would be written in HTML.
    fn written(html: &Html) -> String {
        match html {
            Html::VText(text) => text.text.to_string(),
            Html::VList(list) => list.iter().map(written).collect(),
            Html::VTag(tag) => {
                let mut text = ["<", tag.tag()].concat();
                let mut attributes: Vec<_> = tag.attributes.iter().collect();
                attributes.sort_unstable();
                for (name, value) in attributes {
                    text.push_str(&format!(" {name}=\"{value}\""));
                }
                if let Some(value) = tag.value() {
                    text.push_str(&format!(" ={value} {:?}", tag.checked()));
                }
                let within = tag.children().map(written).unwrap_or_default();
                text + ">" + &within + "</" + tag.tag() + ">"
            }
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn an_element_is_what_its_description_and_its_methods_say() {
        for (markup, expected) in [
            (element("p"), "<p></p>"),
            (
                element("p.hint.row[role=status]").text("saved"),
                "<p class=\"hint row\" role=\"status\">saved</p>",
            ),
            (
                element("svg[viewBox=0 0 24 24]").child(element("path")),
                "<svg viewBox=\"0 0 24 24\"><path></path></svg>",
            ),
            (
                element("button[disabled][alt=]").flag("hidden", true),
                "<button alt=\"\" disabled=\"disabled\" hidden=\"hidden\"></button>",
            ),
            (
                element("i").class_if("no", false).class_if("yes", true),
                "<i class=\"yes\"></i>",
            ),
            (
                element("i")
                    .attribute("a", Some("x"))
                    .attribute("b", None::<&str>)
                    .attribute("c", false)
                    .attribute("d", 7),
                "<i a=\"x\" c=\"false\" d=\"7\"></i>",
            ),
            (
                element("input[type=radio]").holds("fast", Some(true)),
                "<input type=\"radio\" =fast Some(true)></input>",
            ),
            (
                fragment()
                    .text(Some(String::from("a")))
                    .child(None)
                    .children([element("b").key("b"), element("i").key_index(1)])
                    .text(None::<&str>),
                "a<b></b><i></i>",
            ),
        ] {
            assert_eq!(written(&markup.html()), expected);
        }
    }

    #[test]
    fn a_child_that_is_absent_keeps_its_place() {
        let places = |markup: Markup| match markup.html() {
            Html::VList(list) => list.len(),
            other => unreachable!("{other:?}"),
        };
        let list = |child| fragment().child(child).children([]).text("end");
        assert_eq!(places(list(None)), places(list(Some(element("p")))));
    }

    #[test]
    fn elements_of_one_kind_share_their_list_of_names() {
        let names = |value| match element("p[id=x]").attribute("title", value).html() {
            Html::VTag(tag) => match tag.attributes {
                Attributes::Dynamic { keys, .. } => keys.as_ptr(),
                _ => unreachable!("always dynamic"),
            },
            other => unreachable!("{other:?}"),
        };
        assert_eq!(names(Some("one")), names(None));
    }
}
