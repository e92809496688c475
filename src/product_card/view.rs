//! The card as the shopper sees it.

use shoptag_commerce::decimal;
use shoptag_protocol::{OptionAxis, Product, Variant};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{Callback, TargetCast};

use crate::browser::{dom, intl, layer};
use crate::event::Event;
use crate::markup::{Markup, On, element, fragment};
use crate::messages::fill;
use crate::product_card::gallery::gallery;
use crate::product_card::{Card, Choice};
use crate::view::{View, icon, icons, stepper};

/// The card's page.
pub(crate) fn card(view: &View<'_>) -> Markup {
    let text = view.text();
    let Some((card, product)) = open_card(view) else {
        return element("p.quiet").text(text.loading);
    };
    let variant = card.variant(product);
    let sold_out = variant.is_none_or(|variant| !variant.available);
    let pickers = product.options.iter().enumerate();
    let pickers = pickers.map(|(axis, option)| picker(view, card, product, axis, option));
    let description = (!product.description.is_empty()).then(|| {
        element("details.description")
            .child(element("summary").text(text.description))
            .child(element("p").text(&product.description))
    });
    let sold_by = fill(text.sold_by, &[&product.brand.legal_name]);
    let facts = element("div.card-facts")
        .child(element("p.brand").text(&product.brand.name))
        .child(price_line(view, product, variant))
        .child(rating(view, product))
        .child(partnership(view, product))
        .children(pickers)
        .child((!sold_out).then(|| quantity(view, card, product)))
        .child(promises(view, product))
        .child(description)
        .child(element("p.quiet.small").text(sold_by));
    element("div.card")
        .child(gallery(view, product, card.image))
        .child(facts)
}

/// The card's buttons, in the thumb's reach.
pub(crate) fn card_actions(view: &View<'_>) -> Option<Markup> {
    let (card, product) = open_card(view)?;
    let text = view.text();
    let Some(variant) = card.variant(product).filter(|variant| variant.available) else {
        return Some(element("button.primary[type=button][disabled]").text(text.sold_out));
    };
    let quantity = view.session.bag().count_of(&variant.id);
    let in_bag = (quantity > 0).then(|| {
        let view_bag = element("button.link[type=button]")
            .sends(view, Event::BagOpened)
            .text(text.view_bag);
        element("p.in-bag")
            .child(icon(icons::CHECK))
            .child(element("span").text(view.words.count(text.in_your_bag, quantity)))
            .child(view_bag)
    });
    let add_to_bag = element("button.secondary[type=button]")
        .sends(view, Event::AddToBagPressed)
        .text(text.add_to_bag);
    let buy_now = element("button.primary[type=button][part=primary-button]")
        .sends_fresh(view, Event::BuyNowPressed)
        .text(text.buy_now);
    let buttons = element("div.buttons").child(add_to_bag).child(buy_now);
    Some(fragment().child(in_bag).child(buttons))
}

fn open_card<'a>(view: &View<'a>) -> Option<(&'a Card, &'a Product)> {
    let card = view.session.card()?;
    Some((card, view.session.shelf()?.product(&card.product)?))
}

fn quantity(view: &View<'_>, card: &Card, product: &Product) -> Markup {
    let document = view.session.shelf().map(|shelf| shelf.document());
    let max = document.map_or(1, |document| document.policy.quantity_max);
    element("div.row.quantity-row")
        .child(element("span.caption[aria-hidden=true]").text(view.text().quantity))
        .child(stepper(
            view,
            &product.title,
            card.quantity,
            max,
            &Event::QuantityChanged,
        ))
}

fn price_line(view: &View<'_>, product: &Product, variant: Option<&Variant>) -> Option<Markup> {
    let variant = variant?;
    let price = |minor| view.words.price(minor, product.currency);
    let text = view.text();
    let on_sale = variant
        .compare_at_minor
        .filter(|former| *former > variant.price_minor);
    let large = element("span.price-large")
        .class_if("reduced", on_sale.is_some())
        .text(price(variant.price_minor));
    let former = on_sale.map(|former| {
        let was = element("span.for-screen-readers").text(text.was).text(" ");
        element("span.former")
            .child(was)
            .child(element("s").text(price(former)))
    });
    let sold_out = (!variant.available).then(|| element("span.badge").text(text.sold_out));
    Some(
        element("p.price-line")
            .child(large)
            .child(former)
            .child(sold_out),
    )
}

