//! Shapley values in closed form. Let v(S) be the conversions of the paths whose channels all lie
//! in S; then each path is a game of its own, in which all its distinct channels are needed, and
//! its conversions divide equally among them.

use super::{PathSet, Shares};

/// The plain values: by set of channels.
pub(super) fn shapley(paths: &PathSet) -> Shares {
    let mut shares = Shares::none(paths.channels().len());
    let mut distinct = Distinct::new(paths);
    for path in paths.converted() {
        let channels = distinct.of(path.touches);
        let weight = 1.0 / channels.len() as f64;
        for channel in channels {
            shares.add(*channel, weight, path.conversions as f64, path.value());
        }
    }
    shares
}

/// The ordered values: coalitions are sequences, a channel stands where it was first touched, and
/// each (channel, position) is credited by itself. Summed over positions they are the plain values.
/// Outer index: position, from 0.
pub(super) fn ordered(paths: &PathSet) -> Vec<Shares> {
    let mut by_position: Vec<Shares> = Vec::new();
    let mut distinct = Distinct::new(paths);
    for path in paths.converted() {
        let channels = distinct.of(path.touches);
        let weight = 1.0 / channels.len() as f64;
        for (position, channel) in channels.iter().enumerate() {
            if position == by_position.len() {
                by_position.push(Shares::none(paths.channels().len()));
            }
            let shares = &mut by_position[position];
            shares.add(*channel, weight, path.conversions as f64, path.value());
        }
    }
    by_position
}

/// Finds a path's distinct channels, in the order of their first touch.
struct Distinct {
    /// The number of the path in which a channel was last met.
    met: Vec<u64>,
    path: u64,
    channels: Vec<u16>,
}

impl Distinct {
    fn new(paths: &PathSet) -> Self {
        Self {
            met: vec![0; paths.channels().len()],
            path: 0,
            channels: Vec::new(),
        }
    }

    fn of(&mut self, touches: &[u16]) -> &[u16] {
        self.path += 1;
        self.channels.clear();
        for channel in touches {
            let met = &mut self.met[usize::from(*channel)];
            if *met != self.path {
                *met = self.path;
                self.channels.push(*channel);
            }
        }
        &self.channels
    }
}
