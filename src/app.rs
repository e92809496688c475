//! The root component: owns the session, feeds it events, hands its effects to the browser.

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::SiteKey;
use yew::prelude::*;

use crate::bag;
use crate::browser::run::Runner;
use crate::browser::video::VideoHandle;
use crate::browser::{clock, dom, intl, random};
use crate::checkout;
use crate::embed::{Config, Slots};
use crate::event::{Event, FullscreenMode, ListKind};
use crate::messages::fill;
use crate::moment;
use crate::product_card;
use crate::session::{Loading, News, Notice, Page, Session, Setup, Shelf, picture};
use crate::sheet::Sheet;
use crate::touchpoint;
use crate::video_overlay::{OverlayTexts, Scene, TagLabel, VideoOverlay};
use crate::view::{View, Wording, icon, icons};

/// What the mount gives the app.
#[derive(Debug, Clone, PartialEq, Properties)]
pub struct AppProps {
    /// What the page said in attributes.
    pub config: Rc<Config>,
    /// The video, once there is one.
    pub video: Option<VideoHandle>,
    /// Places in the light DOM.
    pub slots: Slots,
}

/// The widget's root.
#[derive(Debug)]
pub struct App {
    session: Session,
    words: Wording,
    scene: Option<Rc<Scene>>,
    runner: Runner,
    dispatch: Callback<Event>,
    opener: NodeRef,
}

impl Component for App {
    type Message = Event;
    type Properties = AppProps;

    fn create(context: &Context<Self>) -> Self {
        context.link().send_message(Event::Started);
        Self::fresh(context)
    }

    fn update(&mut self, context: &Context<Self>, event: Event) -> bool {
        let now = clock::now();
        let video = context.props().video.as_ref();
        if let (true, Some(video)) = (event.happens_in_video(), video) {
            let position_s = video.current_time();
            let _ = self.session.handle(Event::PositionRead { position_s }, now);
        }
        for effect in self.session.handle(event, now) {
            self.runner.run(effect, video);
        }
        if self.scene.is_none()
            && let Some(shelf) = self.session.shelf()
        {
            self.scene = Some(Rc::new(scene(shelf, &self.words)));
        }
        true
    }

    fn changed(&mut self, context: &Context<Self>, before: &AppProps) -> bool {
        let now = &context.props().config;
        let before = &before.config;
        if now.site != before.site
            || now.video != before.video
            || now.api != before.api
            || now.locale != before.locale
            || now.track != before.track
        {
            // What was paused for the sheet goes on; nobody else would know of it.
            for effect in self.session.handle(Event::SheetClosed, clock::now()) {
                self.runner.run(effect, context.props().video.as_ref());
            }
            *self = Self::fresh(context);
            context.link().send_message(Event::Started);
            return true;
        }
        if now.consent != before.consent {
            let event = Event::ConsentChanged(consent(now));
            context.link().send_message(event);
        }
        if now.pause_on_card != before.pause_on_card {
            let event = Event::PauseOnCardChanged(now.pause_on_card);
            context.link().send_message(event);
        }
        true
    }

    fn view(&self, context: &Context<Self>) -> Html {
        let props = context.props();
        let view = View {
            session: &self.session,
            words: &self.words,
            dispatch: &self.dispatch,
        };
        let page = self.session.page();
        html! {
            <>
                <VideoOverlay scene={self.scene.clone()} video={props.video.clone()}
                    dispatch={self.dispatch.clone()} covered={page.is_some()}>
                    { self.view_chrome(&view) }
                    if let Some(page) = page {
                        { self.view_sheet(&view, page) }
                    }
                </VideoOverlay>
                if page == Some(Page::Checkout) {
                    { checkout::form_portal(&view, &props.slots.checkout) }
                }
            </>
        }
    }
}

