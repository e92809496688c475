//! Style sheets as constructable sheets: allowed under `style-src 'self'`, shared by all elements.

use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CssStyleSheet, Node, ShadowRoot};

use super::dom;

/// One of `src/styles`, made small by the build script.
macro_rules! small {
    ($name:literal) => {
        include_str!(concat!(env!("OUT_DIR"), "/", $name))
    };
}

/// Everything within the shadow roots, in the order of the cascade.
const SHADOW: [&str; 6] = [
    small!("tokens.css"),
    small!("overlay.css"),
    small!("sheet.css"),
    small!("card.css"),
    small!("bag.css"),
    small!("checkout.css"),
];

/// What is in the light DOM: forms that browsers must be able to fill, and the fullscreen wrapper.
const LIGHT: &str = concat!(small!("host.css"), small!("checkout_form.css"));

thread_local! {
    static SHADOW_SHEETS: Vec<CssStyleSheet> = SHADOW.iter().copied().filter_map(sheet).collect();
    static LIGHT_SHEET: Option<CssStyleSheet> = sheet(LIGHT);
}

fn sheet(text: &str) -> Option<CssStyleSheet> {
    let sheet = CssStyleSheet::new().ok()?;
    sheet.replace_sync(text).ok()?;
    Some(sheet)
}

/// Gives `root` the widget's styles, in the place of whatever it had.
pub fn adopt_shadow(root: &ShadowRoot) {
    let sheets: Array = SHADOW_SHEETS.with(|sheets| sheets.iter().collect());
    dom::set(root, "adoptedStyleSheets", &sheets);
}

/// The light-DOM sheet on one document or shadow root; removed with the last one who holds it.
#[derive(Debug)]
pub struct LightSheet {
    root: Node,
}

/// Gives the document or shadow root in which `host` stands the styles of what is in the light DOM.
#[must_use]
pub fn adopt_light(host: &Node) -> LightSheet {
    let root = dom::root_of(host);
    let sheets = sheets_of(&root);
    LIGHT_SHEET.with(|sheet| {
        if let Some(sheet) = sheet {
            // One entry for each holder: the browser ignores the repetition, and we need no
            // counter.
            sheets.push(sheet);
            dom::set(&root, "adoptedStyleSheets", &sheets);
        }
    });
    LightSheet { root }
}

impl Drop for LightSheet {
    fn drop(&mut self) {
        let sheets = sheets_of(&self.root);
        LIGHT_SHEET.with(|own| {
            let own = own.as_ref().map(JsValue::from);
            if let Some(at) = own
                .map(|own| sheets.index_of(&own, 0))
                .filter(|at| *at >= 0)
            {
                sheets.splice(at.unsigned_abs(), 1, &JsValue::UNDEFINED);
                let kept = sheets
                    .iter()
                    .filter(|sheet| !sheet.is_undefined())
                    .collect::<Array>();
                dom::set(&self.root, "adoptedStyleSheets", &kept);
            }
        });
    }
}

/// A copy of the root's list.
fn sheets_of(root: &Node) -> Array {
    let sheets = dom::get(root, "adoptedStyleSheets");
    sheets
        .dyn_ref::<js_sys::Object>()
        .map_or_else(Array::new, |_| Array::from(&sheets))
}
