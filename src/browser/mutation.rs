//! Tells when elements come or go.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{MutationObserver, MutationObserverInit, Node};

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
        let options = MutationObserverInit::new();
        options.set_child_list(true);
        options.set_subtree(true);
        observer.observe_with_options(scope, &options).ok()?;
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
