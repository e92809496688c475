//! Tells which part of an element lies within the viewport, without asking for the layout.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry};
use yew::Callback;

use super::callback::{self, Called};
use super::dom;
use crate::video_overlay::geometry::Rect;

/// Steps in which the visible share is told: one hundredth each.
const STEPS: u32 = 100;

/// Watches one element until it is dropped.
#[derive(Debug)]
pub struct IntersectionWatch {
    observer: IntersectionObserver,
    part: Rc<Cell<Rect>>,
    _called: Called,
}

impl IntersectionWatch {
    /// Calls `changed` after the visible part of `element` has changed; `None` where nobody can
    /// tell.
    pub fn new(element: &Element, changed: Callback<()>) -> Option<Self> {
        let part = Rc::new(Cell::new(Rect::default()));
        let told = Rc::clone(&part);
        let called = callback::hearing(move |entries| {
            let entries: Array = entries.unchecked_into();
            let last = entries.get(entries.length().saturating_sub(1));
            told.set(visible_part(last.unchecked_ref()));
            changed.emit(());
        });
        let thresholds: Array = (0..=STEPS)
            .map(|step| js_sys::Number::from(f64::from(step) / f64::from(STEPS)))
            .collect();
        let options = dom::object().with("threshold", &thresholds);
        let function = callback::function(&called);
        let options = options.unchecked_ref();
        let observer = IntersectionObserver::new_with_options(function, options).ok()?;
        observer.observe(element);
        Some(Self {
            observer,
            part,
            _called: called,
        })
    }

    /// The visible part of the element, each side 0..=1 of the element's own.
    #[must_use]
    pub fn part(&self) -> Rect {
        self.part.get()
    }
}

impl Drop for IntersectionWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn visible_part(entry: &IntersectionObserverEntry) -> Rect {
    let (whole, seen) = (entry.bounding_client_rect(), entry.intersection_rect());
    let (width, height) = (whole.width(), whole.height());
    if width <= 0.0 || height <= 0.0 {
        return Rect::default();
    }
    Rect {
        x: (seen.left() - whole.left()) / width,
        y: (seen.top() - whole.top()) / height,
        width: seen.width() / width,
        height: seen.height() / height,
    }
}
