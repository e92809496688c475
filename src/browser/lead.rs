//! Which tab sends what waits in the outbox: the one that holds a Web Lock. The lock of a tab that
//! has died passes on by itself; that of a tab that no longer answers is taken. It is held only
//! while there is something to send.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use yew::Callback;

use super::callback;
use super::clock::{self, Pending};
use super::dom;

/// How long a tab waits for the lock before it asks whether the one that holds it is still awake,
/// milliseconds: a frozen tab holds its lock.
const PATIENCE_MS: u32 = 28_000;

/// How long it waits for the answer, milliseconds.
const ANSWER_MS: u32 = 2_000;

/// The wish to lead, and whether it is granted. Where there are no locks (a page without a secure
/// context, a sandboxed frame) every tab leads: leases and the idempotency key make one order of
/// what they send.
#[derive(Debug, Clone)]
pub struct Lead {
    name: Rc<str>,
    told: Callback<bool>,
    call: Callback<()>,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// There is something to send.
    wanted: bool,
    /// The session has been told that it leads.
    leads: bool,
    /// The lock came to us because nobody held it any more.
    alone: bool,
    /// A request is in the lock's queue.
    queued: bool,
    release: Option<Function>,
    patience: Option<Pending>,
}

impl Lead {
    /// Leads nothing yet; `told` hears whether it does from then on. `call` asks the other tabs
    /// whether one of them leads; their answer comes in by [`Self::heard_leader`].
    #[must_use]
    pub fn new(site: &str, told: Callback<bool>, call: Callback<()>) -> Self {
        Self {
            name: ["shoptag/outbox/", site].concat().into(),
            told,
            call,
            state: Rc::default(),
        }
    }

    /// Wants to lead; `takes_over`: now, for this is the tab that the shopper uses.
    pub fn want(&self, takes_over: bool) {
        {
            let mut state = self.state.borrow_mut();
            state.wanted = true;
            if state.leads || (state.queued && !takes_over) {
                return;
            }
        }
        if !self.ask(takes_over) {
            self.lead(false);
        }
    }

    /// Lets another tab lead.
    pub fn stop(&self) {
        let mut state = self.state.borrow_mut();
        state.wanted = false;
        state.leads = false;
        state.patience = None;
        let release = state.release.take();
        drop(state);
        if let Some(release) = release {
            let _ = release.call0(&JsValue::NULL);
        }
    }

    /// Whether it leads, as far as it knows.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.state.borrow().leads
    }

    /// Whether nobody else can be sending: the lock was free.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        let state = self.state.borrow();
        state.leads && state.alone
    }

    /// Another tab says that it leads: it is awake.
    pub fn heard_leader(&self) {
        let waits = self.state.borrow().patience.is_some();
        if waits {
            self.wait();
        }
    }

    /// Whether the browser could be asked.
    fn ask(&self, takes_over: bool) -> bool {
        let locks = dom::window().map(|window| dom::get(&window.navigator(), "locks"));
        let Some(locks) = locks.filter(|locks| locks.is_object()) else {
            return false;
        };
        let lead = self.clone();
        let granted = callback::answering(move |_lock| lead.granted(!takes_over)).into_js_value();
        let options = dom::object().with("steal", &takes_over.into());
        let name = JsValue::from_str(&self.name);
        let request = dom::method(&locks, "request")
            .and_then(|request| request.call3(&locks, &name, &options, &granted).ok())
            .and_then(|request| request.dyn_into::<Promise>().ok());
        let Some(request) = request else {
            return false;
        };
        if !takes_over {
            self.state.borrow_mut().queued = true;
            self.wait();
        }
        let lead = self.clone();
        callback::spawn(async move {
            if JsFuture::from(request).await.is_err() {
                lead.ended(!takes_over);
            }
        });
        true
    }

    /// Waits for the lock; then asks who holds it, and takes it from one that does not answer.
    fn wait(&self) {
        let lead = self.clone();
        let pending = clock::after(PATIENCE_MS, move || {
            lead.call.emit(());
            let silent = lead.clone();
            let pending = clock::after(ANSWER_MS, move || {
                let wants = {
                    let mut state = silent.state.borrow_mut();
                    state.patience = None;
                    state.wanted && !state.leads
                };
                if wants {
                    silent.want(true);
                }
            });
            lead.state.borrow_mut().patience = Some(pending);
        });
        self.state.borrow_mut().patience = Some(pending);
    }

    /// The lock is ours until the promise that is returned is settled.
    fn granted(&self, alone: bool) -> JsValue {
        let mut state = self.state.borrow_mut();
        if alone {
            state.queued = false;
        }
        if !state.wanted || state.release.is_some() {
            return JsValue::UNDEFINED;
        }
        let mut release = None;
        let held = Promise::new(&mut |resolve, _reject| release = Some(resolve));
        state.release = release;
        drop(state);
        self.lead(alone);
        held.into()
    }

    fn lead(&self, alone: bool) {
        {
            let mut state = self.state.borrow_mut();
            state.leads = true;
            state.alone = alone;
            state.patience = None;
        }
        self.told.emit(true);
    }

    /// Another tab has taken the lock, or the browser does not give any.
    fn ended(&self, was_queued: bool) {
        let mut state = self.state.borrow_mut();
        let was_ours = state.release.take().is_some();
        if was_queued {
            state.queued = false;
        }
        if !state.wanted {
            return;
        }
        if !was_ours {
            drop(state);
            self.lead(false);
            return;
        }
        state.leads = false;
        let is_queued = state.queued;
        drop(state);
        self.told.emit(false);
        if !is_queued && !self.ask(false) {
            self.lead(false);
        }
    }
}
