//! A tab: the real session, and a twin of the shell that carries its effects out
//! (`src/browser/run.rs`). Between any two effects the tab may die.

use std::collections::BTreeSet;
use std::rc::Rc;

use shoptag::effect::{Announcement, Effect};
use shoptag::event::{Event, Timer};
use shoptag::json_writer;
use shoptag::session::{Session, Setup};
use shoptag_attribution::journal::Consent;
use shoptag_commerce::{IdempotencyKey, SiteKey, TouchId, VideoId};
use shoptag_outbox::Record;
use shoptag_protocol::OrderStatus;

use crate::backend::Request;
use crate::bugs::Bug;
use crate::dice::Dice;
use crate::happening::{Happening, Sender, TabId};
use crate::lead::{Asked, Lead, Word};
use crate::market::{SITE, VIDEOS};
use crate::storage::Write;
use crate::world::World;

/// What a frozen tab has not heard yet.
pub(crate) enum Parked {
    Event(Event),
    Lock(Asked, Word),
}

/// An open page with the widget.
pub(crate) struct Tab {
    pub(crate) shopper: usize,
    pub(crate) session: Session,
    pub(crate) clock_ahead_ms: i64,
    pub(crate) video: &'static str,
    pub(crate) lead: Lead,
    /// Numbers of the timers as they were set last.
    timers: [u64; Timer::ALL.len()],
    timers_set: u64,
    /// Frozen in the background: what is said to it waits.
    pub(crate) parked: Option<Vec<Parked>>,
    /// The total on the button that was pressed last.
    pub(crate) pressed: Option<i64>,
    /// Keys that were sent, with repetitions.
    sent: Vec<IdempotencyKey>,
    /// Keys that this tab knows of.
    pub(crate) known: BTreeSet<String>,
}

impl Tab {
    pub(crate) fn new(shopper: usize, consents: bool, ahead_ms: i64, dice: &mut Dice) -> Self {
        let video = dice.pick(&VIDEOS);
        let setup = Setup {
            site: SiteKey::parse(SITE).unwrap(),
            video: VideoId::parse(video).unwrap(),
            pause_on_card: true,
            consent: if consents {
                Consent::Granted
            } else {
                Consent::Denied
            },
            seed: dice.bits(),
        };
        Self {
            shopper,
            session: Session::new(setup),
            clock_ahead_ms: ahead_ms,
            video,
            lead: Lead::default(),
            timers: Default::default(),
            timers_set: 0,
            parked: None,
            pressed: None,
            sent: Vec::new(),
            known: BTreeSet::new(),
        }
    }
}

