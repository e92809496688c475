//! Which tab sends what waits in the outbox: the one that holds a Web Lock. The lock of a tab that has
//! died passes on by itself. It is held only while there is something to send.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use yew::Callback;

use super::dom;

/// The wish to lead, and whether it is granted. Where there are no locks (a page without a secure context,
/// a sandboxed frame) every tab leads: the idempotency key makes one order of what they send.
#[derive(Debug, Clone)]
pub struct Lead {
    name: Rc<str>,
    told: Callback<bool>,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    wanted: bool,
    asked: bool,
    release: Option<Function>,
}

impl Lead {
    /// Leads nothing yet; `told` hears whether it does from then on.
    #[must_use]
    pub fn new(site: &str, told: Callback<bool>) -> Self {
        Self {
            name: ["shoptag/outbox/", site].concat().into(),
            told,
            state: Rc::default(),
        }
    }

    /// Wants to lead; `takes_over`: now, for this is the tab that the shopper uses.
    pub fn want(&self, takes_over: bool) {
        {
            let mut state = self.state.borrow_mut();
            state.wanted = true;
            if state.release.is_some() || (state.asked && !takes_over) {
                return;
            }
            state.asked = true;
        }
        if !self.ask(takes_over) {
            self.told.emit(true);
        }
    }

    /// Lets another tab lead.
    pub fn stop(&self) {
        let mut state = self.state.borrow_mut();
        state.wanted = false;
        let release = state.release.take();
        drop(state);
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    /// Whether the browser could be asked.
    fn ask(&self, takes_over: bool) -> bool {
        let locks = dom::window().map(|window| dom::get(&window.navigator(), "locks"));
        let Some(locks) = locks.filter(|locks| locks.is_object()) else {
            return false;
        };
        let lead = self.clone();
        let granted = Closure::once_into_js(move |_lock: JsValue| lead.granted());
        let options = dom::object(&[("steal", takes_over.into())]);
        let name = JsValue::from_str(&self.name);
        let request = dom::method(&locks, "request")
            .and_then(|request| request.call3(&locks, &name, &options, &granted).ok())
            .and_then(|request| request.dyn_into::<Promise>().ok());
        let Some(request) = request else {
            return false;
        };
        let lead = self.clone();
        spawn_local(async move {
            if JsFuture::from(request).await.is_err() {
                lead.ended();
            }
        });
        true
    }

    /// The lock is ours until the promise that is returned is settled.
    fn granted(&self) -> JsValue {
        let mut state = self.state.borrow_mut();
        state.asked = false;
        if !state.wanted {
            return JsValue::UNDEFINED;
        }
        let mut release = None;
        let held = Promise::new(&mut |resolve, _reject| release = Some(resolve));
        state.release = release;
        drop(state);
        self.told.emit(true);
        held.into()
    }

    /// Another tab has taken the lock, or the browser does not give any.
    fn ended(&self) {
        let mut state = self.state.borrow_mut();
        let was_ours = state.release.take().is_some();
        let again = was_ours && state.wanted;
        state.asked = again;
        drop(state);
        self.told.emit(!was_ours);
        if again && !self.ask(false) {
            self.told.emit(true);
        }
    }
}
