//! The observed chain, as compressed rows.
//!
//! A state is what was touched last (up to k channels). Its code is a number with the newest
//! channel as the highest digit, so that states which are near in memory follow one another in time
//! too.
//!
//! Where the table of all states and steps is small it is simply counted. Where it is not, most
//! states were met once; such a state has one way in and one way out, so it is replaced by a
//! transition that remembers the channels it passed. That is exact, for the whole chain and for
//! every removal.

use std::ops::Range;

use super::super::PathSet;

/// Largest table of states and steps that is counted whole: 2^24 cells of 8 bytes.
const CELLS_MAX: u64 = 1 << 24;

/// Touches per state from which hardly any state is met only once, so that counting is better.
const MET_MIN: u64 = 8;

/// Largest table from code to state: 2^26 cells of 4 bytes. Beyond, codes are sorted.
const CODES_MAX: u64 = 1 << 26;

/// The state of having converted. It leads nowhere.
pub(super) const CONVERTED: u32 = 0;

/// The state before the first touch: code 0, the smallest.
pub(super) const START: usize = 1;

/// Transitions by their source. What leads to no conversion is left out.
pub(super) struct Chain {
    /// Where each state's transitions begin; one more at the end.
    pub(super) first: Vec<u32>,
    pub(super) transitions: Vec<Transition>,
    /// Expected visits of a walk: by the conservation of flow, exactly those observed.
    pub(super) visits: Vec<f64>,
}

/// One transition.
#[derive(Clone, Copy)]
pub(super) struct Transition {
    pub(super) probability: f64,
    /// The channels of the group that are stepped on, the target's newest among them.
    pub(super) mask: u64,
    pub(super) target: u32,
}

impl Chain {
    /// The chain of `order` over all paths; masks are about the channels of `group`.
    pub(super) fn build(paths: &PathSet, order: usize, group: Range<usize>) -> Self {
        let codes = Codes::new(paths.channels().len(), order);
        let steps = paths.channels().len() as u64 + 1;
        let met_often = codes.count <= 256
            || codes.count.saturating_mul(MET_MIN) <= paths.touches().len() as u64;
        match codes.count.checked_mul(steps) {
            Some(cells) if cells <= CELLS_MAX && met_often => counted(paths, &codes, &group),
            _ => contracted(paths, &codes, &group),
        }
    }

    /// The whole table, counted.
    #[cfg(test)]
    pub(super) fn counted(paths: &PathSet, order: usize, group: Range<usize>) -> Self {
        counted(paths, &Codes::new(paths.channels().len(), order), &group)
    }

    /// Without the states that were met once.
    #[cfg(test)]
    pub(super) fn contracted(paths: &PathSet, order: usize, group: Range<usize>) -> Self {
        contracted(paths, &Codes::new(paths.channels().len(), order), &group)
    }

    pub(super) fn states(&self) -> usize {
        self.first.len() - 1
    }

    pub(super) fn transitions(&self) -> usize {
        self.transitions.len()
    }

    pub(super) fn from(&self, state: usize) -> &[Transition] {
        &self.transitions[self.first[state] as usize..self.first[state + 1] as usize]
    }
}

/// The numbering of histories.
struct Codes {
    base: u64,
    newest: u64,
    /// How many codes there are.
    count: u64,
}

impl Codes {
    fn new(channels: usize, order: usize) -> Self {
        let base = channels as u64 + 1;
        // 65 536 channels to the fourth overflow 64 bits by one; nobody has so many.
        let newest = (1..order).fold(1_u64, |power, _| power.saturating_mul(base));
        Self {
            base,
            newest,
            count: newest.saturating_mul(base),
        }
    }

    /// The history after one more touch.
    fn after(&self, code: u64, channel: u16) -> u64 {
        (u64::from(channel) + 1) * self.newest + code / self.base
    }
}

fn bit(group: &Range<usize>, channel: usize) -> u64 {
    if group.contains(&channel) {
        1 << (channel - group.start)
    } else {
        0
    }
}

/// Counts every step of every state.
fn counted(paths: &PathSet, codes: &Codes, group: &Range<usize>) -> Chain {
    let channels = paths.channels().len();
    let row = channels + 1;
    let mut cells = vec![0_u64; codes.count as usize * row];
    let mut totals = vec![0_u64; codes.count as usize];
    for path in paths.paths() {
        let walks = path.conversions + path.nulls;
        let mut code = 0;
        for touch in path.touches {
            cells[code as usize * row + usize::from(*touch)] += walks;
            totals[code as usize] += walks;
            code = codes.after(code, *touch);
        }
        cells[code as usize * row + channels] += path.conversions;
        totals[code as usize] += walks;
    }
    let mut states = vec![u32::MAX; codes.count as usize];
    let met = (0..totals.len()).filter(|code| totals[*code] > 0 || *code == 0);
    let met: Vec<usize> = met.collect();
    for (state, code) in (1..).zip(&met) {
        states[*code] = state;
    }
    let walks = paths.walks() as f64;
    let mut chain = Chain {
        first: vec![0, 0],
        transitions: Vec::new(),
        visits: vec![0.0],
    };
    for code in met {
        let total = totals[code] as f64;
        for (step, weight) in cells[code * row..(code + 1) * row].iter().enumerate() {
            if *weight == 0 {
                continue;
            }
            let probability = *weight as f64 / total;
            let (target, mask) = if step == channels {
                (CONVERTED, 0)
            } else {
                // `step` is below the number of channels, which fits 16 bits.
                let next = codes.after(code as u64, step as u16);
                (states[next as usize], bit(group, step))
            };
            chain.transitions.push(Transition {
                probability,
                mask,
                target,
            });
        }
        chain.first.push(chain.transitions.len() as u32);
        chain.visits.push(total / walks);
    }
    chain
}

