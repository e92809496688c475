//! A track that the page itself carries: what of it is used, and what the page hears of the rest.
#![cfg(target_arch = "wasm32")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy does not know that these functions are tests"
)]

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Object;
use shoptag::browser::dom::{self, HtmlElement, Listener};
use shoptag::browser::{json, page_track};
use shoptag::embed::TrackSource;
use shoptag_protocol::VideoDocument;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// What the backend sends; its one tag gives way to the page's own.
const DOCUMENT: &str = r#"{
    "schema_version": 1,
    "video": {"id": "morning", "title": "Morning",
        "creator": {"id": "mira", "name": "Mira Okafor", "handle": "@mira"}},
    "tag_track": {"schema_version": 1, "tags": [
        {"id": "stored", "product": "shirt", "start": 0, "end": 9, "x": 0.5, "y": 0.5}]},
    "products": [],
    "policy": {"currency": "EUR", "countries": ["DE"], "quantity_max": 10,
        "withdrawal_days": 14, "terms_url": "/terms", "privacy_url": "/privacy",
        "paid_partnership": true}
}"#;

/// Length of the video, seconds.
const DURATION_S: f64 = 60.0;

/// Puts the track that `element` carries into the document; answers its ids and what the page
/// heard.
async fn read(source: TrackSource, element: &HtmlElement) -> (Vec<String>, Vec<String>) {
    let host: HtmlElement = dom::create("div").unwrap();
    host.append_child(element).unwrap();
    dom::document()
        .unwrap()
        .body()
        .unwrap()
        .append_child(&host)
        .unwrap();
    let heard: Rc<RefCell<Vec<String>>> = Rc::default();
    let ear = Rc::clone(&heard);
    let _listener = Listener::new(&host, "shop-error", move |event| {
        let code = dom::get(&dom::get(&event, "detail"), "code");
        ear.borrow_mut().extend(code.as_string());
    });
    let document: VideoDocument = json::read(DOCUMENT).unwrap();
    let document =
        page_track::put_in(document, source, host.clone().into(), Some(DURATION_S)).await;
    let (track, _) = document.tag_track.validate();
    let ids = track.tags.iter().map(|tag| tag.id.as_str().to_owned());
    host.remove();
    (ids.collect(), heard.take())
}

async fn read_script(text: &str) -> (Vec<String>, Vec<String>) {
    let script: HtmlElement = dom::create("script").unwrap();
    script.set_attribute("type", "application/json").unwrap();
    script.set_text_content(Some(text));
    read(TrackSource::Script, &script).await
}

/// A document of a good tag and of `tags`.
fn with(tags: &str) -> String {
    let good = r#"{"id": "good", "product": "p", "start": 0, "end": 9, "x": 0.5, "y": 0.5}"#;
    format!(r#"{{"schema_version": 1, "tags": [{good}{tags}]}}"#)
}

fn tag(id: &str, start: &str, end: &str) -> String {
    format!(r#", {{"id": "{id}", "product": "p", "start": {start}, "end": {end}, "x": 0, "y": 0}}"#)
}

#[wasm_bindgen_test]
async fn a_bad_tag_is_left_out_and_reported_and_the_others_stay() {
    for (tags, code) in [
        (tag("bad", "-1", "2"), "cue-range"),
        (tag("bad", "1e309", "2"), "cue-range"),
        (tag("bad", "0", "1e309"), "cue-range"),
        (tag("bad", "null", "2"), "cue-range"),
        (tag("bad", "5", "4"), "cue-range"),
        (tag("bad", "61", "70"), "cue-range"),
        (tag("good", "5", "6"), "cue-duplicate"),
        (", 7".to_owned(), "tag-shape"),
        // Each kind is told once.
        (
            tag("bad", "-1", "2") + &tag("worse", "-1", "2"),
            "cue-range",
        ),
    ] {
        let (ids, heard) = read_script(&with(&tags)).await;
        assert_eq!(
            (ids, heard),
            (vec!["good".to_owned()], vec![code.to_owned()]),
            "{tags}"
        );
    }
}

#[wasm_bindgen_test]
async fn what_is_no_json_is_reported_and_nothing_is_tagged() {
    let good = with("");
    let deep = |open: &str, close: &str| [open.repeat(10_000), close.repeat(10_000)].concat();
    let inside = good.replacen('{', &["{\"x\":", &deep("[", "]"), ","].concat(), 1);
    for text in [
        String::new(),
        ["\u{feff}", &good].concat(),
        good.replace("}]", "},]"),
        ["// tags\n", &good].concat(),
        ["/* tags */", &good].concat(),
        deep("[", "]"),
        deep("{\"x\":[", "]}"),
        inside,
    ] {
        let (ids, heard) = read_script(&text).await;
        let start: String = text.chars().take(40).collect();
        assert_eq!(
            (ids, heard),
            (vec![], vec!["config-json".to_owned()]),
            "{start}"
        );
    }
    // Brackets in a text are no nesting.
    let texts = tag("bad", "0", "1").replace("bad", &"[".repeat(200));
    assert_eq!(read_script(&with(&texts)).await.1, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn names_that_could_change_every_object_change_none() {
    for name in ["__proto__", "constructor"] {
        let text = with("").replacen('{', &format!("{{\"{name}\": {{\"polluted\": 1}},"), 1);
        let (ids, heard) = read_script(&text).await;
        assert_eq!(ids, ["good"]);
        assert_eq!(heard, ["config-unknown-field"], "{name}");
        assert_eq!(dom::get(&Object::new(), "polluted"), JsValue::UNDEFINED);
    }
}

#[wasm_bindgen_test]
async fn of_a_hundred_thousand_tags_the_first_thousand_are_used() {
    let many: Vec<String> = (1..100_000)
        .map(|n| tag(&n.to_string(), "1", "2"))
        .collect();
    let (ids, heard) = read_script(&with(&many.concat())).await;
    assert_eq!(heard, ["cue-limit"]);
    assert_eq!(
        (ids.len(), ids.first().map(String::as_str)),
        (1_000, Some("good"))
    );
}

async fn read_native(address: &str) -> (Vec<String>, Vec<String>) {
    let track: HtmlElement = dom::create("track").unwrap();
    track.set_attribute("kind", "metadata").unwrap();
    track.set_attribute("src", address).unwrap();
    let video: HtmlElement = dom::create("video").unwrap();
    video.append_child(&track).unwrap();
    read(TrackSource::Native, &video).await
}

#[wasm_bindgen_test]
async fn a_metadata_track_is_read_by_the_browsers_own_parser() {
    let text = concat!(
        "data:text/vtt,WEBVTT%0A%0A",
        "lamp%0A00:00.000 --> 00:09.000%0A",
        r#"{"product": "p", "x": 0.5, "y": 0.5}"#,
        "%0A%0A00:01.000 --> 00:02.000%0Aa chapter%0A",
    );
    let (ids, heard) = read_native(text).await;
    assert_eq!(
        (ids, heard),
        (vec!["lamp".to_owned()], vec!["tag-shape".to_owned()])
    );
    // One that cannot be loaded is told like a text that cannot be read.
    let (ids, heard) = read_native("/no-such-track.vtt").await;
    assert_eq!((ids, heard), (vec![], vec!["config-json".to_owned()]));
}
