//! What the view reads of the session.

use std::rc::Rc;

use shoptag_protocol::OrderStatus;

use crate::bag::Bag;
use crate::checkout::{Checkout, Form};
use crate::event::FullscreenMode;
use crate::product_card::Card;
use crate::session::{Loading, News, Notice, Page, Session, Setup, Shelf, TaggedProduct};
use crate::touchpoint::Touchpoints;

impl Session {
    /// What the page said about itself.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How far the video's document is.
    #[must_use]
    pub fn loading(&self) -> &Loading {
        &self.loading
    }

    /// The products, once they are there.
    #[must_use]
    pub fn shelf(&self) -> Option<&Shelf> {
        self.shelf.as_ref()
    }

    /// The products on screen now, each once.
    #[must_use]
    pub fn in_this_moment(&self) -> Vec<TaggedProduct> {
        self.shelf
            .as_ref()
            .map_or_else(Vec::new, |shelf| shelf.moment(&self.on_screen))
    }

    /// The page on top of the sheet; `None`: the sheet is closed.
    #[must_use]
    pub fn page(&self) -> Option<Page> {
        self.pages.last().copied()
    }

    /// Whether there is a page to go back to.
    #[must_use]
    pub fn can_go_back(&self) -> bool {
        self.pages.len() > 1 && !matches!(self.page(), Some(Page::Confirmation))
    }

    /// What is in fullscreen.
    #[must_use]
    pub fn fullscreen(&self) -> FullscreenMode {
        self.fullscreen
    }

    /// The card with its product.
    #[must_use]
    pub fn card(&self) -> Option<&Card> {
        self.card.as_ref()
    }

    /// The bag.
    #[must_use]
    pub fn bag(&self) -> &Bag {
        &self.bag
    }

    /// What is typed.
    #[must_use]
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The open checkout.
    #[must_use]
    pub fn checkout(&self) -> Option<&Checkout> {
        self.checkout.as_ref()
    }

    /// The order that was placed last.
    #[must_use]
    pub fn confirmation(&self) -> Option<&Rc<OrderStatus>> {
        self.confirmation.as_ref()
    }

    /// What became of orders that are not in the open checkout.
    #[must_use]
    pub fn news(&self) -> &[News] {
        &self.news
    }

    /// The short message.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    /// Whether the browser believes to be online.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.online
    }

    /// The shopper's way through this video.
    #[must_use]
    pub fn touchpoints(&self) -> &Touchpoints {
        &self.touchpoints
    }

    /// Whether bag and orders outlive the page.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.durable
    }
}
