//! Keeps the tags on the video's clock: takes in what the player tells and moves the animations.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use shoptag_tag_track::{Place, TagTrack};
use yew::Callback;

use super::cast::{Cast, CastChange};
use super::clock::Clock;
use crate::browser::cues::Alarm;
use crate::browser::dom::Element;
use crate::browser::motion::Motion;
use crate::browser::video::{Playback, VideoHandle, Watch, animation_now_ms};

/// How exactly key frames follow a curve, share of the picture: half a pixel of 1,000.
const MOTION_ERROR_MAX: f64 = 0.0005;

/// Length of a frame until two have been seen, seconds.
const FRAME_S_DEFAULT: f64 = 1.0 / 30.0;

/// What the overlay must do after the player has told something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// What has changed among the tags.
    pub cast: CastChange,
    /// Playing has started or stopped.
    pub playing: bool,
    /// The picture must be measured again.
    pub picture: bool,
    /// It is to play and stands still, or stood still: a pause, a seek, a wait for data.
    pub stalled: bool,
}

/// The tags of one video in motion. Everything stops when it is dropped.
#[derive(Debug)]
pub(super) struct Driver {
    state: Rc<RefCell<State>>,
    _watch: Watch,
}

#[derive(Debug)]
struct State {
    track: Rc<TagTrack>,
    video: VideoHandle,
    clock: Clock,
    cast: Cast,
    motions: Vec<(usize, Motion)>,
    alarm: Option<Alarm>,
    playing: bool,
    frame_s: f64,
    last_frame_s: f64,
}

impl Driver {
    /// Follows `video`, and calls `told` after everything that the overlay must act on.
    pub(super) fn new(track: Rc<TagTrack>, video: &VideoHandle, told: Callback<Told>) -> Self {
        let state = Rc::new(RefCell::new(State {
            clock: Clock::still(video.current_time()),
            cast: Cast::new(&track),
            track,
            video: video.clone(),
            motions: Vec::new(),
            alarm: None,
            playing: false,
            frame_s: FRAME_S_DEFAULT,
            last_frame_s: f64::NAN,
        }));
        let hear = hearing(&state, told);
        let changed = hear.reform(|()| Playback::Changed);
        state.borrow_mut().alarm = Alarm::new(video, &changed);
        video.on_host_word(Some(changed));
        let watch = Watch::new(video, &hear);
        Self {
            state,
            _watch: watch,
        }
    }

    /// Reads the video once, as if it had told something.
    pub(super) fn refresh(&self) -> Told {
        self.state.borrow_mut().hear(Playback::Changed)
    }

    /// Tags with a node.
    #[must_use]
    pub(super) fn nodes(&self) -> Vec<usize> {
        self.state.borrow().cast.nodes().to_vec()
    }

    /// Tags on screen.
    #[must_use]
    pub(super) fn on_screen(&self) -> Vec<usize> {
        self.state.borrow().cast.on_screen().to_vec()
    }

    /// Whether the video plays.
    #[must_use]
    pub(super) fn is_playing(&self) -> bool {
        self.state.borrow().playing
    }

    /// Moves the nodes: `element_of` gives the element for a tag. Nodes that are gone stop moving.
    pub(super) fn animate(&self, element_of: impl Fn(usize) -> Option<Element>) {
        let mut state = self.state.borrow_mut();
        let State {
            motions,
            cast,
            track,
            clock,
            ..
        } = &mut *state;
        motions.retain(|(index, _)| cast.nodes().binary_search(index).is_ok());
        for &index in cast.nodes() {
            let (Some(tag), Some(element)) = (track.tags.get(index), element_of(index)) else {
                continue;
            };
            let known = motions.iter().position(|(moved, _)| *moved == index);
            if known
                .and_then(|at| motions.get(at))
                .is_some_and(|(_, motion)| motion.moves(&element))
            {
                continue;
            }
            if let Some(at) = known {
                motions.swap_remove(at);
            }
            let way = tag.motion(MOTION_ERROR_MAX);
            if let Some(motion) = Motion::new(&element, &way, tag.start_s, tag.end_s) {
                motion.follow(clock);
                motions.push((index, motion));
            }
        }
    }

