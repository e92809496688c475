//! What is bought and what it costs, as the server quoted it. Rows keep their place while a quote
//! is on its way, so that nothing jumps.

use shoptag_protocol::{Quote, SavedLine};
use yew::prelude::*;

use crate::checkout::Checkout;
use crate::messages::fill;
use crate::view::{View, thumbnail, via};

/// The summary.
pub(super) fn summary(view: &View<'_>, checkout: &Checkout) -> Html {
    let text = view.text();
    html! {
        <section class={classes!("summary", checkout.is_stale().then_some("stale"))}>
            <h3>{ text.summary }</h3>
            <ul class="lines compact">
                { for checkout.lines.iter().enumerate().map(|(index, line)| {
                    view_line(view, index, line, checkout.quote.as_deref())
                }) }
            </ul>
            { sums(view, checkout.quote.as_deref()) }
            if checkout.is_stale() {
                <p class="for-screen-readers" role="status">{ text.calculating }</p>
            }
        </section>
    }
}

fn view_line(view: &View<'_>, index: usize, line: &SavedLine, quote: Option<&Quote>) -> Html {
    let priced = quote.and_then(|quote| quote.lines.get(index));
    let priced = priced.filter(|priced| priced.variant_id == line.variant_id);
    let total = priced.map(|priced| {
        priced
            .unit_price_minor
            .saturating_mul(i64::from(priced.quantity))
    });
    let total = total.or_else(|| line.unit_price_minor.checked_mul(i64::from(line.quantity)));
    html! {
        <li class="line" key={index}>
            { thumbnail(view.words, line.image_url.as_deref()) }
            <div class="line-text">
                <p class="name">{ &line.title }</p>
                <p class="quiet">
                    if !line.variant_label.is_empty() { { &line.variant_label }{ " · " } }
                    { line.quantity }{ " ×" }
                    { via(view, line) }
                </p>
            </div>
            <span class="price-small">{ total.map(|minor| view.price(minor)) }</span>
        </li>
    }
}

fn sums(view: &View<'_>, quote: Option<&Quote>) -> Html {
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
    let row = |label: &str, amount: String| {
        html! {
            <div class="row">
                <dt>{ label.to_owned() }</dt>
                <dd class={classes!(quote.is_none().then_some("skeleton-text"))}>{ amount }</dd>
            </div>
        }
    };
    html! {
        <dl class="sums">
            { row(text.items, price(totals.items_minor)) }
            { for quote.into_iter().flat_map(|quote| &quote.discounts).map(|discount| html! {
                <div class="row discount" key={discount.label.clone()}>
                    <dt>{ &discount.label }</dt>
                    <dd>{ "−" }{ price(discount.amount_minor) }</dd>
                </div>
            }) }
            { row(text.delivery_sum, delivery) }
            <div class="row total">
                <dt>
                    { text.total }
                    <span class="quiet small tax">
                        if quote.is_some() {
                            { fill(text.tax_included, &[&price(totals.tax_minor)]) }
                        }
                    </span>
                </dt>
                <dd class={classes!("price-medium", quote.is_none().then_some("skeleton-text"))}>
                    { price(totals.total_minor) }
                </dd>
            </div>
        </dl>
    }
}