impl World<'_> {
    /// Tells a tab something and carries out what it wants.
    pub(crate) fn tell(&mut self, id: TabId, event: Event) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        if let Some(parked) = &mut tab.parked {
            parked.push(Parked::Event(event));
            return;
        }
        self.before(id, &event);
        let tab = self.tabs.get_mut(&id).unwrap();
        let now = shoptag_commerce::Timestamp::from_ms(self.now_ms + tab.clock_ahead_ms);
        let name = name_of(&event);
        let effects = tab.session.handle(event, now);
        self.note(format_args!("tab {id} {name}: {} effects", effects.len()));
        for effect in effects {
            if self.dice.chance(self.faults.tab_death) {
                self.close_tab(id);
                return;
            }
            self.carry_out(id, effect);
        }
    }

    /// What the witness must know before the session does something.
    fn before(&mut self, id: TabId, event: &Event) {
        let tab = self.tabs.get_mut(&id).unwrap();
        match event {
            Event::SubmissionKept { key, durable, .. } => {
                tab.known.insert(key.as_str().to_owned());
                if *durable && let Some(intent) = self.witness.intent_of_key(key) {
                    intent.is_confirmed = true;
                }
            }
            Event::StorageLoaded(stored) => know(&mut tab.known, &stored.submissions),
            Event::SubmissionsLoaded {
                submissions: Some(submissions),
                ..
            } => know(&mut tab.known, submissions),
            Event::ConfirmPressed(_) => {
                let checkout = tab.session.checkout().filter(|it| it.can_confirm());
                let quote = checkout.and_then(|checkout| checkout.quote.as_ref());
                tab.pressed = quote.map(|quote| quote.totals.total_minor).or(tab.pressed);
            }
            _ => {}
        }
    }

    fn carry_out(&mut self, id: TabId, effect: Effect) {
        let shopper = self.tabs[&id].shopper;
        match effect {
            Effect::LoadDocument => {
                let video = self.tabs[&id].video;
                let path = format!("/v1/videos/{video}?site={SITE}");
                let request = Request {
                    method: "GET",
                    ..Request::post(path, String::new())
                };
                self.send(Sender::Document(id), request);
            }
            Effect::LoadStored => self.plan_read(id, true),
            Effect::LoadSubmissions => self.plan_read(id, false),
            Effect::SaveBag(bag) => self.plan_write(id, Write::Bag(bag), false),
            Effect::SaveTouchpoints(changes) => {
                self.plan_write(id, Write::Touchpoints(Some(changes)), false);
            }
            Effect::CheckStorage => {
                let durable = self.shoppers[shopper].storage.has_room();
                self.plan(5, told(id, Event::StorageChecked { durable }));
            }
            Effect::EraseTouchpoints => self.plan_write(id, Write::Touchpoints(None), false),
            Effect::KeepSubmission(record) => self.keep(id, record),
            Effect::UpdateSubmission(record) => {
                if let Some(intent) = self.witness.intent_of_key(&record.key) {
                    intent.is_told_refused = record.dead.is_some();
                }
                self.plan_write(id, Write::Submission(record), false);
            }
            Effect::ForgetSubmission(key) => self.plan_write(id, Write::Forget(key), false),
            Effect::FixOrder(request) => {
                let pressed = self.tabs.get_mut(&id).unwrap().pressed.take();
                self.witness.made((shopper, id), &request, pressed);
                let body = json_writer::write(&*request);
                let order_id = request.order_id;
                self.plan(0, told(id, Event::OrderFixed { order_id, body }));
            }
            Effect::Submit { key, path, body } => self.submit(id, key, path, body),
            Effect::Lead { takes_over } => self.lead(id, takes_over),
            Effect::StopLeading => self.stop_leading(id),
            Effect::WakeAt { timer, at } => self.wake_at(id, timer, at),
            Effect::Announce(Announcement::OrderPlaced { order_id, .. }) => {
                self.note(format_args!("tab {id} order placed {order_id}"));
                if let Some(intent) = self.witness.intents.get_mut(&order_id) {
                    intent.is_told_placed = true;
                }
            }
            other => self.ask(id, other),
        }
    }

    /// Requests that are no order.
    fn ask(&mut self, id: TabId, effect: Effect) {
        let (sender, path, body) = match effect {
            Effect::AskQuote { sequence, request } => {
                (Sender::Quote(id, sequence), "/v1/quotes", json(&*request))
            }
            Effect::AskViewSession(request) => {
                (Sender::ViewSession(id), "/v1/view-sessions", json(&request))
            }
            Effect::PostClick(request) => {
                let touch = TouchId::parse(request.touchpoint_id.clone()).unwrap();
                (Sender::Click(id, touch), "/v1/clicks", json(&request))
            }
            Effect::PostBinding(request) => {
                let variant = request.variant_id.clone();
                (
                    Sender::Binding(id, variant),
                    "/v1/bag-bindings",
                    json(&request),
                )
            }
            Effect::SendTouchpoints { ids, batch, .. } => (
                Sender::Touchpoints(id, ids),
                "/v1/touchpoints",
                json(&batch),
            ),
            _ => return,
        };
        self.send(sender, Request::post(path, body));
    }

    fn submit(&mut self, id: TabId, key: IdempotencyKey, path: String, body: String) {
        let (now_ms, tab) = (self.now_ms, self.tabs.get_mut(&id).unwrap());
        let takes_over = tab.lead.is_alone();
        let storage = &mut self.shoppers[tab.shopper].storage;
        if let Err(rest_ms) = storage.claim(&key, id, takes_over, now_ms) {
            self.plan(2, told(id, Event::SubmissionHeld { key, rest_ms }));
            return;
        }
        tab.sent.push(key.clone());
        let attempts = tab.sent.iter().filter(|sent| **sent == key).count();
        let storage = &mut self.shoppers[tab.shopper].storage;
        let mut header = key.as_str().to_owned();
        match self.bug {
            Some(Bug::DeletesBeforeTheAnswer) => {
                storage.commit(&Write::Forget(key.clone()));
            }
            Some(Bug::NewKeyOnRetry) if attempts > 1 => {
                header = format!("{:032x}", self.dice.bits());
            }
            Some(Bug::GivesUp) if attempts > 3 => {
                storage.commit(&Write::Forget(key));
                return;
            }
            _ => {}
        }
        let mut request = Request::post(path, body);
        request.key = Some(header);
        self.witness.sent(&request);
        self.send(Sender::Submission(id, key), request);
    }

    fn wake_at(&mut self, id: TabId, timer: Timer, at: shoptag_commerce::Timestamp) {
        let tab = self.tabs.get_mut(&id).unwrap();
        tab.timers_set += 1;
        let set = tab.timers_set;
        tab.timers[timer as usize] = set;
        let delay_ms = at.ms() - (self.now_ms + tab.clock_ahead_ms);
        self.plan(
            delay_ms,
            Happening::Due {
                tab: id,
                timer,
                set,
            },
        );
    }

    pub(crate) fn due(&mut self, id: TabId, timer: Timer, set: u64) {
        let is_set = |tab: &Tab| tab.timers[timer as usize] == set;
        if self.tabs.get(&id).is_some_and(is_set) {
            let entropy = self.dice.entropy();
            self.tell(id, Event::Woken { timer, entropy });
        }
    }

    pub(crate) fn freeze(&mut self, id: TabId) {
        let tab = self.tabs.get_mut(&id).unwrap();
        if tab.parked.is_none() {
            tab.parked = Some(Vec::new());
            self.note(format_args!("tab {id} freezes"));
            let delay_ms = self.dice.between(1_000, 600_000);
            self.plan(delay_ms, Happening::Thaws(id));
        }
    }

    pub(crate) fn thaw(&mut self, id: TabId) {
        let Some(tab) = self.tabs.get_mut(&id) else {
            return;
        };
        for parked in tab.parked.take().unwrap_or_default() {
            match parked {
                Parked::Event(event) => self.tell(id, event),
                Parked::Lock(asked, word) => self.hears_of_lock(asked, word),
            }
        }
    }

    pub(crate) fn is_frozen(&self, id: TabId) -> bool {
        self.tabs[&id].parked.is_some()
    }

    /// What a shell that takes any 2xx for a delivery would tell the session.
    pub(crate) fn pretended(&mut self, key: &IdempotencyKey) -> Option<Rc<OrderStatus>> {
        let intent = self.witness.intent_of_key(key)?;
        let request = &intent.request;
        Some(Rc::new(OrderStatus {
            order_id: request.order_id.clone(),
            number: String::new(),
            placed_at: shoptag_commerce::Timestamp::from_ms(0),
            currency: request.currency,
            lines: Vec::new(),
            shipments: Vec::new(),
            totals: shoptag_protocol::Totals::default(),
            payment: request.payment.clone(),
            status_url: String::new(),
            cancellable: false,
        }))
    }
}

/// As the widget itself writes it.
fn json<T: serde::Serialize>(value: &T) -> String {
    json_writer::write(value).unwrap()
}

pub(crate) fn told(tab: TabId, event: Event) -> Happening {
    Happening::Told(tab, Box::new(event))
}

fn know(known: &mut BTreeSet<String>, records: &[Record]) {
    known.extend(records.iter().map(|record| record.key.as_str().to_owned()));
}

/// The variant's name, as its debug form begins.
fn name_of(event: &Event) -> String {
    let text = match event {
        Event::DocumentLoaded(_) => return "DocumentLoaded".into(),
        other => format!("{other:?}"),
    };
    text.chars().take(120).collect()
}
