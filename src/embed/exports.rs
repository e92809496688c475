//! What the thin JavaScript class calls. Methods are camel case there.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::future_to_promise;

use super::element::Mounted;
use crate::browser::dom::HtmlElement;
use crate::browser::storage::Storage;
use crate::event::{Event, ListKind};

/// Puts the widget on a `<shop-tags>` element.
///
/// # Errors
/// The stable code of the `shop-error` event, as a string.
#[wasm_bindgen]
pub fn mount(host: HtmlElement) -> Result<Handle, JsValue> {
    match Mounted::new(host) {
        Ok(mounted) => Ok(Handle {
            mounted: Some(mounted),
        }),
        Err(code) => Err(JsValue::from_str(code)),
    }
}

/// A mounted widget as JavaScript holds it.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Handle {
    mounted: Option<Mounted>,
}

#[wasm_bindgen]
impl Handle {
    /// Takes the widget off the page; nothing of it stays.
    pub fn unmount(&mut self) {
        self.mounted = None;
    }

    /// The element has been moved within the page.
    pub fn moved(&mut self) {
        if let Some(mounted) = &mut self.mounted {
            mounted.moved();
        }
    }

    /// The attributes have changed.
    ///
    /// # Errors
    /// The stable code of the `shop-error` event, as a string.
    pub fn update(&mut self) -> Result<(), JsValue> {
        match &mut self.mounted {
            Some(mounted) => mounted.update().map_err(JsValue::from_str),
            None => Ok(()),
        }
    }

    /// Opens the bag.
    #[wasm_bindgen(js_name = openBag)]
    #[must_use]
    pub fn open_bag(&self) -> bool {
        self.send(Event::BagOpened)
    }

    /// Opens the list of what is tagged now.
    #[wasm_bindgen(js_name = openProducts)]
    #[must_use]
    pub fn open_products(&self) -> bool {
        self.send(Event::ListOpened(ListKind::Moment))
    }

    /// Closes cards, sheets and dialogs.
    #[wasm_bindgen(js_name = closeAll)]
    #[must_use]
    pub fn close_all(&self) -> bool {
        self.send(Event::SheetClosed)
    }

    /// Adds to the bag; credits nobody.
    #[wasm_bindgen(js_name = addToBag)]
    #[must_use]
    pub fn add_to_bag(&self, variant: &str, quantity: f64) -> bool {
        self.mounted
            .as_ref()
            .is_some_and(|mounted| mounted.add_to_bag(variant, quantity))
    }

    /// Every order that the backend has not acknowledged, as a promise of an array of JSON texts.
    #[wasm_bindgen(js_name = exportPendingOrders)]
    pub fn export_pending_orders(&self) -> Promise {
        let site = self.mounted.as_ref().map(Mounted::site);
        future_to_promise(async move {
            let Some(site) = site else {
                return Ok(Array::new().into());
            };
            let texts = Storage::new(&site).export().await;
            Ok(texts
                .into_iter()
                .map(JsValue::from)
                .collect::<Array>()
                .into())
        })
    }

    /// Ids of the tags on screen.
    #[wasm_bindgen(js_name = currentTags)]
    #[must_use]
    pub fn current_tags(&self) -> Vec<String> {
        self.mounted
            .as_ref()
            .map(Mounted::current_tags)
            .unwrap_or_default()
    }

    /// Takes the page's mapper from stream time to content time.
    #[wasm_bindgen(js_name = setContentTime)]
    pub fn set_content_time(&self, mapper: Option<Function>) {
        if let Some(mounted) = &self.mounted {
            mounted.set_content_time(mapper);
        }
    }

    /// Takes the page's word on whether an advertisement is running.
    #[wasm_bindgen(js_name = setAdBreak)]
    pub fn set_ad_break(&self, running: bool) {
        if let Some(mounted) = &self.mounted {
            mounted.set_ad_break(running);
        }
    }

    fn send(&self, event: Event) -> bool {
        if let Some(mounted) = &self.mounted {
            mounted.send(event);
        }
        self.mounted.is_some()
    }
}
