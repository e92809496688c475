//! The functional core: `handle(event, now)` changes the state and returns what the outside shall do.
//!
//! `now` is the shopper's clock, monotonic while the page lives. The session reads no clock, makes no
//! random number and touches no browser; random bytes come in with the events that need them.

mod credit;
mod delivery;
#[cfg(test)]
pub(crate) mod fixtures;
mod navigation;
mod purchase;
mod reading;
mod shelf;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use shoptag_attribution::journal::Consent;
use shoptag_commerce::{SiteKey, TagId, Timestamp, VariantId, VideoId};
use shoptag_outbox::Outbox;
use shoptag_protocol::{OrderStatus, SavedLine, VideoDocument};

use crate::bag::{Added, Bag};
use crate::checkout::{Checkout, Form};
use crate::effect::{Announcement, Effect};
use crate::event::{Event, Failure, FullscreenMode, TapOrigin, Timer};
use crate::product_card::Card;
use crate::touchpoint::Touchpoints;

pub use delivery::News;
pub use navigation::Page;
pub use shelf::{Shelf, TaggedProduct};

/// How long a short message stays, milliseconds: two short sentences at reading pace, with time to press
/// "Undo".
const NOTICE_MS: i64 = 7_000;

/// What the page says about itself, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The page's site key.
    pub site: SiteKey,
    /// The video.
    pub video: VideoId,
    /// Whether the video pauses while the sheet is open.
    pub pause_on_card: bool,
    /// Whether touchpoints may be kept and sent.
    pub consent: Consent,
    /// Random; the ids of touchpoints are made from it.
    pub seed: u128,
}

/// How far the video's document is.
#[derive(Debug, Clone, PartialEq)]
pub enum Loading {
    /// Asked for.
    Waiting,
    /// There.
    Done,
    /// It did not come.
    Failed(Failure),
}

/// A short message over the video.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    /// Something went into the bag.
    Added {
        /// Its title.
        title: String,
        /// `Some(n)`: only up to `n` of it are sold at once.
        at_most: Option<u32>,
    },
    /// The bag has as many lines as it can.
    BagFull,
    /// A line was removed; it can be put back.
    Removed {
        /// Its title.
        title: String,
    },
}

/// Everything the widget knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    setup: Setup,
    loading: Loading,
    shelf: Option<Shelf>,
    on_screen: Vec<TagId>,
    playing: bool,
    paused_by_us: bool,
    fullscreen: FullscreenMode,
    online: bool,
    pages: Vec<Page>,
    card: Option<Card>,
    bag: Bag,
    storage_read: bool,
    durable: bool,
    unreadable: u32,
    form: Form,
    checkout: Option<Checkout>,
    confirmation: Option<Rc<OrderStatus>>,
    outbox: Outbox,
    news: Vec<News>,
    notice: Option<Notice>,
    touchpoints: Touchpoints,
}

