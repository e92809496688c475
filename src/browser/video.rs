//! One binding for everything that behaves like an `HTMLMediaElement`: finding it, driving it,
//! watching it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::Function;
use shoptag_commerce::TagId;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement, HtmlVideoElement};
use yew::Callback;

use super::dom::{self, Listener};

#[wasm_bindgen]
extern "C" {
    /// A video that tells when a frame is shown (not in web-sys yet).
    type FrameSource;
    #[wasm_bindgen(method, js_name = requestVideoFrameCallback)]
    fn request_frame(this: &FrameSource, callback: &Function) -> f64;
    #[wasm_bindgen(method, js_name = cancelVideoFrameCallback)]
    fn cancel_frame(this: &FrameSource, id: f64);

    /// What is known about a shown frame.
    type FrameMetadata;
    #[wasm_bindgen(method, getter, js_name = mediaTime)]
    fn media_time(this: &FrameMetadata) -> f64;
    #[wasm_bindgen(method, getter, js_name = presentationTime)]
    fn presentation_time(this: &FrameMetadata) -> f64;
}

/// A video: cheap to clone, equal when it is the same element.
#[derive(Debug, Clone)]
pub struct VideoHandle {
    element: HtmlVideoElement,
    shared: Rc<Shared>,
}

/// What the page and the widget tell each other about the stream.
#[derive(Default)]
struct Shared {
    /// Stream time to content time, where they differ (ads stitched into the stream).
    content_time: RefCell<Option<Function>>,
    /// An advertisement is running: the picture is not the tagged one.
    ad_break: Cell<bool>,
    /// What the page can ask back: the tags on screen.
    on_screen: RefCell<Vec<TagId>>,
    /// Called when the page has told something.
    on_word: RefCell<Option<Callback<()>>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Shared")
    }
}

impl PartialEq for VideoHandle {
    fn eq(&self, other: &Self) -> bool {
        self.element == other.element
    }
}

impl VideoHandle {
    /// Binds to an element that behaves like an `HTMLMediaElement`.
    #[must_use]
    pub fn new(element: HtmlVideoElement) -> Self {
        Self {
            element,
            shared: Rc::default(),
        }
    }

    /// The first video within `scope`, or media element made to be used like one (`<hls-video>` and
    /// its kin).
    #[must_use]
    pub fn find_within(scope: &Element) -> Option<Self> {
        if is_media(scope) {
            return Some(Self::new(scope.clone().unchecked_into()));
        }
        if let Ok(Some(video)) = scope.query_selector("video") {
            return Some(Self::new(video.unchecked_into()));
        }
        let all = scope.query_selector_all("*").ok()?;
        let mut elements = (0..all.length()).filter_map(|at| all.item(at)?.dyn_into().ok());
        elements
            .find(is_media)
            .map(|media: Element| Self::new(media.unchecked_into()))
    }

    /// The element itself.
    #[must_use]
    pub fn element(&self) -> &HtmlVideoElement {
        &self.element
    }

    /// The element that paints the picture: the inner video of a media element that tells it.
    #[must_use]
    pub fn painter(&self) -> HtmlElement {
        let inner = dom::get(&self.element, "nativeEl").dyn_into();
        inner.unwrap_or_else(|_| self.element.clone().unchecked_into())
    }

    /// Starts playing; a browser that refuses is not an error for us.
    pub fn play(&self) {
        if let Ok(promise) = self.element.play() {
            // Listened to from here on, so that a refusal is not reported as one nobody has heard.
            drop(JsFuture::from(promise));
        }
    }

    /// Pauses.
    pub fn pause(&self) {
        let _ = self.element.pause();
    }

