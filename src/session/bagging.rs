//! The card's choices and the bag within the session.

use shoptag_commerce::Timestamp;
use shoptag_protocol::SavedLine;

use crate::bag::{Added, LineId};
use crate::effect::{Announcement, Effect};
use crate::event::Event;
use crate::session::{Notice, Session};

/// What the page is told when it adds what cannot be bought from this video.
const NOT_ADDED: &str = "variant-unavailable";

impl Session {
    pub(super) fn in_card(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
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

    pub(super) fn add_card_to_bag(&mut self, now: Timestamp) -> Vec<Effect> {
        let line = self.card_line(now);
        let Some(line) = line else {
            return Vec::new();
        };
        let mut effects = self.add(line.clone(), now);
        effects.extend(self.line_bagged(&line, now));
        effects
    }

    /// The card's choice as a line; `None` when it is sold out.
    pub(super) fn card_line(&self, now: Timestamp) -> Option<SavedLine> {
        let (card, shelf) = (self.card.as_ref()?, self.shelf.as_ref()?);
        let variant = card.variant(shelf.product(&card.product)?)?;
        let mut line = shelf.line(&variant.id, card.quantity, card.tag.clone(), now)?;
        line.receipt = self.receipt_for(&line);
        Some(line)
    }

    pub(super) fn add(&mut self, line: SavedLine, now: Timestamp) -> Vec<Effect> {
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

    pub(super) fn in_bag(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            Event::LineQuantityChanged { line, quantity: 0 } | Event::LineRemoved(line) => {
                return self.remove(&line, now);
            }
            Event::LineQuantityChanged { line, quantity } => {
                self.bag.set_quantity(&line, quantity, self.quantity_max());
            }
            Event::RemovalUndone => {
                self.bag.undo();
                self.notice = None;
            }
            Event::AddedByPage { variant, quantity } => {
                let shelf = self.shelf.as_ref();
                let line = shelf.and_then(|shelf| shelf.line(&variant, quantity, None, now));
                return match line {
                    Some(line) => self.add(line, now),
                    None => vec![Effect::Announce(Announcement::Error {
                        code: NOT_ADDED.to_owned(),
                    })],
                };
            }
            Event::BagChangedElsewhere(saved) => {
                self.bag.replace(saved);
                return self.announce_bag().into_iter().collect();
            }
            _ => return Vec::new(),
        }
        self.bag_changed()
    }

    pub(super) fn remove(&mut self, id: &LineId, now: Timestamp) -> Vec<Effect> {
        let Some(title) = self.bag.line(id).map(|line| line.title.clone()) else {
            return Vec::new();
        };
        self.bag.remove(id);
        let mut effects = self.bag_changed();
        effects.push(self.say(Notice::Removed { title }, now));
        effects
    }

    /// The bag is written only after storage has been read, or it would overwrite what is there.
    pub(super) fn bag_changed(&self) -> Vec<Effect> {
        let saved = self.bag.saved().filter(|_| self.storage_read);
        saved
            .map(Effect::SaveBag)
            .into_iter()
            .chain(self.announce_bag())
            .collect()
    }

    pub(super) fn announce_bag(&self) -> Option<Effect> {
        let currency = self.bag.saved()?.currency;
        Some(Effect::Announce(Announcement::BagChange {
            count: self.bag.count(),
            subtotal_minor: self.bag.subtotal_minor(),
            currency,
        }))
    }
}
