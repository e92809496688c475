//! The checkout within the session: what opens it, what feeds it, what it leaves behind.

use shoptag_commerce::Timestamp;

use super::credit::apart_max;
use crate::checkout::{Checkout, Field, Setting, Source, Stage, Trouble, joined};
use crate::effect::{Announcement, Effect};
use crate::event::{Entropy, Event, Timer};
use crate::session::{Page, Session};

impl Session {
    pub(super) fn in_checkout(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::BuyNowPressed(entropy) => {
                let lines = self.card_line(now).into_iter().collect();
                self.start(Source::Product, lines, &entropy)
            }
            Event::CheckoutPressed(entropy) => {
                self.start(Source::Bag, self.bag.lines().to_vec(), &entropy)
            }
            Event::FieldTyped { field, text } => self.typed(field, text, now),
            Event::FieldLeft(field) => {
                self.form.check_left(field);
                Vec::new()
            }
            Event::ConfirmPressed(entropy) => self.confirm(entropy, now),
            Event::RetryPressed(entropy) => self.retry(&entropy, now),
            Event::ShortageAccepted(entropy) => self.accept_shortage(&entropy),
            other => self.feed(other, now),
        }
    }

    /// Events that go straight to the open checkout.
    fn feed(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return Vec::new();
        };
        let setting = Setting {
            site: &self.setup.site,
            video: &self.setup.video,
            currency: shelf.document().policy.currency,
        };
        match event {
            Event::DeliveryChosen { brand, option } if checkout.is_editable() => {
                self.form.choose_delivery(brand, option);
                let _ = checkout.changed(false, now);
                checkout.ask(setting, &self.form)
            }
            Event::ChangeAccepted(entropy) => {
                let decided = checkout.refused.take();
                let mut effects = checkout.accept_change(entropy, setting, &self.form, now);
                if let Some(key) = decided {
                    effects.extend(self.discard(&key));
                }
                effects
            }
            Event::QuoteAnswered { sequence, answer } => {
                checkout.answered(sequence, answer, setting, &mut self.form, now)
            }
            Event::Woken {
                timer: Timer::Quote,
                ..
            } => checkout.quote_due(setting, &self.form),
            Event::Woken {
                timer: Timer::QuoteExpiry,
                ..
            } => checkout.quote_expiring(setting, &self.form),
            _ => Vec::new(),
        }
    }

    fn start(
        &mut self,
        source: Source,
        lines: Vec<shoptag_protocol::SavedLine>,
        entropy: &Entropy,
    ) -> Vec<Effect> {
        let busy = self.checkout.as_ref().is_some_and(|checkout| {
            matches!(checkout.stage, Stage::Fixing { .. } | Stage::Sending { .. })
        });
        if busy {
            // One order at a time: the one on its way is shown.
            return self.open(Page::Checkout);
        }
        let Some(currency) = self
            .shelf
            .as_ref()
            .map(|shelf| shelf.document().policy.currency)
        else {
            return Vec::new();
        };
        if lines.is_empty() {
            return Vec::new();
        }
        let decided = self.checkout.take().and_then(|earlier| earlier.refused);
        let apart_max = apart_max(lines.len());
        let mut checkout = Checkout::open(source, joined(lines, apart_max), entropy);
        let setting = Setting {
            site: &self.setup.site,
            video: &self.setup.video,
            currency,
        };
        let asked = checkout.ask(setting, &self.form);
        let count = checkout
            .lines
            .iter()
            .fold(0_u32, |sum, line| sum.saturating_add(line.quantity));
        if !self.outbox.has_room() {
            checkout.trouble = Some(Trouble::OutboxFull);
        }
        self.checkout = Some(checkout);
        let mut effects = self.open(Page::Checkout);
        effects.push(Effect::Announce(Announcement::CheckoutStart { count }));
        effects.push(Effect::CheckStorage);
        effects.extend(asked);
        if let Some(key) = decided {
            effects.extend(self.discard(&key));
        }
        effects
    }

    fn typed(&mut self, field: Field, text: String, now: Timestamp) -> Vec<Effect> {
        if self
            .checkout
            .as_ref()
            .is_some_and(|checkout| !checkout.is_editable())
        {
            return Vec::new();
        }
        self.form.set(field, text);
        if field == Field::Country {
            self.form.forget_delivery();
        }
        let ask = field == Field::Country || self.form.is_complete();
        self.checkout
            .as_mut()
            .map_or_else(Vec::new, |checkout| checkout.changed(ask, now))
    }

    fn confirm(&mut self, entropy: Entropy, now: Timestamp) -> Vec<Effect> {
        let Some(checkout) = self
            .checkout
            .as_mut()
            .filter(|checkout| checkout.can_confirm())
        else {
            return Vec::new();
        };
        if !self.outbox.has_room() {
            checkout.trouble = Some(Trouble::OutboxFull);
            return Vec::new();
        }
        if !self.form.check_all() {
            checkout.focus_first_invalid(&self.form);
            return Vec::new();
        }
        let Some(currency) = self
            .shelf
            .as_ref()
            .map(|shelf| shelf.document().policy.currency)
        else {
            return Vec::new();
        };
        let setting = Setting {
            site: &self.setup.site,
            video: &self.setup.video,
            currency,
        };
        // Pressing again is the decision about an order that was refused.
        let decided = checkout.refused.take();
        let mut effects = checkout.confirm(entropy, setting, &self.form, now);
        if let Some(key) = decided {
            effects.extend(self.discard(&key));
        }
        effects
    }

    fn accept_shortage(&mut self, entropy: &Entropy) -> Vec<Effect> {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return Vec::new();
        };
        let Some(Trouble::Short(shortages)) = checkout.trouble.clone() else {
            return Vec::new();
        };
        let policy = &shelf.document().policy;
        let setting = Setting {
            site: &self.setup.site,
            video: &self.setup.video,
            currency: policy.currency,
        };
        let mut effects = checkout.accept_shortage(entropy, setting, &self.form);
        let (decided, source) = (checkout.refused.take(), checkout.source);
        let empty = checkout.lines.is_empty();
        if source == Source::Bag {
            for short in &shortages {
                let most = policy.quantity_max;
                self.bag.set_quantity(&short.line, short.available, most);
            }
            self.bag.forget_removed();
            effects.extend(self.bag_changed());
        }
        if let Some(key) = decided {
            effects.extend(self.discard(&key));
        }
        if empty {
            effects.extend(self.back());
        }
        effects
    }

    fn retry(&mut self, entropy: &Entropy, now: Timestamp) -> Vec<Effect> {
        let (Some(checkout), Some(shelf)) = (&mut self.checkout, &self.shelf) else {
            return self.send_now(entropy, now);
        };
        if !checkout.is_editable() {
            return self.send_now(entropy, now);
        }
        let setting = Setting {
            site: &self.setup.site,
            video: &self.setup.video,
            currency: shelf.document().policy.currency,
        };
        checkout.ask(setting, &self.form)
    }
}
