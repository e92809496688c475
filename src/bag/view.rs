//! The bag as the shopper sees it, and its button over the video.

use shoptag_protocol::SavedLine;

use crate::bag::LineId;
use crate::checkout::stands_twice;
use crate::event::{Event, ListKind};
use crate::markup::{Markup, element, fragment};
use crate::messages::fill;
use crate::touchpoint::stored_link;
use crate::view::{View, icon, icons, stepper, thumbnail, via};

/// The pill over the video; there only when something is in the bag.
pub(crate) fn bag_button(view: &View<'_>) -> Option<Markup> {
    let count = view.session.bag().count();
    if count == 0 {
        return None;
    }
    let button = element("button.chrome-button.bag-button[type=button][part=bag-button]")
        .attribute("aria-label", view.words.count(view.text().bag_count, count))
        .sends(view, Event::BagOpened)
        .child(icon(icons::BAG))
        .child(element("span.count[aria-hidden=true]").text(count));
    Some(button)
}

/// The bag's page.
pub(crate) fn bag(view: &View<'_>) -> Markup {
    let text = view.text();
    let lines = view.session.bag().lines();
    if lines.is_empty() {
        let all_in_video = element("button.secondary[type=button]")
            .sends(view, Event::ListOpened(ListKind::Video))
            .text(text.all_in_video);
        return element("div.empty")
            .child(undo(view))
            .child(icon(icons::BAG))
            .child(element("p.name").text(text.bag_empty))
            .child(element("p.quiet").text(text.bag_empty_hint))
            .child(all_in_video)
            .child(stored_link(view));
    }
    let not_durable =
        (!view.session.is_durable()).then(|| element("p.hint").text(text.not_durable));
    let lines = lines.iter().enumerate();
    let lines = lines.map(|(index, line)| view_line(view, index, line));
    fragment()
        .child(not_durable)
        .child(undo(view))
        .child(element("ul.lines").children(lines))
        .child(stored_link(view))
}

/// What was removed last, while it can be put back.
fn undo(view: &View<'_>) -> Option<Markup> {
    let text = view.text();
    let line = view.session.bag().removed()?;
    let undo = element("button.link[type=button]")
        .sends(view, Event::RemovalUndone)
        .text(text.undo);
    let hint = element("p.hint.row[role=status]")
        .child(element("span").text(fill(text.removed, &[&line.title])))
        .child(undo);
    Some(hint)
}

/// Sum and button.
pub(crate) fn bag_actions(view: &View<'_>) -> Option<Markup> {
    let text = view.text();
    let bag = view.session.bag();
    if bag.lines().is_empty() {
        return None;
    }
    let subtotal = bag.subtotal_minor().map(|minor| view.price(minor));
    let sum = element("p.row.sum")
        .child(element("span").text(text.subtotal))
        .child(element("strong.price-medium").text(subtotal));
    let to_checkout = element("button.primary[type=button][part=primary-button]")
        .sends_fresh(view, Event::CheckoutPressed)
        .text(text.to_checkout);
    let actions = fragment()
        .child(sum)
        .child(element("p.quiet.small").text(text.at_checkout))
        .child(to_checkout);
    Some(actions)
}

fn view_line(view: &View<'_>, index: usize, line: &SavedLine) -> Markup {
    let document = view.session.shelf().map(|shelf| shelf.document());
    let max = document.map_or(1, |document| document.policy.quantity_max);
    let total = line.unit_price_minor.checked_mul(i64::from(line.quantity));
    let total = total.map(|minor| view.price(minor));
    let id = LineId::of(line);
    let change = |quantity| Event::LineQuantityChanged {
        line: id.clone(),
        quantity,
    };
    // Two lines of one thing are told apart by name as well.
    let name = match &line.creator {
        Some(creator) if stands_twice(view.session.bag().lines(), &line.variant_id) => {
            [&line.title, " ", &fill(view.text().via, &[&creator.handle])].concat()
        }
        _ => line.title.clone(),
    };
    let label = &line.variant_label;
    let variant = (!label.is_empty()).then(|| [" · ", label].concat());
    let facts = element("p.quiet")
        .text(&line.brand_name)
        .text(variant)
        .child(via(view, line));
    let amounts = element("div.row")
        .child(stepper(view, &name, line.quantity, max, &change))
        .child(element("span.price-small").text(total));
    let words = element("div.line-text")
        .child(element("p.name").text(&line.title))
        .child(facts)
        .child(amounts);
    let remove = element("button.bar-button.remove[type=button]")
        .attribute("aria-label", fill(view.text().remove, &[&name]))
        .sends(view, Event::LineRemoved(id.clone()))
        .child(icon(icons::REMOVE));
    element("li.line")
        .key_index(index)
        .child(thumbnail(view.words, line.image_url.as_deref()))
        .child(words)
        .child(remove)
}
