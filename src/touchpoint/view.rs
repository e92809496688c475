//! "What this device has stored": how much, each entry, and what may be erased.

use shoptag_attribution::journal::{Consent, EntryKind, Touch};
use shoptag_commerce::{Timestamp, VideoId};

use crate::browser::intl;
use crate::event::{Erasable, Event};
use crate::markup::{Markup, element};
use crate::messages::fill;
use crate::touchpoint::HeldReceipt;
use crate::view::View;

/// The way to the page, at the foot of the lists and of the bag.
pub(crate) fn stored_link(view: &View<'_>) -> Markup {
    let link = element("button.link.small[type=button]")
        .sends(view, Event::DeviceOpened)
        .text(view.text().stored);
    element("p.stored-link").child(link)
}

/// The page.
pub(crate) fn stored(view: &View<'_>) -> Markup {
    let count = view.session.unreadable();
    let unreadable = (count > 0).then(|| {
        let words = view.words.count(view.text().stored_unreadable, count);
        element("section").child(element("p").text(words))
    });
    element("div.stored")
        .child(bag(view))
        .child(touches(view))
        .child(orders(view))
        .child(unreadable)
}

fn bag(view: &View<'_>) -> Markup {
    let text = view.text();
    let count = view.session.bag().count();
    element("section")
        .child(element("p").text(view.words.count(text.stored_bag, count)))
        .child(erase(
            view,
            text.stored_bag_erase,
            Erasable::Bag,
            count == 0,
        ))
}

fn touches(view: &View<'_>) -> Markup {
    let text = view.text();
    let touches = view.session.touchpoints();
    let (entries, receipts) = (touches.journal_count(), touches.receipt_count());
    let number = |count: usize| {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        intl::number(f64::from(count), &view.words.locale)
    };
    let where_kept = match touches.consent() {
        Consent::Granted => text.stored_kept,
        Consent::Denied => text.stored_memory,
    };
    let nothing = entries + receipts == 0;
    let list = (!nothing).then(|| {
        let entries = touches.touches().map(|touch| entry(view, touch));
        let receipts = touches.held().iter().map(|held| receipt(view, held));
        let list = element("ul.stored-list.small")
            .children(entries)
            .children(receipts);
        element("details.description")
            .child(element("summary").text(text.stored_list))
            .child(list)
    });
    let counts = fill(text.stored_touches, &[&number(entries), &number(receipts)]);
    let what = Erasable::Touchpoints;
    element("section")
        .child(element("p").text(counts))
        .child(element("p.quiet.small").text(where_kept))
        .child(list)
        .child(erase(view, text.stored_touches_erase, what, nothing))
}

/// What was done, with what, where and when.
fn entry(view: &View<'_>, touch: &Touch) -> Markup {
    let kind = match touch.kind {
        EntryKind::Impression => 0,
        EntryKind::Click => 1,
        EntryKind::CardOpened => 2,
        EntryKind::BagAdded => 3,
    };
    let shelf = view.session.shelf();
    let product = shelf.and_then(|shelf| shelf.product(&touch.product));
    // Of another video only the names that are kept are known.
    let title = product.map_or(touch.product.as_str(), |product| &product.title);
    row(view, kind, title, &touch.video, touch.occurred_at)
}

fn receipt(view: &View<'_>, held: &HeldReceipt) -> Markup {
    let shelf = view.session.shelf();
    let tagged = shelf.and_then(|shelf| shelf.tagged(&held.tag));
    let title = tagged.map_or(held.tag.as_str(), |(product, _)| &product.title);
    row(view, RECEIPT, title, &held.video, held.valid_until)
}

/// Place of the receipts' word in `stored_kinds`.
const RECEIPT: usize = 4;

fn row(view: &View<'_>, kind: usize, title: &str, video: &VideoId, at: Timestamp) -> Markup {
    let document = view.session.shelf().map(|shelf| shelf.document());
    let own = document.filter(|document| document.video.id == *video);
    let video = own.map_or(video.as_str(), |document| &document.video.title);
    let at = intl::instant(at, &view.words.locale);
    let kind = view.text().stored_kinds[kind];
    element("li").text([kind, " · ", title, " · ", video, " · ", &at].concat())
}

fn orders(view: &View<'_>) -> Markup {
    let text = view.text();
    let count = view.session.pending_orders();
    let stay = (count > 0).then(|| element("p.quiet.small").text(text.stored_orders_stay));
    element("section")
        .child(element("p").text(view.words.count(text.stored_orders, count)))
        .child(stay)
}

fn erase(view: &View<'_>, label: &str, what: Erasable, disabled: bool) -> Markup {
    element("button.secondary[type=button]")
        .flag("disabled", disabled)
        .sends(view, Event::Erased(what))
        .text(label)
}