/// From code to state; 0 for a state that was met once and is passed over.
enum States {
    Table(Vec<u32>),
    Sorted(Vec<u64>),
}

impl States {
    fn of(&self, code: u64) -> u32 {
        match self {
            Self::Table(table) => table[code as usize],
            Self::Sorted(codes) => codes
                .binary_search(&code)
                .map_or(0, |index| index as u32 + 1),
        }
    }
}

/// The states met more than once, numbered from 1 by their code, and how many there are.
fn kept_states(paths: &PathSet, codes: &Codes) -> (States, usize) {
    if codes.count <= CODES_MAX {
        let mut table = vec![0_u32; codes.count as usize];
        // The start is always kept.
        table[0] = 2;
        each_history(paths, codes, |code| {
            let met = &mut table[code as usize];
            *met = met.saturating_add(1);
        });
        let mut kept = 0;
        for met in &mut table {
            let state = if *met >= 2 { kept + 1 } else { 0 };
            kept = kept.max(state);
            *met = state;
        }
        return (States::Table(table), kept as usize);
    }
    let mut met = Vec::with_capacity(paths.touches().len());
    each_history(paths, codes, |code| met.push(code));
    met.sort_unstable();
    let mut kept: Vec<u64> = met
        .chunk_by(|a, b| a == b)
        .filter(|run| run.len() >= 2)
        .map(|run| run[0])
        .collect();
    kept.insert(0, 0);
    let count = kept.len();
    (States::Sorted(kept), count)
}

fn each_history(paths: &PathSet, codes: &Codes, mut visit: impl FnMut(u64)) {
    for path in paths.paths() {
        let mut code = 0;
        for touch in path.touches {
            code = codes.after(code, *touch);
            visit(code);
        }
    }
}

/// A step between two kept states, with the channels on the way.
struct Step {
    source: u32,
    target: u32,
    mask: u64,
    weight: u64,
    /// Of leaving the source, conversion or not.
    walks: u64,
}

/// Walks every path from kept state to kept state.
fn each_step(
    paths: &PathSet,
    codes: &Codes,
    states: &States,
    group: &Range<usize>,
    mut visit: impl FnMut(&Step),
) {
    for path in paths.paths() {
        let walks = path.conversions + path.nulls;
        let (mut code, mut source, mut mask) = (0, START as u32, 0);
        for touch in path.touches {
            code = codes.after(code, *touch);
            mask |= bit(group, usize::from(*touch));
            let target = states.of(code);
            if target != 0 {
                visit(&Step {
                    source,
                    target,
                    mask,
                    weight: walks,
                    walks,
                });
                (source, mask) = (target, 0);
            }
        }
        let weight = path.conversions;
        visit(&Step {
            source,
            target: CONVERTED,
            mask,
            weight,
            walks,
        });
    }
}

/// Leaves out the states that were met once.
fn contracted(paths: &PathSet, codes: &Codes, group: &Range<usize>) -> Chain {
    let (states, kept) = kept_states(paths, codes);
    let mut first = vec![0_u32; kept + 2];
    let mut totals = vec![0_u64; kept + 1];
    each_step(paths, codes, &states, group, |step| {
        first[step.source as usize + 1] += u32::from(step.weight > 0);
        totals[step.source as usize] += step.walks;
    });
    for state in 0..=kept {
        first[state + 1] += first[state];
    }
    let none = Transition {
        probability: 0.0,
        mask: 0,
        target: CONVERTED,
    };
    let mut transitions = vec![none; first[kept + 1] as usize];
    let mut next = first.clone();
    each_step(paths, codes, &states, group, |step| {
        if step.weight > 0 {
            let slot = &mut next[step.source as usize];
            let probability = step.weight as f64 / totals[step.source as usize] as f64;
            let Step { mask, target, .. } = *step;
            transitions[*slot as usize] = Transition {
                probability,
                mask,
                target,
            };
            *slot += 1;
        }
    });
    merge(&mut first, &mut transitions);
    let walks = paths.walks() as f64;
    let visits = totals.iter().map(|total| *total as f64 / walks).collect();
    Chain {
        first,
        transitions,
        visits,
    }
}

/// Adds up transitions of one source that lead to the same target over the same channels.
pub(super) fn merge(first: &mut [u32], transitions: &mut Vec<Transition>) {
    let mut written = 0;
    let mut begin = 0;
    for bound in first.iter_mut().skip(1) {
        let end = *bound as usize;
        transitions[begin..end].sort_unstable_by_key(|step| (step.target, step.mask));
        let own = written;
        for index in begin..end {
            let step = transitions[index];
            let same = |last: &Transition| (last.target, last.mask) == (step.target, step.mask);
            if written > own && same(&transitions[written - 1]) {
                transitions[written - 1].probability += step.probability;
            } else {
                transitions[written] = step;
                written += 1;
            }
        }
        begin = end;
        *bound = written as u32;
    }
    transitions.truncate(written);
    transitions.shrink_to_fit();
}
