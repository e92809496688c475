//! The card as the shopper sees it.

use shoptag_protocol::{OptionAxis, Product, Variant};
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::browser::{intl, layer};
use crate::event::Event;
use crate::messages::fill;
use crate::product_card::gallery::Gallery;
use crate::product_card::{Card, Choice};
use crate::view::{View, icon, icons, stepper};

/// The card's page.
pub(crate) fn card(view: &View<'_>) -> Html {
    let Some((card, product)) = open_card(view) else {
        return html! { <p class="quiet">{ view.text().loading }</p> };
    };
    let text = view.text();
    let dispatch = view.dispatch.clone();
    let on_index = Callback::from(move |index| dispatch.emit(Event::ImageChosen(index)));
    let variant = card.variant(product);
    let sold_out = variant.is_none_or(|variant| !variant.available);
    let max = view
        .session
        .shelf()
        .map_or(1, |shelf| shelf.document().policy.quantity_max);
    html! {
        <div class="card">
            <Gallery product={product.id.as_str().to_owned()} images={product.images.clone()}
                index={card.image} words={view.words.clone()} {on_index} />
            <div class="card-facts">
                <p class="brand">{ &product.brand.name }</p>
                { price_line(view, product, variant) }
                { rating(view, product) }
                { partnership(view, product) }
                { for product.options.iter().enumerate().map(|(axis, option)| {
                    picker(view, card, product, axis, option)
                }) }
                if !sold_out {
                    <div class="row quantity-row">
                        <span class="caption" aria-hidden="true">{ text.quantity }</span>
                        { stepper(
                            view, &product.title, card.quantity, max, Event::QuantityChanged,
                        ) }
                    </div>
                }
                { promises(view, product) }
                if !product.description.is_empty() {
                    <details class="description">
                        <summary>{ text.description }</summary>
                        <p>{ &product.description }</p>
                    </details>
                }
                <p class="quiet small">{ fill(text.sold_by, &[&product.brand.legal_name]) }</p>
            </div>
        </div>
    }
}

/// The card's buttons, in the thumb's reach.
pub(crate) fn card_actions(view: &View<'_>) -> Html {
    let Some((card, product)) = open_card(view) else {
        return Html::default();
    };
    let text = view.text();
    let Some(variant) = card.variant(product).filter(|variant| variant.available) else {
        return html! {
            <button type="button" class="primary" disabled=true>{ text.sold_out }</button>
        };
    };
    let in_bag = Some(view.session.bag().count_of(&variant.id)).filter(|count| *count > 0);
    html! {
        <>
            if let Some(quantity) = in_bag {
                <p class="in-bag">
                    { icon(icons::CHECK) }
                    <span>{ view.words.count(text.in_your_bag, quantity) }</span>
                    <button type="button" class="link" onclick={view.on(Event::BagOpened)}>
                        { text.view_bag }
                    </button>
                </p>
            }
            <div class="buttons">
                <button type="button" class="secondary" onclick={view.on(Event::AddToBagPressed)}>
                    { text.add_to_bag }
                </button>
                <button type="button" class="primary" part="primary-button"
                    onclick={view.press(Event::BuyNowPressed)}>
                    { text.buy_now }
                </button>
            </div>
        </>
    }
}

fn open_card<'a>(view: &View<'a>) -> Option<(&'a Card, &'a Product)> {
    let card = view.session.card()?;
    Some((card, view.session.shelf()?.product(&card.product)?))
}

fn price_line(view: &View<'_>, product: &Product, variant: Option<&Variant>) -> Html {
    let Some(variant) = variant else {
        return Html::default();
    };
    let price = |minor| view.words.price(minor, product.currency);
    let text = view.text();
    let on_sale = variant
        .compare_at_minor
        .filter(|former| *former > variant.price_minor);
    html! {
        <p class="price-line">
            <span class={classes!("price-large", on_sale.map(|_| "reduced"))}>
                { price(variant.price_minor) }
            </span>
            if let Some(former) = on_sale {
                <span class="former">
                    <span class="for-screen-readers">{ text.was }{ " " }</span>
                    <s>{ price(former) }</s>
                </span>
            }
            if !variant.available {
                <span class="badge">{ text.sold_out }</span>
            }
        </p>
    }
}

fn rating(view: &View<'_>, product: &Product) -> Html {
    let Some(rating) = product.rating.filter(|rating| rating.count > 0) else {
        return Html::default();
    };
    let average = f64::from(rating.average_hundredths) / 100.0;
    let average = intl::number(average, &view.words.locale);
    let count = intl::number(f64::from(rating.count), &view.words.locale);
    let template = view.words.plural(view.text().rating, rating.count);
    // Half stars, 0..=10: a class for each, because a style attribute is not allowed.
    let halves = (u32::from(rating.average_hundredths) + 25) / 50;
    html! {
        <p class="rating">
            <span class={classes!("stars", ["stars-", &halves.to_string()].concat())}
                aria-hidden="true"></span>
            <span class="for-screen-readers">{ fill(template, &[&count, &average]) }</span>
            <span aria-hidden="true">{ average }{ " (" }{ count }{ ")" }</span>
        </p>
    }
}

