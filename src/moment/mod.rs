//! The still lists of products: what is on screen now, and all that is in the video. They are the
//! way to moving tags for a keyboard and for a screen reader.

use crate::browser::intl;
use crate::event::{Event, ListKind, TapOrigin};
use crate::markup::{Markup, element};
use crate::messages::fill;
use crate::session::TaggedProduct;
use crate::touchpoint::stored_link;
use crate::view::{View, thumbnail};

/// The list's page.
pub(crate) fn list(view: &View<'_>, kind: ListKind) -> Markup {
    let text = view.text();
    let Some(shelf) = view.session.shelf() else {
        return element("p.quiet").text(text.loading);
    };
    let products = match kind {
        ListKind::Moment => view.session.in_this_moment(),
        ListKind::Video => shelf.all(),
    };
    let tab = |own: ListKind, label: &str| {
        element("button.tab[type=button]")
            .class_if("chosen", own == kind)
            .attribute("aria-pressed", own == kind)
            .sends(view, Event::ListOpened(own))
            .text(label)
    };
    let tabs = element("div.tabs[role=group]")
        .attribute("aria-label", text.products)
        .child(tab(ListKind::Moment, text.in_this_moment))
        .child(tab(ListKind::Video, text.all_in_video));
    let body = if products.is_empty() {
        element("p.empty").text(text.moment_empty)
    } else {
        let entries = products.iter();
        let entries = entries.filter_map(|tagged| entry(view, tagged, kind));
        element("ul.products").children(entries)
    };
    element("div.list-page")
        .child(tabs)
        .child(body)
        .child(stored_link(view))
}

fn entry(view: &View<'_>, tagged: &TaggedProduct, kind: ListKind) -> Option<Markup> {
    let text = view.text();
    let document = view.session.shelf()?.document();
    let product = document.products.get(tagged.product)?;
    let cheapest = product
        .variants
        .iter()
        .min_by_key(|variant| variant.price_minor);
    let available = product.variants.iter().any(|variant| variant.available);
    let image = product.images.first().map(|image| image.url.as_str());
    let open = Event::TagTapped {
        tag: tagged.tag.clone(),
        origin: TapOrigin::List,
    };
    let price = element("span.price-small");
    let price = if available {
        price.text(cheapest.map(|variant| view.words.price(variant.price_minor, product.currency)))
    } else {
        price.child(element("span.quiet").text(text.sold_out))
    };
    let words = element("span.product-text")
        .child(element("span.name").text(&product.title))
        .child(element("span.quiet").text(&product.brand.name))
        .child(price);
    let product = element("button.product-open[type=button]")
        .sends(view, open)
        .child(thumbnail(view.words, image))
        .child(words);
    let jump = (kind == ListKind::Video).then(|| {
        let moment = intl::moment(tagged.start_s);
        element("button.jump[type=button]")
            .attribute("aria-label", fill(text.jump, &[&moment]))
            .sends(view, Event::JumpPressed(tagged.tag.clone()))
            .text(moment)
    });
    let entry = element("li.product")
        .key(tagged.tag.as_str())
        .child(product)
        .child(jump);
    Some(entry)
}
