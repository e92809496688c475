//! Functions and futures of ours that the browser calls. All functions have one shape, and both are
//! handed over in one place: each shape and each place would be code of its own.

use std::pin::Pin;

use js_sys::Function;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// A function of ours, as long as it is held.
pub type Called = Closure<dyn FnMut(JsValue) -> JsValue>;

/// A function that hears a value and gives an answer.
pub fn answering(call: impl FnMut(JsValue) -> JsValue + 'static) -> Called {
    wrap(Box::new(call))
}

/// A function that hears a value.
pub fn hearing(mut call: impl FnMut(JsValue) + 'static) -> Called {
    answering(move |value| {
        call(value);
        JsValue::UNDEFINED
    })
}

/// The function as the browser takes it.
#[must_use]
pub fn function(called: &Called) -> &Function {
    called.as_ref().unchecked_ref()
}

/// Runs `future` to its end, whoever is dropped meanwhile.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(future));
}

#[inline(never)]
fn wrap(call: Box<dyn FnMut(JsValue) -> JsValue>) -> Called {
    Closure::wrap(call)
}

#[inline(never)]
fn spawn_boxed(future: Pin<Box<dyn Future<Output = ()>>>) {
    wasm_bindgen_futures::spawn_local(future);
}
