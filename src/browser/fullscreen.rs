//! Fullscreen: makes the wrapper fill the screen instead of the bare video, and tells what does.
//!
//! Over a bare video in fullscreen nothing but a modal dialog is seen (measured in Chromium 147).
//! So scripted requests on the video, and on anything between it and the wrapper, are sent to the
//! wrapper; the browsers' own button is taken off where that is possible; and where there is no
//! element fullscreen at all (iPhone), the wrapper can fill the viewport by its style.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;
use yew::Callback;

use super::callback::{self, Called};
use super::dom::{self, Listener};
use super::video::VideoHandle;
use crate::event::FullscreenMode;

/// Set on the host while it fills the viewport by its style.
const PSEUDO_ATTRIBUTE: &str = "data-shoptag-fullscreen";

/// Methods by which scripts ask for fullscreen; the second one is Safari's.
const REQUESTS: [&str; 2] = ["requestFullscreen", "webkitRequestFullscreen"];

/// The token that takes the browser's own fullscreen button off.
const NO_BUTTON: &str = "nofullscreen";

/// Holds the redirection until it is dropped; everything is as before then.
#[derive(Debug)]
pub struct Fullscreen {
    host: Element,
    target: Option<Element>,
    video: VideoHandle,
    redirected: Vec<Object>,
    _redirect: Called,
    button_taken: bool,
    native: Rc<Cell<bool>>,
    _listeners: Vec<Listener>,
}

impl Fullscreen {
    /// Redirects the fullscreen requests of `video` to the wrapper, and calls `changed` when the
    /// mode may have changed.
    pub fn new(host: &Element, video: &VideoHandle, changed: &Callback<()>) -> Self {
        let target = wrapper_of(host, video.element());
        let aim = target.clone();
        let redirect = callback::answering(move |options| {
            aim.as_ref()
                .map_or(JsValue::UNDEFINED, |wrapper| request(wrapper, &options))
        });
        let redirected = match &target {
            Some(wrapper) => redirect_requests(video.element(), wrapper, redirect.as_ref()),
            None => Vec::new(),
        };
        let native = Rc::new(Cell::new(false));
        let mut listeners = Vec::new();
        if let Some(document) = dom::document() {
            for name in ["fullscreenchange", "webkitfullscreenchange"] {
                listeners.push(Listener::telling(&document, name, changed));
            }
        }
        for (name, begins) in [
            ("webkitbeginfullscreen", true),
            ("webkitendfullscreen", false),
        ] {
            let (native, changed) = (Rc::clone(&native), changed.clone());
            listeners.push(Listener::new(video.element(), name, move |_| {
                native.set(begins);
                changed.emit(());
            }));
        }
        Self {
            host: host.clone(),
            button_taken: target.is_some() && take_button(video),
            target,
            video: video.clone(),
            redirected,
            _redirect: redirect,
            native,
            _listeners: listeners,
        }
    }

    /// What fills the screen now.
    #[must_use]
    pub fn mode(&self) -> FullscreenMode {
        if self.host.has_attribute(PSEUDO_ATTRIBUTE) {
            return FullscreenMode::Pseudo;
        }
        let element: Option<Element> = ["fullscreenElement", "webkitFullscreenElement"]
            .into_iter()
            .find_map(|name| dom::get(&dom::root_of(&self.host), name).dyn_into().ok());
        match element {
            Some(element) if element.contains(Some(&self.host)) => FullscreenMode::Wrapper,
            Some(element) if element.contains(Some(self.video.element())) => {
                FullscreenMode::BareVideo
            }
            _ => FullscreenMode::None,
        }
    }

    /// Whether the system's own player is in front of everything (iPhone).
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.native.get()
    }

    /// Enters fullscreen with the wrapper, or leaves it. True when only the style has changed, for
    /// which the browser fires no event.
    pub fn toggle(&self) -> bool {
        match self.mode() {
            FullscreenMode::None => self.enter(),
            FullscreenMode::Pseudo => {
                let _ = self.host.remove_attribute(PSEUDO_ATTRIBUTE);
                true
            }
            FullscreenMode::Wrapper | FullscreenMode::BareVideo => {
                leave();
                false
            }
        }
    }

    fn enter(&self) -> bool {
        let target = self.target.as_ref().unwrap_or(&self.host);
        if REQUESTS
            .iter()
            .any(|name| dom::method(target, name).is_some())
        {
            request(target, &JsValue::UNDEFINED);
            return false;
        }
        let _ = self.host.set_attribute(PSEUDO_ATTRIBUTE, "pseudo");
        true
    }
}

impl Drop for Fullscreen {
    fn drop(&mut self) {
        for element in &self.redirected {
            for name in REQUESTS {
                dom::unset(element, name);
            }
        }
        if self.button_taken {
            call_with(
                &dom::get(self.video.element(), "controlsList"),
                "remove",
                NO_BUTTON,
            );
        }
        let _ = self.host.remove_attribute(PSEUDO_ATTRIBUTE);
    }
}

/// What shall fill the screen: the host if the video is in it, else the nearest ancestor of both
/// that is not the whole page.
fn wrapper_of(host: &Element, video: &Element) -> Option<Element> {
    let mut candidate = host.clone();
    while !candidate.contains(Some(video)) {
        candidate = candidate.parent_element()?;
    }
    (!matches!(candidate.local_name().as_str(), "body" | "html")).then_some(candidate)
}

/// Puts `redirect` in the place of the requests of `video` and of all between it and `wrapper`.
/// Returns what was changed.
fn redirect_requests(video: &Element, wrapper: &Element, redirect: &JsValue) -> Vec<Object> {
    let mut changed = Vec::new();
    let mut next: Option<Element> = Some(video.clone());
    while let Some(element) = next.filter(|element| element != wrapper) {
        next = element.parent_element();
        for name in REQUESTS {
            // Only what the browser has: a page may look for the method to learn whether it can.
            if dom::method(&element, name).is_some() {
                dom::set(&element, name, redirect);
            }
        }
        changed.push(element.unchecked_into());
    }
    changed
}

/// Takes the browser's fullscreen button off; false where that cannot be done or was done before.
fn take_button(video: &VideoHandle) -> bool {
    let list = dom::get(video.element(), "controlsList");
    let has = call_with(&list, "contains", NO_BUTTON).as_bool();
    if has == Some(false) {
        call_with(&list, "add", NO_BUTTON);
    }
    has == Some(false)
}

fn request(element: &Element, options: &JsValue) -> JsValue {
    let method = REQUESTS.iter().find_map(|name| dom::method(element, name));
    let answer = method.and_then(|method| method.call1(element, options).ok());
    answer.unwrap_or(JsValue::UNDEFINED)
}

fn leave() {
    let Some(document) = dom::document() else {
        return;
    };
    let exits = ["exitFullscreen", "webkitExitFullscreen"];
    if let Some(exit) = exits.iter().find_map(|name| dom::method(&document, name)) {
        let _ = exit.call0(&document);
    }
}

fn call_with(target: &JsValue, name: &str, argument: &str) -> JsValue {
    let answer = dom::method(target, name)
        .and_then(|method| method.call1(target, &JsValue::from_str(argument)).ok());
    answer.unwrap_or(JsValue::UNDEFINED)
}
