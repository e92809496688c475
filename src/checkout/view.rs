//! The checkout's page: one column from contact to the button.

use shoptag_protocol::{Quote, QuotedShipment};
use yew::prelude::*;

use crate::browser::dom::Element;
use crate::checkout::fields_view::form;
use crate::checkout::summary_view::summary;
use crate::checkout::trouble_view::trouble;
use crate::checkout::{Checkout, Stage, Trouble};
use crate::embed::names;
use crate::event::Event;
use crate::messages::fill;
use crate::view::{View, icon, icons};

/// The page. Its text fields are in the light DOM, where browsers can fill them.
pub(crate) fn checkout(view: &View<'_>) -> Html {
    let Some(checkout) = view.session.checkout() else {
        return Html::default();
    };
    let text = view.text();
    html! {
        <div class={classes!("checkout", (!checkout.is_editable()).then_some("fixed"))}
            aria-busy={if checkout.is_stale() { "true" } else { "false" }}>
            { trouble(view, checkout) }
            <slot name={names::SLOT_CHECKOUT}></slot>
            { deliveries(view, checkout) }
            <section>
                <h3>{ text.payment }</h3>
                <div class="option chosen static">
                    <span class="mark" aria-hidden="true"></span>
                    <span class="option-text">
                        <span class="name">{ text.pay_on_delivery }</span>
                        <span class="quiet">{ text.pay_on_delivery_hint }</span>
                    </span>
                </div>
            </section>
            { summary(view, checkout) }
            { legal(view, checkout) }
        </div>
    }
}

/// The form in the light DOM.
pub(crate) fn form_portal(view: &View<'_>, slot: &Element) -> Html {
    match view.session.checkout() {
        Some(checkout) => create_portal(form(view, checkout, slot), slot.clone()),
        None => Html::default(),
    }
}

/// The one button, and what it is waiting for.
pub(crate) fn checkout_actions(view: &View<'_>) -> Html {
    let Some(checkout) = view.session.checkout() else {
        return Html::default();
    };
    let text = view.text();
    match &checkout.stage {
        Stage::Editing => order_button(view, checkout),
        // "Sending" is a promise: it is given once the order is stored.
        Stage::Confirming { .. } | Stage::Fixing { .. } => busy(text.calculating),
        Stage::Sending { durable, .. } => {
            let waiting = view
                .session
                .is_waiting_to_retry(crate::browser::clock::now());
            html! {
                <>
                    if waiting {
                        <p class="hint" role="status">{ text.sending_slow }</p>
                    }
                    if !durable {
                        <p class="hint" role="status">{ text.keep_open }</p>
                    }
                    { busy(text.sending) }
                    if waiting {
                        <button type="button" class="secondary"
                            onclick={view.press(Event::RetryPressed)}>{ text.try_again }</button>
                    }
                </>
            }
        }
    }
}

fn order_button(view: &View<'_>, checkout: &Checkout) -> Html {
    let text = view.text();
    let total = |quote: &Quote| view.words.price(quote.totals.total_minor, quote.currency);
    if matches!(checkout.trouble, Some(Trouble::Short(_))) {
        return html! {
            <button type="button" class="primary" part="primary-button"
                onclick={view.press(Event::ShortageAccepted)}>{ text.accept_short }</button>
        };
    }
    if let Some(Trouble::TotalChanged { offered, .. }) = &checkout.trouble {
        let now = offered.as_deref().or(checkout.quote.as_deref()).map(total);
        return html! {
            <button type="button" class="primary" part="primary-button"
                onclick={view.press(Event::ChangeAccepted)}>
                { fill(text.accept_total, &[&now.unwrap_or_default()]) }
            </button>
        };
    }
    let label = checkout.quote.as_deref().map_or_else(
        || text.order_plain.to_owned(),
        |quote| fill(text.order, &[&total(quote)]),
    );
    html! {
        <button type="button" class={classes!("primary", checkout.is_stale().then_some("stale"))}
            part="primary-button" disabled={!checkout.can_confirm()}
            onclick={view.press(Event::ConfirmPressed)}>{ label }</button>
    }
}

