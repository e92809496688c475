//! The confirmation: said only when the backend has the order.

use shoptag_protocol::{CreatorInfo, OrderStatus};
use yew::prelude::*;

use crate::event::Event;
use crate::messages::fill;
use crate::view::{View, icon, icons};

/// The page.
pub(crate) fn confirmation(view: &View<'_>) -> Html {
    let Some(order) = view.session.confirmation() else {
        return Html::default();
    };
    let text = view.text();
    let total = view.words.price(order.totals.total_minor, order.currency);
    html! {
        <div class="placed">
            <span class="placed-mark" aria-hidden="true">{ icon(icons::CHECK) }</span>
            <p class="placed-title" role="status">{ text.thanks }</p>
            <dl class="sums">
                <div class="row">
                    <dt>{ text.order_number }</dt>
                    <dd><strong>{ &order.number }</strong></dd>
                </div>
                <div class="row"><dt>{ text.total }</dt><dd>{ total }</dd></div>
                <div class="row"><dt>{ text.payment }</dt><dd>{ text.pay_on_delivery }</dd></div>
                <div class="row">
                    <dt>{ text.delivery }</dt>
                    <dd>
                        { for order.shipments.iter().map(|shipment| {
                            let (brand, way) = (&shipment.brand, &shipment.delivery);
                            html! {
                                <span class="estimate" key={brand.id.as_str().to_owned()}>
                                    { fill(text.estimate, &[
                                        &brand.name, &view.words.days(way.days_min, way.days_max)
                                    ]) }
                                </span>
                            }
                        }) }
                    </dd>
                </div>
            </dl>
            <p class="quiet">{ text.keep_number }</p>
            if let Some(address) = view.words.address(&order.status_url) {
                <a class="secondary" href={address} target="_blank" rel="noopener">
                    { text.see_order }
                </a>
            }
            { for credited(order).into_iter().map(|(creator, titles)| html! {
                <p class="partnership" key={creator.id.as_str().to_owned()}>
                    { fill(text.why_paid, &[&creator.name, &titles]) }
                </p>
            }) }
        </div>
    }
}

/// Whom the server credits, each with the titles of their lines.
fn credited(order: &OrderStatus) -> Vec<(&CreatorInfo, String)> {
    let mut found: Vec<(&CreatorInfo, String)> = Vec::new();
    for line in &order.lines {
        let Some(creator) = &line.credited else {
            continue;
        };
        match found.iter_mut().find(|(own, _)| own.id == creator.id) {
            Some((_, titles)) => {
                titles.push_str(", ");
                titles.push_str(&line.title);
            }
            None => found.push((creator, line.title.clone())),
        }
    }
    found
}

/// Back to the video.
pub(crate) fn confirmation_actions(view: &View<'_>) -> Html {
    html! {
        <button type="button" class="primary" part="primary-button"
            onclick={view.on(Event::SheetClosed)}>{ view.text().keep_watching }</button>
    }
}
