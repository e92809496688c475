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
    pub(super) fn in_card(&mut self, event: Event, now: Timestamp) {
        let (Some(card), Some(shelf)) = (&mut self.card, &self.shelf) else {
            return;
        };
        let Some(product) = shelf.product(&card.product) else {
            return;
        };
        match event {
            Event::OptionChosen { axis, label } => card.choose(product, axis, &label),
            Event::QuantityChanged(quantity) => {
                card.set_quantity(quantity, shelf.document().policy.quantity_max);
            }
            Event::ImageChosen(index) => card.show_image(product, index),
            _ => self.add_card_to_bag(now),
        }
    }

    fn add_card_to_bag(&mut self, now: Timestamp) {
        if let Some(line) = self.card_line(now) {
            self.add(line.clone(), now);
            self.line_bagged(&line, now);
        }
    }

    /// The card's choice as a line; `None` when it is sold out.
    pub(super) fn card_line(&self, now: Timestamp) -> Option<SavedLine> {
        let (card, shelf) = (self.card.as_ref()?, self.shelf.as_ref()?);
        let variant = card.variant(shelf.product(&card.product)?)?;
        let mut line = shelf.line(&variant.id, card.quantity, card.tag.clone(), now)?;
        line.receipt = self.receipt_for(&line);
        Some(line)
    }

    fn add(&mut self, line: SavedLine, now: Timestamp) {
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
        self.bag_changed();
        self.say(notice, now);
    }

    pub(super) fn in_bag(&mut self, event: Event, now: Timestamp) {
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
                    None => self.announce(Announcement::Error {
                        code: NOT_ADDED.to_owned(),
                    }),
                };
            }
            Event::BagChangedElsewhere(saved) => {
                self.bag.replace(saved);
                return self.announce_bag();
            }
            _ => return,
        }
        self.bag_changed();
    }

    fn remove(&mut self, id: &LineId, now: Timestamp) {
        let Some(title) = self.bag.line(id).map(|line| line.title.clone()) else {
            return;
        };
        self.bag.remove(id);
        self.bag_changed();
        self.say(Notice::Removed { title }, now);
    }

    /// The bag is written only after storage has been read, or it would overwrite what is there.
    pub(super) fn bag_changed(&mut self) {
        if self.storage_read
            && let Some(saved) = self.bag.saved()
        {
            self.effects.push(Effect::SaveBag(saved));
        }
        self.announce_bag();
    }

    pub(super) fn announce_bag(&mut self) {
        if let Some(currency) = self.bag.currency() {
            self.announce(Announcement::BagChange {
                count: self.bag.count(),
                subtotal_minor: self.bag.subtotal_minor(),
                currency,
            });
        }
    }
}