fn busy(label: &'static str) -> Html {
    html! {
        <button type="button" class="primary busy" part="primary-button" disabled=true>
            <span class="spinner" aria-hidden="true"></span>
            <span role="status">{ label }</span>
        </button>
    }
}

/// One group of choices a seller.
fn deliveries(view: &View<'_>, checkout: &Checkout) -> Html {
    let text = view.text();
    let Some(quote) = &checkout.quote else {
        return html! {
            <section aria-hidden="true">
                <h3>{ text.delivery }</h3>
                <div class="option skeleton"></div>
            </section>
        };
    };
    html! {
        <section>
            <h3>{ text.delivery }</h3>
            { for quote.shipments.iter().map(|shipment| {
                delivery(view, quote, shipment, checkout.is_editable())
            }) }
        </section>
    }
}

fn delivery(view: &View<'_>, quote: &Quote, shipment: &QuotedShipment, editable: bool) -> Html {
    let text = view.text();
    let from = fill(text.delivery_from, &[&shipment.brand.name]);
    let brand = &shipment.brand.id;
    let chosen_by_shopper = view.session.form().delivery();
    let chosen = chosen_by_shopper
        .iter()
        .find(|choice| choice.brand_id == *brand)
        .map_or(&shipment.chosen, |choice| &choice.option_id);
    let name = ["delivery-", brand.as_str()].concat();
    html! {
        <fieldset class="options" key={brand.as_str().to_owned()} disabled={!editable}>
            <legend class="quiet">{ from }</legend>
            { for shipment.options.iter().map(|option| {
                let is_chosen = option.id == *chosen;
                let dispatch = view.dispatch.clone();
                let event = Event::DeliveryChosen {
                    brand: brand.clone(),
                    option: option.id.clone(),
                };
                let onchange = Callback::from(move |_: yew::Event| dispatch.emit(event.clone()));
                let price = match option.price_minor {
                    0 => text.free.to_owned(),
                    minor => view.words.price(minor, quote.currency),
                };
                html! {
                    <label class={classes!("option", is_chosen.then_some("chosen"))}
                        key={option.id.clone()}>
                        <input type="radio" name={name.clone()} value={option.id.clone()}
                            checked={is_chosen} {onchange} />
                        <span class="mark" aria-hidden="true"></span>
                        <span class="option-text">
                            <span class="name">{ &option.label }</span>
                            <span class="quiet">
                                { view.words.days(option.days_min, option.days_max) }
                            </span>
                        </span>
                        <span class="price-small">{ price }</span>
                    </label>
                }
            }) }
        </fieldset>
    }
}

/// Seller, terms and withdrawal, before the button (Directive 2011/83/EU, article 8.2).
fn legal(view: &View<'_>, checkout: &Checkout) -> Html {
    let text = view.text();
    let Some(policy) = view.session.shelf().map(|shelf| &shelf.document().policy) else {
        return Html::default();
    };
    let sellers: Vec<&str> = checkout.quote.as_ref().map_or_else(Vec::new, |quote| {
        quote
            .shipments
            .iter()
            .map(|shipment| shipment.brand.legal_name.as_str())
            .collect()
    });
    let link = |url: &str, label: &'static str| {
        let address = view.words.address(url);
        html! {
            if let Some(address) = address {
                <a href={address} target="_blank" rel="noopener">{ label }</a>
            } else {
                { label }
            }
        }
    };
    html! {
        <section class="legal small quiet">
            if !sellers.is_empty() {
                <p>{ fill(text.sellers, &[&sellers.join("; ")]) }</p>
            }
            <p>
                { text.terms_before }{ " " }{ link(&policy.terms_url, text.terms) }{ ". " }
                { view.words.count(text.withdrawal, u32::from(policy.withdrawal_days)) }
            </p>
            <p>{ link(&policy.privacy_url, text.privacy) }</p>
            if !view.session.is_durable() {
                <p class="hint">{ icon(icons::BAG) }{ text.not_durable }</p>
            }
        </section>
    }
}