/// FTC 16 CFR 255 and the EU's rules on commercial communication: clear, and near the price.
fn partnership(view: &View<'_>, product: &Product) -> Html {
    let Some(document) = view.session.shelf().map(|shelf| shelf.document()) else {
        return Html::default();
    };
    if !document.policy.paid_partnership {
        return Html::default();
    }
    let creator = &document.video.creator.name;
    let text = view.text();
    let days = |days: u16| view.words.count(text.days, u32::from(days));
    let (click, bag) = (days(product.credit.click), days(product.credit.bag));
    html! {
        <>
            <p class="partnership">{ fill(text.partnership, &[creator]) }</p>
            <details class="description why">
                <summary>{ text.why_title }</summary>
                <p>{ fill(text.why_card, &[creator, &click, &bag]) }</p>
            </details>
        </>
    }
}

fn picker(
    view: &View<'_>,
    card: &Card,
    product: &Product,
    axis: usize,
    option: &OptionAxis,
) -> Html {
    let choices = card.choices(product, axis);
    let chosen = choices.iter().find(|choice| choice.state.chosen);
    let chosen = chosen
        .map(|choice| choice.label.clone())
        .unwrap_or_default();
    let swatches = choices.iter().any(|choice| choice.swatch.is_some());
    html! {
        <div class="picker">
            <p class="row">
                <span class="caption">{ &option.name }</span>
                <span class="quiet">{ chosen }</span>
            </p>
            <div class={classes!("choices", swatches.then_some("swatches"))} role="radiogroup"
                aria-label={option.name.clone()} onkeydown={arrows(view, axis, &choices)}>
                { for choices.iter().map(|choice| radio(view, axis, choice)) }
            </div>
        </div>
    }
}

fn radio(view: &View<'_>, axis: usize, choice: &Choice) -> Html {
    let label = choice.label.clone();
    let name = if choice.state.available {
        label.clone()
    } else {
        [&label, ", ", view.text().unavailable].concat()
    };
    let class = classes!(
        "choice",
        choice.state.chosen.then_some("chosen"),
        (!choice.state.available).then_some("unavailable"),
    );
    let tabindex = if choice.state.chosen { "0" } else { "-1" };
    let onclick = view.on(Event::OptionChosen {
        axis,
        label: label.clone(),
    });
    html! {
        <button type="button" role="radio" {class} {tabindex} key={label.clone()}
            aria-checked={if choice.state.chosen { "true" } else { "false" }}
            aria-label={name.clone()} title={name} {onclick}>
            if let Some(colour) = &choice.swatch {
                <Swatch colour={colour.clone()} />
            } else {
                { label }
            }
        </button>
    }
}

/// Arrow keys choose the next or the one before, as in any group of radio buttons.
fn arrows(view: &View<'_>, axis: usize, choices: &[Choice]) -> Callback<KeyboardEvent> {
    let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
    let chosen = choices
        .iter()
        .position(|choice| choice.state.chosen)
        .unwrap_or(0);
    let dispatch = view.dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        let count = labels.len().max(1);
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (chosen + 1) % count,
            "ArrowLeft" | "ArrowUp" => (chosen + count - 1) % count,
            _ => return,
        };
        let Some(label) = labels.get(to).cloned() else {
            return;
        };
        event.prevent_default();
        dispatch.emit(Event::OptionChosen { axis, label });
        let group = event
            .target_dyn_into::<Element>()
            .and_then(|target| target.parent_element());
        let button = group.and_then(|group| group.children().item(u32::try_from(to).ok()?));
        if let Some(button) =
            button.and_then(|button| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(button).ok())
        {
            layer::focus(&button);
        }
    })
}

#[derive(Clone, PartialEq, Properties)]
struct SwatchProps {
    colour: AttrValue,
}

/// A colour, set through the element's style object: a style attribute is not allowed.
#[function_component]
fn Swatch(props: &SwatchProps) -> Html {
    let element = use_node_ref();
    {
        let element = element.clone();
        use_effect_with(props.colour.clone(), move |colour| {
            if let Some(element) = element.cast::<HtmlElement>() {
                crate::browser::dom::set_style(&element, "background-color", colour);
            }
        });
    }
    html! { <span class="swatch" ref={element}></span> }
}

fn promises(view: &View<'_>, product: &Product) -> Html {
    let text = view.text();
    let delivery = &product.delivery;
    let price = |minor| view.words.price(minor, product.currency);
    let cost = if delivery.price_minor == 0 {
        text.delivery_free.to_owned()
    } else {
        fill(text.delivery_price, &[&price(delivery.price_minor)])
    };
    let free_from = delivery
        .free_from_minor
        .filter(|_| delivery.price_minor > 0)
        .map(|minor| fill(text.delivery_free_from, &[&price(minor)]));
    let days = view.words.days(delivery.days_min, delivery.days_max);
    html! {
        <ul class="promises">
            <li>
                { icon(icons::TRUCK) }
                <span>
                    { cost }
                    if let Some(free_from) = free_from { { ", " }{ free_from } }
                    { " · " }{ days }
                </span>
            </li>
            if product.return_days > 0 {
                <li>
                    { icon(icons::RETURN) }
                    <span>{ view.words.count(text.returns, u32::from(product.return_days)) }</span>
                </li>
            }
        </ul>
    }
}
