//! The root component: owns the session, feeds it events, hands its effects to the browser.

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::{ProductId, SiteKey, decimal};
use yew::{Callback, Component, Context, Html, NodeRef, Properties};

use crate::bag;
use crate::browser::run::Runner;
use crate::browser::video::VideoHandle;
use crate::browser::{clock, dom, intl, layer, random};
use crate::checkout::{self, Field};
use crate::embed::{Config, Slots};
use crate::event::{Event, FullscreenMode, ListKind};
use crate::markup::{Markup, component, element, fragment};
use crate::messages::fill;
use crate::moment;
use crate::product_card;
use crate::session::{Loading, News, Notice, Page, Session, Setup, Shelf, picture};
use crate::sheet::{Sheet, SheetProps};
use crate::touchpoint;
use crate::video_overlay::{OverlayTexts, Scene, TagLabel, VideoOverlay, VideoOverlayProps};
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
    strip: NodeRef,
    /// The card's picture that has been scrolled to.
    picture: Option<(ProductId, usize)>,
    /// The last demand to put the focus on a field that has been followed.
    focus: Option<(Field, u32)>,
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
            strip: &self.strip,
        };
        let page = self.session.page();
        let over_video = fragment()
            .child(self.view_chrome(&view))
            .child(page.map_or_else(Html::default, |page| self.view_sheet(&view, page)));
        let overlay = component::<VideoOverlay>(VideoOverlayProps {
            scene: self.scene.clone(),
            video: props.video.clone(),
            dispatch: self.dispatch.clone(),
            covered: page.is_some(),
            children: over_video.html(),
        });
        let form = (page == Some(Page::Checkout))
            .then(|| checkout::form_portal(&view, &props.slots.checkout));
        fragment()
            .child(overlay)
            .child(form.flatten().unwrap_or_default())
            .html()
    }

    fn rendered(&mut self, context: &Context<Self>, _first: bool) {
        let page = self.session.page();
        let strip = self.strip.cast::<dom::Element>();
        let card = self.session.card().filter(|_| page == Some(Page::Card));
        let picture = card.map(|card| (card.product.clone(), card.image));
        let picture = picture.filter(|_| strip.is_some());
        if let (Some(strip), Some((_, index))) = (&strip, &picture)
            && picture != self.picture
        {
            product_card::show_picture(strip, *index);
        }
        self.picture = picture;
        let checkout = self.session.checkout();
        let checkout = checkout.filter(|_| page == Some(Page::Checkout));
        let focus = checkout.and_then(|checkout| checkout.focus);
        if let Some((field, _)) = focus.filter(|_| focus != self.focus) {
            layer::focus_field(&context.props().slots.checkout, checkout::field_id(field));
        }
        self.focus = focus;
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
            strip: NodeRef::default(),
            picture: None,
            focus: None,
        }
    }

    /// The buttons over the video, and short messages.
    fn view_chrome(&self, view: &View<'_>) -> Markup {
        let loaded = *view.session.loading() == Loading::Done;
        let products = loaded.then(|| {
            element("button.chrome-button[type=button][part=products-button]")
                .node(&self.opener)
                .sends(view, Event::ListOpened(ListKind::Moment))
                .child(icon(icons::LIST))
                .child(element("span").text(view.text().products))
        });
        let buttons = element("div.chrome-buttons")
            .child(products)
            .child(bag::bag_button(view));
        element("div.chrome").child(buttons).child(notices(view))
    }

    fn view_sheet(&self, view: &View<'_>, page: Page) -> Html {
        let text = view.text();
        let (name, title, body, actions) = match page {
            Page::Card => {
                let card = product_card::card(view);
                ("card", "", Some(card), product_card::card_actions(view))
            }
            Page::List(kind) => {
                let list = moment::list(view, kind);
                ("list", text.products, Some(list), None)
            }
            Page::Bag => {
                let bag = bag::bag(view);
                ("bag", text.bag, Some(bag), bag::bag_actions(view))
            }
            Page::Checkout => {
                let actions = checkout::checkout_actions(view);
                ("checkout", text.checkout, checkout::checkout(view), actions)
            }
            Page::Device => {
                let stored = touchpoint::stored(view);
                ("device", text.stored, Some(stored), None)
            }
            Page::Confirmation => {
                let placed = checkout::confirmation(view);
                let actions = checkout::confirmation_actions(view);
                ("confirmation", text.placed, placed, Some(actions))
            }
        };
        let title = match (page, view.session.card(), view.session.shelf()) {
            (Page::Card, Some(card), Some(shelf)) => shelf
                .product(&card.product)
                .map_or("", |product| &product.title),
            _ => title,
        };
        let fullscreen = view.session.fullscreen();
        component::<Sheet>(SheetProps {
            name,
            title: title.to_owned(),
            modal: page.is_modal(),
            tall: page.is_tall(),
            bare_video: fullscreen == FullscreenMode::BareVideo,
            fullscreen,
            text,
            can_go_back: view.session.can_go_back(),
            dispatch: self.dispatch.clone(),
            fallback_focus: self.opener.clone(),
            children: body.map(Markup::html).unwrap_or_default(),
            actions: actions.map(Markup::html),
        })
    }
}

