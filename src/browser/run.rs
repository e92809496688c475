//! Carries out the session's effects. What comes of them goes back as events.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use shoptag_commerce::{IdempotencyKey, TouchId};
use wasm_bindgen::JsValue;
use web_sys::Element;
use yew::Callback;

use crate::browser::channel::{Channel, Word};
use crate::browser::dom::{self, Listener};
use crate::browser::lead::Lead;
use crate::browser::network::{self, Answer, Outgoing};
use crate::browser::storage::Storage;
use crate::browser::video::VideoHandle;
use crate::browser::{callback, clock, company, json, page_track, random};
use crate::checkout::uuid_v4;
use crate::effect::{Announcement, Effect};
use crate::embed::{Config, announce, names};
use crate::event::{Event, Failure, Timer};

/// The outside of one widget: network, storage, timers, video and page. Dropping it stops
/// everything but an order that is being stored or sent.
#[derive(Debug)]
pub struct Runner {
    config: Rc<Config>,
    host: Element,
    dispatch: Callback<Event>,
    storage: Storage,
    channel: Channel,
    lead: Lead,
    /// Names this widget among those of the site that may send.
    owner: Rc<str>,
    timers: Rc<RefCell<[Option<Timeout>; Timer::ALL.len()]>>,
    _listeners: Vec<Listener>,
}

impl Runner {
    /// Sets up storage, the channel to other instances, and the watch over the connection.
    #[must_use]
    pub fn new(config: Rc<Config>, host: Element, dispatch: Callback<Event>) -> Self {
        let storage = Storage::new(&config.site);
        let (lead, channel, heard) = company::join(&config.site, &storage, &dispatch);
        let mut listeners = connection(&dispatch);
        listeners.extend(leaving(&dispatch));
        listeners.extend(heard);
        Self {
            config,
            host,
            dispatch,
            storage,
            channel,
            lead,
            owner: uuid_v4(random::entropy().order()).into(),
            timers: Rc::default(),
            _listeners: listeners,
        }
    }

    /// Carries out one effect.
    pub fn run(&self, effect: Effect, video: Option<&VideoHandle>) {
        match effect {
            Effect::PauseVideo => drop(video.map(VideoHandle::pause)),
            Effect::ResumeVideo => drop(video.map(VideoHandle::play)),
            Effect::SeekVideo { to_s } => drop(video.map(|video| video.seek(to_s))),
            Effect::WakeAt { timer, at } => self.wake_at(timer, at),
            Effect::Announce(announcement) => self.announce(&announcement),
            Effect::Copy(text) => dom::copy(&text),
            Effect::FixOrder(request) => {
                let body = json::write(&*request);
                let order_id = request.order_id;
                self.dispatch.emit(Event::OrderFixed { order_id, body });
            }
            Effect::Lead { takes_over } => self.lead.want(takes_over),
            Effect::StopLeading => self.lead.stop(),
            Effect::LoadDocument => self.load_document(video.and_then(VideoHandle::duration)),
            Effect::Submit { key, path, body } => self.submit(key, &path, body),
            Effect::AskQuote { .. }
            | Effect::AskViewSession(_)
            | Effect::PostClick(_)
            | Effect::PostBinding(_)
            | Effect::SendTouchpoints { .. } => self.ask(effect),
            stored => self.store(stored),
        }
    }

    /// Sends a request; `then` makes an event of the answer, unless there is nothing to say.
    fn send(
        &self,
        outgoing: Option<Outgoing>,
        then: impl FnOnce(Result<Answer, Failure>) -> Option<Event> + 'static,
    ) {
        send(self.dispatch.clone(), outgoing, Box::new(then));
    }

    fn load_document(&self, duration_s: Option<f64>) {
        let (config, dispatch) = (Rc::clone(&self.config), self.dispatch.clone());
        let host = self.host.clone();
        let video = config.video.as_str();
        let outgoing = network::video_document(&config.api, &config.site, video);
        self.send(Some(outgoing), move |answer| {
            let document = match network::read(answer) {
                Ok(document) => document,
                Err(failure) => return Some(Event::DocumentFailed(failure)),
            };
            let put_in = page_track::put_in(document, config.track, host, duration_s);
            callback::spawn(async move { dispatch.emit(Event::DocumentLoaded(put_in.await)) });
            None
        });
    }

