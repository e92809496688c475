//! The session's rules, as scenarios and as properties over any sequence of events: what all of
//! them share.

mod browsing;
mod checkout;
mod orders;
mod properties;
mod tabs;

use std::collections::BTreeSet;
use std::rc::Rc;

use proptest::prelude::*;
use shoptag_commerce::{IdempotencyKey, OrderId, Timestamp, VariantId};
use shoptag_outbox::Record;
use shoptag_protocol::{FieldError, OrderRequest, Problem, Quote, QuoteRequest, code};

use super::fixtures::{TYPED, document, entropy, line, ordered, quote, setup};
use super::*;
use crate::bag::LineId;
use crate::checkout::{Field, Stage, Trouble};
use crate::event::{Entropy, ListKind, Stored};

/// A session with a browser around it that does what it is asked, but for the network.
struct Bench {
    session: Session,
    now_ms: i64,
    number: u64,
    /// Everything that was asked for, in order.
    effects: Vec<Effect>,
    durable: bool,
}

impl Bench {
    /// Document and empty storage have been loaded.
    fn new() -> Self {
        let mut bench = Self {
            session: Session::new(setup()),
            now_ms: 1_000_000,
            number: 0,
            effects: Vec::new(),
            durable: true,
        };
        bench.send(Event::Started);
        bench.send(Event::StorageLoaded(Stored {
            bag: None,
            submissions: vec![],
            touchpoints: None,
            unreadable: 0,
            durable: true,
        }));
        bench.send(Event::DocumentLoaded(document()));
        bench
    }

    fn send(&mut self, event: Event) -> Vec<Effect> {
        self.now_ms += 1;
        let effects = self.session.handle(event, Timestamp::from_ms(self.now_ms));
        self.effects.extend(effects.iter().cloned());
        for effect in &effects {
            if let Some(answer) = self.carry_out(effect) {
                self.send(answer);
            }
        }
        effects
    }

    /// What the browser answers by itself.
    fn carry_out(&mut self, effect: &Effect) -> Option<Event> {
        match effect {
            Effect::FixOrder(request) => Some(Event::OrderFixed {
                order_id: request.order_id.clone(),
                body: Some(json(request)),
            }),
            Effect::Lead { .. } => Some(Event::LeadChanged {
                leads: true,
                entropy: self.entropy(),
            }),
            Effect::KeepSubmission(record) => Some(Event::SubmissionKept {
                key: record.key.clone(),
                durable: self.durable,
                entropy: self.entropy(),
            }),
            Effect::LoadSubmissions => Some(Event::SubmissionsLoaded {
                submissions: None,
                entropy: self.entropy(),
            }),
            _ => None,
        }
    }

    fn entropy(&mut self) -> Entropy {
        self.number += 1;
        entropy(self.number)
    }

    fn put_into_bag(&mut self, tag: &str) {
        self.tap(tag, TapOrigin::Tag);
        self.send(Event::AddToBagPressed);
    }

    fn tap(&mut self, tag: &str, origin: TapOrigin) {
        self.send(Event::TagTapped {
            tag: TagId::parse(tag).unwrap(),
            origin,
        });
    }

    fn fill_in(&mut self) {
        for (field, text) in TYPED {
            self.send(Event::FieldTyped {
                field,
                text: text.to_owned(),
            });
        }
    }

    /// The last quote that was asked for.
    fn asked(&self) -> (u32, QuoteRequest) {
        let mut asked = self.effects.iter().filter_map(|effect| match effect {
            Effect::AskQuote { sequence, request } => Some((*sequence, (**request).clone())),
            _ => None,
        });
        asked.next_back().expect("a quote was asked for")
    }

    /// Answers the last question as the backend would, at the prices of the fixture or
    /// `price_minor`.
    fn answer_quote(&mut self, price_minor: i64) -> Vec<Effect> {
        let (sequence, request) = self.asked();
        let answer = Ok(Rc::new(quote_for(&request, price_minor)));
        self.send(Event::QuoteAnswered { sequence, answer })
    }