    /// Where a tag is now and `ahead_s` of real time later; the same place twice when it leaves
    /// before.
    #[must_use]
    pub(super) fn places(&self, index: usize, ahead_s: f64) -> Option<(Place, Place)> {
        let state = self.state.borrow();
        let tag = state.track.tags.get(index)?;
        let now_s = state.media_s();
        let place = tag.place_at(now_s)?;
        Some((
            place,
            tag.place_at(now_s + ahead_s * state.clock.rate())
                .unwrap_or(place),
        ))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.state.borrow().video.on_host_word(None);
    }
}

/// What is called by the player's events; holds the driver only weakly.
fn hearing(state: &Rc<RefCell<State>>, told: Callback<Told>) -> Callback<Playback> {
    let state: Weak<RefCell<State>> = Rc::downgrade(state);
    Callback::from(move |what| {
        let Some(state) = state.upgrade() else { return };
        // An event fired by what we do to the video ourselves is heard with the next one.
        let heard = state
            .try_borrow_mut()
            .map(|mut state| state.hear(what))
            .unwrap_or_default();
        if heard != Told::default() {
            told.emit(heard);
        }
    })
}

impl State {
    fn media_s(&self) -> f64 {
        animation_now_ms().map_or_else(|| self.video.current_time(), |now| self.clock.media_s(now))
    }

    fn hear(&mut self, what: Playback) -> Told {
        let rate = self.video.rate();
        let mut told = Told {
            picture: what == Playback::Picture,
            ..Told::default()
        };
        let media_s = match what {
            Playback::Frame { stream_s, at_ms } => self.see_frame(stream_s, at_ms, rate),
            Playback::Changed | Playback::Broken | Playback::Picture => self.read_time(rate),
        };
        let playing = self.video.is_playing();
        told.stalled = what == Playback::Broken || playing && rate == 0.0;
        told.playing = playing != self.playing;
        self.playing = playing;
        if self.video.ad_break() {
            told.cast = self.cast.clear();
        } else if self.cast.is_due(media_s) {
            told.cast = self.cast.update(&self.track, media_s);
            if let Some(alarm) = &mut self.alarm {
                // The alarm stands in the stream, the cast in the content.
                let stream_s = |content_s| self.video.stream_time(content_s);
                alarm.set(stream_s(media_s), stream_s(self.cast.until_s()));
            }
        }
        told
    }

    /// A frame is shown: the best knowledge of time there is.
    fn see_frame(&mut self, stream_s: f64, at_ms: f64, rate: f64) -> f64 {
        let media_s = self.video.content_time(stream_s);
        let step_s = media_s - self.last_frame_s;
        if (0.005..0.1).contains(&step_s) {
            self.frame_s += (step_s - self.frame_s) * 0.2;
        }
        self.last_frame_s = media_s;
        // The picture stands still for a frame while a tag moves on: aim at the middle of the step.
        let aim_s = if rate == 0.0 {
            media_s
        } else {
            media_s + self.frame_s / 2.0
        };
        self.go(aim_s, at_ms, rate);
        media_s
    }

    /// No frame is known: what the player says, which is up to a frame ahead of the picture.
    fn read_time(&mut self, rate: f64) -> f64 {
        let media_s = self.video.current_time();
        let Some(now_ms) = animation_now_ms() else {
            return media_s;
        };
        let off_s = (self.clock.media_s(now_ms) - media_s).abs();
        // While it plays evenly, frames know better; without them a tenth of a second is drift.
        if self.clock.rate() != rate || (rate == 0.0 && off_s > self.frame_s) || off_s > 0.1 {
            self.go(media_s, now_ms, rate);
        }
        media_s
    }

    fn go(&mut self, media_s: f64, at_ms: f64, rate: f64) {
        let moved = if self.clock.rate() == rate {
            self.clock.observe(media_s, at_ms)
        } else {
            self.clock = match rate {
                0.0 => Clock::still(media_s),
                rate => Clock::running(media_s, at_ms, rate),
            };
            true
        };
        if moved {
            for (_, motion) in &self.motions {
                motion.follow(&self.clock);
            }
        }
    }
}
