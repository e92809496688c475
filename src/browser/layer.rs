//! The sheet's element on the page: which layer it lies in, the finger that drags it, and the
//! focus.
//!
//! A `<dialog>` can be shown in the top layer without being modal (as a popover) and modally. Over
//! a bare video in fullscreen only a modal dialog can be used; a popover there is painted but dead.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlDialogElement, HtmlElement, Node, ShadowRoot};
use yew::Callback;

use crate::browser::dom::{self, Listener};

/// Width of the viewport from which a sheet stands at the side, CSS pixels.
const SIDE_VIEWPORT_PX_MIN: f64 = 720.0;
/// Least box of the video in which a panel fits beside the picture, CSS pixels.
const SIDE_FRAME_PX_MIN: (f64, f64) = (720.0, 400.0);

/// The sheet's element.
pub type Dialog = HtmlDialogElement;

/// Where the sheet lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Place {
    /// At the bottom of the viewport (phones).
    #[default]
    Bottom,
    /// At the side within the video's box.
    Side,
    /// At the side of the viewport.
    Drawer,
}

/// How the element is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// Within the frame, in its own stacking order.
    Frame,
    /// In the top layer, the rest of the page usable.
    Top,
    /// In the top layer, the rest of the page out of reach.
    Modal,
}

/// Where a sheet belongs within `frame`, as the page is now.
#[must_use]
pub fn place_for(frame: Option<&Element>, modal: bool) -> Place {
    let width = dom::window()
        .and_then(|window| window.inner_width().ok())
        .and_then(|width| width.as_f64())
        .unwrap_or_default();
    if width < SIDE_VIEWPORT_PX_MIN {
        return Place::Bottom;
    }
    let fits = frame
        .map(Element::get_bounding_client_rect)
        .is_some_and(|rect| {
            rect.width() >= SIDE_FRAME_PX_MIN.0 && rect.height() >= SIDE_FRAME_PX_MIN.1
        });
    if fits && !modal {
        Place::Side
    } else {
        Place::Drawer
    }
}

/// Shows `dialog` in `layer`; `again` takes it out first, which brings it above what has entered
/// the top layer since. A browser without popovers shows it within the frame.
pub fn show(dialog: &HtmlDialogElement, layer: Layer, again: bool) {
    let is_modal = dialog.open();
    let is_top = !is_modal && dialog.has_attribute("popover");
    let settled = match layer {
        Layer::Frame => !is_modal && !is_top,
        Layer::Top => is_top,
        Layer::Modal => is_modal,
    };
    if settled && !again {
        return;
    }
    if is_modal {
        dialog.close();
    }
    if is_top {
        let _ = dialog.hide_popover();
        let _ = dialog.remove_attribute("popover");
    }
    match layer {
        Layer::Frame => {}
        Layer::Top => {
            let _ = dialog.set_attribute("popover", "manual");
            if dom::method(dialog, "showPopover").is_none() || dialog.show_popover().is_err() {
                let _ = dialog.remove_attribute("popover");
            }
        }
        Layer::Modal => {
            let _ = dialog.show_modal();
        }
    }
}

/// Moves the sheet with the finger, `px` down from its place; `None`: it lets go.
pub fn drag(dialog: &HtmlElement, px: Option<f64>) {
    let text = px
        .map(|px| dom::translate(0.0, px, "px"))
        .unwrap_or_default();
    dom::set_style(dialog, "transform", &text);
}

/// The element with the focus in the tree of `node`.
#[must_use]
pub fn focused(node: &Node) -> Option<HtmlElement> {
    let root = dom::root_of(node);
    dom::get(&root, "activeElement").dyn_into().ok()
}

/// Gives `element` the focus without scrolling the page.
pub fn focus(element: &HtmlElement) {
    let options = dom::object().with("preventScroll", &JsValue::TRUE);
    let _ = element.focus_with_options(options.unchecked_ref());
}