    fn refuse_quote(&mut self, failure: Failure) -> Vec<Effect> {
        let (sequence, _) = self.asked();
        self.send(Event::QuoteAnswered {
            sequence,
            answer: Err(failure),
        })
    }

    /// A checkout of one lamp, filled in and with a quote that is ready.
    fn at_the_button() -> Self {
        let mut bench = Self::new();
        bench.put_into_bag("lamp");
        bench.open_checkout();
        bench.answer_quote(8_900);
        bench.fill_in();
        let timer = Timer::Quote;
        let entropy = bench.entropy();
        bench.send(Event::Woken { timer, entropy });
        bench.answer_quote(8_900);
        bench
    }

    fn open_checkout(&mut self) {
        let entropy = self.entropy();
        self.send(Event::CheckoutPressed(entropy));
    }

    fn press(&mut self) -> Vec<Effect> {
        let entropy = self.entropy();
        self.send(Event::ConfirmPressed(entropy))
    }

    /// Every submission that went out.
    fn sent(&self) -> Vec<(IdempotencyKey, String)> {
        let sent = self.effects.iter().filter_map(|effect| match effect {
            Effect::Submit { key, body, .. } => Some((key.clone(), body.clone())),
            _ => None,
        });
        sent.collect()
    }

    fn forgotten(&self) -> Vec<IdempotencyKey> {
        let forgotten = self.effects.iter().filter_map(|effect| match effect {
            Effect::ForgetSubmission(key) => Some(key.clone()),
            _ => None,
        });
        forgotten.collect()
    }

    fn answer_order(&mut self, answer: Result<&str, Failure>) -> Vec<Effect> {
        let (key, _) = self.sent().pop().expect("an order was sent");
        let answer = answer.map(|order_id| Rc::new(ordered(order_id, &[("lamp", 1)])));
        let entropy = self.entropy();
        self.send(Event::SubmissionAnswered {
            key,
            answer,
            entropy,
        })
    }

    /// The order id in the last submission.
    fn order_id(&self) -> String {
        self.sent()
            .pop()
            .unwrap()
            .1
            .split('|')
            .next()
            .unwrap()
            .to_owned()
    }

    fn trouble(&self) -> Option<&Trouble> {
        self.session
            .checkout()
            .and_then(|checkout| checkout.trouble.as_ref())
    }

    fn wait(&mut self, ms: i64, timer: Timer) -> Vec<Effect> {
        self.now_ms += ms;
        let entropy = self.entropy();
        self.send(Event::Woken { timer, entropy })
    }
}

/// Any fixed text will do for the bytes.
fn json(request: &OrderRequest) -> String {
    [
        request.order_id.as_str(),
        "|",
        request.checkout_attempt_id.as_str(),
    ]
    .concat()
}

fn quote_for(request: &QuoteRequest, price_minor: i64) -> Quote {
    let lines: Vec<(&str, u32, i64)> = request
        .lines
        .iter()
        .map(|line| (line.variant_id.as_str(), line.quantity, price_minor))
        .collect();
    let ready = request.contact.is_some() && request.address.is_some();
    let checkout_attempt_id = request.checkout_attempt_id.clone();
    Quote {
        checkout_attempt_id,
        ..quote(&lines, ready)
    }
}

fn refusal(status: u16, code: &str, errors: Vec<FieldError>) -> Failure {
    let problem = Problem {
        status,
        code: code.to_owned(),
        errors,
        ..Problem::default()
    };
    Failure::Refused {
        problem: Rc::new(problem),
        retry_after_ms: None,
    }
}

fn error(pointer: &str, available: Option<u32>) -> FieldError {
    let (code, detail) = ("code".to_owned(), "Detail.".to_owned());
    FieldError {
        pointer: pointer.to_owned(),
        code,
        detail,
        available,
    }
}
