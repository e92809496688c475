//! A shopper's device: one browser with its storage and locks, tabs that come and go, a clock that
//! may be wrong.

use shoptag::event::Event;

use crate::bugs::Bug;
use crate::happening::{Happening, TabId};
use crate::lead::Locks;
use crate::storage::Storage;
use crate::tab::Tab;
use crate::world::World;

/// A device.
#[derive(Debug, Default)]
pub(crate) struct Shopper {
    pub(crate) storage: Storage,
    /// `None` where the browser has no locks.
    pub(crate) locks: Option<Locks>,
    pub(crate) is_offline: bool,
    /// Behind a captive portal or a firewall, which answers everything with this status.
    pub(crate) portal: Option<u16>,
    /// Grants that touchpoints are kept and sent.
    pub(crate) consents: bool,
    /// By how much the device's clock is ahead of the true time, milliseconds.
    pub(crate) clock_ahead_ms: i64,
}

/// The device's clock may be wrong by this much: ten years.
const CLOCK_AHEAD_MS_MAX: i64 = 10 * 365 * shoptag_commerce::DAY_MS;

/// What portals and firewalls answer.
pub(crate) const PORTAL_STATUSES: [u16; 6] = [200, 204, 302, 401, 403, 404];

impl World<'_> {
    /// A new device.
    pub(crate) fn add_shopper(&mut self) -> usize {
        let mut shopper = Shopper {
            locks: (!self.dice.chance(150)).then(Locks::default),
            consents: self.dice.chance(300),
            ..Shopper::default()
        };
        shopper.storage.is_blocked = self.dice.chance(50);
        shopper.storage.is_full = self.dice.chance(50);
        self.shoppers.push(shopper);
        self.shoppers.len() - 1
    }

    pub(crate) fn tabs_of(&self, shopper: usize) -> Vec<TabId> {
        let tabs = self.tabs.iter();
        let own = tabs.filter(|(_, tab)| tab.shopper == shopper);
        own.map(|(id, _)| *id).collect()
    }

    /// Opens the page in a new tab.
    pub(crate) fn open_tab(&mut self, shopper: usize) -> TabId {
        let id = self.tabs_made;
        self.tabs_made += 1;
        let device = &self.shoppers[shopper];
        let tab = Tab::new(
            shopper,
            device.consents,
            device.clock_ahead_ms,
            &mut self.dice,
        );
        let is_offline = device.is_offline;
        self.note(format_args!("shopper {shopper} opens tab {id}"));
        self.tabs.insert(id, tab);
        self.tell(id, Event::Started);
        if is_offline {
            let entropy = self.dice.entropy();
            let online = false;
            self.tell(id, Event::ConnectionChanged { online, entropy });
        }
        id
    }

    /// A tab is gone, from one moment to the next.
    pub(crate) fn close_tab(&mut self, id: TabId) {
        let Some(tab) = self.tabs.remove(&id) else {
            return;
        };
        self.note(format_args!("tab {id} dies"));
        if self.bug == Some(Bug::DeadLeaderStays) {
            return;
        }
        if let Some(locks) = &mut self.shoppers[tab.shopper].locks
            && let Some((asked, word)) = locks.forget(id)
        {
            let delay_ms = self.dice.between(1, 20);
            self.plan(delay_ms, Happening::Hears(asked, word));
        }
    }

    /// The browser dies with all its tabs.
    pub(crate) fn kill_browser(&mut self, shopper: usize) {
        for tab in self.tabs_of(shopper) {
            self.close_tab(tab);
        }
    }

    pub(crate) fn set_online(&mut self, shopper: usize, online: bool) {
        self.shoppers[shopper].is_offline = !online;
        self.note(format_args!("shopper {shopper} online: {online}"));
        for tab in self.tabs_of(shopper) {
            let entropy = self.dice.entropy();
            self.tell(tab, Event::ConnectionChanged { online, entropy });
        }
    }

    /// The device gets into a network that answers everything by itself, or out of it.
    pub(crate) fn meet_portal(&mut self, shopper: usize) {
        let status = self.dice.pick(&PORTAL_STATUSES);
        let device = &mut self.shoppers[shopper];
        device.portal = match device.portal {
            Some(_) => None,
            None => Some(status),
        };
        let portal = device.portal;
        self.note(format_args!("shopper {shopper} portal {portal:?}"));
    }

    /// The device's clock jumps; a page that is open does not notice.
    pub(crate) fn turn_clock(&mut self, shopper: usize) {
        let by = self.dice.pick(&[3_600_000, CLOCK_AHEAD_MS_MAX]);
        let ahead_ms = self.dice.between(-by, by);
        self.shoppers[shopper].clock_ahead_ms = ahead_ms;
        self.note(format_args!("shopper {shopper} clock ahead {ahead_ms}"));
    }
}