    /// Whether it stands still.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.element.paused()
    }

    /// Time of the tagged content, seconds: the media time, through the page's `contentTime` if it
    /// has given one.
    #[must_use]
    pub fn current_time(&self) -> f64 {
        self.content_time(self.element.current_time())
    }

    /// Content time at `stream_s` of the stream.
    #[must_use]
    pub fn content_time(&self, stream_s: f64) -> f64 {
        let mapper = self.shared.content_time.borrow();
        let mapped = mapper.as_ref().and_then(|mapper| {
            mapper
                .call1(&JsValue::UNDEFINED, &JsValue::from_f64(stream_s))
                .ok()?
                .as_f64()
        });
        mapped
            .filter(|seconds| seconds.is_finite())
            .unwrap_or(stream_s)
    }

    /// Stream time at `content_s` of the content. A mapper cannot be inverted; the shift that holds
    /// now is exact within a stretch of content.
    #[must_use]
    pub fn stream_time(&self, content_s: f64) -> f64 {
        content_s + self.element.current_time() - self.current_time()
    }

    /// Goes to `content_s` of the content.
    pub fn seek(&self, content_s: f64) {
        self.element
            .set_current_time(self.stream_time(content_s).max(0.0));
    }

    /// Length, seconds; `None` while unknown or endless.
    #[must_use]
    pub fn duration(&self) -> Option<f64> {
        Some(self.element.duration()).filter(|seconds| seconds.is_finite())
    }

    /// Takes the page's mapper from stream to content time, or takes it away.
    pub fn set_content_time(&self, mapper: Option<Function>) {
        self.shared.content_time.replace(mapper);
        self.pass_word();
    }

    /// Calls `on_word` when the page tells a mapper or an advertisement; replaces the earlier one.
    pub fn on_host_word(&self, on_word: Option<Callback<()>>) {
        self.shared.on_word.replace(on_word);
    }

    fn pass_word(&self) {
        let on_word = self.shared.on_word.borrow().clone();
        if let Some(on_word) = on_word {
            on_word.emit(());
        }
    }

    /// Takes the page's word on whether an advertisement is running.
    pub fn set_ad_break(&self, running: bool) {
        self.shared.ad_break.set(running);
        self.pass_word();
    }

    /// Whether an advertisement is running.
    #[must_use]
    pub fn ad_break(&self) -> bool {
        self.shared.ad_break.get()
    }

    /// Keeps the tags on screen for whoever asks.
    pub fn set_tags_on_screen(&self, tags: Vec<TagId>) {
        self.shared.on_screen.replace(tags);
    }

    /// Ids of the tags on screen, in the track's order.
    #[must_use]
    pub fn tags_on_screen(&self) -> Vec<TagId> {
        self.shared.on_screen.borrow().clone()
    }

    /// Whether it plays as the shopper sees it: a seek or a wait for data does not count as a stop.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        !self.element.paused() && !self.element.ended()
    }

    /// Media seconds per second now; 0 while paused, waiting for data, or at the end.
    #[must_use]
    pub fn rate(&self) -> f64 {
        let moves = self.is_playing() && !self.element.seeking();
        // HAVE_FUTURE_DATA: enough to go on.
        if moves && self.element.ready_state() >= 3 {
            self.element.playback_rate()
        } else {
            0.0
        }
    }

    /// Whether the browser's own controls are shown.
    #[must_use]
    pub fn has_controls(&self) -> bool {
        self.element.controls()
    }

    /// Whether captions or subtitles are shown over the picture.
    #[must_use]
    pub fn shows_captions(&self) -> bool {
        let tracks = dom::get(&self.element, "textTracks");
        let count = dom::get(&tracks, "length").as_f64().unwrap_or(0.0);
        (0..100_u32)
            .take_while(|&at| f64::from(at) < count)
            .any(|at| {
                let track = js_sys::Reflect::get_u32(&tracks, at).unwrap_or(JsValue::UNDEFINED);
                let is = |name: &str, values: &[&str]| {
                    dom::get(&track, name)
                        .as_string()
                        .is_some_and(|text| values.contains(&&*text))
                };
                is("mode", &["showing"]) && is("kind", &["captions", "subtitles"])
            })
    }
}

fn is_media(element: &Element) -> bool {
    element.local_name() == "video"
        || (element.local_name().contains('-')
            && dom::get(element, "currentTime").as_f64().is_some()
            && dom::method(element, "play").is_some())
}

