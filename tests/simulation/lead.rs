//! Web Locks as the browser has them, and the widget's way of asking for them
//! (`src/browser/lead.rs`): one lock a site, a queue of tabs, stealing.

use std::collections::VecDeque;

use shoptag::event::Event;

use crate::happening::{Happening, TabId};
use crate::tab::{Parked, told};
use crate::world::World;

/// One request for the lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) tab: TabId,
    number: u64,
    steals: bool,
}

/// What a tab hears about its request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// The lock is its own.
    Granted,
    /// Another tab has taken it.
    Stolen,
}

/// The lock of one site in one browser.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    holder: Option<Asked>,
    queue: VecDeque<Asked>,
    made: u64,
}

impl Locks {
    /// Asks; who is to be told what.
    pub(crate) fn ask(&mut self, tab: TabId, steals: bool) -> Vec<(Asked, Word)> {
        self.made += 1;
        let asked = Asked {
            tab,
            number: self.made,
            steals,
        };
        if self.holder.is_some() && !steals {
            self.queue.push_back(asked);
            return Vec::new();
        }
        let before = self.holder.replace(asked);
        let lost = before.map(|before| (before, Word::Stolen));
        lost.into_iter().chain([(asked, Word::Granted)]).collect()
    }

    /// Gives a held lock back.
    pub(crate) fn release(&mut self, asked: Asked) -> Option<(Asked, Word)> {
        if self.holder != Some(asked) {
            return None;
        }
        self.holder = self.queue.pop_front();
        self.holder.map(|next| (next, Word::Granted))
    }

    /// A tab is gone, and with it all that it asked for.
    pub(crate) fn forget(&mut self, tab: TabId) -> Option<(Asked, Word)> {
        self.queue.retain(|asked| asked.tab != tab);
        let held = self.holder.filter(|asked| asked.tab == tab)?;
        self.release(held)
    }
}

/// What a tab wants of the lock.
#[derive(Debug, Default)]
pub(crate) struct Lead {
    wanted: bool,
    asked: bool,
    held: Option<Asked>,
}

impl Lead {
    /// Whether nobody else can be sending: the lock was free.
    pub(crate) fn is_alone(&self) -> bool {
        self.held.is_some_and(|held| !held.steals)
    }

    /// Wants to lead; whether the browser is to be asked.
    pub(crate) fn want(&mut self, takes_over: bool) -> bool {
        self.wanted = true;
        if self.held.is_some() || (self.asked && !takes_over) {
            return false;
        }
        self.asked = true;
        true
    }

    /// Lets another tab lead; the lock to be given back.
    pub(crate) fn stop(&mut self) -> Option<Asked> {
        self.wanted = false;
        self.held.take()
    }

    /// The lock is there; whether it is still wanted.
    pub(crate) fn granted(&mut self, asked: Asked) -> bool {
        self.asked = false;
        if self.wanted {
            self.held = Some(asked);
        }
        self.wanted
    }

    /// The lock was taken away; whether to ask again. `None`: it was not held any more.
    pub(crate) fn stolen(&mut self, asked: Asked) -> Option<bool> {
        self.held.take_if(|held| *held == asked)?;
        self.asked = self.wanted;
        Some(self.wanted)
    }
}

impl World<'_> {
    /// A tab wants to lead.
    pub(crate) fn lead(&mut self, id: TabId, steals: bool) {
        let tab = self.tabs.get_mut(&id).unwrap();
        if !tab.lead.want(steals) {
            return;
        }
        if self.shoppers[tab.shopper].locks.is_some() {
            self.plan(1, Happening::Asks { tab: id, steals });
        } else {
            self.tell_lead(id, true);
        }
    }

    pub(crate) fn stop_leading(&mut self, id: TabId) {
        let tab = self.tabs.get_mut(&id).unwrap();
        if let Some(held) = tab.lead.stop() {
            self.release(held);
        }
    }

    fn release(&mut self, held: Asked) {
        let Some(tab) = self.tabs.get(&held.tab) else {
            return;
        };
        let locks = self.shoppers[tab.shopper].locks.as_mut();
        if let Some((asked, word)) = locks.and_then(|locks| locks.release(held)) {
            self.plan(2, Happening::Hears(asked, word));
        }
    }

    pub(crate) fn asks_for_lock(&mut self, id: TabId, steals: bool) {
        let Some(tab) = self.tabs.get(&id) else {
            return;
        };
        let Some(locks) = &mut self.shoppers[tab.shopper].locks else {
            return;
        };
        for (asked, word) in locks.ask(id, steals) {
            let delay_ms = self.dice.between(1, 10);
            self.plan(delay_ms, Happening::Hears(asked, word));
        }
    }

    pub(crate) fn hears_of_lock(&mut self, asked: Asked, word: Word) {
        let Some(tab) = self.tabs.get_mut(&asked.tab) else {
            return;
        };
        if let Some(parked) = &mut tab.parked {
            parked.push(Parked::Lock(asked, word));
            return;
        }
        match word {
            Word::Granted if tab.lead.granted(asked) => self.tell_lead(asked.tab, true),
            Word::Granted => self.release(asked),
            Word::Stolen => {
                let again = tab.lead.stolen(asked);
                if let Some(again) = again {
                    self.tell_lead(asked.tab, false);
                    if again {
                        let steals = false;
                        self.plan(
                            1,
                            Happening::Asks {
                                tab: asked.tab,
                                steals,
                            },
                        );
                    }
                }
            }
        }
    }

    fn tell_lead(&mut self, id: TabId, leads: bool) {
        let entropy = self.dice.entropy();
        self.plan(0, told(id, Event::LeadChanged { leads, entropy }));
    }
}
