//! What shoppers do: whatever the page in front of them offers, sensible or not, twice if they are
//! impatient.

use shoptag::bag::LineId;
use shoptag::checkout::{Field, Stage, Trouble};
use shoptag::event::{Event, ListKind, TapOrigin};
use shoptag::session::{Loading, News, Page, Session};
use shoptag_commerce::TagId;

use crate::dice::Dice;
use crate::happening::{Happening, TabId};
use crate::world::World;

/// Most tabs that one shopper has open.
const TABS_MAX: usize = 3;

const TYPED: [(Field, &str); 5] = [
    (Field::Email, "ada@example.org"),
    (Field::Name, "Ada Lovelace"),
    (Field::Line1, "Lange Reihe 1"),
    (Field::Postcode, "20099"),
    (Field::City, "Hamburg"),
];

impl World<'_> {
    /// The shopper's next step, and the plan for the one after it.
    pub(crate) fn act(&mut self, shopper: usize) {
        if !self.is_busy {
            return;
        }
        let delay_ms = self.dice.between(100, 9_000);
        self.plan(delay_ms, Happening::Acts(shopper));
        if self.happens_to(shopper) {
            return;
        }
        let tabs = self.tabs_of(shopper);
        let awake: Vec<TabId> = tabs
            .iter()
            .copied()
            .filter(|tab| !self.is_frozen(*tab))
            .collect();
        if awake.is_empty() || (tabs.len() < TABS_MAX && self.dice.chance(40)) {
            if tabs.len() < TABS_MAX {
                self.open_tab(shopper);
            }
            return;
        }
        let tab = self.dice.pick(&awake);
        let events = step(&self.tabs[&tab].session, &mut self.dice);
        let twice = self.dice.chance(60);
        for event in events {
            if twice {
                self.tell_press(tab, event.clone());
            }
            self.tell_press(tab, event);
        }
    }

    /// Tells a press; of a change that is accepted the new total was on the button.
    fn tell_press(&mut self, id: TabId, event: Event) {
        if let (Event::ChangeAccepted(_), Some(tab)) = (&event, self.tabs.get_mut(&id)) {
            let checkout = tab.session.checkout();
            let offered = checkout.and_then(|checkout| match &checkout.trouble {
                Some(Trouble::TotalChanged { offered, .. }) => {
                    offered.as_ref().or(checkout.quote.as_ref())
                }
                _ => None,
            });
            tab.pressed = offered
                .map(|quote| quote.totals.total_minor)
                .or(tab.pressed);
        }
        self.tell(id, event);
    }

    /// Whether something befalls the shopper instead.
    fn happens_to(&mut self, shopper: usize) -> bool {
        let tabs = self.tabs_of(shopper);
        let Some(&first) = tabs.first() else {
            return false;
        };
        if self.dice.chance(self.faults.closing) {
            if self.dice.chance(300) {
                self.kill_browser(shopper);
            } else {
                let tab = self.dice.pick(&tabs);
                self.close_tab(tab);
            }
        } else if self.dice.chance(self.faults.freezing) {
            self.freeze(first);
        } else if self.dice.chance(self.faults.offline) {
            self.set_online(shopper, false);
            let delay_ms = self.dice.between(500, 120_000);
            self.plan(delay_ms, Happening::Online(shopper));
        } else if self.shoppers[shopper].portal.is_some() && self.dice.chance(200)
            || self.dice.chance(self.faults.portals)
        {
            self.meet_portal(shopper);
        } else if self.dice.chance(self.faults.clock) {
            self.turn_clock(shopper);
        } else if self.dice.chance(30) {
            self.tell(first, Event::PageHidden);
            if let Some(&other) = tabs.last() {
                self.tell(other, Event::PageShown);
            }
        } else {
            return false;
        }
        true
    }
}

