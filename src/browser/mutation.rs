//! Tells when elements come or go.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MutationObserver, Node};

use super::dom;

/// Watches a part of the page until it is dropped.
#[derive(Debug)]
pub struct MutationWatch {
    observer: MutationObserver,
    _callback: Closure<dyn FnMut()>,
}

impl MutationWatch {
    /// Calls `changed` after elements within `scope` have come or gone.
    pub fn new(scope: &Node, changed: impl FnMut() + 'static) -> Option<Self> {
        let callback = Closure::<dyn FnMut()>::new(changed);
        let observer = MutationObserver::new(callback.as_ref().unchecked_ref()).ok()?;
        let options = dom::object()
            .with("childList", &JsValue::TRUE)
            .with("subtree", &JsValue::TRUE);
        let observed = observer.observe_with_options(scope, options.unchecked_ref());
        observed.ok()?;
        Some(Self {
            observer,
            _callback: callback,
        })
    }
}

impl Drop for MutationWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
