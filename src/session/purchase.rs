//! The checkout within the session: what opens it, what feeds it, what it leaves behind.

use shoptag_commerce::{IdempotencyKey, Timestamp};

use super::credit::apart_max;
use crate::checkout::{Checkout, Field, Setting, Source, Stage, Trouble, joined};
use crate::effect::{Announcement, Effect};
use crate::event::{Entropy, Event};
use crate::session::{Page, Session, Setup, Shelf};

impl Session {
    pub(super) fn in_checkout(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::BuyNowPressed(entropy) => {
                let lines = self.card_line(now).into_iter().collect();
                self.start(Source::Product, lines, &entropy, now);
            }
            Event::CheckoutPressed(entropy) => {
                self.start(Source::Bag, self.bag.lines().to_vec(), &entropy, now);
            }
            Event::FieldTyped { field, text } => self.typed(field, text, now),
            Event::FieldLeft(field) => self.form.check_left(field),
            Event::ConfirmPressed(entropy) => self.confirm(entropy, now),
            Event::RetryPressed(entropy) => self.retry(&entropy, now),
            Event::ShortageAccepted(entropy) => self.accept_shortage(&entropy, now),
            other => self.feed(other, now),
        }
    }

    /// Events that go straight to the open checkout.
    fn feed(&mut self, event: Event, now: Timestamp) {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return;
        };
        let setting = setting(&self.setup, shelf);
        let effects = &mut self.effects;
        match event {
            Event::DeliveryChosen { brand, option } if checkout.is_editable() => {
                self.form.choose_delivery(brand, option);
                checkout.edited();
                checkout.ask(setting, &self.form, effects);
            }
            Event::ChangeAccepted(entropy) => {
                let decided = checkout.refused.take();
                checkout.accept_change(entropy, setting, &self.form, now, effects);
                self.decide(decided);
            }
            Event::QuoteAnswered { sequence, answer } => {
                checkout.answered(sequence, answer, setting, &mut self.form, now, effects);
            }
            Event::Woken { timer, .. } => checkout.woken(timer, setting, &self.form, effects),
            _ => {}
        }
    }

    /// The shopper has decided about the order that was refused, if there is one.
    fn decide(&mut self, refused: Option<IdempotencyKey>) {
        if let Some(key) = refused {
            self.discard(&key);
        }
    }

    fn start(
        &mut self,
        source: Source,
        lines: Vec<shoptag_protocol::SavedLine>,
        entropy: &Entropy,
        now: Timestamp,
    ) {
        let busy = self.checkout.as_ref().is_some_and(|checkout| {
            matches!(checkout.stage, Stage::Fixing { .. } | Stage::Sending { .. })
        });
        if busy {
            // One order at a time: the one on its way is shown.
            return self.open(Page::Checkout);
        }
        if lines.is_empty() || self.shelf.is_none() {
            return;
        }
        let decided = self.checkout.take().and_then(|earlier| earlier.refused);
        let apart_max = apart_max(lines.len());
        let lines = joined(lines, apart_max);
        let quantities = lines.iter().map(|line| line.quantity);
        let count = quantities.fold(0_u32, u32::saturating_add);
        self.open(Page::Checkout);
        self.announce(Announcement::CheckoutStart { count });
        self.effects.push(Effect::CheckStorage);
        let checkout = self
            .checkout
            .insert(Checkout::open(source, lines, entropy, now));
        if !self.outbox.has_room() {
            checkout.trouble = Some(Trouble::OutboxFull);
        }
        if let Some(shelf) = &self.shelf {
            checkout.ask(setting(&self.setup, shelf), &self.form, &mut self.effects);
        }
        self.decide(decided);
    }

    fn typed(&mut self, field: Field, text: String, now: Timestamp) {
        if self
            .checkout
            .as_ref()
            .is_some_and(|checkout| !checkout.is_editable())
        {
            return;
        }
        self.form.set(field, text);
        if field == Field::Country {
            self.form.forget_delivery();
        }
        let ask = field == Field::Country || self.form.is_complete();
        if let Some(checkout) = &mut self.checkout {
            checkout.typed(ask, now, &mut self.effects);
        }
    }

    fn confirm(&mut self, entropy: Entropy, now: Timestamp) {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return;
        };
        if !checkout.can_confirm() {
            return;
        }
        if !self.outbox.has_room() {
            checkout.trouble = Some(Trouble::OutboxFull);
            return;
        }
        if !self.form.check_all() {
            checkout.focus_first_invalid(&self.form);
            return;
        }
        // Pressing again is the decision about an order that was refused.
        let decided = checkout.refused.take();
        let setting = setting(&self.setup, shelf);
        checkout.confirm(entropy, setting, &self.form, now, &mut self.effects);
        self.decide(decided);
    }

    fn accept_shortage(&mut self, entropy: &Entropy, now: Timestamp) {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return;
        };
        let setting = setting(&self.setup, shelf);
        let effects = &mut self.effects;
        let shortages = checkout.accept_shortage(entropy, setting, &self.form, now, effects);
        if shortages.is_empty() {
            return;
        }
        let (decided, source) = (checkout.refused.take(), checkout.source);
        let empty = checkout.lines.is_empty();
        if source == Source::Bag {
            for short in &shortages {
                let most = shelf.document().policy.quantity_max;
                self.bag.set_quantity(&short.line, short.available, most);
            }
            self.bag.forget_removed();
            self.bag_changed();
        }
        self.decide(decided);
        if empty {
            self.back();
        }
    }

    fn retry(&mut self, entropy: &Entropy, now: Timestamp) {
        match (&mut self.checkout, &self.shelf) {
            (Some(checkout), Some(shelf)) if checkout.is_editable() => {
                checkout.ask(setting(&self.setup, shelf), &self.form, &mut self.effects);
            }
            _ => self.send_now(entropy, now),
        }
    }
}

/// What the checkout needs to know of the page and the shop.
fn setting<'a>(setup: &'a Setup, shelf: &Shelf) -> Setting<'a> {
    Setting {
        site: &setup.site,
        video: &setup.video,
        currency: shelf.document().policy.currency,
    }
}
