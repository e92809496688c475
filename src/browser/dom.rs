//! Elements, events and properties of the page, without any rule of ours.

pub use web_sys::{Element, HtmlElement, ShadowRoot};

use js_sys::{Function, Promise, Reflect};
use shoptag_commerce::decimal;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{CustomEvent, Document, Event, EventTarget, Node, Window};
use yew::Callback;

use super::callback::{self, Called};
use crate::video_overlay::geometry::Rect;

/// The page's window; `None` outside a page.
#[must_use]
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The page's document.
#[must_use]
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Puts `text` into the clipboard; nothing happens where the page may not do that.
pub fn copy(text: &str) {
    let clipboard = window().map(|window| get(&window.navigator(), "clipboard"));
    if let Some(clipboard) = clipboard
        && let Some(write) = method(&clipboard, "writeText")
        && let Ok(promise) = write.call1(&clipboard, &JsValue::from_str(text))
    {
        // Listened to from here on, so that a refusal is not reported as one nobody has heard.
        drop(JsFuture::from(Promise::from(promise)));
    }
}

/// Whether the page is visible to somebody.
#[must_use]
pub fn is_visible() -> bool {
    let state = document().map(|document| get(&document, "visibilityState"));
    state.is_none_or(|state| state.as_string().as_deref() != Some("hidden"))
}

/// Whether the shopper's browser asks not to be followed (Global Privacy Control).
#[must_use]
pub fn asks_for_privacy() -> bool {
    window().is_some_and(|window| {
        let control = get(&window.navigator(), "globalPrivacyControl");
        control.is_truthy() && control.as_string().as_deref() != Some("0")
    })
}

/// A new element; `None` when the page has broken `createElement`.
#[must_use]
pub fn create<T: JsCast>(name: &str) -> Option<T> {
    document()?.create_element(name).ok()?.dyn_into().ok()
}

/// The open shadow root of `host`, made if there is none yet; `None` where that is not possible.
#[must_use]
pub fn open_shadow(host: &Element) -> Option<ShadowRoot> {
    if let Some(shadow) = host.shadow_root() {
        return Some(shadow);
    }
    // Asked for by name: a page can have taken the method away.
    let attach = method(host, "attachShadow")?;
    let options = object().text("mode", "open");
    attach.call1(host, &options).ok()?.dyn_into().ok()
}

/// The page's origin, `https://example.com`.
#[must_use]
pub fn origin() -> String {
    window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default()
}

/// Language of the place where `element` stands, else of the browser; empty when nobody says.
#[must_use]
pub fn language_of(element: &Element) -> String {
    let parent = element.parent_element();
    let place = parent.and_then(|parent| parent.closest("[lang]").ok().flatten());
    let place = place
        .and_then(|place| place.get_attribute("lang"))
        .filter(|lang| !lang.is_empty());
    place
        .or_else(|| window()?.navigator().language())
        .unwrap_or_default()
}

/// The element that `reference`, a CSS selector or an id, names: first in the tree of `from`, then
/// in the document.
#[must_use]
pub fn find_in_page(from: &Element, reference: &str) -> Option<Element> {
    let found = |scope: &JsValue, name: &str| -> Option<Element> {
        let found = method(scope, name)?
            .call1(scope, &JsValue::from_str(reference))
            .ok()?;
        found.dyn_into().ok()
    };
    let scopes = [JsValue::from(root_of(from)), JsValue::from(document())];
    scopes
        .iter()
        .find_map(|scope| found(scope, "getElementById").or_else(|| found(scope, "querySelector")))
}

/// Fires a bubbling, composed event with `detail` on `target`.
pub fn fire(target: &Element, name: &str, detail: &JsValue) {
    let init = object()
        .with("bubbles", &JsValue::TRUE)
        .with("composed", &JsValue::TRUE)
        .with("detail", detail);
    let event = CustomEvent::new_with_event_init_dict(name, init.unchecked_ref());
    if let Ok(event) = event {
        // A listener that throws is reported by the browser and does not come back here.
        let _ = target.dispatch_event(&event);
    }
}

/// A plain object that is being filled: options for the browser, or an event's detail.
#[derive(Debug)]
#[must_use]
pub struct Plain(JsValue);

/// A plain object.
pub fn object() -> Plain {
    Plain(js_sys::Object::new().into())
}

impl Plain {
    /// Puts a value in.
    #[inline(never)]
    pub fn with(self, name: &str, value: &JsValue) -> Self {
        set(&self.0, name, value);
        self
    }

    /// Puts a text in.
    #[inline(never)]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.with(name, &JsValue::from_str(value))
    }

    /// Puts a number in.
    #[inline(never)]
    pub fn number(self, name: &str, value: f64) -> Self {
        self.with(name, &JsValue::from_f64(value))
    }
}

impl std::ops::Deref for Plain {
    type Target = JsValue;

    fn deref(&self) -> &JsValue {
        &self.0
    }
}

impl From<Plain> for JsValue {
    fn from(plain: Plain) -> Self {
        plain.0
    }
}

