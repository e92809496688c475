//! One rolling cue in a hidden metadata track: it ends when the set of tags changes next.
//!
//! Cues keep their time through seeks, rates and background tabs, and fire within a frame. The
//! browser has no way to remove a track once it is added, so there is one per video, reused, and
//! empty when nobody needs it.

use wasm_bindgen::JsCast;
use web_sys::{TextTrack, TextTrackMode, VttCue};
use yew::Callback;

use super::dom::{self, Listener};
use super::video::VideoHandle;

/// Name by which our track is found again.
const LABEL: &str = "shoptag";

/// The alarm clock of one video; removes its cue when it is dropped.
#[derive(Debug)]
pub struct Alarm {
    track: TextTrack,
    cue: Option<VttCue>,
    _listener: Listener,
}

impl Alarm {
    /// Calls `due` when the time set last has come. `None` where the element has no text tracks.
    pub fn new(video: &VideoHandle, due: &Callback<()>) -> Option<Self> {
        let element = video.element();
        dom::method(element, "addTextTrack")?;
        let track = own_track(video).or_else(|| {
            let add = dom::method(element, "addTextTrack")?;
            add.call2(element, &"metadata".into(), &LABEL.into())
                .ok()?
                .dyn_into()
                .ok()
        })?;
        track.set_mode(TextTrackMode::Hidden);
        let listener = Listener::telling(&track, "cuechange", due);
        Some(Self {
            track,
            cue: None,
            _listener: listener,
        })
    }

    /// Rings when the stream leaves `from_s..until_s`.
    pub fn set(&mut self, from_s: f64, until_s: f64) {
        self.clear();
        // Live streams and "never again" have no end that a cue could carry.
        if !until_s.is_finite() || until_s <= from_s {
            return;
        }
        self.cue = VttCue::new(from_s, until_s, "").ok();
        if let Some(cue) = &self.cue {
            self.track.add_cue(cue);
        }
    }

    fn clear(&mut self) {
        if let Some(cue) = self.cue.take() {
            let _ = self.track.remove_cue(&cue);
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clear();
        self.track.set_mode(TextTrackMode::Disabled);
    }
}

fn own_track(video: &VideoHandle) -> Option<TextTrack> {
    let tracks = video.element().text_tracks()?;
    (0..tracks.length())
        .filter_map(|at| tracks.get(at))
        .find(|track| track.label() == LABEL)
}