impl App {
    fn fresh(context: &Context<Self>) -> Self {
        let props = context.props();
        let config = &props.config;
        let dispatch = context.link().callback(|event: Event| event);
        // The mount has checked the key; one that is none leads to `site-unknown`.
        let site = SiteKey::parse(config.site.clone());
        let site = site.unwrap_or_else(|_| SiteKey::parse("pk_").expect("an id"));
        Self {
            session: Session::new(Setup {
                site,
                video: config.video.clone(),
                pause_on_card: config.pause_on_card,
                consent: consent(config),
                seed: random::entropy().order(),
            }),
            words: Wording::new(&config.locale, &config.api),
            scene: None,
            runner: Runner::new(
                Rc::clone(config),
                props.slots.host.clone(),
                dispatch.clone(),
            ),
            dispatch,
            opener: NodeRef::default(),
        }
    }

    /// The buttons over the video, and short messages.
    fn view_chrome(&self, view: &View<'_>) -> Html {
        let text = view.text();
        let loaded = *view.session.loading() == Loading::Done;
        html! {
            <div class="chrome">
                <div class="chrome-buttons">
                    if loaded {
                        <button type="button" class="chrome-button" part="products-button"
                            ref={self.opener.clone()}
                            onclick={view.on(Event::ListOpened(ListKind::Moment))}>
                            { icon(icons::LIST) }
                            <span>{ text.products }</span>
                        </button>
                    }
                    { bag::bag_button(view) }
                </div>
                { notices(view) }
            </div>
        }
    }

    fn view_sheet(&self, view: &View<'_>, page: Page) -> Html {
        let text = view.text();
        let (name, title, body, actions) = match page {
            Page::Card => (
                "card",
                "",
                product_card::card(view),
                product_card::card_actions(view),
            ),
            Page::List(kind) => (
                "list",
                text.products,
                moment::list(view, kind),
                Html::default(),
            ),
            Page::Bag => ("bag", text.bag, bag::bag(view), bag::bag_actions(view)),
            Page::Checkout => (
                "checkout",
                text.checkout,
                checkout::checkout(view),
                checkout::checkout_actions(view),
            ),
            Page::Device => (
                "device",
                text.stored,
                touchpoint::stored(view),
                Html::default(),
            ),
            Page::Confirmation => (
                "confirmation",
                text.placed,
                checkout::confirmation(view),
                checkout::confirmation_actions(view),
            ),
        };
        let title = match (page, view.session.card(), view.session.shelf()) {
            (Page::Card, Some(card), Some(shelf)) => shelf
                .product(&card.product)
                .map_or("", |product| &product.title),
            _ => title,
        };
        let back = view
            .session
            .can_go_back()
            .then(|| view.on(Event::BackPressed));
        let close = {
            let dispatch = self.dispatch.clone();
            Callback::from(move |()| dispatch.emit(Event::SheetClosed))
        };
        html! {
            <Sheet {name} title={title.to_owned()} modal={page.is_modal()} tall={page.is_tall()}
                bare_video={view.session.fullscreen() == FullscreenMode::BareVideo}
                fullscreen={view.session.fullscreen()}
                close_label={text.close} back_label={text.back} on_back={back} on_close={close}
                fallback_focus={self.opener.clone()} {actions}>
                { body }
            </Sheet>
        }
    }
}

/// What may be kept and sent: what the page was told, unless the browser says no.
fn consent(config: &Config) -> Consent {
    Consent::from_signals(config.consent, dom::asks_for_privacy())
}