    /// Sends an order, unless another tab is sending it. A tab that got a free lock knows that
    /// nobody is.
    fn submit(&self, key: IdempotencyKey, path: &str, body: String) {
        let (storage, owner) = (self.storage.clone(), Rc::clone(&self.owner));
        let dispatch = self.dispatch.clone();
        let takes_over = self.lead.is_alone();
        let outgoing = network::order(&self.config.api, path, key.clone(), body);
        callback::spawn(async move {
            if let Err(rest_ms) = storage.claim(&key, &owner, takes_over).await {
                dispatch.emit(Event::SubmissionHeld { key, rest_ms });
                return;
            }
            let then = move |answer| {
                Some(Event::SubmissionAnswered {
                    key,
                    answer: network::read(answer).map(Rc::new),
                    entropy: random::entropy(),
                })
            };
            send(dispatch, Some(outgoing), Box::new(then));
        });
    }

    /// Asks for a quote, and tells of touchpoints.
    fn ask(&self, effect: Effect) {
        let api = self.config.api.as_str();
        match effect {
            Effect::AskQuote { sequence, request } => {
                self.send(network::post(api, "/v1/quotes", &request), move |answer| {
                    let answer = network::read(answer).map(Rc::new);
                    Some(Event::QuoteAnswered { sequence, answer })
                });
            }
            Effect::AskViewSession(request) => {
                let outgoing = network::post(api, "/v1/view-sessions", &request);
                self.send(outgoing, |answer| {
                    let answer = network::read(answer).map(Rc::new);
                    Some(Event::ViewSessionAnswered(answer))
                });
            }
            Effect::PostClick(request) => {
                self.send(network::post(api, "/v1/clicks", &request), |answer| {
                    let touch = TouchId::parse(request.touchpoint_id).ok()?;
                    let answer = network::read(answer);
                    Some(Event::ClickAnswered { touch, answer })
                });
            }
            Effect::PostBinding(request) => {
                let outgoing = network::post(api, "/v1/bag-bindings", &request);
                self.send(outgoing, |answer| {
                    let answer = network::read(answer);
                    let variant = request.variant_id;
                    Some(Event::BindingAnswered { variant, answer })
                });
            }
            Effect::SendTouchpoints {
                ids,
                batch,
                leaving,
            } => {
                let outgoing = network::touchpoints(api, &batch, leaving);
                self.send(outgoing, |answer| {
                    let failure = network::touchpoints_refused(answer);
                    Some(Event::TouchpointsAnswered { ids, failure })
                });
            }
            _ => {}
        }
    }

    /// Reads or writes storage.
    fn store(&self, effect: Effect) {
        let (storage, dispatch) = (self.storage.clone(), self.dispatch.clone());
        let channel = self.channel.clone();
        callback::spawn(async move {
            let word = match effect {
                Effect::SaveBag(bag) => {
                    storage.save_bag(&bag).await;
                    Word::Bag
                }
                Effect::KeepSubmission(record) => {
                    let durable = storage.keep(&record).await;
                    let (key, entropy) = (record.key, random::entropy());
                    dispatch.emit(Event::SubmissionKept {
                        key,
                        durable,
                        entropy,
                    });
                    Word::Orders
                }
                Effect::UpdateSubmission(record) => {
                    storage.keep(&record).await;
                    Word::Orders
                }
                Effect::ForgetSubmission(key) => {
                    storage.forget(&key).await;
                    Word::Orders
                }
                Effect::SaveTouchpoints(changes) => {
                    storage.change_touchpoints(Some(&changes)).await;
                    Word::Touchpoints
                }
                Effect::EraseTouchpoints => {
                    storage.change_touchpoints(None).await;
                    Word::Touchpoints
                }
                reads => return dispatch.emit(read_stored(reads, &storage).await),
            };
            channel.say(word);
        });
    }