impl Session {
    /// A session in which nothing has happened yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut outbox = Outbox::new();
        // Several tabs may send the same record: key and bytes are the same, so it is one order.
        outbox.set_leader(true);
        let Setup {
            site, video, seed, ..
        } = &setup;
        let touchpoints = Touchpoints::new(site.clone(), video.clone(), *seed, setup.consent);
        Self {
            setup,
            loading: Loading::Waiting,
            shelf: None,
            on_screen: Vec::new(),
            playing: false,
            paused_by_us: false,
            fullscreen: FullscreenMode::None,
            online: true,
            pages: Vec::new(),
            card: None,
            bag: Bag::default(),
            storage_read: false,
            durable: true,
            unreadable: 0,
            form: Form::default(),
            checkout: None,
            confirmation: None,
            outbox,
            news: Vec::new(),
            notice: None,
            touchpoints,
        }
    }

    /// Takes in one event at `now` (the shopper's clock) and returns the effects, to be carried out in
    /// order.
    #[must_use]
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::Started => vec![Effect::LoadStored, Effect::LoadDocument],
            Event::DocumentLoaded(document) => self.document_loaded(document, now),
            Event::DocumentFailed(failure) => self.document_failed(failure),
            Event::ReloadPressed => {
                self.loading = Loading::Waiting;
                vec![Effect::LoadDocument]
            }
            Event::TagsOnScreen(tags) => {
                self.on_screen = tags;
                Vec::new()
            }
            Event::TagTapped { tag, origin } => self.tag_tapped(tag, origin, now),
            Event::PlaybackChanged { playing } => {
                self.playing = playing;
                // Whoever started it, the shopper is watching: it is not ours to resume any more.
                self.paused_by_us &= !playing;
                self.touchpoints.poll(playing, now)
            }
            Event::FullscreenChanged(mode) => {
                self.fullscreen = mode;
                Vec::new()
            }
            Event::BagOpened => self.open(Page::Bag),
            Event::ListOpened(kind) => self.open(Page::List(kind)),
            Event::BackPressed => self.back(),
            Event::SheetClosed => self.close(),
            Event::JumpPressed(tag) => self.jump(&tag),
            Event::NoticeDismissed => {
                self.news.retain(|news| !matches!(news, News::Placed(_)));
                self.drop_notice()
            }
            Event::OptionChosen { .. }
            | Event::QuantityChanged(_)
            | Event::ImageChosen(_)
            | Event::AddToBagPressed => self.in_card(event, now),
            Event::LineQuantityChanged { .. }
            | Event::LineRemoved(_)
            | Event::RemovalUndone
            | Event::AddedByPage { .. }
            | Event::BagChangedElsewhere(_) => self.in_bag(event, now),
            Event::TagSeen { .. }
            | Event::PositionRead { .. }
            | Event::PageHidden
            | Event::ConsentChanged(_)
            | Event::ViewSessionAnswered(_)
            | Event::ClickAnswered { .. }
            | Event::BindingAnswered { .. }
            | Event::TouchpointsAnswered { .. }
            | Event::DeviceOpened
            | Event::Erased(_)
            | Event::Woken {
                timer: Timer::Touchpoints,
                ..
            } => self.in_touchpoints(event, now),
            Event::Woken {
                timer: Timer::Notice,
                ..
            } => self.drop_notice(),
            Event::StorageLoaded(_)
            | Event::ConnectionChanged { .. }
            | Event::OrderFixed { .. }
            | Event::SubmissionKept { .. }
            | Event::SubmissionAnswered { .. }
            | Event::RefusalCopied(_)
            | Event::RefusalDismissed(_)
            | Event::Woken {
                timer: Timer::Outbox,
                ..
            } => self.in_delivery(event, now),
            Event::BuyNowPressed(_)
            | Event::CheckoutPressed(_)
            | Event::FieldTyped { .. }
            | Event::FieldLeft(_)
            | Event::DeliveryChosen { .. }
            | Event::ConfirmPressed(_)
            | Event::ChangeAccepted(_)
            | Event::ShortageAccepted(_)
            | Event::RetryPressed(_)
            | Event::QuoteAnswered { .. }
            | Event::Woken {
                timer: Timer::Quote | Timer::QuoteExpiry,
                ..
            } => {
                let effects = self.in_checkout(event, now);
                self.with_receipts(effects)
            }
        }
    }

    fn document_loaded(&mut self, document: Rc<VideoDocument>, now: Timestamp) -> Vec<Effect> {
        self.bag.hold_to(document.policy.currency);
        self.form
            .offer_country(document.policy.countries.first().map(String::as_str));
        self.loading = Loading::Done;
        self.shelf = Some(Shelf::new(document));
        self.touchpoints.start(now);
        let mut effects = vec![Effect::Announce(Announcement::Ready)];
        effects.extend(self.touchpoints.poll(self.playing, now));
        effects
    }

    fn document_failed(&mut self, failure: Failure) -> Vec<Effect> {
        let code = match &failure {
            Failure::Unreachable => "unreachable".to_owned(),
            Failure::Unreadable { .. } => "unreadable".to_owned(),
            Failure::Refused { problem, .. } => problem.code.clone(),
        };
        self.loading = Loading::Failed(failure);
        vec![Effect::Announce(Announcement::Error { code })]
    }

    fn tag_tapped(&mut self, tag: TagId, origin: TapOrigin, now: Timestamp) -> Vec<Effect> {
        let Some(shelf) = &self.shelf else {
            return Vec::new();
        };
        let Some((product, seen)) = shelf.tagged(&tag) else {
            return Vec::new();
        };
        let id = product.id.clone();
        let card = Card::open(product, Some(tag.clone()), seen);
        self.card = Some(card);
        if origin != TapOrigin::List {
            // From the picture: whatever was open gives way.
            self.pages.clear();
        }
        let mut effects = vec![Effect::Announce(Announcement::TagClick {
            tag,
            product: id,
        })];
        effects.extend(self.open(Page::Card));
        effects.extend(self.tag_clicked(now));
        effects
    }

    fn jump(&mut self, tag: &TagId) -> Vec<Effect> {
        let start_s = self.shelf.as_ref().and_then(|shelf| shelf.start_s(tag));
        start_s
            .map(|to_s| Effect::SeekVideo { to_s })
            .into_iter()
            .collect()
    }

    fn in_card(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let (Some(card), Some(shelf)) = (&mut self.card, &self.shelf) else {
            return Vec::new();
        };
        let Some(product) = shelf.product(&card.product) else {
            return Vec::new();
        };
        match event {
            Event::OptionChosen { axis, label } => card.choose(product, axis, &label),
            Event::QuantityChanged(quantity) => {
                card.set_quantity(quantity, shelf.document().policy.quantity_max);
            }
            Event::ImageChosen(index) => card.show_image(product, index),
            _ => return self.add_card_to_bag(now),
        }
        Vec::new()
    }

    fn add_card_to_bag(&mut self, now: Timestamp) -> Vec<Effect> {
        let line = self.card_line(now);
        let Some(line) = line else {
            return Vec::new();
        };
        let variant = line.variant_id.clone();
        let mut effects = self.add(line, now);
        effects.extend(self.line_bagged(&variant, now));
        effects
    }

    /// The card's choice as a line; `None` when it is sold out.
    fn card_line(&self, now: Timestamp) -> Option<SavedLine> {
        let (card, shelf) = (self.card.as_ref()?, self.shelf.as_ref()?);
        let variant = card.variant(shelf.product(&card.product)?)?;
        let mut line = shelf.line(&variant.id, card.quantity, card.tag.clone(), now)?;
        line.receipt = self.receipt_for(&line);
        Some(line)
    }

    fn add(&mut self, line: SavedLine, now: Timestamp) -> Vec<Effect> {
        let title = line.title.clone();
        let notice = match self.bag.add(line, self.quantity_max()) {
            Added::All => Notice::Added {
                title,
                at_most: None,
            },
            Added::AtMost(most) => Notice::Added {
                title,
                at_most: Some(most),
            },
            Added::Full => Notice::BagFull,
        };
        let mut effects = self.bag_changed();
        effects.push(self.say(notice, now));
        effects
    }

    fn in_bag(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::LineQuantityChanged {
                variant,
                quantity: 0,
            }
            | Event::LineRemoved(variant) => {
                return self.remove(&variant, now);
            }
            Event::LineQuantityChanged { variant, quantity } => {
                self.bag
                    .set_quantity(&variant, quantity, self.quantity_max());
            }
            Event::RemovalUndone => {
                self.bag.undo();
                self.notice = None;
            }
            Event::AddedByPage { variant, quantity } => {
                let shelf = self.shelf.as_ref();
                let line = shelf.and_then(|shelf| shelf.line(&variant, quantity, None, now));
                return line.map_or_else(Vec::new, |line| self.add(line, now));
            }
            Event::BagChangedElsewhere(saved) => {
                self.bag.replace(saved);
                return self.announce_bag().into_iter().collect();
            }
            _ => return Vec::new(),
        }
        self.bag_changed()
    }

    fn remove(&mut self, variant: &VariantId, now: Timestamp) -> Vec<Effect> {
        let Some(title) = self.bag.line(variant).map(|line| line.title.clone()) else {
            return Vec::new();
        };
        self.bag.remove(variant);
        let mut effects = self.bag_changed();
        effects.push(self.say(Notice::Removed { title }, now));
        effects
    }

    /// The bag is written only after storage has been read, or it would overwrite what is there.
    fn bag_changed(&self) -> Vec<Effect> {
        let saved = self.bag.saved().filter(|_| self.storage_read);
        saved
            .map(Effect::SaveBag)
            .into_iter()
            .chain(self.announce_bag())
            .collect()
    }

    fn announce_bag(&self) -> Option<Effect> {
        let currency = self.bag.saved()?.currency;
        Some(Effect::Announce(Announcement::BagChange {
            count: self.bag.count(),
            subtotal_minor: self.bag.subtotal_minor(),
            currency,
        }))
    }

    fn say(&mut self, notice: Notice, now: Timestamp) -> Effect {
        self.notice = Some(notice);
        Effect::WakeAt {
            timer: Timer::Notice,
            at: now.plus_ms(NOTICE_MS),
        }
    }

    fn drop_notice(&mut self) -> Vec<Effect> {
        self.notice = None;
        self.bag.forget_removed();
        Vec::new()
    }

    fn quantity_max(&self) -> u32 {
        self.shelf
            .as_ref()
            .map_or(1, |shelf| shelf.document().policy.quantity_max)
    }
}
