//! Tells when elements come or go.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{MutationObserver, Node};

use super::callback::{self, Called};
use super::dom;

/// Watches a part of the page until it is dropped.
#[derive(Debug)]
pub struct MutationWatch {
    observer: MutationObserver,
    _called: Called,
}

impl MutationWatch {
    /// Calls `changed` after elements within `scope` have come or gone.
    pub fn new(scope: &Node, mut changed: impl FnMut() + 'static) -> Option<Self> {
        let called = callback::hearing(move |_| changed());
        let observer = MutationObserver::new(callback::function(&called)).ok()?;
        let options = dom::object()
            .with("childList", &JsValue::TRUE)
            .with("subtree", &JsValue::TRUE);
        let observed = observer.observe_with_options(scope, options.unchecked_ref());
        observed.ok()?;
        Some(Self {
            observer,
            _called: called,
        })
    }
}

impl Drop for MutationWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}
