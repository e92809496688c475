//! The page's own content: shown while the widget is not. When the widget has failed, the loader
//! shows it (`www/shop-tags.js`).
//!
//! A shadow root cannot be taken off an element, so being as before means a root that shows
//! everything.

use super::names;
use crate::browser::dom::{self, Element, ShadowRoot};

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
