//! The bag as the shopper sees it, and its button over the video.

use shoptag_protocol::SavedLine;
use yew::prelude::*;

use crate::bag::LineId;
use crate::checkout::stands_twice;
use crate::event::{Event, ListKind};
use crate::messages::fill;
use crate::touchpoint::stored_link;
use crate::view::{View, icon, icons, stepper, thumbnail, via};

/// The pill over the video; there only when something is in the bag.
pub(crate) fn bag_button(view: &View<'_>) -> Html {
    let count = view.session.bag().count();
    if count == 0 {
        return Html::default();
    }
    let name = view.words.count(view.text().bag_count, count);
    html! {
        <button type="button" class="chrome-button bag-button" part="bag-button" aria-label={name}
            onclick={view.on(Event::BagOpened)}>
            { icon(icons::BAG) }
            <span class="count" aria-hidden="true">{ count }</span>
        </button>
    }
}

/// The bag's page.
pub(crate) fn bag(view: &View<'_>) -> Html {
    let text = view.text();
    let bag = view.session.bag();
    if bag.lines().is_empty() {
        return html! {
            <div class="empty">
                { undo(view) }
                { icon(icons::BAG) }
                <p class="name">{ text.bag_empty }</p>
                <p class="quiet">{ text.bag_empty_hint }</p>
                <button type="button" class="secondary"
                    onclick={view.on(Event::ListOpened(ListKind::Video))}>
                    { text.all_in_video }
                </button>
                { stored_link(view) }
            </div>
        };
    }
    html! {
        <>
            if !view.session.is_durable() {
                <p class="hint">{ text.not_durable }</p>
            }
            { undo(view) }
            <ul class="lines">
                { for bag.lines().iter().enumerate().map(|(index, line)| {
                    view_line(view, index, line)
                }) }
            </ul>
            { stored_link(view) }
        </>
    }
}

/// What was removed last, while it can be put back.
fn undo(view: &View<'_>) -> Html {
    let text = view.text();
    match view.session.bag().removed() {
        Some(line) => html! {
            <p class="hint row" role="status">
                <span>{ fill(text.removed, &[&line.title]) }</span>
                <button type="button" class="link" onclick={view.on(Event::RemovalUndone)}>
                    { text.undo }
                </button>
            </p>
        },
        None => Html::default(),
    }
}

/// Sum and button.
pub(crate) fn bag_actions(view: &View<'_>) -> Html {
    let text = view.text();
    let bag = view.session.bag();
    if bag.lines().is_empty() {
        return Html::default();
    }
    html! {
        <>
            <p class="row sum">
                <span>{ text.subtotal }</span>
                <strong class="price-medium">
                    { bag.subtotal_minor().map(|minor| view.price(minor)) }
                </strong>
            </p>
            <p class="quiet small">{ text.at_checkout }</p>
            <button type="button" class="primary" part="primary-button"
                onclick={view.press(Event::CheckoutPressed)}>{ text.to_checkout }</button>
        </>
    }
}

fn view_line(view: &View<'_>, index: usize, line: &SavedLine) -> Html {
    let max = view
        .session
        .shelf()
        .map_or(1, |shelf| shelf.document().policy.quantity_max);
    let total = line.unit_price_minor.checked_mul(i64::from(line.quantity));
    let id = LineId::of(line);
    let removal = Event::LineRemoved(id.clone());
    let change = move |quantity| Event::LineQuantityChanged {
        line: id.clone(),
        quantity,
    };
    // Two lines of one thing are told apart by name as well.
    let name = match &line.creator {
        Some(creator) if stands_twice(view.session.bag().lines(), line) => {
            [&line.title, " ", &fill(view.text().via, &[&creator.handle])].concat()
        }
        _ => line.title.clone(),
    };
    html! {
        <li class="line" key={index}>
            { thumbnail(view.words, line.image_url.as_deref()) }
            <div class="line-text">
                <p class="name">{ &line.title }</p>
                <p class="quiet">
                    { &line.brand_name }
                    if !line.variant_label.is_empty() { { " · " }{ &line.variant_label } }
                    { via(view, line) }
                </p>
                <div class="row">
                    { stepper(view, &name, line.quantity, max, change) }
                    <span class="price-small">{ total.map(|minor| view.price(minor)) }</span>
                </div>
            </div>
            <button type="button" class="bar-button remove"
                aria-label={fill(view.text().remove, &[&name])}
                onclick={view.on(removal)}>
                { icon(icons::REMOVE) }
            </button>
        </li>
    }
}
