//! Touchpoints within the session: taps and bag adds go to them, receipts come from them and go
//! into bag and order.

use shoptag_commerce::{TagId, Timestamp};
use shoptag_outbox::BODY_BYTES_MAX;
use shoptag_protocol::{OrderRequest, SavedLine};

use crate::bag::LineId;
use crate::checkout::{Source, stands_twice};
use crate::event::{Erasable, Event};
use crate::session::{Page, Session};
use crate::touchpoint::{RECEIPTS_MAX, TouchedTag};

/// Bytes of an order's JSON without lines and receipts, and of a line without its receipt: more
/// than names, ids and numbers of the longest kind, each character escaped.
const ORDER_BYTES: usize = 2_048;
const LINE_BYTES: usize = 640;

/// Bytes of the two receipts that keep two lines of a variant apart, at most.
const APART_BYTES: usize = 2 * 1_536;

/// How many lines of an order may stand apart from another line of their variant: their receipts
/// have to fit, or the shop would take them for one line in two.
pub(super) fn apart_max(lines: usize) -> usize {
    BODY_BYTES_MAX.saturating_sub(ORDER_BYTES + lines * LINE_BYTES) / APART_BYTES
}

impl Session {
    pub(super) fn in_touchpoints(&mut self, event: Event, now: Timestamp) {
        let effects = &mut self.effects;
        match event {
            Event::PositionRead { position_s } => {
                self.touchpoints.at_position(position_s);
                return;
            }
            Event::DeviceOpened => return self.open(Page::Device),
            Event::TagSeen { tag } => {
                if let Some(tag) = self.touched(&tag) {
                    self.touchpoints.seen(&tag, now, &mut self.effects);
                }
            }
            Event::PageHidden => self.touchpoints.leave(now, effects),
            Event::ConsentChanged(consent) => self.touchpoints.set_consent(consent, now, effects),
            Event::ViewSessionAnswered(answer) => {
                let answer = answer.as_ref().map(|session| &**session);
                self.touchpoints.view_session(answer, now);
            }
            Event::ClickAnswered { touch, answer } => {
                if let Some(tag) = self.touchpoints.click(&touch, answer.as_ref(), now) {
                    self.receipt_came(&tag, now);
                }
            }
            Event::BindingAnswered { variant, answer } => {
                let receipt = self.touchpoints.binding(&variant, answer.as_ref(), now);
                let video = &self.setup.video;
                let is_from_here = |line: &SavedLine| {
                    line.variant_id == variant && line.video == *video && line.tag.is_some()
                };
                if receipt.is_some_and(|receipt| self.bag.bind(&is_from_here, receipt)) {
                    self.bag_changed();
                }
            }
            Event::TouchpointsAnswered { ids, failure } => {
                self.touchpoints
                    .batch_answered(&ids, failure.as_ref(), now, effects);
            }
            Event::TouchpointsChangedElsewhere(saved) => {
                self.touchpoints.changed_elsewhere(saved, now);
            }
            Event::Erased(Erasable::Bag) => {
                self.bag.empty();
                self.bag_changed();
            }
            Event::Erased(Erasable::Touchpoints) => self.touchpoints.erase(effects),
            _ => {}
        }
        self.poll_touchpoints(now);
    }

    /// Asks for what is due about touchpoints.
    pub(super) fn poll_touchpoints(&mut self, now: Timestamp) {
        self.touchpoints.poll(self.playing, now, &mut self.effects);
    }

    /// The open card's tag was tapped.
    pub(super) fn tag_clicked(&mut self, now: Timestamp) {
        if let Some(tag) = self.card_tag() {
            self.touchpoints.tapped(&tag, now, &mut self.effects);
            self.poll_touchpoints(now);
        }
    }

