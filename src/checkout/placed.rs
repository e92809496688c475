//! The confirmation: said only when the backend has the order.

use shoptag_protocol::{CreatorInfo, OrderStatus};

use crate::event::Event;
use crate::markup::{Markup, element};
use crate::messages::fill;
use crate::view::{View, icon, icons};

/// The page.
pub(crate) fn confirmation(view: &View<'_>) -> Option<Markup> {
    let order = view.session.confirmation()?;
    let text = view.text();
    let total = view.words.price(order.totals.total_minor, order.currency);
    let estimates = order.shipments.iter().map(|shipment| {
        let (brand, way) = (&shipment.brand, &shipment.delivery);
        let days = view.words.days(way.days_min, way.days_max);
        element("span.estimate")
            .key(brand.id.as_str())
            .text(fill(text.estimate, &[&brand.name, &days]))
    });
    let row = |label: &str, value: Markup| {
        element("div.row")
            .child(element("dt").text(label))
            .child(value)
    };
    let value = || element("dd");
    let number = element("strong").text(&order.number);
    let sums = element("dl.sums")
        .child(row(text.order_number, value().child(number)))
        .child(row(text.total, value().text(total)))
        .child(row(text.payment, value().text(text.pay_on_delivery)))
        .child(row(text.delivery, value().children(estimates)));
    let status = view.words.address(&order.status_url).map(|address| {
        element("a.secondary[target=_blank][rel=noopener]")
            .attribute("href", address)
            .text(text.see_order)
    });
    let credited = credited(order).into_iter().map(|(creator, titles)| {
        element("p.partnership")
            .key(creator.id.as_str())
            .text(fill(text.why_paid, &[&creator.name, &titles]))
    });
    let page = element("div.placed")
        .child(element("span.placed-mark[aria-hidden=true]").child(icon(icons::CHECK)))
        .child(element("p.placed-title[role=status]").text(text.thanks))
        .child(sums)
        .child(element("p.quiet").text(text.keep_number))
        .child(status)
        .children(credited);
    Some(page)
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
pub(crate) fn confirmation_actions(view: &View<'_>) -> Markup {
    element("button.primary[type=button][part=primary-button]")
        .sends(view, Event::SheetClosed)
        .text(view.text().keep_watching)
}
