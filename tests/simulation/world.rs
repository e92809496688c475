//! The world of one run: its clock, its queue, and who is in it. Every happening is carried out to
//! its end before the next one, so that the seed alone decides what comes when.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use tokio::runtime::Runtime;

use crate::aftercare::Task;
use crate::backend::Backend;
use crate::bugs::{Bug, Front};
use crate::dice::Dice;
use crate::faults::Faults;
use crate::happening::{Exchange, Happening, Queue, TabId};
use crate::market::{Market, START_MS};
use crate::shopper::Shopper;
use crate::stranger::Stranger;
use crate::tab::Tab;
use crate::witness::Witness;

/// Lines of the trace that a failure shows.
const TRACE_LINES: usize = 80;

/// What a run leaves for whoever reads it: every line goes into the hash, the last ones are kept.
#[derive(Debug, Default)]
pub(crate) struct Trace {
    hasher: DefaultHasher,
    lines: std::collections::VecDeque<String>,
    is_loud: bool,
}

impl Trace {
    fn note(&mut self, line: String) {
        line.hash(&mut self.hasher);
        if self.is_loud {
            eprintln!("{line}");
        }
        if self.lines.len() == TRACE_LINES {
            self.lines.pop_front();
        }
        self.lines.push_back(line);
    }
}

/// One run.
pub(crate) struct World<'a> {
    pub(crate) runtime: &'a Runtime,
    pub(crate) market: &'a Market,
    pub(crate) dice: Dice,
    pub(crate) now_ms: i64,
    pub(crate) queue: Queue,
    pub(crate) faults: Faults,
    pub(crate) bug: Option<Bug>,
    pub(crate) backend: Backend,
    pub(crate) front: Front,
    pub(crate) shoppers: Vec<Shopper>,
    pub(crate) tabs: BTreeMap<TabId, Tab>,
    pub(crate) tabs_made: usize,
    pub(crate) strangers: Vec<Stranger>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) witness: Witness,
    /// Exchanges whose answer is still awaited.
    pub(crate) awaited: BTreeSet<u64>,
    pub(crate) exchanges: u64,
    /// Shoppers, brands and operator go on doing things.
    pub(crate) is_busy: bool,
    pub(crate) operations: u64,
    trace: Trace,
}

impl<'a> World<'a> {
    pub(crate) fn new(
        runtime: &'a Runtime,
        market: &'a Market,
        folder: &Path,
        seed: u64,
        bug: Option<Bug>,
        is_loud: bool,
    ) -> Self {
        let mut dice = Dice::new(seed);
        let faults = Faults::draw(&mut dice);
        let backend = Backend::start(folder, &market.database, dice.fork());
        let front = Front::new(bug, dice.fork());
        let mut world = Self {
            runtime,
            market,
            dice,
            now_ms: START_MS,
            queue: Queue::default(),
            faults,
            bug,
            backend,
            front,
            shoppers: Vec::new(),
            tabs: BTreeMap::new(),
            tabs_made: 0,
            strangers: Vec::new(),
            tasks: Vec::new(),
            witness: Witness::default(),
            awaited: BTreeSet::new(),
            exchanges: 0,
            is_busy: true,
            operations: 0,
            trace: Trace {
                is_loud,
                ..Trace::default()
            },
        };
        world.note(format_args!("seed {seed}"));
        world
    }

    /// Plans something for `delay_ms` from now.
    pub(crate) fn plan(&mut self, delay_ms: i64, what: Happening) {
        let at_ms = self.now_ms.saturating_add(delay_ms.max(0));
        self.queue.plan(at_ms, what);
    }

    /// Writes a line of the trace.
    pub(crate) fn note(&mut self, what: fmt::Arguments<'_>) {
        let at_ms = self.now_ms - START_MS;
        self.trace.note(format!("{at_ms:>9} {what}"));
    }

    /// The hash over everything that happened.
    pub(crate) fn trace_hash(&self) -> u64 {
        self.trace.hasher.finish()
    }

    /// The last lines of the trace.
    pub(crate) fn trace_end(&self) -> String {
        let lines: Vec<&str> = self.trace.lines.iter().map(String::as_str).collect();
        lines.join("\n")
    }

    /// Lets everything happen that is planned up to `until_ms`, then moves the clock there.
    pub(crate) fn run_until(&mut self, until_ms: i64) {
        while let Some((at_ms, what)) = self.queue.next(until_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.operations += 1;
            self.happens(what);
        }
        self.now_ms = self.now_ms.max(until_ms);
    }

    fn happens(&mut self, what: Happening) {
        match what {
            Happening::Told(tab, event) => self.tell(tab, *event),
            Happening::Due { tab, timer, set } => self.due(tab, timer, set),
            Happening::Commits {
                tab,
                shopper,
                write,
                is_awaited,
            } => self.commits(tab, shopper, *write, is_awaited),
            Happening::Reads { tab, everything } => self.reads(tab, everything),
            Happening::Asks { tab, steals } => self.asks_for_lock(tab, steals),
            Happening::Hears(asked, word) => self.hears_of_lock(asked, word),
            Happening::Arrives(first) => self.arrive(*first),
            Happening::Returns {
                number,
                sender,
                answer,
            } => self.returns(number, sender, answer),
            Happening::Acts(shopper) => self.act(shopper),
            Happening::Thaws(tab) => self.thaw(tab),
            Happening::Online(shopper) => self.set_online(shopper, true),
            Happening::Visits(shopper) => drop(self.open_tab(shopper)),
            Happening::Starts => {
                self.note(format_args!("backend starts"));
                self.backend.open();
            }
            Happening::Operates => self.operate(),
            Happening::Stranger(stranger) => self.stranger_goes_on(stranger),
            Happening::Aftercare(task) => self.send_task(task),
        }
    }

    /// Requests that arrive at the same instant are in the backend together.
    fn arrive(&mut self, first: Exchange) {
        let joins = first.request.is_one_job();
        let mut together = vec![first];
        while joins
            && together.len() < 4
            && self.front.is_transparent()
            && let Some(next) = self.queue.next_arrival(self.now_ms)
        {
            self.operations += 1;
            together.push(next);
        }
        self.arrives(together);
    }
}
