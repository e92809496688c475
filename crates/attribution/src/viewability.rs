//! When a tag has been seen long enough to be an impression.
//!
//! The rule is the Media Rating Council's for video (at least 50 % of the pixels for 2 continuous
//! seconds of played video), applied to the box of a product tag: its marker with the visible
//! label. Edge chips have no box. Time is an argument and there is no browser in here.

use shoptag_commerce::{SmallMap, TagId};

/// Least part of the tag's box inside both the visible picture and the viewport, thousandths: one
/// half (MRC). Exactly one half counts.
pub const VISIBLE_PERMILLE_MIN: u16 = 500;

/// Least continuous playing time, milliseconds: 2 s (MRC, video). Exactly 2 s count.
pub const PLAYING_MS_MIN: u64 = 2_000;

/// Longest time between two observations that still counts as continuous. A page that was frozen or
/// a device that slept saw nothing in between. Four observations a second are asked for.
pub const OBSERVATION_GAP_MS_MAX: u64 = 1_000;

/// A player that says it plays while its media time stands still this long is stalled. Browsers
/// move `currentTime` with each frame; the slowest usual video has 10 frames a second.
pub const STALL_MS_MIN: u64 = 250;

/// Media time may run ahead of the clock by this much before it counts as a seek: late timers and
/// coarse clocks make some.
pub const SEEK_MS_MIN: u64 = 500;

/// What holds for all tags of a player at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Player {
    /// Neither paused, waiting, seeking nor ended.
    pub playing: bool,
    /// The page is visible (`document.visibilityState`).
    pub page_visible: bool,
    /// A card, the bag or the checkout lies over the picture.
    pub covered: bool,
    /// `currentTime`, milliseconds.
    pub media_time_ms: u64,
    /// `playbackRate`, thousandths; 0 plays nothing.
    pub rate_permille: u32,
}

impl Player {
    fn counts(&self) -> bool {
        self.playing && self.page_visible && !self.covered && self.rate_permille > 0
    }
}

/// Watches the tags of one player during one view session. Each tag becomes at most one impression.
///
/// Call [`observe`](Self::observe) whenever something changes and when
/// [`wake_in_ms`](Self::wake_in_ms) has passed; call [`interrupt`](Self::interrupt) on a seek or
/// stall.
#[derive(Debug, Clone, Default)]
pub struct Viewability {
    last: Option<Moment>,
    still_ms: u64,
    /// Continuous playing time so far, by tag in view.
    running: SmallMap<TagId, u64>,
    counted: SmallMap<TagId, ()>,
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    now_ms: u64,
    player: Player,
}

impl Viewability {
    /// Nothing seen yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what is on screen at `now_ms` (any monotonic clock) and returns the tags that have
    /// just become impressions. `boxes` holds each tag in view with the visible part of its box,
    /// thousandths; a tag that is left out is out of view.
    ///
    /// Time counts only between two observations at both of which everything held.
    pub fn observe(&mut self, player: Player, boxes: &[(TagId, u16)], now_ms: u64) -> Vec<TagId> {
        let played_ms = self.played_ms(player, now_ms);
        self.last = Some(Moment { now_ms, player });
        let seen: SmallMap<&TagId, ()> = boxes
            .iter()
            .filter(|(_, visible_permille)| *visible_permille >= VISIBLE_PERMILLE_MIN)
            .map(|(tag, _)| tag)
            .filter(|tag| player.counts() && !self.counted.contains_key(*tag))
            .map(|tag| (tag, ()))
            .collect();
        let mut running = SmallMap::new();
        let mut impressions = Vec::new();
        for &tag in seen.keys() {
            let before_ms = self.running.get(tag).copied();
            let so_far_ms = match (before_ms, played_ms) {
                (Some(before_ms), Some(played_ms)) => before_ms.saturating_add(played_ms),
                _ => 0,
            };
            if so_far_ms >= PLAYING_MS_MIN {
                impressions.push(tag.clone());
            } else {
                running.insert(tag.clone(), so_far_ms);
            }
        }
        for tag in &impressions {
            self.counted.insert(tag.clone(), ());
        }
        self.running = running;
        impressions
    }

    /// A seek or a stall: every tag starts again.
    pub fn interrupt(&mut self) {
        self.running.clear();
        self.last = None;
        self.still_ms = 0;
    }

    /// In how many milliseconds the next observation is due; `None` while nothing is counting.
    #[must_use]
    pub fn wake_in_ms(&self) -> Option<u64> {
        let most_ms = self.running.values().max()?;
        Some(
            PLAYING_MS_MIN
                .saturating_sub(*most_ms)
                .clamp(1, OBSERVATION_GAP_MS_MAX / 4),
        )
    }

    /// Playing time since the last observation; `None`: not continuous.
    fn played_ms(&mut self, player: Player, now_ms: u64) -> Option<u64> {
        let last = self
            .last
            .filter(|last| last.player.counts() && player.counts())?;
        let elapsed_ms = now_ms.checked_sub(last.now_ms)?;
        // A step back is a seek or a loop.
        let advance_ms = player
            .media_time_ms
            .checked_sub(last.player.media_time_ms)?;
        let rate = u64::from(last.player.rate_permille.max(player.rate_permille));
        let expected_ms = elapsed_ms.saturating_mul(rate) / 1_000;
        self.still_ms = if advance_ms == 0 {
            self.still_ms.saturating_add(elapsed_ms)
        } else {
            0
        };
        let continuous = elapsed_ms <= OBSERVATION_GAP_MS_MAX
            && advance_ms < expected_ms.saturating_add(SEEK_MS_MIN)
            && self.still_ms < STALL_MS_MIN;
        let shown_ms = advance_ms.saturating_mul(1_000) / rate.max(1);
        continuous.then_some(shown_ms.min(elapsed_ms))
    }
}

#[cfg(test)]
mod tests;