/// Gives the focus back to where it came from, or to `fallback` if that is gone or cannot take it:
/// a tag may have left the picture meanwhile.
pub fn focus_back(opener: Option<&HtmlElement>, fallback: Option<&HtmlElement>) {
    for element in opener.into_iter().chain(fallback) {
        focus(element);
        if focused(element).as_ref() == Some(element) {
            return;
        }
    }
}

/// Gives the focus to the field `id` in the light DOM under `root`, scrolled into view.
pub fn focus_field(root: &Element, id: &str) {
    if let Some(field) = dom::find(root, &["#", id].concat()) {
        let _ = field.focus();
    }
}

/// Scrolls to the top.
pub fn scroll_to_top(element: &Element) {
    element.set_scroll_top(0);
}

/// Whether a click at (`x`, `y`) of the viewport lies outside the element: on a modal's backdrop.
#[must_use]
pub fn is_outside(element: &Element, x: i32, y: i32) -> bool {
    let rect = element.get_bounding_client_rect();
    let (x, y) = (f64::from(x), f64::from(y));
    x < rect.left() || x > rect.right() || y < rect.top() || y > rect.bottom()
}

/// Keeps the finger's further moves on `element`.
pub fn capture(element: &Element, pointer: i32) {
    let _ = element.set_pointer_capture(pointer);
}

/// What happens around an open sheet.
#[derive(Debug)]
pub struct Surroundings {
    _listeners: Vec<Listener>,
}

/// What was noticed around the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// Escape was pressed and nobody else took it.
    Escape,
    /// A click on the video, outside the sheet and our own buttons.
    TapOnVideo,
    /// A click elsewhere on the page.
    TapElsewhere,
    /// The viewport has another size.
    Resized,
}

impl Surroundings {
    /// Watches the page around `dialog`.
    #[must_use]
    pub fn watch(dialog: &HtmlElement, notice: &Callback<Noticed>) -> Self {
        let mut listeners = Vec::new();
        let host = dom::host_of(dialog);
        if let Some(document) = dom::document() {
            let key_notice = notice.clone();
            listeners.push(Listener::new(&document, "keydown", move |event| {
                let key = dom::get(&event, "key").as_string();
                if key.as_deref() == Some("Escape") && !event.default_prevented() {
                    key_notice.emit(Noticed::Escape);
                }
            }));
            let tap_notice = notice.clone();
            listeners.push(Listener::new(&document, "click", move |event| {
                let path = event.composed_path();
                let is_root = |node: JsValue| node.has_type::<ShadowRoot>();
                let in_host = host.as_ref().is_some_and(|host| path.includes(host, 0));
                let in_slot = path.iter().any(|node| {
                    let slot = node
                        .dyn_ref::<Element>()
                        .and_then(|node| node.get_attribute("slot"));
                    slot.is_some_and(|slot| slot.starts_with("shoptag-"))
                });
                // A click made by our own buttons passes the shadow root.
                if in_slot || (in_host && path.iter().any(is_root)) {
                    return;
                }
                tap_notice.emit(if in_host {
                    Noticed::TapOnVideo
                } else {
                    Noticed::TapElsewhere
                });
            }));
        }
        if let Some(window) = dom::window() {
            let resized = notice.reform(|()| Noticed::Resized);
            listeners.push(Listener::telling(&window, "resize", &resized));
        }
        Self {
            _listeners: listeners,
        }
    }
}

/// How far a strip of equally wide pictures is scrolled, as an index.
#[must_use]
pub fn strip_index(strip: &Element) -> usize {
    let width = f64::from(strip.client_width().max(1));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float to integer cast saturates"
    )]
    let index = (f64::from(strip.scroll_left()).abs() / width).round() as usize;
    index
}

/// Scrolls the strip to a picture; smoothly where the shopper has nothing against motion.
pub fn scroll_strip(strip: &Element, index: usize) {
    let right_to_left = dom::root_of(strip)
        .dyn_ref::<ShadowRoot>()
        .and_then(|root| root.query_selector("[dir=rtl]").ok().flatten())
        .is_some();
    let px = i32::try_from(index)
        .unwrap_or(0)
        .saturating_mul(strip.client_width());
    strip.set_scroll_left(if right_to_left { -px } else { px });
}
