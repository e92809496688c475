//! The checkout's page: one column from contact to the button.

use shoptag_protocol::{DeliveryOption, Quote, QuotedShipment};
use yew::{Html, create_portal};

use crate::browser::clock;
use crate::browser::dom::Element;
use crate::checkout::fields_view::form;
use crate::checkout::summary_view::summary;
use crate::checkout::trouble_view::trouble;
use crate::checkout::{Checkout, Stage, Trouble};
use crate::embed::names;
use crate::event::{Entropy, Event};
use crate::markup::{Markup, On, element, fragment};
use crate::messages::fill;
use crate::view::{View, icon, icons};

/// The page. Its text fields are in the light DOM, where browsers can fill them.
pub(crate) fn checkout(view: &View<'_>) -> Option<Markup> {
    let checkout = view.session.checkout()?;
    let text = view.text();
    let words = element("span.option-text")
        .child(element("span.name").text(text.pay_on_delivery))
        .child(element("span.quiet").text(text.pay_on_delivery_hint));
    let pay_on_delivery = element("div.option.chosen.static")
        .child(element("span.mark[aria-hidden=true]"))
        .child(words);
    let payment = element("section")
        .child(element("h3").text(text.payment))
        .child(pay_on_delivery);
    let page = element("div.checkout")
        .class_if("fixed", !checkout.is_editable())
        .attribute("aria-busy", checkout.is_stale())
        .child(trouble(view, checkout))
        .child(element("slot").attribute("name", names::SLOT_CHECKOUT))
        .child(deliveries(view, checkout))
        .child(payment)
        .child(summary(view, checkout))
        .child(legal(view, checkout));
    Some(page)
}

/// The form in the light DOM.
pub(crate) fn form_portal(view: &View<'_>, slot: &Element) -> Option<Html> {
    let checkout = view.session.checkout()?;
    Some(create_portal(form(view, checkout).html(), slot.clone()))
}

/// The one button, and what it is waiting for.
pub(crate) fn checkout_actions(view: &View<'_>) -> Option<Markup> {
    let checkout = view.session.checkout()?;
    let text = view.text();
    let Stage::Sending { durable, .. } = &checkout.stage else {
        return Some(match checkout.stage {
            Stage::Editing => order_button(view, checkout),
            // "Sending" is a promise: it is given once the order is stored.
            _ => busy(text.calculating),
        });
    };
    let waiting = view.session.is_waiting_to_retry(clock::now());
    let hint = |is_so: bool, words: &str| is_so.then(|| element("p.hint[role=status]").text(words));
    let again = waiting.then(|| {
        element("button.secondary[type=button]")
            .sends_fresh(view, Event::RetryPressed)
            .text(text.try_again)
    });
    let actions = fragment()
        .child(hint(waiting, text.sending_slow))
        .child(hint(!durable, text.keep_open))
        .child(busy(text.sending))
        .child(again);
    Some(actions)
}

fn order_button(view: &View<'_>, checkout: &Checkout) -> Markup {
    let text = view.text();
    let total = |quote: &Quote| view.words.price(quote.totals.total_minor, quote.currency);
    let quote = checkout.quote.as_deref();
    let primary = |press: fn(Entropy) -> Event| {
        element("button.primary[type=button][part=primary-button]").sends_fresh(view, press)
    };
    match &checkout.trouble {
        Some(Trouble::Short(_)) => primary(Event::ShortageAccepted).text(text.accept_short),
        Some(Trouble::TotalChanged { offered, .. }) => {
            let now = offered.as_deref().or(quote).map(total);
            primary(Event::ChangeAccepted)
                .text(fill(text.accept_total, &[&now.unwrap_or_default()]))
        }
        _ => {
            let label = match quote {
                Some(quote) => fill(text.order, &[&total(quote)]),
                None => text.order_plain.to_owned(),
            };
            primary(Event::ConfirmPressed)
                .class_if("stale", checkout.is_stale())
                .flag("disabled", !checkout.can_confirm())
                .text(label)
        }
    }
}

