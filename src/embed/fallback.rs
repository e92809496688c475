//! The page's own content: shown while the widget is not, and again when it has failed.
//!
//! A shadow root cannot be taken off an element, so being as before means a root that shows
//! everything.

use std::cell::RefCell;

use super::{announce_error, names};
use crate::browser::dom::{self, Element, ShadowRoot};

thread_local! {
    /// Where the widget stands now; a panic takes it off all of them.
    static MOUNTED: RefCell<Vec<(Element, ShadowRoot)>> = const { RefCell::new(Vec::new()) };
}

/// Shows the player and the widget's `root`, and hides the fallback.
pub(super) fn hide(shadow: &ShadowRoot, root: &Element) {
    clear(shadow);
    add_slot(shadow, None);
    let _ = shadow.append_child(root);
}

/// Shows the player and the fallback, and nothing of ours.
pub(super) fn show(shadow: &ShadowRoot) {
    clear(shadow);
    add_slot(shadow, None);
    add_slot(shadow, Some(names::SLOT_FALLBACK));
    dom::set(shadow, "adoptedStyleSheets", &js_sys::Array::new());
}

/// Keeps where the widget stands.
pub(super) fn remember(host: &Element, shadow: &ShadowRoot) {
    MOUNTED.with_borrow_mut(|mounted| mounted.push((host.clone(), shadow.clone())));
}

/// Forgets a place from which the widget is taken off.
pub(super) fn forget(host: &Element) {
    MOUNTED.with_borrow_mut(|mounted| mounted.retain(|(other, _)| other != host));
}

/// Turns a panic into an event and the page's own content. After it nothing of the widget runs on.
pub(super) fn on_panic() {
    let mounted = MOUNTED.with(|mounted| match mounted.try_borrow_mut() {
        Ok(mut mounted) => std::mem::take(&mut *mounted),
        Err(_) => Vec::new(),
    });
    for (host, shadow) in mounted {
        show(&shadow);
        announce_error(&host, "internal");
    }
}

fn clear(shadow: &ShadowRoot) {
    while let Some(child) = shadow.last_child() {
        if shadow.remove_child(&child).is_err() {
            return;
        }
    }
}

fn add_slot(shadow: &ShadowRoot, name: Option<&str>) {
    if let Some(slot) = dom::create::<Element>("slot") {
        if let Some(name) = name {
            let _ = slot.set_attribute("name", name);
        }
        let _ = shadow.append_child(&slot);
    }
}
