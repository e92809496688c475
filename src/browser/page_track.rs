//! A tag track that the page itself carries: a `<track kind="metadata">` of the video, or a
//! `<script type="application/json">` in the element. It takes the place of the backend's.

use std::rc::Rc;

use js_sys::{JSON, Reflect};
use shoptag_protocol::VideoDocument;
use shoptag_tag_track::{DefectCode, Limits, RawTrack, TAGS_OF_PAGE_MAX};
use wasm_bindgen::JsValue;
use web_sys::{Element, HtmlElement};

use super::{dom, json};
use crate::embed::{TrackSource, announce_error};

/// Most tags that are read.
const TAGS_READ_MAX: u32 = TAGS_OF_PAGE_MAX as u32 + 1;

/// Deepest nesting that is read, the same as where the format is read from JSON on a server. A
/// track has five levels; the browser's parser has no bound of its own.
const DEPTH_MAX: u32 = 128;

/// What is told when the page's own track cannot be read.
const UNREADABLE: &str = "config-json";

/// `document` with the track that the page carries, if `source` says that it does. A track that
/// cannot be read is reported on `host`, and then nothing is tagged: the backend's track may be of
/// another cut. Of one that can be read, each kind of defect is reported once. `duration_s` is the
/// video's length.
pub async fn put_in(
    mut document: VideoDocument,
    source: TrackSource,
    host: Element,
    duration_s: Option<f64>,
) -> Rc<VideoDocument> {
    if source == TrackSource::Backend {
        return Rc::new(document);
    }
    let mut tag_track = read(source, &host).await.unwrap_or_else(|| {
        announce_error(&host, UNREADABLE);
        RawTrack::default()
    });
    let mut told: Vec<DefectCode> = Vec::new();
    for defect in tag_track.keep_valid(&Limits::of_page().within(duration_s)) {
        if !told.contains(&defect.code) {
            announce_error(&host, defect.code.as_str());
            told.push(defect.code);
        }
    }
    document.tag_track = tag_track;
    Rc::new(document)
}

async fn read(source: TrackSource, host: &Element) -> Option<RawTrack> {
    match source {
        TrackSource::Backend | TrackSource::None => Some(RawTrack::default()),
        TrackSource::Script => {
            let script = dom::find(host, "script[type='application/json']")?;
            let text = script.text_content()?;
            track_of(JSON::parse(&text).ok().filter(|_| is_shallow(&text))?)
        }
        TrackSource::Native => {
            let element = dom::find(host, "track[kind='metadata']")?;
            cues_of(&element).await
        }
    }
}

/// Whether no bracket of `json`, which is well formed, stands deeper than [`DEPTH_MAX`].
fn is_shallow(json: &str) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
    json.bytes().all(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth <= DEPTH_MAX
    })
}

fn track_of(value: JsValue) -> Option<RawTrack> {
    // One more than is used, so that the excess is told; reading 100,000 would hold the page up.
    let tags = dom::get(&value, "tags");
    if dom::get(&tags, "length").as_f64() > Some(f64::from(TAGS_READ_MAX)) {
        dom::set(&tags, "length", &TAGS_READ_MAX.into());
    }
    json::from_js(value)
}

/// The cues of a `<track>`, read by the browser's own parser: each one's text is a tag, and the
/// cue's time is the tag's.
async fn cues_of(element: &HtmlElement) -> Option<RawTrack> {
    let track = dom::get(element, "track");
    if dom::get(&track, "mode").as_string()? == "disabled" {
        // A disabled track loads nothing; a hidden one shows nothing either.
        dom::set(&track, "mode", &JsValue::from_str("hidden"));
    }
    // 0 none, 1 loading, 2 loaded, 3 failed.
    if dom::get(element, "readyState").as_f64()? < 2.0 {
        dom::first_event(element, &["load", "error"]).await;
    }
    if dom::get(element, "readyState").as_f64()? > 2.0 {
        return None;
    }
    let cues = dom::get(&track, "cues");
    let count = dom::get(&cues, "length").as_f64()?;
    let tags = js_sys::Array::new();
    for at in (0..TAGS_READ_MAX).take_while(|&at| f64::from(at) < count) {
        let cue = Reflect::get_u32(&cues, at).ok()?;
        let text = dom::get(&cue, "text").as_string().unwrap_or_default();
        // What is no JSON is no tag, and is reported as such.
        let tag = JSON::parse(&text).unwrap_or(JsValue::NULL);
        if dom::get(&tag, "id").is_undefined() {
            dom::set(&tag, "id", &dom::get(&cue, "id"));
        }
        dom::set(&tag, "start", &dom::get(&cue, "startTime"));
        dom::set(&tag, "end", &dom::get(&cue, "endTime"));
        tags.push(&tag);
    }
    let track = dom::object().number("schema_version", 1.0);
    track_of(track.with("tags", &tags).into())
}
