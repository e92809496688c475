//! Moves a tag on the compositor: a Web Animation made once from the tag's way, kept on the video's
//! clock.

use js_sys::Array;
use shoptag_tag_track::MotionKey;
use wasm_bindgen::JsCast;
use web_sys::{Animation, Element};

use super::dom;
use crate::video_overlay::clock::Clock;

/// A tag's animation; cancelled when it is dropped.
#[derive(Debug)]
pub struct Motion {
    element: Element,
    animation: Animation,
    start_s: f64,
}

impl Motion {
    /// Moves `element`, which is as large as the picture, along `way` from `start_s` to `end_s` of
    /// media time. Percentages of its own size are percentages of the picture, so no resize needs
    /// new key frames.
    ///
    /// `None` where the browser cannot animate.
    pub fn new(element: &Element, way: &[MotionKey], start_s: f64, end_s: f64) -> Option<Self> {
        let key_frames = Array::new();
        for key in way {
            let transform = dom::translate(key.place.x * 100.0, key.place.y * 100.0, "%");
            let key_frame = dom::object().number("offset", key.offset);
            key_frames.push(&key_frame.text("transform", &transform));
        }
        let options = dom::object()
            .number("duration", (end_s - start_s) * 1000.0)
            .text("fill", "both");
        let animate = dom::method(element, "animate")?;
        let animation = animate
            .call2(element, &key_frames, &options)
            .ok()?
            .dyn_into()
            .ok()?;
        let motion = Self {
            element: element.clone(),
            animation,
            start_s,
        };
        motion.follow(&Clock::still(start_s));
        Some(motion)
    }

    /// Whether this is the element that is moved.
    #[must_use]
    pub fn moves(&self, element: &Element) -> bool {
        self.element == *element
    }

    /// Goes to where `clock` is, and on at its rate.
    pub fn follow(&self, clock: &Clock) {
        match clock.moment_ms(self.start_s) {
            Some(moment_ms) => {
                if (self.animation.playback_rate() - clock.rate()).abs() > f64::EPSILON {
                    self.animation.set_playback_rate(clock.rate());
                }
                // A start time, unlike `play()`, takes effect without waiting for a frame.
                self.animation.set_start_time(Some(moment_ms));
            }
            None => {
                // Without a start time and with a current time an animation stands still.
                self.animation.set_start_time(None);
                let at_ms = (clock.media_s(0.0) - self.start_s) * 1000.0;
                self.animation.set_current_time(Some(at_ms));
            }
        }
    }
}

impl Drop for Motion {
    fn drop(&mut self) {
        self.animation.cancel();
    }
}
