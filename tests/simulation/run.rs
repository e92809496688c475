//! One run: some minutes of trouble, then the network heals and time passes.

use std::path::{Path, PathBuf};

use shoptag_commerce::{DAY_MS, HOUR_MS, MINUTE_MS};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use shoptag::event::Event;

use crate::bugs::Bug;
use crate::faults::Faults;
use crate::happening::Happening;
use crate::market::{Market, market};
use crate::world::World;

/// How long a device may stay away before its shopper comes back.
const AWAY_MS: [i64; 4] = [1_000, MINUTE_MS, DAY_MS, 30 * DAY_MS];

/// Longer than the longest wait of an outbox: half an hour of backoff, half as much of jitter, or
/// an hour that a server asked for, and a few attempts.
const CALM_MS: i64 = 3 * HOUR_MS;

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) seed: u64,
    pub(crate) trace_hash: u64,
    /// Happenings that were carried out.
    pub(crate) operations: u64,
    /// Orders that were placed.
    pub(crate) orders: usize,
    /// Orders that had to arrive, because storage had acknowledged them.
    pub(crate) confirmed: usize,
    /// Those of them that the backend refused for good, by the code of the refusal.
    pub(crate) refused: Vec<String>,
    pub(crate) broken: Vec<String>,
    pub(crate) trace_end: String,
}

/// Where runs take place: a runtime and a folder, one for each thread.
pub(crate) struct Stage {
    runtime: Runtime,
    folder: TempDir,
    market: &'static Market,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let folder = memory_folder();
        let market = market(&runtime, folder.path());
        Self {
            runtime,
            folder,
            market,
        }
    }

    /// Runs `seed`, with a planted bug or without.
    pub(crate) fn run(&self, seed: u64, bug: Option<Bug>, is_loud: bool) -> Outcome {
        let folder = tempfile::tempdir_in(self.folder.path()).unwrap();
        let path: &Path = folder.path();
        let mut world = World::new(&self.runtime, self.market, path, seed, bug, is_loud);
        world.trouble();
        world.calm();
        let broken = world.check();
        Outcome {
            seed,
            trace_hash: world.trace_hash(),
            operations: world.operations,
            orders: world.witness.placed.len(),
            refused: world.refusals(),
            confirmed: world
                .witness
                .intents
                .values()
                .filter(|it| it.is_confirmed)
                .count(),
            broken,
            trace_end: world.trace_end(),
        }
    }
}

/// A folder in memory where the system has one: a sync costs nothing there, and what a simulated
/// process loses is decided by the simulation, not by the disk.
fn memory_folder() -> TempDir {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.unwrap()
}

impl World<'_> {
    fn trouble(&mut self) {
        let shoppers = self.dice.between(1, 3);
        for _ in 0..shoppers {
            let shopper = self.add_shopper();
            self.open_tab(shopper);
            let delay_ms = self.dice.between(500, 20_000);
            self.plan(delay_ms, Happening::Acts(shopper));
        }
        for _ in 0..self.dice.between(0, 2) {
            self.add_stranger();
        }
        self.plan(10_000, Happening::Operates);
        let minutes = self.dice.between(2, 6);
        self.run_until(self.now_ms + minutes * MINUTE_MS);
    }

    /// Everything works again; who has gone comes back, at once or after a month.
    fn calm(&mut self) {
        self.is_busy = false;
        self.faults = Faults::default();
        self.note(format_args!("calm"));
        self.backend.open();
        self.backend.clock_ahead_ms = 0;
        let mut last_ms = self.now_ms;
        for shopper in 0..self.shoppers.len() {
            self.shoppers[shopper].storage.is_full = false;
            self.shoppers[shopper].portal = None;
            if self.shoppers[shopper].is_offline {
                self.set_online(shopper, true);
            }
            for tab in self.tabs_of(shopper) {
                self.thaw(tab);
                self.tell(tab, Event::SheetClosed);
                self.tell(tab, Event::PlaybackChanged { playing: false });
            }
            // A page that was open before may not know what another has left; the next visit does.
            let leaves = !self.shoppers[shopper].storage.submissions().is_empty();
            if leaves || self.tabs_of(shopper).is_empty() {
                let away_ms = self.dice.pick(&AWAY_MS);
                self.plan(away_ms, Happening::Visits(shopper));
                last_ms = last_ms.max(self.now_ms + away_ms);
            }
        }
        self.run_until(last_ms + CALM_MS);
    }
}