/// What may be kept and sent: what the page was told, unless the browser says no.
fn consent(config: &Config) -> Consent {
    Consent::from_signals(config.consent, dom::asks_for_privacy())
}

/// The short message, and what became of earlier orders.
fn notices(view: &View<'_>) -> Markup {
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
        } => fill(text.at_most, &[&decimal((*most).into())]),
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
    let says = |words: String| element("p.notice").child(element("span").text(words));
    let notice = message.map(|message| {
        let button = action.map(|(label, event)| {
            element("button[type=button]")
                .sends(view, event)
                .text(label)
        });
        says(message).child(button)
    });
    let failed = matches!(session.loading(), Loading::Failed(_)).then(|| {
        let again = element("button[type=button]")
            .sends(view, Event::ReloadPressed)
            .text(text.try_again);
        says(text.not_loaded.to_owned()).child(again)
    });
    let sending = session
        .is_sending_elsewhere()
        .then(|| says(text.sending.to_owned()));
    element("div.notices[role=status][aria-live=polite]")
        .child(notice)
        .child(failed)
        .child(sending)
        .children(session.news().iter().map(|news| view_news(view, news)))
}

fn view_news(view: &View<'_>, news: &News) -> Markup {
    let text = view.text();
    let button = |event| element("button[type=button]").sends(view, event);
    match news {
        News::Placed(order) => {
            let words = fill(text.news_placed, &[&order.number]);
            let status = view.words.address(&order.status_url).map(|address| {
                element("a[target=_blank][rel=noopener]")
                    .attribute("href", address)
                    .text(text.see_order)
            });
            let dismiss = button(Event::NoticeDismissed)
                .attribute("aria-label", text.dismiss)
                .child(icon(icons::CLOSE));
            element("p.notice")
                .child(element("span").text(words))
                .child(status)
                .child(dismiss)
        }
        News::Refused { key, code } => {
            let words = fill(text.news_refused, &[code]);
            let copy = button(Event::RefusalCopied(key.clone())).text(text.copy);
            let discard = button(Event::RefusalDismissed(key.clone())).text(text.discard);
            element("p.notice")
                .child(element("span").text(words))
                .child(copy)
                .child(discard)
        }
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
            thumbnail: picture(product, variant).and_then(|image| words.address(&image.url)),
            sold_out: !product.variants.iter().any(|variant| variant.available),
        }
    });
    let texts = OverlayTexts {
        group: text.tags,
        open_product: text.open_product,
        open_sold_out: text.open_sold_out,
        sold_out: text.sold_out,
        outside: text.outside,
        new_product: text.new_product,
        enter_fullscreen: text.enter_fullscreen,
        leave_fullscreen: text.leave_fullscreen,
        passed_one: text.passed.one,
        passed_other: text.passed.other,
    };
    Scene::new(Rc::clone(shelf.track()), labels.collect(), texts)
}
