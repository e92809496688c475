//! A real, decoded film on the test's page, for tests in the browser.

use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Function, Reflect, Uint8Array};
use shoptag::browser::dom::{self, HtmlElement};
use shoptag::browser::video::VideoHandle;
use wasm_bindgen::{JsCast, JsValue};

/// Eight seconds of 640 by 360 pixels.
const FILM: &[u8] = include_bytes!("../../www/test/markers.webm");

/// Longest wait for something that the browser does in its own time, milliseconds.
const PATIENCE_MS: u32 = 5000;

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..PATIENCE_MS / 20 {
        if is_so() {
            return;
        }
        TimeoutFuture::new(20).await;
    }
    panic!("{what} has not come");
}

/// A host in the page with a video of 640 by 360 CSS pixels, as large as its picture.
pub(crate) async fn host_with_video() -> (HtmlElement, VideoHandle) {
    let host: HtmlElement = dom::create("div").unwrap();
    dom::set_style(&host, "position", "relative");
    let video: HtmlElement = dom::create("video").unwrap();
    for (name, value) in [
        ("width", "640px"),
        ("height", "360px"),
        ("display", "block"),
    ] {
        dom::set_style(&video, name, value);
    }
    dom::set(&video, "muted", &JsValue::TRUE);
    let parts = Array::of1(&Uint8Array::from(FILM));
    let global = js_sys::global();
    let blob: Function = dom::get(&global, "Blob").dyn_into().unwrap();
    let blob = Reflect::construct(&blob, &Array::of1(&parts)).unwrap();
    let url = dom::get(&global, "URL");
    let source = dom::method(&url, "createObjectURL").unwrap();
    dom::set(&video, "src", &source.call1(&url, &blob).unwrap());
    host.append_child(&video).unwrap();
    dom::document()
        .unwrap()
        .body()
        .unwrap()
        .append_child(&host)
        .unwrap();
    let handle = VideoHandle::find_within(&host).unwrap();
    until("the film", || {
        dom::get(&video, "readyState").as_f64() >= Some(2.0)
    })
    .await;
    (host, handle)
}