/// A property's value; `undefined` when there is none or it cannot be read.
#[must_use]
pub fn get(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

/// A method of `target`, if it has one.
#[must_use]
pub fn method(target: &JsValue, name: &str) -> Option<Function> {
    get(target, name).dyn_into().ok()
}

/// Sets a property; a frozen object stays as it is.
pub fn set(target: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(target, &JsValue::from_str(name), value);
}

/// Removes an object's own property.
pub fn unset(target: &js_sys::Object, name: &str) {
    let _ = Reflect::delete_property(target, &JsValue::from_str(name));
}

/// The document or shadow root in which `node` stands.
#[must_use]
pub fn root_of(node: &Node) -> Node {
    node.get_root_node()
}

/// The host of the shadow root in which `node` stands.
#[must_use]
pub fn host_of(node: &Node) -> Option<Element> {
    root_of(node)
        .dyn_into::<ShadowRoot>()
        .ok()
        .map(|root| root.host())
}

/// The first descendant that matches `selector`.
#[must_use]
pub fn find(scope: &Element, selector: &str) -> Option<HtmlElement> {
    scope.query_selector(selector).ok()??.dyn_into().ok()
}

/// The element from which an absolutely placed `element` is placed.
#[must_use]
pub fn containing_block(element: &HtmlElement) -> Option<HtmlElement> {
    let block = element.offset_parent().or_else(|| element.parent_element());
    block?.dyn_into().ok()
}

/// `translate(x, y)` in `unit`.
#[must_use]
pub fn translate(x: f64, y: f64, unit: &str) -> String {
    let mut text = String::from("translate(");
    push_number(&mut text, x);
    text.push_str(unit);
    text.push(',');
    push_number(&mut text, y);
    text.push_str(unit);
    text.push(')');
    text
}

/// Places `element` at `rect`, CSS pixels of its containing block. Through the CSSOM: a style
/// attribute would be refused by a strict content security policy.
pub fn set_box(element: &HtmlElement, rect: Rect) {
    let style = element.style();
    for (name, value) in [
        ("left", rect.x),
        ("top", rect.y),
        ("width", rect.width),
        ("height", rect.height),
    ] {
        let _ = style.set_property(name, &with_unit(value, "px"));
    }
}

/// Sets one style property through the CSSOM.
pub fn set_style(element: &HtmlElement, name: &str, value: &str) {
    let _ = element.style().set_property(name, value);
}

fn with_unit(value: f64, unit: &str) -> String {
    let mut text = String::new();
    push_number(&mut text, value);
    text.push_str(unit);
    text
}

/// Appends `value` with three decimals. Written by hand: the standard library's formatting of
/// floats would add several kilobytes to the widget.
#[expect(
    clippy::cast_possible_truncation,
    reason = "`as` saturates, and no length is that long"
)]
fn push_number(text: &mut String, value: f64) {
    let thousandths = (value * 1000.0).round() as i64;
    if thousandths < 0 {
        text.push('-');
    }
    let magnitude = thousandths.unsigned_abs();
    text.push_str(&decimal(magnitude / 1000));
    text.push('.');
    let mut rest = magnitude % 1000;
    for place in [100, 10, 1] {
        text.push(char::from(b'0' + u8::try_from(rest / place).unwrap_or(0)));
        rest %= place;
    }
}

/// The name of the next event on `target` that has one of these `names`.
pub async fn first_event(target: &EventTarget, names: &[&str]) -> String {
    let heard = Promise::new(&mut |resolve, _reject| {
        for name in names {
            // A promise is resolved once: whatever comes after that is not heard.
            let _ = target.add_event_listener_with_callback(name, &resolve);
        }
    });
    let event = JsFuture::from(heard).await.unwrap_or_default();
    get(&event, "type").as_string().unwrap_or_default()
}

/// A listener that is removed when it is dropped.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    called: Called,
}

impl Listener {
    /// Calls `callback` for every `name` event on `target`.
    pub fn new(
        target: &EventTarget,
        name: &'static str,
        mut callback: impl FnMut(Event) + 'static,
    ) -> Self {
        let called = callback::hearing(move |event| callback(event.unchecked_into()));
        Self::add(target, name, called)
    }

    /// Tells `changed` of every `name` event on `target`.
    #[inline(never)]
    pub fn telling(target: &EventTarget, name: &'static str, changed: &Callback<()>) -> Self {
        let changed = changed.clone();
        Self::new(target, name, move |_| changed.emit(()))
    }

    #[inline(never)]
    fn add(target: &EventTarget, name: &'static str, called: Called) -> Self {
        let function = callback::function(&called);
        let _ = target.add_event_listener_with_callback(name, function);
        Self {
            target: target.clone(),
            name,
            called,
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let function = callback::function(&self.called);
        let _ = self
            .target
            .remove_event_listener_with_callback(self.name, function);
    }
}

/// A repeating call that ends when it is dropped.
#[derive(Debug)]
pub struct Ticker {
    _interval: gloo::timers::callback::Interval,
}

impl Ticker {
    /// Calls `tick` every `period_ms`.
    pub fn new(period_ms: u32, tick: Callback<()>) -> Self {
        let tick = move || tick.emit(());
        Self {
            _interval: gloo::timers::callback::Interval::new(period_ms, tick),
        }
    }
}