/// The short message, and what became of earlier orders.
fn notices(view: &View<'_>) -> Html {
    let text = view.text();
    let session = view.session;
    // The bag's own page says what was removed, where it was removed.
    let in_bag = session.page() == Some(Page::Bag);
    let notice = session
        .notice()
        .filter(|notice| !(in_bag && matches!(notice, Notice::Removed { .. })));
    let message = notice.map(|notice| match notice {
        Notice::Added {
            title,
            at_most: None,
        } => fill(text.added, &[title]),
        Notice::Added {
            at_most: Some(most),
            ..
        } => fill(text.at_most, &[&most.to_string()]),
        Notice::BagFull => text.bag_full.to_owned(),
        Notice::Removed { title } => fill(text.removed, &[title]),
    });
    let action = notice.and_then(|notice| match notice {
        Notice::Removed { .. } => Some((text.undo, Event::RemovalUndone)),
        Notice::Added { .. } if session.page() != Some(Page::Bag) => {
            Some((text.view_bag, Event::BagOpened))
        }
        _ => None,
    });
    let failed = matches!(session.loading(), Loading::Failed(_));
    html! {
        <div class="notices" role="status" aria-live="polite">
            if let Some(message) = message {
                <p class="notice">
                    <span>{ message }</span>
                    if let Some((label, event)) = action {
                        <button type="button" onclick={view.on(event)}>{ label }</button>
                    }
                </p>
            }
            if failed {
                <p class="notice">
                    <span>{ text.not_loaded }</span>
                    <button type="button" onclick={view.on(Event::ReloadPressed)}>
                        { text.try_again }
                    </button>
                </p>
            }
            if session.is_sending_elsewhere() {
                <p class="notice"><span>{ text.sending }</span></p>
            }
            { for session.news().iter().map(|news| view_news(view, news)) }
        </div>
    }
}

fn view_news(view: &View<'_>, news: &News) -> Html {
    let text = view.text();
    match news {
        News::Placed(order) => html! {
            <p class="notice">
                <span>{ fill(text.news_placed, &[&order.number]) }</span>
                if let Some(address) = view.words.address(&order.status_url) {
                    <a href={address} target="_blank" rel="noopener">{ text.see_order }</a>
                }
                <button type="button" aria-label={text.dismiss}
                    onclick={view.on(Event::NoticeDismissed)}>{ icon(icons::CLOSE) }</button>
            </p>
        },
        News::Refused { key, code } => html! {
            <p class="notice">
                <span>{ fill(text.news_refused, &[code]) }</span>
                <button type="button" onclick={view.on(Event::RefusalCopied(key.clone()))}>
                    { text.copy }
                </button>
                <button type="button" onclick={view.on(Event::RefusalDismissed(key.clone()))}>
                    { text.discard }
                </button>
            </p>
        },
    }
}

/// The overlay's labels: prices are written here, where the language is known.
fn scene(shelf: &Shelf, words: &Wording) -> Scene {
    let text = words.text;
    let labels = shelf.track().tags.iter().map(|tag| {
        let Some((product, seen)) = shelf.tagged(&tag.id) else {
            return TagLabel {
                title: tag.label.clone().unwrap_or_default(),
                ..TagLabel::default()
            };
        };
        let variant = seen
            .and_then(|id| product.variants.iter().find(|variant| variant.id == *id))
            .or_else(|| {
                product
                    .variants
                    .iter()
                    .min_by_key(|variant| variant.price_minor)
            });
        let price = |minor: i64| intl::price(minor, product.currency, &words.locale);
        TagLabel {
            title: tag.label.clone().unwrap_or_else(|| product.title.clone()),
            price: variant
                .map(|variant| price(variant.price_minor))
                .unwrap_or_default(),
            former_price: variant
                .and_then(|variant| variant.compare_at_minor)
                .map(price),
            thumbnail: picture(product, variant)
                .and_then(|image| words.address(&image.url))
                .map(|url| url.to_string()),
            sold_out: !product.variants.iter().any(|variant| variant.available),
        }
    });
    let texts = OverlayTexts {
        group: text.tags.to_owned(),
        open_product: text.open_product.to_owned(),
        open_sold_out: text.open_sold_out.to_owned(),
        sold_out: text.sold_out.to_owned(),
        outside: text.outside.to_owned(),
        new_product: text.new_product.to_owned(),
        enter_fullscreen: text.enter_fullscreen.to_owned(),
        leave_fullscreen: text.leave_fullscreen.to_owned(),
        passed_one: text.passed.one.to_owned(),
        passed_other: text.passed.other.to_owned(),
    };
    Scene::new(Rc::clone(shelf.track()), labels.collect(), texts)
}