    fn wake_at(&self, timer: Timer, at: shoptag_commerce::Timestamp) {
        let dispatch = self.dispatch.clone();
        let timeout = clock::at(at, move || {
            dispatch.emit(Event::Woken {
                timer,
                entropy: random::entropy(),
            });
        });
        if let Some(slot) = self.timers.borrow_mut().get_mut(timer as usize) {
            *slot = Some(timeout);
        }
    }

    fn announce(&self, announcement: &Announcement) {
        let detail = dom::object();
        let (name, detail) = match announcement {
            Announcement::Ready => (names::EVENT_READY, detail),
            Announcement::TagClick { tag, product } => (
                names::EVENT_TAG_CLICK,
                detail
                    .text("tag", tag.as_str())
                    .text("product", product.as_str()),
            ),
            Announcement::BagChange {
                count,
                subtotal_minor,
                currency,
            } => {
                let subtotal = subtotal_minor.map_or(JsValue::NULL, |minor| amount(minor).into());
                let detail = detail
                    .number("count", f64::from(*count))
                    .with("subtotal_minor", &subtotal)
                    .text("currency", currency.code());
                (names::EVENT_BAG_CHANGE, detail)
            }
            Announcement::CheckoutStart { count } => (
                names::EVENT_CHECKOUT_START,
                detail.number("count", f64::from(*count)),
            ),
            Announcement::OrderPlaced {
                order_id,
                number,
                total_minor,
                currency,
            } => (
                names::EVENT_ORDER_PLACED,
                detail
                    .text("order", order_id.as_str())
                    .text("number", number)
                    .number("total_minor", amount(*total_minor))
                    .text("currency", currency.code()),
            ),
            Announcement::FullscreenChange { mode } => (
                names::EVENT_FULLSCREEN_CHANGE,
                detail.text("mode", mode.name()),
            ),
            Announcement::Error { code } => (names::EVENT_ERROR, detail.text("code", code)),
        };
        announce(&self.host, name, &detail);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        self.lead.stop();
    }
}

/// What is stored, as an event.
async fn read_stored(effect: Effect, storage: &Storage) -> Event {
    match effect {
        Effect::LoadSubmissions => Event::SubmissionsLoaded {
            submissions: storage.submissions().await,
            entropy: random::entropy(),
        },
        Effect::CheckStorage => Event::StorageChecked {
            durable: storage.check_room().await,
        },
        _ => Event::StorageLoaded(storage.load().await),
    }
}

/// Makes an event of an answer, unless there is nothing to say.
type Then = Box<dyn FnOnce(Result<Answer, Failure>) -> Option<Event>>;

/// The one future of all requests.
fn send(dispatch: Callback<Event>, outgoing: Option<Outgoing>, then: Then) {
    callback::spawn(async move {
        if let Some(event) = then(network::exchange(outgoing).await) {
            dispatch.emit(event);
        }
    });
}

/// An amount of minor units as a number; exact up to 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "amounts of that size are refused by the server"
)]
fn amount(minor: i64) -> f64 {
    minor as f64
}

/// Listens to the browser's word on the connection.
fn connection(dispatch: &Callback<Event>) -> Vec<Listener> {
    let Some(window) = dom::window() else {
        return Vec::new();
    };
    [("online", true), ("offline", false)]
        .map(|(name, online)| {
            let dispatch = dispatch.clone();
            Listener::new(&window, name, move |_event| {
                dispatch.emit(Event::ConnectionChanged {
                    online,
                    entropy: random::entropy(),
                });
            })
        })
        .into()
}

/// Listens for the page being hidden or left. `pagehide` alone is not fired when a phone's system
/// ends the browser.
fn leaving(dispatch: &Callback<Event>) -> Vec<Listener> {
    let mut listeners = Vec::new();
    if let Some(window) = dom::window() {
        let dispatch = dispatch.clone();
        listeners.push(Listener::new(&window, "pagehide", move |_event| {
            dispatch.emit(Event::PageHidden);
        }));
    }
    if let Some(document) = dom::document() {
        let dispatch = dispatch.clone();
        listeners.push(Listener::new(
            &document,
            "visibilitychange",
            move |_event| {
                dispatch.emit(if dom::is_visible() {
                    Event::PageShown
                } else {
                    Event::PageHidden
                });
            },
        ));
    }
    listeners
}