fn rating(view: &View<'_>, product: &Product) -> Option<Markup> {
    let rating = product.rating.filter(|rating| rating.count > 0)?;
    let average = f64::from(rating.average_hundredths) / 100.0;
    let average = intl::number(average, &view.words.locale);
    let count = intl::number(f64::from(rating.count), &view.words.locale);
    let template = view.words.plural(view.text().rating, rating.count);
    // Half stars, 0..=10: a class for each, because a style attribute is not allowed.
    let halves = (u32::from(rating.average_hundredths) + 25) / 50;
    let stars = ["stars-", &decimal(halves.into())].concat();
    let spoken = fill(template, &[&count, &average]);
    let shown = [&average, " (", &count, ")"].concat();
    Some(
        element("p.rating")
            .child(element("span.stars[aria-hidden=true]").class(&stars))
            .child(element("span.for-screen-readers").text(spoken))
            .child(element("span[aria-hidden=true]").text(shown)),
    )
}

/// FTC 16 CFR 255 and the EU's rules on commercial communication: clear, and near the price.
fn partnership(view: &View<'_>, product: &Product) -> Option<Markup> {
    let document = view.session.shelf()?.document();
    if !document.policy.paid_partnership {
        return None;
    }
    let creator = &document.video.creator.name;
    let text = view.text();
    let days = |days: u16| view.words.count(text.days, u32::from(days));
    let (click, bag) = (days(product.credit.click), days(product.credit.bag));
    let why = element("details.description.why")
        .child(element("summary").text(text.why_title))
        .child(element("p").text(fill(text.why_card, &[creator, &click, &bag])));
    let partnership = element("p.partnership").text(fill(text.partnership, &[creator]));
    Some(fragment().child(partnership).child(why))
}

fn picker(
    view: &View<'_>,
    card: &Card,
    product: &Product,
    axis: usize,
    option: &OptionAxis,
) -> Markup {
    let choices = card.choices(product, axis);
    let chosen = choices.iter().find(|choice| choice.state.chosen);
    let swatches = choices.iter().any(|choice| choice.swatch.is_some());
    let caption = element("p.row")
        .child(element("span.caption").text(&option.name))
        .child(element("span.quiet").text(chosen.map(|choice| &choice.label)));
    let group = element("div.choices[role=radiogroup]")
        .class_if("swatches", swatches)
        .attribute("aria-label", &option.name)
        .on(On::KeyDown, arrows(view, axis, &choices))
        .children(choices.iter().map(|choice| radio(view, axis, choice)));
    element("div.picker").child(caption).child(group)
}

fn radio(view: &View<'_>, axis: usize, choice: &Choice) -> Markup {
    let label = &choice.label;
    let name = if choice.state.available {
        label.clone()
    } else {
        [label, ", ", view.text().unavailable].concat()
    };
    let event = Event::OptionChosen {
        axis,
        label: label.clone(),
    };
    let radio = element("button.choice[type=button][role=radio]")
        .class_if("chosen", choice.state.chosen)
        .class_if("unavailable", !choice.state.available)
        .key(label)
        .attribute("tabindex", if choice.state.chosen { "0" } else { "-1" })
        .attribute("aria-checked", choice.state.chosen)
        .attribute("aria-label", &name)
        .attribute("title", name)
        .sends(view, event);
    match &choice.swatch {
        Some(colour) => radio.child(element("span.swatch").background(colour)),
        None => radio.text(label),
    }
}

/// Arrow keys choose the next or the one before, as in any group of radio buttons.
fn arrows(view: &View<'_>, axis: usize, choices: &[Choice]) -> Callback<yew::Event> {
    let labels: Vec<String> = choices.iter().map(|choice| choice.label.clone()).collect();
    let chosen = choices
        .iter()
        .position(|choice| choice.state.chosen)
        .unwrap_or(0);
    let dispatch = view.dispatch.clone();
    Callback::from(move |event: yew::Event| {
        let count = labels.len().max(1);
        let to = match dom::get(&event, "key").as_string().as_deref() {
            Some("ArrowRight" | "ArrowDown") => (chosen + 1) % count,
            Some("ArrowLeft" | "ArrowUp") => (chosen + count - 1) % count,
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
        if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
            layer::focus(&button);
        }
    })
}

fn promises(view: &View<'_>, product: &Product) -> Markup {
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
        .map(|minor| [", ", &fill(text.delivery_free_from, &[&price(minor)])].concat());
    let days = view.words.days(delivery.days_min, delivery.days_max);
    let promise = |path, words: Markup| element("li").child(icon(path)).child(words);
    let shipping = element("span")
        .text(cost)
        .text(free_from)
        .text(" · ")
        .text(days);
    let days = u32::from(product.return_days);
    let returns = (days > 0).then(|| {
        let words = element("span").text(view.words.count(text.returns, days));
        promise(icons::RETURN, words)
    });
    element("ul.promises")
        .child(promise(icons::TRUCK, shipping))
        .child(returns)
}
