//! What the thin JavaScript class calls.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::element::Mounted;
use crate::browser::storage::Storage;
use crate::browser::{callback, dom};
use crate::event::{Event, ListKind};

/// Puts the widget on a `<shop-tags>` element.
///
/// # Errors
/// The stable code of the `shop-error` event, as a string.
#[wasm_bindgen]
pub fn mount(host: dom::HtmlElement) -> Result<Handle, JsValue> {
    match Mounted::new(host) {
        Ok(mounted) => Ok(Handle {
            mounted: RefCell::new(Some(Rc::new(mounted))),
        }),
        Err(code) => Err(JsValue::from_str(code)),
    }
}

/// A mounted widget as JavaScript holds it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Handle {
    mounted: RefCell<Option<Rc<Mounted>>>,
}

#[wasm_bindgen]
impl Handle {
    /// Does what `what` says, with `value` if that needs one. The names are those of the element's
    /// methods and properties; `unmount`, `moved` and `update` are for what happens to the element.
    /// One method for all: each would be code of its own on either side. The page may ask again
    /// while it hears of what it has asked for.
    ///
    /// # Errors
    /// The stable code of the `shop-error` event, as a string.
    pub fn call(&self, what: &str, value: &JsValue) -> Result<JsValue, JsValue> {
        let Some(mounted) = self.mounted.borrow().clone() else {
            return Ok(JsValue::UNDEFINED);
        };
        match what {
            "moved" => mounted.moved(),
            "update" => mounted.update().map_err(JsValue::from_str)?,
            "contentTime" => mounted.set_content_time(value.dyn_ref().cloned()),
            "adBreak" => mounted.set_ad_break(value.is_truthy()),
            "currentTags" => return Ok(mounted.current_tags().into()),
            "openBag" => mounted.send(Event::BagOpened),
            "openProducts" => mounted.send(Event::ListOpened(ListKind::Moment)),
            "closeAll" => mounted.send(Event::SheetClosed),
            "addToBag" => {
                let variant = dom::get(value, "variant").as_string().unwrap_or_default();
                let quantity = dom::get(value, "quantity").as_f64().unwrap_or_default();
                return Ok(mounted.add_to_bag(&variant, quantity).into());
            }
            "exportPendingOrders" => return Ok(export_pending_orders(mounted.site()).into()),
            // Nothing of it stays on the page.
            "unmount" => drop(self.mounted.take()),
            _ => return Ok(JsValue::UNDEFINED),
        }
        Ok(JsValue::TRUE)
    }
}

/// Every order that the backend has not acknowledged, as a promise of an array of JSON texts.
fn export_pending_orders(site: String) -> Promise {
    Promise::new(&mut |resolve, _reject| {
        let storage = Storage::new(&site);
        callback::spawn(async move {
            let texts = Array::new();
            for text in storage.export().await {
                texts.push(&text.into());
            }
            let _ = resolve.call1(&JsValue::UNDEFINED, &texts);
        });
    })
}
