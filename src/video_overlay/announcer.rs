//! Tells those who do not see the picture what has come into it, without talking all the time.

/// Least time between two announcements, milliseconds: about as long as one takes to be read out.
const PAUSE_MS: f64 = 8000.0;

/// What waits to be announced. Each tag is announced once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Announcer {
    heard: Vec<usize>,
    waiting: Vec<usize>,
    last_ms: Option<f64>,
}

impl Announcer {
    /// Takes in which tags are on screen at `now_ms`; returns the one to announce now.
    pub fn hear(&mut self, on_screen: &[usize], now_ms: f64) -> Option<usize> {
        // What has left is no news any more.
        self.waiting.retain(|tag| on_screen.contains(tag));
        for tag in on_screen {
            if !self.heard.contains(tag) {
                self.heard.push(*tag);
                self.waiting.push(*tag);
            }
        }
        if self.waiting.is_empty() || self.last_ms.is_some_and(|last| now_ms - last < PAUSE_MS) {
            return None;
        }
        self.last_ms = Some(now_ms);
        Some(self.waiting.remove(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_announced_once_in_turn_and_not_after_they_have_left() {
        let mut announcer = Announcer::default();
        for (on_screen, now_ms, expected) in [
            (&[][..], 0.0, None),
            (&[3, 4, 5], 100.0, Some(3)),
            (&[3, 4, 5], 4000.0, None),
            (&[3, 5], 8100.0, Some(5)),
            (&[3, 4, 5], 30_000.0, None),
            (&[6], 30_100.0, Some(6)),
        ] {
            assert_eq!(announcer.hear(on_screen, now_ms), expected, "{now_ms}");
        }
    }
}
