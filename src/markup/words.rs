//! What can stand in an attribute or as text, and what within an element. Shells round functions
//! that exist once.

use shoptag_commerce::decimal;
use yew::Html;
use yew::virtual_dom::VText;

use super::Markup;

/// What can stand in an attribute, or as text.
pub trait Words: Sized {
    /// Sets the attribute `name` of `markup`.
    fn attribute(markup: Markup, name: &'static str, words: Self) -> Markup;

    /// Adds a node of text to `markup`.
    fn text(markup: Markup, words: Self) -> Markup;
}

impl Words for String {
    #[inline(never)]
    fn attribute(mut markup: Markup, name: &'static str, words: Self) -> Markup {
        markup.push_attribute(name, Some(words.into()));
        markup
    }

    #[inline(never)]
    fn text(mut markup: Markup, words: Self) -> Markup {
        markup.0.children.push(VText::new(words).into());
        markup
    }
}

impl Words for &str {
    #[inline(never)]
    fn attribute(markup: Markup, name: &'static str, words: Self) -> Markup {
        String::attribute(markup, name, words.to_owned())
    }

    #[inline(never)]
    fn text(markup: Markup, words: Self) -> Markup {
        String::text(markup, words.to_owned())
    }
}

impl Words for &String {
    #[inline(always)]
    fn attribute(markup: Markup, name: &'static str, words: Self) -> Markup {
        markup.attribute(name, words.as_str())
    }

    #[inline(always)]
    fn text(markup: Markup, words: Self) -> Markup {
        markup.text(words.as_str())
    }
}

impl Words for u32 {
    #[inline(never)]
    fn attribute(markup: Markup, name: &'static str, words: Self) -> Markup {
        markup.attribute(name, decimal(words.into()))
    }

    #[inline(never)]
    fn text(markup: Markup, words: Self) -> Markup {
        markup.text(decimal(words.into()))
    }
}

impl Words for bool {
    #[inline(never)]
    fn attribute(markup: Markup, name: &'static str, words: Self) -> Markup {
        markup.attribute(name, if words { "true" } else { "false" })
    }

    #[inline(always)]
    fn text(markup: Markup, words: Self) -> Markup {
        markup.text(if words { "true" } else { "false" })
    }
}

impl<T: Words> Words for Option<T> {
    #[inline(always)]
    fn attribute(mut markup: Markup, name: &'static str, words: Self) -> Markup {
        match words {
            Some(words) => T::attribute(markup, name, words),
            None => {
                markup.push_attribute(name, None);
                markup
            }
        }
    }

    #[inline(always)]
    fn text(markup: Markup, words: Self) -> Markup {
        match words {
            Some(words) => T::text(markup, words),
            None => markup.child(None),
        }
    }
}

/// What can stand within an element.
pub trait Child {
    /// Adds `child` to `markup`.
    fn add(markup: Markup, child: Self) -> Markup;
}

impl Child for Option<Markup> {
    #[inline(never)]
    fn add(markup: Markup, child: Self) -> Markup {
        Html::add(markup, child.map_or_else(Html::default, Markup::html))
    }
}

impl Child for Markup {
    #[inline(always)]
    fn add(markup: Markup, child: Self) -> Markup {
        Option::add(markup, Some(child))
    }
}

impl Child for Html {
    #[inline(never)]
    fn add(mut markup: Markup, child: Self) -> Markup {
        markup.0.children.push(child);
        markup
    }
}
