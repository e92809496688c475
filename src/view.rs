//! What every view function is given: the session, the texts, and the way back.

use std::cell::Cell;
use std::rc::Rc;

use shoptag_commerce::{Currency, decimal};
use shoptag_protocol::SavedLine;
use yew::{Callback, NodeRef};

use crate::browser::{intl, random};
use crate::event::{Entropy, Event};
use crate::markup::{Markup, On, element, fragment};
use crate::messages::{Messages, Plural, fill};
use crate::session::Session;

/// Texts and numbers in the shopper's language.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wording {
    /// The texts.
    pub(crate) text: &'static Messages,
    /// BCP 47 language tag, for formatting.
    pub(crate) locale: Rc<str>,
    /// Where relative addresses of the server lead.
    pub(crate) api: Rc<str>,
}

impl Wording {
    pub(crate) fn new(locale: &str, api: &str) -> Self {
        Self {
            text: Messages::of(locale),
            locale: locale.into(),
            api: api.into(),
        }
    }

    pub(crate) fn plural(&self, plural: Plural, count: u32) -> &'static str {
        if intl::is_one(count, &self.locale) {
            plural.one
        } else {
            plural.other
        }
    }

    /// `plural` with `{0}` as the count.
    pub(crate) fn count(&self, plural: Plural, count: u32) -> String {
        fill(
            self.plural(plural, count),
            &[&intl::number(f64::from(count), &self.locale)],
        )
    }

    pub(crate) fn price(&self, amount_minor: i64, currency: Currency) -> String {
        intl::price(amount_minor, currency, &self.locale)
    }

    /// How long a delivery takes.
    pub(crate) fn days(&self, min: u16, max: u16) -> String {
        if min == max {
            return self.count(self.text.working_days_exact, u32::from(max));
        }
        fill(
            self.text.working_days,
            &[&decimal(min.into()), &decimal(max.into())],
        )
    }

    /// An address that may stand in a link or a picture: `https:`, or a path on the API's origin.
    pub(crate) fn address(&self, url: &str) -> Option<String> {
        if url.starts_with('/') && !url.starts_with("//") {
            return Some([&self.api, url].concat());
        }
        let own_page = url.starts_with("http://127.0.0.1") || url.starts_with("http://localhost");
        (url.starts_with("https://") || own_page).then(|| url.to_owned())
    }
}

/// What a view function reads, and how it speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) session: &'a Session,
    pub(crate) words: &'a Wording,
    pub(crate) dispatch: &'a Callback<Event>,
    /// The card's strip of pictures, for who scrolls it.
    pub(crate) strip: &'a NodeRef,
}

impl View<'_> {
    pub(crate) fn text(&self) -> &'static Messages {
        self.words.text
    }

    /// The site's currency; products carry the same one.
    pub(crate) fn price(&self, amount_minor: i64) -> String {
        let currency = self
            .session
            .shelf()
            .map(|shelf| shelf.document().policy.currency);
        let currency = currency.or_else(|| Some(self.session.bag().saved()?.currency));
        currency.map_or_else(String::new, |currency| {
            self.words.price(amount_minor, currency)
        })
    }

    /// Sends `event` when it is called: once, as whatever is sent has every view written anew, its
    /// callbacks too.
    #[inline(never)]
    pub(crate) fn sender(&self, event: Event) -> Callback<yew::Event> {
        let (dispatch, event) = (self.dispatch.clone(), Cell::new(Some(event)));
        Callback::from(move |_| {
            if let Some(event) = event.take() {
                dispatch.emit(event);
            }
        })
    }
}

impl Markup {
    /// Sends `event` when clicked.
    #[inline(never)]
    pub(crate) fn sends(self, view: &View<'_>, event: Event) -> Self {
        self.on(On::Click, view.sender(event))
    }

    /// Sends an event that needs fresh entropy when clicked.
    #[inline(never)]
    pub(crate) fn sends_fresh(self, view: &View<'_>, make: fn(Entropy) -> Event) -> Self {
        let dispatch = view.dispatch.clone();
        let callback = Callback::from(move |_| dispatch.emit(make(random::entropy())));
        self.on(On::Click, callback)
    }
}

/// A picture in a box of its own, so that nothing moves when it arrives.
pub(crate) fn thumbnail(words: &Wording, url: Option<&str>) -> Markup {
    let source = url.and_then(|url| words.address(url));
    let picture = source.map(|source| {
        element("img[alt=][loading=lazy][decoding=async][draggable=false]").attribute("src", source)
    });
    element("span.picture-small[aria-hidden=true]").child(picture)
}

/// By whom a line was shown, if that is known.
pub(crate) fn via(view: &View<'_>, line: &SavedLine) -> Option<Markup> {
    let creator = line.creator.as_ref()?;
    let via = fill(view.text().via, &[&creator.handle]);
    Some(fragment().text(" · ").text(via))
}

/// An icon, drawn in the colour of the text.
#[inline(never)]
pub(crate) fn icon(path: &'static str) -> Markup {
    element("svg.icon[viewBox=0 0 24 24][aria-hidden=true]")
        .child(element("path").attribute("d", path))
}

/// Icons as paths in a box of 24 by 24.
pub(crate) mod icons {
    pub(crate) const BACK: &str = "M15 5l-7 7 7 7";
    pub(crate) const CLOSE: &str = "M6 6l12 12M18 6L6 18";
    pub(crate) const NEXT: &str = "M9 5l7 7-7 7";
    pub(crate) const BAG: &str = "M6 8h12l1 12H5L6 8zM9 8V7a3 3 0 0 1 6 0v1";
    pub(crate) const LIST: &str = "M4 6h2M10 6h10M4 12h2M10 12h10M4 18h2M10 18h10";
    pub(crate) const MINUS: &str = "M6 12h12";
    pub(crate) const PLUS: &str = "M6 12h12M12 6v12";
    pub(crate) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
    pub(crate) const TRUCK: &str = "M3 7h11v9H3zM14 10h4l3 3v3h-7M7.5 18.5a1.5 1.5 0 1 0 0-3 1.5 \
        1.5 0 0 0 0 3zM17 18.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z";
    pub(crate) const RETURN: &str = "M8 5L4 9l4 4M4 9h10a5 5 0 0 1 0 10H9";
    pub(crate) const REMOVE: &str = "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12";
}

/// Fewer, how many, more.
pub(crate) fn stepper(
    view: &View<'_>,
    name: &str,
    quantity: u32,
    max: u32,
    change: &dyn Fn(u32) -> Event,
) -> Markup {
    let text = view.text();
    let button = |label: &str, path, to, disabled| {
        element("button[type=button]")
            .attribute("aria-label", label)
            .flag("disabled", disabled)
            .sends(view, change(to))
            .child(icon(path))
    };
    let (fewer, more) = (quantity.saturating_sub(1), quantity.saturating_add(1));
    element("div.stepper[role=group]")
        .attribute("aria-label", [text.quantity, ", ", name].concat())
        .child(button(text.fewer, icons::MINUS, fewer, quantity <= 1))
        .child(element("output[aria-live=polite]").text(quantity))
        .child(button(text.more, icons::PLUS, more, quantity >= max))
}