fn busy(label: &str) -> Markup {
    element("button.primary.busy[type=button][part=primary-button][disabled]")
        .child(element("span.spinner[aria-hidden=true]"))
        .child(element("span[role=status]").text(label))
}

/// One group of choices a seller.
fn deliveries(view: &View<'_>, checkout: &Checkout) -> Markup {
    let heading = element("h3").text(view.text().delivery);
    let Some(quote) = &checkout.quote else {
        return element("section[aria-hidden=true]")
            .child(heading)
            .child(element("div.option.skeleton"));
    };
    let editable = checkout.is_editable();
    let shipments = quote.shipments.iter();
    let shipments = shipments.map(|shipment| delivery(view, quote, shipment, editable));
    element("section").child(heading).children(shipments)
}

fn delivery(view: &View<'_>, quote: &Quote, shipment: &QuotedShipment, editable: bool) -> Markup {
    let from = fill(view.text().delivery_from, &[&shipment.brand.name]);
    let brand = &shipment.brand.id;
    let chosen_by_shopper = view.session.form().delivery();
    let chosen = chosen_by_shopper
        .iter()
        .find(|choice| choice.brand_id == *brand)
        .map_or(&shipment.chosen, |choice| &choice.option_id);
    let options = shipment.options.iter();
    let options =
        options.map(|option| delivery_option(view, quote, shipment, option, option.id == *chosen));
    element("fieldset.options")
        .key(brand.as_str())
        .flag("disabled", !editable)
        .child(element("legend.quiet").text(from))
        .children(options)
}

fn delivery_option(
    view: &View<'_>,
    quote: &Quote,
    shipment: &QuotedShipment,
    option: &DeliveryOption,
    is_chosen: bool,
) -> Markup {
    let brand = &shipment.brand.id;
    let chosen = Event::DeliveryChosen {
        brand: brand.clone(),
        option: option.id.clone(),
    };
    let price = match option.price_minor {
        0 => view.text().free.to_owned(),
        minor => view.words.price(minor, quote.currency),
    };
    let radio = element("input[type=radio]")
        .attribute("name", ["delivery-", brand.as_str()].concat())
        .holds(&option.id, Some(is_chosen))
        .on(On::Change, view.sender(chosen));
    let days = view.words.days(option.days_min, option.days_max);
    let words = element("span.option-text")
        .child(element("span.name").text(&option.label))
        .child(element("span.quiet").text(days));
    element("label.option")
        .class_if("chosen", is_chosen)
        .key(&option.id)
        .child(radio)
        .child(element("span.mark[aria-hidden=true]"))
        .child(words)
        .child(element("span.price-small").text(price))
}

/// Seller, terms and withdrawal, before the button (Directive 2011/83/EU, article 8.2).
fn legal(view: &View<'_>, checkout: &Checkout) -> Option<Markup> {
    let text = view.text();
    let policy = &view.session.shelf()?.document().policy;
    let mut names = String::new();
    for shipment in checkout.quote.iter().flat_map(|quote| &quote.shipments) {
        if !names.is_empty() {
            names.push_str("; ");
        }
        names.push_str(&shipment.brand.legal_name);
    }
    let sellers = (!names.is_empty()).then(|| element("p").text(fill(text.sellers, &[&names])));
    let link = |url: &str, label: &str| match view.words.address(url) {
        Some(address) => element("a[target=_blank][rel=noopener]")
            .attribute("href", address)
            .text(label),
        None => fragment().text(label),
    };
    let days = u32::from(policy.withdrawal_days);
    let terms = element("p")
        .text(text.terms_before)
        .text(" ")
        .child(link(&policy.terms_url, text.terms))
        .text(". ")
        .text(view.words.count(text.withdrawal, days));
    let privacy = element("p").child(link(&policy.privacy_url, text.privacy));
    let not_durable = (!view.session.is_durable()).then(|| {
        element("p.hint")
            .child(icon(icons::BAG))
            .text(text.not_durable)
    });
    let legal = element("section.legal.small.quiet")
        .child(sellers)
        .child(terms)
        .child(privacy)
        .child(not_durable);
    Some(legal)
}
