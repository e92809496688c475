//! Passes over states that cost nothing to pass over: where the ways in times the ways out are not
//! more than the ways in and out that go with the state. Each way in is joined with each way out,
//! which remembers the channels of both. That is exact, for the whole chain and for every removal,
//! and fewer states take fewer sweeps.

use super::chain::{CONVERTED, Chain, START, Transition, merge};

/// Rounds after which hardly any state can be passed over any more.
const ROUNDS_MAX: u32 = 6;

/// A round that passes over less than this part of the states is the last.
const PART_MIN: usize = 50;

/// What becomes of a state in a round. No two neighbours are passed over in one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    Free,
    Kept,
    Passed,
}

/// The chain without the states that can be passed over.
pub(super) fn shorten(mut chain: Chain) -> Chain {
    for _ in 0..ROUNDS_MAX {
        let marks = choose(&chain);
        let passed = marks.iter().filter(|mark| **mark == Mark::Passed).count();
        if passed == 0 {
            break;
        }
        let is_last = passed < chain.states() / PART_MIN;
        chain = without(&chain, &marks);
        if is_last {
            break;
        }
    }
    chain
}

fn choose(chain: &Chain) -> Vec<Mark> {
    let mut ways_in = vec![0_u32; chain.states()];
    for step in &chain.transitions {
        ways_in[step.target as usize] += 1;
    }
    let mut marks = vec![Mark::Free; chain.states()];
    marks[CONVERTED as usize] = Mark::Kept;
    marks[START] = Mark::Kept;
    for state in START..chain.states() {
        if marks[state] != Mark::Free {
            continue;
        }
        let steps = chain.from(state);
        let (ways_in, ways_out) = (ways_in[state] as usize, steps.len());
        let is_cheap = ways_in * ways_out <= ways_in + ways_out;
        let meets_passed = steps.iter().any(|step| {
            let target = step.target as usize;
            target == state || marks[target] == Mark::Passed
        });
        if !is_cheap || meets_passed {
            continue;
        }
        marks[state] = Mark::Passed;
        for step in steps {
            // None of them is passed over, as was just looked at.
            marks[step.target as usize] = Mark::Kept;
        }
    }
    marks
}

fn without(chain: &Chain, marks: &[Mark]) -> Chain {
    let mut numbers = vec![0_u32; chain.states()];
    let mut count = 0;
    for (number, mark) in numbers.iter_mut().zip(marks) {
        *number = count;
        count += u32::from(*mark != Mark::Passed);
    }
    let mut first = vec![0];
    let mut transitions = Vec::with_capacity(chain.transitions.len());
    let mut visits = Vec::with_capacity(count as usize);
    let kept = (0..chain.states()).filter(|state| marks[*state] != Mark::Passed);
    for state in kept {
        for step in chain.from(state) {
            let target = step.target as usize;
            if marks[target] == Mark::Passed {
                let onward = chain.from(target).iter();
                transitions.extend(onward.map(|next| Transition {
                    probability: step.probability * next.probability,
                    mask: step.mask | next.mask,
                    target: numbers[next.target as usize],
                }));
            } else {
                transitions.push(Transition {
                    target: numbers[target],
                    ..*step
                });
            }
        }
        first.push(transitions.len() as u32);
        visits.push(chain.visits[state]);
    }
    merge(&mut first, &mut transitions);
    Chain {
        first,
        transitions,
        visits,
    }
}
