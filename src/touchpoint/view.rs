//! "What this device has stored": how much, each entry, and what may be erased.

use yew::prelude::*;

use shoptag_attribution::journal::{Consent, EntryKind, Touch};
use shoptag_commerce::{Timestamp, VideoId};

use crate::browser::intl;
use crate::event::{Erasable, Event};
use crate::messages::fill;
use crate::touchpoint::HeldReceipt;
use crate::view::View;

/// The way to the page, at the foot of the lists and of the bag.
pub(crate) fn stored_link(view: &View<'_>) -> Html {
    html! {
        <p class="stored-link">
            <button type="button" class="link small" onclick={view.on(Event::DeviceOpened)}>
                { view.text().stored }
            </button>
        </p>
    }
}

/// The page.
pub(crate) fn stored(view: &View<'_>) -> Html {
    let session = view.session;
    html! {
        <div class="stored">
            { bag(view) }
            { touches(view) }
            { orders(view) }
            if session.unreadable() > 0 {
                <section>
                    <p>{ view.words.count(view.text().stored_unreadable, session.unreadable()) }</p>
                </section>
            }
        </div>
    }
}

fn bag(view: &View<'_>) -> Html {
    let text = view.text();
    let count = view.session.bag().count();
    html! {
        <section>
            <p>{ view.words.count(text.stored_bag, count) }</p>
            { erase(view, text.stored_bag_erase, Erasable::Bag, count == 0) }
        </section>
    }
}

fn touches(view: &View<'_>) -> Html {
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
    html! {
        <section>
            <p>{ fill(text.stored_touches, &[&number(entries), &number(receipts)]) }</p>
            <p class="quiet small">{ where_kept }</p>
            if !nothing {
                <details class="description">
                    <summary>{ text.stored_list }</summary>
                    <ul class="stored-list small">
                        { for touches.touches().map(|touch| entry(view, touch)) }
                        { for touches.held().iter().map(|held| receipt(view, held)) }
                    </ul>
                </details>
            }
            { erase(view, text.stored_touches_erase, Erasable::Touchpoints, nothing) }
        </section>
    }
}

/// What was done, with what, where and when.
fn entry(view: &View<'_>, touch: &Touch) -> Html {
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

fn receipt(view: &View<'_>, held: &HeldReceipt) -> Html {
    let shelf = view.session.shelf();
    let tagged = shelf.and_then(|shelf| shelf.tagged(&held.tag));
    let title = tagged.map_or(held.tag.as_str(), |(product, _)| &product.title);
    row(view, RECEIPT, title, &held.video, held.valid_until)
}

/// Place of the receipts' word in `stored_kinds`.
const RECEIPT: usize = 4;

fn row(view: &View<'_>, kind: usize, title: &str, video: &VideoId, at: Timestamp) -> Html {
    let document = view.session.shelf().map(|shelf| shelf.document());
    let own = document.filter(|document| document.video.id == *video);
    let video = own.map_or(video.as_str(), |document| &document.video.title);
    let at = intl::instant(at, &view.words.locale);
    let kind = view.text().stored_kinds[kind];
    html! { <li>{ [kind, " · ", title, " · ", video, " · ", &at].concat() }</li> }
}

fn orders(view: &View<'_>) -> Html {
    let text = view.text();
    let count = view.session.pending_orders();
    html! {
        <section>
            <p>{ view.words.count(text.stored_orders, count) }</p>
            if count > 0 {
                <p class="quiet small">{ text.stored_orders_stay }</p>
            }
        </section>
    }
}

fn erase(view: &View<'_>, label: &'static str, what: Erasable, disabled: bool) -> Html {
    html! {
        <button type="button" class="secondary" {disabled} onclick={view.on(Event::Erased(what))}>
            { label }
        </button>
    }
}