/// What to do on the page that is open; nothing where one can only wait.
fn step(session: &Session, dice: &mut Dice) -> Vec<Event> {
    match session.loading() {
        Loading::Waiting => return Vec::new(),
        Loading::Failed(_) => return vec![Event::ReloadPressed],
        Loading::Done => {}
    }
    let refused = session.news().iter().find_map(|news| match news {
        News::Refused { key, .. } => Some(key.clone()),
        News::Placed(_) => None,
    });
    if let Some(key) = refused
        && dice.chance(200)
    {
        return vec![Event::RefusalDismissed(key)];
    }
    match session.page() {
        None => watching(session, dice),
        Some(Page::Card) => in_card(session, dice),
        Some(Page::Bag) => in_bag(session, dice),
        Some(Page::Checkout) => in_checkout(session, dice),
        Some(Page::List(_)) => match session
            .shelf()
            .and_then(|shelf| shelf.all().first().cloned())
        {
            Some(first) => vec![Event::TagTapped {
                tag: first.tag,
                origin: TapOrigin::List,
            }],
            None => vec![Event::SheetClosed],
        },
        Some(Page::Confirmation | Page::Device) => vec![Event::SheetClosed],
    }
}

fn watching(session: &Session, dice: &mut Dice) -> Vec<Event> {
    if !session.bag().lines().is_empty() && dice.chance(400) {
        return vec![Event::BagOpened];
    }
    let tags = session.shelf().map_or_else(Vec::new, |shelf| shelf.all());
    let tags: Vec<TagId> = tags.into_iter().map(|tagged| tagged.tag).collect();
    if tags.is_empty() || dice.chance(50) {
        return vec![Event::ListOpened(ListKind::Video)];
    }
    let index = dice.between(0, i64::try_from(tags.len()).unwrap() - 1);
    let tag = tags[usize::try_from(index).unwrap()].clone();
    vec![
        Event::PlaybackChanged {
            playing: dice.chance(200),
        },
        Event::TagSeen { tag: tag.clone() },
        Event::TagTapped {
            tag,
            origin: TapOrigin::Tag,
        },
    ]
}

fn in_card(session: &Session, dice: &mut Dice) -> Vec<Event> {
    let has_colours = session
        .card()
        .is_some_and(|card| card.product.as_str() == "lamp");
    let bought = match dice.between(0, 9) {
        0 => return vec![Event::SheetClosed],
        1 => return vec![Event::QuantityChanged(2)],
        2 if has_colours => {
            return vec![Event::OptionChosen {
                axis: 0,
                label: dice.pick(&["Sand", "Ink"]).to_owned(),
            }];
        }
        3..=6 => Event::BuyNowPressed(dice.entropy()),
        _ => Event::AddToBagPressed,
    };
    let closes = matches!(bought, Event::AddToBagPressed) && dice.chance(700);
    let mut events = vec![bought];
    if closes {
        events.push(Event::SheetClosed);
    }
    events
}

fn in_bag(session: &Session, dice: &mut Dice) -> Vec<Event> {
    let Some(line) = session.bag().lines().first() else {
        return vec![Event::SheetClosed];
    };
    let line = LineId::of(line);
    match dice.between(0, 9) {
        0 => vec![Event::SheetClosed],
        1 => vec![Event::LineRemoved(line), Event::RemovalUndone],
        2 => vec![Event::LineQuantityChanged { line, quantity: 2 }],
        3 => vec![Event::LineRemoved(line)],
        _ => vec![Event::CheckoutPressed(dice.entropy())],
    }
}

fn in_checkout(session: &Session, dice: &mut Dice) -> Vec<Event> {
    let Some(checkout) = session.checkout() else {
        return vec![Event::SheetClosed];
    };
    if matches!(checkout.stage, Stage::Fixing { .. } | Stage::Sending { .. }) {
        return match dice.between(0, 5) {
            0 => vec![Event::SheetClosed],
            1 => vec![Event::RetryPressed(dice.entropy())],
            _ => Vec::new(),
        };
    }
    if dice.chance(40) {
        return vec![Event::BackPressed];
    }
    if !session.form().is_complete() {
        let typed = TYPED.iter().map(|(field, text)| Event::FieldTyped {
            field: *field,
            text: (*text).to_owned(),
        });
        return typed.collect();
    }
    match &checkout.trouble {
        Some(Trouble::TotalChanged { .. }) => vec![Event::ChangeAccepted(dice.entropy())],
        Some(Trouble::Short(_)) => vec![Event::ShortageAccepted(dice.entropy())],
        Some(_) if dice.chance(300) => vec![Event::RetryPressed(dice.entropy())],
        _ if checkout.can_confirm() => vec![Event::ConfirmPressed(dice.entropy())],
        _ => Vec::new(),
    }
}
