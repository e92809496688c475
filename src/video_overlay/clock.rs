//! Keeps the animations' clock on the video's: decides, from noisy samples, when to correct it.
//!
//! The compositor moves the tags by itself at the video's rate. A sample says which media time was
//! shown at which moment; single samples are off by several milliseconds (measured: -36..+11 ms),
//! so their running mean decides.

/// Correct when the mean of the samples is off by more than this, milliseconds of media time. A
/// quarter of a frame at 30 frames a second: together with half a frame of unavoidable stepping it
/// stays within one frame's motion.
const DRIFT_MS_MAX: f64 = 8.0;

/// A sample this far off is a seek, a loop or a stall and not drift, milliseconds.
const JUMP_MS: f64 = 120.0;

/// How many samples the mean looks back, once it has that many.
const MEAN_SAMPLES_MAX: f64 = 12.0;

/// Samples before the mean of a fresh anchor is trusted.
const MEAN_SAMPLES_MIN: f64 = 3.0;

/// The relation between the page's animation clock and media time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Clock {
    /// A moment of the animation clock, milliseconds.
    anchor_ms: f64,
    /// Media time at the anchor, seconds.
    anchor_media_s: f64,
    /// Media seconds per second; 0 while the video stands still.
    rate: f64,
    /// Mean of the samples minus the prediction, milliseconds.
    drift_ms: f64,
    /// Samples in the mean.
    samples: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Self::still(0.0)
    }
}

impl Clock {
    /// A clock that stands at `media_s`.
    #[must_use]
    pub fn still(media_s: f64) -> Self {
        Self {
            anchor_ms: 0.0,
            anchor_media_s: media_s,
            rate: 0.0,
            drift_ms: 0.0,
            samples: 0.0,
        }
    }

    /// A clock that shows `media_s` at `at_ms` and runs at `rate`.
    #[must_use]
    pub fn running(media_s: f64, at_ms: f64, rate: f64) -> Self {
        Self {
            anchor_ms: at_ms,
            anchor_media_s: media_s,
            rate,
            drift_ms: 0.0,
            samples: 0.0,
        }
    }

    /// Media seconds per second; 0 while the video stands still.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Media time at `at_ms` of the animation clock, seconds.
    #[must_use]
    pub fn media_s(&self, at_ms: f64) -> f64 {
        self.anchor_media_s + (at_ms - self.anchor_ms) * self.rate / 1000.0
    }

    /// The moment of the animation clock at which media time is `media_s`; `None` while it stands
    /// still.
    #[must_use]
    pub fn moment_ms(&self, media_s: f64) -> Option<f64> {
        (self.rate != 0.0)
            .then(|| self.anchor_ms + (media_s - self.anchor_media_s) * 1000.0 / self.rate)
    }

    /// Takes in that `media_s` was shown at `at_ms`; true when the clock has been moved and the
    /// animations must follow.
    pub fn observe(&mut self, media_s: f64, at_ms: f64) -> bool {
        if self.rate == 0.0 {
            let moved = (media_s - self.anchor_media_s).abs() > f64::EPSILON;
            self.anchor_media_s = media_s;
            return moved;
        }
        let error_ms = (media_s - self.media_s(at_ms)) * 1000.0;
        if error_ms.abs() > JUMP_MS * self.rate.abs().max(1.0) {
            *self = Self::running(media_s, at_ms, self.rate);
            return true;
        }
        self.samples = (self.samples + 1.0).min(MEAN_SAMPLES_MAX);
        self.drift_ms += (error_ms - self.drift_ms) / self.samples;
        if self.samples < MEAN_SAMPLES_MIN || self.drift_ms.abs() <= DRIFT_MS_MAX {
            return false;
        }
        let corrected_s = self.media_s(at_ms) + self.drift_ms / 1000.0;
        *self = Self::running(corrected_s, at_ms, self.rate);
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_running_clock_tells_media_time_and_back() {
        let clock = Clock::running(10.0, 5000.0, 2.0);
        assert_eq!(clock.media_s(5500.0), 11.0);
        assert_eq!(clock.moment_ms(11.0), Some(5500.0));
        assert_eq!(Clock::still(3.0).moment_ms(3.0), None);
        assert_eq!(Clock::still(3.0).media_s(99_999.0), 3.0);
    }

    #[test]
    fn a_seek_is_followed_at_once_and_small_jitter_never() {
        let mut clock = Clock::running(0.0, 0.0, 1.0);
        for step in 1..200_i32 {
            let at_ms = f64::from(step) * 33.0;
            let jitter_ms = if step % 2 == 0 { 12.0 } else { -12.0 };
            assert!(
                !clock.observe((at_ms + jitter_ms) / 1000.0, at_ms),
                "step {step}"
            );
        }
        assert!(clock.observe(42.0, 7000.0));
        assert_eq!(clock.media_s(7000.0), 42.0);
    }

    #[test]
    fn a_standing_clock_follows_every_frame_that_differs() {
        let mut clock = Clock::still(1.0);
        assert!(!clock.observe(1.0, 10.0));
        assert!(clock.observe(1.04, 20.0));
        assert_eq!(clock.media_s(0.0), 1.04);
    }

    proptest! {
        #[test]
        fn a_steady_offset_is_corrected_to_within_the_bound(
            offset_ms in -100.0..100.0f64, rate in 0.25..3.0f64, noise in 0.0..6.0f64,
        ) {
            let mut clock = Clock::running(0.0, 0.0, rate);
            for step in 0..60_i32 {
                let at_ms = f64::from(step) * 33.0;
                let sign = if step % 2 == 0 { noise } else { -noise };
                clock.observe((at_ms * rate + offset_ms + sign) / 1000.0, at_ms);
            }
            let error_ms = (2000.0 * rate + offset_ms) - clock.media_s(2000.0) * 1000.0;
            prop_assert!(error_ms.abs() <= DRIFT_MS_MAX + 2.0 * noise, "{error_ms}");
        }
    }
}
