//! Measures where the picture is, and tells when that may have changed.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleDeclaration, Element, HtmlElement, MutationObserver, ResizeObserver};
use yew::Callback;

use super::callback::{self, Called};
use super::dom::{self, Listener};
use super::video::VideoHandle;
use crate::video_overlay::geometry::{
    Edges, ObjectFit, ObjectPosition, Rect, Size, content_box, parse_px, picture_box,
};

/// Height of the browsers' own control bars, CSS pixels: Chromium 147 has 48 and a gradient above,
/// Firefox 40, Safari 44 and a margin.
const CONTROLS_PX: f64 = 56.0;

/// Share of the picture's height where captions stand by default: two lines of the 5 % that the
/// HTML standard gives a cue's font, and the margin below them.
const CAPTIONS_SHARE: f64 = 0.16;

/// Where everything is, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Layout {
    /// The video's border box, as seen from the overlay's root.
    pub frame: Rect,
    /// The visible part of the picture at most, as seen from the frame: the content box.
    pub viewport: Rect,
    /// The whole picture, as seen from the viewport.
    pub stage: Rect,
    /// Part of the viewport in which a marker can be seen and used.
    pub visible: Rect,
    /// Part of that in which a label can stand.
    pub labels: Rect,
}

/// Measures `video` for an overlay whose root is `root`. Reads the layout once.
#[must_use]
pub fn measure(video: &VideoHandle, root: &HtmlElement) -> Layout {
    let painter = video.painter();
    let style = dom::window().and_then(|window| window.get_computed_style(&painter).ok().flatten());
    let frame = frame_of(&painter, root);
    let edges = style.as_ref().map(edges).unwrap_or_default();
    let viewport = content_box(
        Size {
            width: frame.width,
            height: frame.height,
        },
        edges,
    );
    let of_style = |name| {
        style
            .as_ref()
            .and_then(|style| style.get_property_value(name).ok())
    };
    let number = |name| dom::get(video.element(), name).as_f64().unwrap_or(0.0);
    let stage = picture_box(
        Size {
            width: viewport.width,
            height: viewport.height,
        },
        Size {
            width: number("videoWidth"),
            height: number("videoHeight"),
        },
        ObjectFit::parse(&of_style("object-fit").unwrap_or_default()),
        ObjectPosition::parse(&of_style("object-position").unwrap_or_default()),
    );
    // The page can keep a zone free for controls of its own.
    let own_zone = of_style("--shoptag-safe-bottom").and_then(|text| parse_px(&text));
    let controls = if video.has_controls() {
        CONTROLS_PX
    } else {
        0.0
    };
    let zone = own_zone
        .unwrap_or(controls)
        .clamp(0.0, viewport.height / 2.0);
    let visible = Rect {
        height: viewport.height - zone,
        ..viewport
    };
    let captions = if video.shows_captions() {
        viewport.height * CAPTIONS_SHARE
    } else {
        0.0
    };
    let labels = Rect {
        height: (visible.height - captions).max(0.0),
        ..visible
    }
    .inset(4.0);
    Layout {
        frame,
        viewport,
        stage,
        visible,
        labels,
    }
}

/// The border box of `element` in the coordinates of `root`. When an ancestor scales both, the
/// rectangles are scaled too, and divided by the scale again.
fn frame_of(element: &HtmlElement, root: &HtmlElement) -> Rect {
    let (own, base) = (
        element.get_bounding_client_rect(),
        root.get_bounding_client_rect(),
    );
    let scale = |painted: f64, laid_out: i32| {
        let laid_out = f64::from(laid_out);
        // Up to a pixel is rounding of the laid-out size and not a transform.
        if laid_out > 0.0 && (painted - laid_out).abs() > 1.0 {
            painted / laid_out
        } else {
            1.0
        }
    };
    let scale_x = scale(own.width(), element.offset_width());
    let scale_y = scale(own.height(), element.offset_height());
    Rect {
        x: (own.left() - base.left()) / scale_x - f64::from(root.client_left()),
        y: (own.top() - base.top()) / scale_y - f64::from(root.client_top()),
        width: own.width() / scale_x,
        height: own.height() / scale_y,
    }
}

/// Boxes of the descendants of `frame` that match `selector`, as seen from the frame.
#[must_use]
pub fn boxes_within(frame: &HtmlElement, selector: &str) -> Vec<Rect> {
    let Ok(found) = frame.query_selector_all(selector) else {
        return Vec::new();
    };
    let mut boxes = Vec::new();
    for at in 0..found.length() {
        if let Some(element) = found.item(at) {
            boxes.push(frame_of(element.unchecked_ref(), frame));
        }
    }
    boxes
}

fn edges(style: &CssStyleDeclaration) -> Edges {
    let side = |border: &str, padding: &str| {
        let read = |name| {
            style
                .get_property_value(name)
                .ok()
                .and_then(|text| parse_px(&text))
        };
        read(border).unwrap_or(0.0) + read(padding).unwrap_or(0.0)
    };
    Edges {
        top: side("border-top-width", "padding-top"),
        right: side("border-right-width", "padding-right"),
        bottom: side("border-bottom-width", "padding-bottom"),
        left: side("border-left-width", "padding-left"),
    }
}

/// Tells when the layout may have changed, until it is dropped.
#[derive(Debug)]
pub struct ResizeWatch {
    sizes: Option<ResizeObserver>,
    attributes: Option<MutationObserver>,
    _called: Called,
    _listeners: Vec<Listener>,
}

impl ResizeWatch {
    /// Calls `changed` after a change of the size or an attribute of any of `elements`, or of the
    /// window's size. A style or class can move the picture within a box that stays (`object-fit`).
    pub fn new(elements: &[&Element], changed: &Callback<()>) -> Self {
        let told = changed.clone();
        let called = callback::hearing(move |_| told.emit(()));
        let sizes = ResizeObserver::new(callback::function(&called)).ok();
        let attributes = MutationObserver::new(callback::function(&called)).ok();
        let init = dom::object().with("attributes", &JsValue::TRUE);
        for element in elements {
            if let Some(sizes) = &sizes {
                sizes.observe(element);
            }
            if let Some(attributes) = &attributes {
                let _ = attributes.observe_with_options(element, init.unchecked_ref());
            }
        }
        let mut listeners = Vec::new();
        if let Some(window) = dom::window() {
            for name in ["resize", "orientationchange"] {
                listeners.push(Listener::telling(&window, name, changed));
            }
        }
        Self {
            sizes,
            attributes,
            _called: called,
            _listeners: listeners,
        }
    }
}

impl Drop for ResizeWatch {
    fn drop(&mut self) {
        if let Some(sizes) = &self.sizes {
            sizes.disconnect();
        }
        if let Some(attributes) = &self.attributes {
            attributes.disconnect();
        }
    }
}
