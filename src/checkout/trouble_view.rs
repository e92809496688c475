//! What keeps the order from being placed, and what the shopper can do about it.

use shoptag_commerce::decimal;

use crate::checkout::{Checkout, Quoting, Repriced, Shortage, Trouble};
use crate::event::Event;
use crate::markup::{Markup, element, fragment};
use crate::messages::fill;
use crate::view::View;

/// The banner at the top of the checkout; it is announced when it appears.
pub(super) fn trouble(view: &View<'_>, checkout: &Checkout) -> Markup {
    let text = view.text();
    let says = |words: &str| element("p").text(words);
    let is_asking = checkout.quoting == Quoting::Asking;
    let again = |disabled: bool| {
        element("button.link[type=button]")
            .flag("disabled", disabled)
            .sends_fresh(view, Event::RetryPressed)
            .text(text.try_again)
    };
    let unreachable = if view.session.is_online() {
        text.unreachable
    } else {
        text.offline
    };
    let body = match &checkout.trouble {
        None if !view.session.is_online() => Some(says(text.offline)),
        None => None,
        Some(Trouble::Unreachable) => {
            let body = fragment().child(says(unreachable));
            Some(body.child(again(is_asking)))
        }
        Some(Trouble::TotalChanged {
            before_minor,
            offered,
        }) => {
            let now = offered.as_deref().or(checkout.quote.as_deref());
            let now = now
                .map(|quote| quote.totals.total_minor)
                .filter(|now| now != before_minor);
            Some(match now {
                Some(now) => {
                    let (now, before) = (view.price(now), view.price(*before_minor));
                    element("p").text(fill(text.total_changed, &[&now, &before]))
                }
                None => says(text.total_unknown),
            })
        }
        Some(Trouble::Short(shortages)) if shortages.is_empty() => None,
        Some(Trouble::Short(shortages)) => {
            let shortages = shortages.iter().enumerate();
            let shortages = shortages.map(|(index, short)| shortage(view, index, short));
            Some(fragment().children(shortages))
        }
        Some(Trouble::OutboxFull) => Some(says(text.outbox_full)),
        Some(Trouble::Refused { detail, .. }) => {
            let detail = (!detail.is_empty()).then(|| says(detail));
            let body = fragment().child(says(text.refused)).child(detail);
            Some(body.child(again(false)))
        }
    };
    let lines = checkout.repriced.iter().enumerate();
    let lines = lines.map(|(index, line)| repriced(view, index, line));
    let quiet = body.is_none() && checkout.repriced.is_empty();
    element("div.trouble[role=alert]")
        .class_if("quiet-trouble", quiet)
        .child(body)
        .children(lines)
}

fn shortage(view: &View<'_>, index: usize, short: &Shortage) -> Markup {
    let text = view.text();
    let words = match short.available {
        0 => fill(text.short_none, &[&short.title]),
        available => fill(text.short, &[&short.title, &decimal(available.into())]),
    };
    element("p").key_index(index).text(words)
}

fn repriced(view: &View<'_>, index: usize, line: &Repriced) -> Markup {
    let (now, before) = (view.price(line.now_minor), view.price(line.before_minor));
    let words = fill(view.text().repriced, &[&line.title, &now, &before]);
    element("p").key_index(index).text(words)
}
