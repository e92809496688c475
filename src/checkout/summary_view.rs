//! What is bought and what it costs, as the server quoted it. Rows keep their place while a quote
//! is on its way, so that nothing jumps.

use shoptag_protocol::{Quote, SavedLine};

use crate::checkout::Checkout;
use crate::markup::{Markup, element};
use crate::messages::fill;
use crate::view::{View, thumbnail, via};

/// The summary.
pub(super) fn summary(view: &View<'_>, checkout: &Checkout) -> Markup {
    let text = view.text();
    let quote = checkout.quote.as_deref();
    let lines = checkout.lines.iter().enumerate();
    let lines = lines.map(|(index, line)| view_line(view, index, line, quote));
    let is_stale = checkout.is_stale();
    let calculating =
        is_stale.then(|| element("p.for-screen-readers[role=status]").text(text.calculating));
    element("section.summary")
        .class_if("stale", is_stale)
        .child(element("h3").text(text.summary))
        .child(element("ul.lines.compact").children(lines))
        .child(sums(view, quote))
        .child(calculating)
}

fn view_line(view: &View<'_>, index: usize, line: &SavedLine, quote: Option<&Quote>) -> Markup {
    let priced = quote.and_then(|quote| quote.lines.get(index));
    let priced = priced.filter(|priced| priced.variant_id == line.variant_id);
    let total = priced.map(|priced| {
        priced
            .unit_price_minor
            .saturating_mul(i64::from(priced.quantity))
    });
    let total = total.or_else(|| line.unit_price_minor.checked_mul(i64::from(line.quantity)));
    let total = total.map(|minor| view.price(minor));
    let label = &line.variant_label;
    let variant = (!label.is_empty()).then(|| [label, " · "].concat());
    let facts = element("p.quiet")
        .text(variant)
        .text(line.quantity)
        .text(" ×")
        .child(via(view, line));
    let words = element("div.line-text")
        .child(element("p.name").text(&line.title))
        .child(facts);
    element("li.line")
        .key_index(index)
        .child(thumbnail(view.words, line.image_url.as_deref()))
        .child(words)
        .child(element("span.price-small").text(total))
}

fn sums(view: &View<'_>, quote: Option<&Quote>) -> Markup {
    let text = view.text();
    let price = |minor: i64| match quote {
        Some(quote) => view.words.price(minor, quote.currency),
        None => String::new(),
    };
    let totals = quote.map(|quote| quote.totals).unwrap_or_default();
    let delivery = match (quote, totals.delivery_minor) {
        (Some(_), 0) => text.free.to_owned(),
        (_, minor) => price(minor),
    };
    let amount = |amount: String| {
        element("dd")
            .class_if("skeleton-text", quote.is_none())
            .text(amount)
    };
    let row = |label: &str, words: String| {
        element("div.row")
            .child(element("dt").text(label))
            .child(amount(words))
    };
    let discounts = quote.into_iter().flat_map(|quote| &quote.discounts);
    let discounts = discounts.map(|discount| {
        let words = ["−", &price(discount.amount_minor)].concat();
        element("div.row.discount")
            .key(&discount.label)
            .child(element("dt").text(&discount.label))
            .child(element("dd").text(words))
    });
    let tax = quote.map(|_| fill(text.tax_included, &[&price(totals.tax_minor)]));
    let label = element("dt")
        .text(text.total)
        .child(element("span.quiet.small.tax").text(tax));
    let total = element("div.row.total")
        .child(label)
        .child(amount(price(totals.total_minor)).class("price-medium"));
    element("dl.sums")
        .child(row(text.items, price(totals.items_minor)))
        .children(discounts)
        .child(row(text.delivery_sum, delivery))
        .child(total)
}
