//! The functional core: `handle(event, now)` changes the state and returns what the outside shall
//! do.
//!
//! `now` is the shopper's clock, monotonic while the page lives. The session reads no clock, makes
//! no random number and touches no browser; random bytes come in with the events that need them.

mod answers;
mod bagging;
mod credit;
#[cfg(test)]
mod credit_tests;
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
use shoptag_commerce::{SiteKey, TagId, Timestamp, VideoId};
use shoptag_outbox::Outbox;
use shoptag_protocol::{OrderStatus, VideoDocument};

use crate::bag::Bag;
use crate::checkout::{Checkout, Form};
use crate::effect::{Announcement, Effect};
use crate::event::{Event, Failure, FullscreenMode, TapOrigin, Timer};
use crate::product_card::Card;
use crate::touchpoint::Touchpoints;

pub use delivery::News;
pub use navigation::Page;
pub use shelf::{Shelf, TaggedProduct, picture};

/// How long a short message stays, milliseconds: two short sentences at reading pace, with time to
/// press "Undo".
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
    /// What the event that is being taken in asks for; empty between events.
    effects: Vec<Effect>,
}

impl Session {
    /// A session in which nothing has happened yet.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
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
            outbox: Outbox::new(),
            news: Vec::new(),
            notice: None,
            touchpoints,
            effects: Vec::new(),
        }
    }

    /// Takes in one event at `now` (the shopper's clock) and returns the effects, to be carried out
    /// in order.
    #[must_use]
    pub fn handle(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.take_in(event, now);
        let mut effects = std::mem::take(&mut self.effects);
        for effect in &mut effects {
            if let Effect::FixOrder(request) = effect {
                self.add_receipts(request);
            }
        }
        effects
    }

    fn take_in(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Started => {
                self.effects.push(Effect::LoadStored);
                self.effects.push(Effect::LoadDocument);
            }
            Event::DocumentLoaded(document) => self.document_loaded(document, now),
            Event::DocumentFailed(failure) => self.document_failed(failure),
            Event::ReloadPressed
            | Event::TagsOnScreen(_)
            | Event::PlaybackChanged { .. }
            | Event::PauseOnCardChanged(_)
            | Event::FullscreenChanged(_) => self.in_film(event, now),
            Event::TagTapped { tag, origin } => self.tag_tapped(tag, origin, now),
            Event::BagOpened => self.open(Page::Bag),
            Event::ListOpened(kind) => self.open(Page::List(kind)),
            Event::BackPressed => self.back(),
            Event::SheetClosed => self.close(),
            Event::JumpPressed(tag) => self.jump(&tag),
            Event::NoticeDismissed => {
                self.news.retain(|news| !matches!(news, News::Placed(_)));
                self.drop_notice();
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
            | Event::TouchpointsChangedElsewhere(_)
            | Event::DeviceOpened
            | Event::Erased(_) => self.in_touchpoints(event, now),
            Event::Woken { timer, .. } => self.woken(timer, event, now),
            Event::StorageLoaded(_)
            | Event::ConnectionChanged { .. }
            | Event::LeadChanged { .. }
            | Event::SubmissionsLoaded { .. }
            | Event::SubmissionsChangedElsewhere
            | Event::SubmissionHeld { .. }
            | Event::StorageChecked { .. }
            | Event::PageShown
            | Event::OrderFixed { .. }
            | Event::SubmissionKept { .. }
            | Event::SubmissionAnswered { .. }
            | Event::RefusalCopied(_)
            | Event::RefusalDismissed(_) => self.in_delivery(event, now),
            Event::BuyNowPressed(_)
            | Event::CheckoutPressed(_)
            | Event::FieldTyped { .. }
            | Event::FieldLeft(_)
            | Event::DeliveryChosen { .. }
            | Event::ConfirmPressed(_)
            | Event::ChangeAccepted(_)
            | Event::ShortageAccepted(_)
            | Event::RetryPressed(_)
            | Event::QuoteAnswered { .. } => self.in_checkout(event, now),
        }
    }

    fn woken(&mut self, timer: Timer, event: Event, now: Timestamp) {
        match timer {
            Timer::Touchpoints => self.in_touchpoints(event, now),
            Timer::Notice => self.drop_notice(),
            Timer::Outbox => self.in_delivery(event, now),
            Timer::Quote | Timer::QuoteExpiry => self.in_checkout(event, now),
        }
    }

    fn in_film(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::ReloadPressed => {
                self.loading = Loading::Waiting;
                self.effects.push(Effect::LoadDocument);
            }
            Event::TagsOnScreen(tags) => self.on_screen = tags,
            Event::PlaybackChanged { playing } => {
                self.playing = playing;
                // Whoever started it, the shopper is watching: it is not ours to resume any more.
                self.paused_by_us &= !playing;
                self.poll_touchpoints(now);
            }
            Event::PauseOnCardChanged(pauses) => self.setup.pause_on_card = pauses,
            Event::FullscreenChanged(mode) => {
                self.fullscreen = mode;
                self.announce(Announcement::FullscreenChange { mode });
            }
            _ => {}
        }
    }

    fn document_loaded(&mut self, document: Rc<VideoDocument>, now: Timestamp) {
        self.bag.hold_to(document.policy.currency);
        self.form
            .offer_country(document.policy.countries.first().map(String::as_str));
        self.loading = Loading::Done;
        self.shelf = Some(Shelf::new(document));
        self.touchpoints.start(now);
        self.announce(Announcement::Ready);
        self.poll_touchpoints(now);
    }

    fn document_failed(&mut self, failure: Failure) {
        let code = match &failure {
            Failure::Unreachable => "unreachable".to_owned(),
            Failure::Unreadable { .. } => "unreadable".to_owned(),
            Failure::Refused { problem, .. } => problem.code.clone(),
        };
        self.loading = Loading::Failed(failure);
        self.announce(Announcement::Error { code });
    }

    fn tag_tapped(&mut self, tag: TagId, origin: TapOrigin, now: Timestamp) {
        let tagged = self.shelf.as_ref().and_then(|shelf| shelf.tagged(&tag));
        let Some((product, seen)) = tagged else {
            return;
        };
        let id = product.id.clone();
        let card = Card::open(product, Some(tag.clone()), seen);
        self.card = Some(card);
        if origin != TapOrigin::List {
            // From the picture: whatever was open gives way.
            self.pages.clear();
        }
        self.announce(Announcement::TagClick { tag, product: id });
        self.open(Page::Card);
        self.tag_clicked(now);
    }

    fn jump(&mut self, tag: &TagId) {
        let start_s = self.shelf.as_ref().and_then(|shelf| shelf.start_s(tag));
        if let Some(to_s) = start_s {
            self.effects.push(Effect::SeekVideo { to_s });
        }
    }

    pub(super) fn announce(&mut self, announcement: Announcement) {
        self.effects.push(Effect::Announce(announcement));
    }

    pub(super) fn wake_at(&mut self, timer: Timer, at: Timestamp) {
        self.effects.push(Effect::WakeAt { timer, at });
    }

    pub(super) fn say(&mut self, notice: Notice, now: Timestamp) {
        self.notice = Some(notice);
        self.wake_at(Timer::Notice, now.plus_ms(NOTICE_MS));
    }

    fn drop_notice(&mut self) {
        self.notice = None;
        self.bag.forget_removed();
    }

    pub(super) fn quantity_max(&self) -> u32 {
        self.shelf
            .as_ref()
            .map_or(1, |shelf| shelf.document().policy.quantity_max)
    }
}