    /// `added`, the open card's choice, went into the bag. A line keeps the finder that it has.
    pub(super) fn line_bagged(&mut self, added: &SavedLine, now: Timestamp) {
        let Some(tag) = self.card_tag() else {
            return;
        };
        let line = self.bag.line_like(added);
        let own = line.is_some_and(|line| {
            // A line that has its receipt already came by another add, maybe in another video.
            let is_new = line.receipt.is_none() || line.added_at == now;
            line.video == self.setup.video && line.tag.as_ref() == Some(&tag.tag) && is_new
        });
        let effects = &mut self.effects;
        self.touchpoints
            .bagged(&tag, &added.variant_id, own, now, effects);
        self.poll_touchpoints(now);
    }

    /// The receipt of the tag that led to `line`, if it is there already.
    pub(super) fn receipt_for(&self, line: &SavedLine) -> Option<String> {
        let tag = line
            .tag
            .as_ref()
            .filter(|_| line.video == self.setup.video)?;
        self.touchpoints.receipt_of(tag).map(str::to_owned)
    }

    /// Puts the receipts on hand into an order that is being made.
    pub(super) fn add_receipts(&self, request: &mut OrderRequest) {
        let bought = self.checkout.as_ref();
        for (index, line) in request.lines.iter_mut().enumerate() {
            // An order has the lines of its checkout, in their order.
            let from = bought.and_then(|checkout| checkout.lines.get(index));
            let from = from.filter(|own| own.variant_id == line.variant_id);
            // The bag may have got a better receipt since the checkout was opened.
            let in_bag = bought
                .filter(|checkout| checkout.source == Source::Bag)
                .and_then(|_| self.bag.line(&LineId::of(from?))?.receipt.clone());
            let on_hand = || from.and_then(|from| self.receipt_for(from));
            line.receipt = in_bag.or_else(|| line.receipt.take()).or_else(on_hand);
        }
        // Receipts of lines come first: a purchase never fails for the receipts it carries.
        let mut room =
            BODY_BYTES_MAX.saturating_sub(ORDER_BYTES + request.lines.len() * LINE_BYTES);
        // And of these, the ones that tell lines of a variant apart.
        let lines = bought.map_or(&[][..], |checkout| &checkout.lines);
        for twins in [true, false] {
            for line in &mut request.lines {
                if stands_twice(lines, &line.variant_id) == twins {
                    let receipt = line.receipt.take();
                    line.receipt = receipt.filter(|receipt| fits(receipt, &mut room));
                }
            }
        }
        request.receipts.clear();
        for receipt in self.touchpoints.receipts() {
            if request.receipts.len() < RECEIPTS_MAX && fits(receipt, &mut room) {
                request.receipts.push(receipt.to_owned());
            }
        }
    }

    /// A tap has its receipt: lines that it led to get it too.
    fn receipt_came(&mut self, tag: &TagId, now: Timestamp) {
        self.touchpoints.save(now, &mut self.effects);
        let Some(receipt) = self.touchpoints.receipt_of(tag) else {
            return;
        };
        let video = &self.setup.video;
        let waits = |line: &SavedLine| {
            line.receipt.is_none() && line.tag.as_ref() == Some(tag) && line.video == *video
        };
        if self.bag.bind(&waits, receipt) {
            self.bag_changed();
        }
    }

    fn card_tag(&self) -> Option<TouchedTag> {
        self.touched(self.card.as_ref()?.tag.as_ref()?)
    }

    fn touched(&self, tag: &TagId) -> Option<TouchedTag> {
        let (product, _) = self.shelf.as_ref()?.tagged(tag)?;
        Some(TouchedTag {
            tag: tag.clone(),
            product: product.id.clone(),
            brand: product.brand.id.clone(),
        })
    }
}

/// Whether `receipt`, with its quotes and comma, fits what is left of `room`; if so, takes it.
fn fits(receipt: &str, room: &mut usize) -> bool {
    let left = room.checked_sub(receipt.len() + 3);
    *room = left.unwrap_or(*room);
    left.is_some()
}
