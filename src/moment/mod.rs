//! The still lists of products: what is on screen now, and all that is in the video. They are the
//! way to moving tags for a keyboard and for a screen reader.

use yew::prelude::*;

use crate::browser::intl;
use crate::event::{Event, ListKind, TapOrigin};
use crate::messages::fill;
use crate::session::TaggedProduct;
use crate::touchpoint::stored_link;
use crate::view::{View, thumbnail};

/// The list's page.
pub(crate) fn list(view: &View<'_>, kind: ListKind) -> Html {
    let text = view.text();
    let Some(shelf) = view.session.shelf() else {
        return html! { <p class="quiet">{ text.loading }</p> };
    };
    let products = match kind {
        ListKind::Moment => view.session.in_this_moment(),
        ListKind::Video => shelf.all(),
    };
    let tab = |own: ListKind, label: &'static str| {
        let chosen = own == kind;
        html! {
            <button type="button" class={classes!("tab", chosen.then_some("chosen"))}
                aria-pressed={if chosen { "true" } else { "false" }}
                onclick={view.on(Event::ListOpened(own))}>{ label }</button>
        }
    };
    html! {
        <div class="list-page">
            <div class="tabs" role="group" aria-label={text.products}>
                { tab(ListKind::Moment, text.in_this_moment) }
                { tab(ListKind::Video, text.all_in_video) }
            </div>
            if products.is_empty() {
                <p class="empty">{ text.moment_empty }</p>
            } else {
                <ul class="products">
                    { for products.iter().map(|tagged| entry(view, tagged, kind)) }
                </ul>
            }
            { stored_link(view) }
        </div>
    }
}

fn entry(view: &View<'_>, tagged: &TaggedProduct, kind: ListKind) -> Html {
    let text = view.text();
    let document = view.session.shelf().map(|shelf| shelf.document());
    let Some(product) = document.and_then(|document| document.products.get(tagged.product)) else {
        return Html::default();
    };
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
    let moment = intl::moment(tagged.start_s);
    html! {
        <li class="product" key={tagged.tag.as_str().to_owned()}>
            <button type="button" class="product-open" onclick={view.on(open)}>
                { thumbnail(view.words, image) }
                <span class="product-text">
                    <span class="name">{ &product.title }</span>
                    <span class="quiet">{ &product.brand.name }</span>
                    <span class="price-small">
                        if available {
                            { cheapest.map(|variant| {
                                view.words.price(variant.price_minor, product.currency)
                            }) }
                        } else {
                            <span class="quiet">{ text.sold_out }</span>
                        }
                    </span>
                </span>
            </button>
            if kind == ListKind::Video {
                <button type="button" class="jump"
                    aria-label={fill(text.jump, &[&moment])}
                    onclick={view.on(Event::JumpPressed(tagged.tag.clone()))}>{ moment.clone() }
                </button>
            }
        </li>
    }
}
