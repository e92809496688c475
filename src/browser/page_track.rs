//! A tag track that the page itself carries: a `<track kind="metadata">` of the video, or a
//! `<script type="application/json">` in the element. It takes the place of the backend's.

use std::rc::Rc;

use js_sys::JSON;
use shoptag_protocol::VideoDocument;
use shoptag_tag_track::RawTrack;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Event, EventTarget, HtmlElement};

use super::{dom, json};
use crate::embed::{TrackSource, announce_error};

/// What is told when the page's own track cannot be read.
const UNREADABLE: &str = "config-json";

/// `document` with the track that the page carries, if `source` says that it does. A track that cannot be
/// read is reported on `host`, and then nothing is tagged: the backend's track may be of another cut.
pub async fn put_in(
    document: Rc<VideoDocument>,
    source: TrackSource,
    host: &Element,
) -> Rc<VideoDocument> {
    if source == TrackSource::Backend {
        return document;
    }
    let tag_track = read(source, host).await.unwrap_or_else(|| {
        announce_error(host, UNREADABLE);
        RawTrack::default()
    });
    let mut document = Rc::unwrap_or_clone(document);
    document.tag_track = tag_track;
    Rc::new(document)
}

async fn read(source: TrackSource, host: &Element) -> Option<RawTrack> {
    match source {
        TrackSource::Backend | TrackSource::None => Some(RawTrack::default()),
        TrackSource::Script => {
            let script = dom::find(host, "script[type='application/json']")?;
            track_of(&JSON::parse(&script.text_content()?).ok()?)
        }
        TrackSource::Native => {
            let element = dom::find(host, "track[kind='metadata']")?;
            cues_of(&element).await
        }
    }
}

fn track_of(value: &JsValue) -> Option<RawTrack> {
    json::from_js(value)
}

/// The cues of a `<track>`, read by the browser's own parser: each one's text is a tag, and the cue's
/// time is the tag's.
async fn cues_of(element: &HtmlElement) -> Option<RawTrack> {
    let track = dom::get(element, "track");
    if dom::get(&track, "mode").as_string()? == "disabled" {
        // A disabled track loads nothing; a hidden one shows nothing either.
        dom::set(&track, "mode", &JsValue::from_str("hidden"));
    }
    // 0 none, 1 loading, 2 loaded, 3 failed.
    if dom::get(element, "readyState").as_f64()? < 2.0 {
        first_event(element, ["load", "error"]).await;
    }
    let cues = js_sys::Array::from(&dom::get(&track, "cues"));
    let tags = js_sys::Array::new();
    for cue in cues.iter() {
        let text = dom::get(&cue, "text").as_string().unwrap_or_default();
        let Ok(tag) = JSON::parse(&text) else {
            continue;
        };
        if dom::get(&tag, "id").is_undefined() {
            dom::set(&tag, "id", &dom::get(&cue, "id"));
        }
        dom::set(&tag, "start", &dom::get(&cue, "startTime"));
        dom::set(&tag, "end", &dom::get(&cue, "endTime"));
        tags.push(&tag);
    }
    track_of(&dom::object(&[
        ("schema_version", JsValue::from_f64(1.0)),
        ("tags", tags.into()),
    ]))
}

/// Waits for the first of two events.
async fn first_event(target: &EventTarget, names: [&str; 2]) {
    let mut waiting = Vec::new();
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let heard = Closure::once(move |_: Event| {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
        for name in names {
            let function = heard.as_ref().unchecked_ref();
            let _ = target.add_event_listener_with_callback(name, function);
        }
        waiting.push(heard);
    });
    let _ = JsFuture::from(promise).await;
    for heard in &waiting {
        for name in names {
            let function = heard.as_ref().unchecked_ref();
            let _ = target.remove_event_listener_with_callback(name, function);
        }
    }
}
