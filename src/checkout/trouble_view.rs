//! What keeps the order from being placed, and what the shopper can do about it.

use yew::prelude::*;

use crate::checkout::{Checkout, Quoting, Trouble};
use crate::event::Event;
use crate::messages::fill;
use crate::view::View;

/// The banner at the top of the checkout; it is announced when it appears.
pub(super) fn trouble(view: &View<'_>, checkout: &Checkout) -> Html {
    let text = view.text();
    let body = match &checkout.trouble {
        None if !view.session.is_online() => html! { <p>{ text.offline }</p> },
        None => Html::default(),
        Some(Trouble::Unreachable) => html! {
            <>
                <p>{ if view.session.is_online() { text.unreachable } else { text.offline } }</p>
                <button type="button" class="link" disabled={checkout.quoting == Quoting::Asking}
                    onclick={view.press(Event::RetryPressed)}>{ text.try_again }</button>
            </>
        },
        Some(Trouble::TotalChanged {
            before_minor,
            offered,
        }) => {
            let now = offered.as_deref().or(checkout.quote.as_deref());
            let now = now
                .map(|quote| quote.totals.total_minor)
                .filter(|now| now != before_minor);
            html! {
                <p>
                    if let Some(now) = now {
                        { fill(text.total_changed, &[
                            &view.price(now), &view.price(*before_minor)
                        ]) }
                    } else {
                        { text.total_unknown }
                    }
                </p>
            }
        }
        Some(Trouble::Short(shortages)) => html! {
            { for shortages.iter().enumerate().map(|(index, short)| {
                let words = match short.available {
                    0 => fill(text.short_none, &[&short.title]),
                    available => fill(text.short, &[&short.title, &available.to_string()]),
                };
                html! { <p key={index}>{ words }</p> }
            }) }
        },
        Some(Trouble::OutboxFull) => html! { <p>{ text.outbox_full }</p> },
        Some(Trouble::Refused { detail, .. }) => html! {
            <>
                <p>{ text.refused }</p>
                if !detail.is_empty() { <p>{ detail }</p> }
                <button type="button" class="link" onclick={view.press(Event::RetryPressed)}>
                    { text.try_again }
                </button>
            </>
        },
    };
    let repriced = checkout.repriced.iter().enumerate().map(|(index, line)| {
        let (now, before) = (view.price(line.now_minor), view.price(line.before_minor));
        let words = fill(text.repriced, &[&line.title, &now, &before]);
        html! { <p key={index}>{ words }</p> }
    });
    let quiet = body == Html::default() && checkout.repriced.is_empty();
    html! {
        <div class={classes!("trouble", quiet.then_some("quiet-trouble"))} role="alert">
            { body }
            { for repriced }
        </div>
    }
}
