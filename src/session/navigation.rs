//! The pages of the sheet, and the video behind them.

use crate::checkout::Stage;
use crate::effect::Effect;
use crate::event::ListKind;
use crate::session::Session;

/// A page of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The product card.
    Card,
    /// A list of products.
    List(ListKind),
    /// The bag.
    Bag,
    /// The checkout.
    Checkout,
    /// The placed order.
    Confirmation,
    /// What this device has stored.
    Device,
}

impl Page {
    /// Whether the page behind the sheet is out of reach. Only for money: elsewhere the video's
    /// controls stay usable.
    #[must_use]
    pub fn is_modal(self) -> bool {
        matches!(self, Self::Checkout)
    }

    /// Whether the page needs all the height there is.
    #[must_use]
    pub fn is_tall(self) -> bool {
        matches!(self, Self::Checkout | Self::Confirmation)
    }
}

impl Session {
    /// Shows `page`; one that is open already is gone back to.
    pub(super) fn open(&mut self, page: Page) {
        self.drop_placed();
        self.notice = None;
        let was_closed = self.pages.is_empty();
        if let (Page::List(_), Some(Page::List(_))) = (page, self.page()) {
            // The two lists are one page with two tabs.
            self.pages.pop();
        }
        match self.pages.iter().position(|open| *open == page) {
            Some(index) => self.pages.truncate(index + 1),
            None => self.pages.push(page),
        }
        if was_closed && self.setup.pause_on_card && self.playing {
            self.paused_by_us = true;
            self.effects.push(Effect::PauseVideo);
        }
    }

    /// Goes back one page. An order that is being sent is not interrupted.
    pub(super) fn back(&mut self) {
        let left = self.pages.pop();
        if left == Some(Page::Checkout) {
            self.leave_checkout();
        }
        if self.pages.is_empty() {
            self.close();
        }
    }

    /// Closes the sheet and resumes the video if it was paused for the sheet.
    pub(super) fn close(&mut self) {
        self.pages.clear();
        self.drop_placed();
        self.leave_checkout();
        if std::mem::take(&mut self.paused_by_us) {
            self.effects.push(Effect::ResumeVideo);
        }
    }

    /// A checkout in which no order is being made ends; what was typed stays in the form.
    fn leave_checkout(&mut self) {
        let sending = |stage: &Stage| matches!(stage, Stage::Fixing { .. } | Stage::Sending { .. });
        let keep = self.checkout.as_ref().is_some_and(|checkout| {
            // A refused order stays until the shopper has decided about it.
            sending(&checkout.stage) || checkout.refused.is_some()
        });
        if !keep {
            self.checkout = None;
        }
    }

    fn drop_placed(&mut self) {
        self.pages.retain(|page| *page != Page::Confirmation);
    }
}