/// Something the overlay must follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Playback {
    /// A frame is shown.
    Frame {
        /// Its time in the stream, seconds.
        stream_s: f64,
        /// When it was handed to the compositor, milliseconds of the animation clock.
        at_ms: f64,
    },
    /// Time has passed or jumped, or playing has started or stopped, or goes at another rate.
    Changed,
    /// As before, after a pause, a seek or a wait for data.
    Broken,
    /// The picture has another size, or the controls or captions have come or gone.
    Picture,
}

/// Watches a video until it is dropped.
#[derive(Debug)]
pub struct Watch {
    _listeners: Vec<Listener>,
    frames: Option<Rc<Frames>>,
}

/// What an event of the video means.
const EVENTS: [(&str, Playback); 12] = [
    ("play", Playback::Changed),
    ("playing", Playback::Changed),
    ("seeked", Playback::Changed),
    ("ratechange", Playback::Changed),
    ("ended", Playback::Changed),
    ("timeupdate", Playback::Changed),
    ("emptied", Playback::Changed),
    // They break playing, even when it goes on before the page hears of them.
    ("pause", Playback::Broken),
    ("waiting", Playback::Broken),
    ("seeking", Playback::Broken),
    ("loadedmetadata", Playback::Picture),
    ("resize", Playback::Picture),
];

impl Watch {
    /// Calls `told` for everything that happens to `video`.
    pub fn new(video: &VideoHandle, told: &Callback<Playback>) -> Self {
        let element = video.element();
        let listen = |target: &web_sys::EventTarget, name, what| {
            let told = told.clone();
            Listener::new(target, name, move |_| told.emit(what))
        };
        let mut listeners = Vec::new();
        for (name, what) in EVENTS {
            listeners.push(listen(element, name, what));
        }
        if let Ok(tracks) = dom::get(element, "textTracks").dyn_into::<web_sys::EventTarget>() {
            listeners.push(listen(&tracks, "change", Playback::Picture));
        }
        let frames = Frames::start(element, told.clone());
        Self {
            _listeners: listeners,
            frames,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(frames) = self.frames.take() {
            frames.stop();
        }
    }
}

/// The running request for the next frame.
struct Frames {
    source: FrameSource,
    request: Cell<f64>,
    callback: RefCell<Option<FrameCallback>>,
}

type FrameCallback = Closure<dyn FnMut(f64, FrameMetadata)>;

impl std::fmt::Debug for Frames {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Frames")
    }
}

impl Frames {
    /// Starts; `None` where the element cannot tell its frames: then `timeupdate` must do.
    fn start(element: &HtmlVideoElement, told: Callback<Playback>) -> Option<Rc<Self>> {
        dom::method(element, "requestVideoFrameCallback")?;
        let frames = Rc::new(Self {
            source: element.clone().unchecked_into(),
            request: Cell::new(0.0),
            callback: RefCell::default(),
        });
        let weak = Rc::downgrade(&frames);
        let callback = Closure::<dyn FnMut(f64, FrameMetadata)>::new(
            move |now_ms: f64, frame: FrameMetadata| {
                let Some(frames) = weak.upgrade() else { return };
                frames.request();
                // The animation clock may have another zero than the page's; both are known for
                // `now`.
                let shift_ms = animation_now_ms().map_or(0.0, |animation| animation - now_ms);
                told.emit(Playback::Frame {
                    stream_s: frame.media_time(),
                    at_ms: frame.presentation_time() + shift_ms,
                });
            },
        );
        frames.callback.replace(Some(callback));
        frames.request();
        Some(frames)
    }

    fn request(&self) {
        if let Some(callback) = self.callback.borrow().as_ref() {
            self.request
                .set(self.source.request_frame(callback.as_ref().unchecked_ref()));
        }
    }

    fn stop(&self) {
        self.source.cancel_frame(self.request.get());
    }
}

/// Now on the clock of animations, milliseconds.
#[must_use]
pub fn animation_now_ms() -> Option<f64> {
    dom::document()?.timeline().current_time()
}
