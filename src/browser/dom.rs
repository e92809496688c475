//! Elements, events and properties of the page, without any rule of ours.

pub use web_sys::{Element, HtmlElement};

use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit};

/// Fires a bubbling, composed event with `detail` on `target`.
pub fn fire(target: &Element, name: &str, detail: &JsValue) {
    let init = CustomEventInit::new();
    init.set_bubbles(true);
    init.set_composed(true);
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
        // A listener that throws is reported by the browser and does not come back here.
        let _ = target.dispatch_event(&event);
    }
}
