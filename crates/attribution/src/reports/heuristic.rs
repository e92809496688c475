//! The models that are a rule for each path by itself. With several conversions of one path each is
//! shared out alike.

use super::{PathSet, Shares};

/// All to the first touch.
pub(super) fn first(paths: &PathSet) -> Shares {
    one_touch(paths, |touches| touches.first().copied())
}

/// All to the last touch.
pub(super) fn last(paths: &PathSet) -> Shares {
    one_touch(paths, |touches| touches.last().copied())
}

/// All to the last touch that is not `direct`; if there is none, to direct.
pub(super) fn last_non_direct(paths: &PathSet, direct: &str) -> Shares {
    let direct = paths
        .channels()
        .iter()
        .position(|name| name.eq_ignore_ascii_case(direct));
    one_touch(paths, |touches| {
        let other = touches
            .iter()
            .rev()
            .find(|touch| Some(usize::from(**touch)) != direct);
        other.or(touches.last()).copied()
    })
}

fn one_touch(paths: &PathSet, choose: impl Fn(&[u16]) -> Option<u16>) -> Shares {
    let mut shares = Shares::none(paths.channels().len());
    for path in paths.converted() {
        if let Some(channel) = choose(path.touches) {
            shares.add(channel, 1.0, path.conversions as f64, path.value());
        }
    }
    shares
}

/// The same to each touch; a channel touched twice has two shares.
pub(super) fn linear(paths: &PathSet) -> Shares {
    weighted(paths, |_, weights| weights.fill(1.0))
}

/// Percents for the first touch, those between together and the last one; of two touches each has
/// half of the middle.
pub(super) fn position(paths: &PathSet, percent: [u8; 3]) -> Shares {
    let [first, middle, last] = percent.map(f64::from);
    weighted(paths, |_, weights| match weights.len() {
        0 | 1 => weights.fill(1.0),
        2 => {
            weights[0] = first + middle / 2.0;
            weights[1] = last + middle / 2.0;
        }
        count => {
            weights.fill(middle / (count - 2) as f64);
            weights[0] = first;
            weights[count - 1] = last;
        }
    })
}

/// Half as much for each `half_life_hours` before the conversion.
pub(super) fn time_decay(paths: &PathSet, half_life_hours: f64, step_hours: f64) -> Shares {
    weighted(paths, |path, weights| {
        // Relative to the last touch, so that no weight underflows together with all others.
        let nearest = (0..weights.len())
            .map(|index| path.hours_before(index, step_hours))
            .fold(f64::INFINITY, f64::min);
        for (index, weight) in weights.iter_mut().enumerate() {
            let hours = path.hours_before(index, step_hours) - nearest;
            *weight = (-hours / half_life_hours).exp2();
        }
    })
}

fn weighted(paths: &PathSet, weigh: impl Fn(&super::paths::Path<'_>, &mut [f64])) -> Shares {
    let mut shares = Shares::none(paths.channels().len());
    let mut weights = Vec::new();
    for path in paths.converted() {
        weights.clear();
        weights.resize(path.touches.len(), 0.0);
        weigh(&path, &mut weights);
        let sum: f64 = weights.iter().sum();
        for (channel, weight) in path.touches.iter().zip(&weights) {
            shares.add(
                *channel,
                weight / sum,
                path.conversions as f64,
                path.value(),
            );
        }
    }
    shares
}
