//! The session's rules, as scenarios and as properties over any sequence of events.

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

#[test]
fn a_tap_opens_the_card_and_pauses_only_a_playing_video() {
    for (playing, expected) in [(true, true), (false, false)] {
        let mut bench = Bench::new();
        bench.send(Event::PlaybackChanged { playing });
        bench.tap("shirt", TapOrigin::Tag);
        assert_eq!(bench.session.page(), Some(Page::Card));
        assert_eq!(bench.effects.contains(&Effect::PauseVideo), expected);
        bench.send(Event::PlaybackChanged { playing: false });
        let effects = bench.send(Event::SheetClosed);
        assert_eq!(
            effects.contains(&Effect::ResumeVideo),
            expected,
            "resumes only what it paused"
        );
    }
}

#[test]
fn what_the_page_says_about_pausing_holds_from_the_next_card_on() {
    let mut bench = Bench::new();
    bench.send(Event::PlaybackChanged { playing: true });
    bench.send(Event::PauseOnCardChanged(false));
    bench.tap("shirt", TapOrigin::Tag);
    assert!(!bench.effects.contains(&Effect::PauseVideo));
    bench.send(Event::SheetClosed);
    bench.send(Event::PauseOnCardChanged(true));
    let effects = bench.send(Event::BagOpened);
    assert!(effects.contains(&Effect::PauseVideo));
    // What was paused goes on, whatever the page has said since.
    bench.send(Event::PauseOnCardChanged(false));
    let effects = bench.send(Event::SheetClosed);
    assert!(effects.contains(&Effect::ResumeVideo));
}

#[test]
fn a_thumbnail_shows_the_variant_that_is_tagged() {
    let document = document();
    let mut product = document.products[0].clone();
    let mut variant = product.variants[0].clone();
    let image = |url: &str| shoptag_protocol::Image {
        url: url.to_owned(),
        ..product.images[0].clone()
    };
    product.images = vec![image("first"), image("second")];
    for (index, expected) in [(None, "first"), (Some(1), "second"), (Some(9), "first")] {
        variant.image = index;
        let shown = picture(&product, Some(&variant)).unwrap();
        assert_eq!(shown.url, expected, "{index:?}");
    }
    assert_eq!(picture(&product, None).unwrap().url, "first");
}

#[test]
fn the_page_hears_what_fills_the_screen() {
    let mut bench = Bench::new();
    for (mode, name) in [
        (FullscreenMode::Wrapper, "wrapper"),
        (FullscreenMode::BareVideo, "bare-video"),
        (FullscreenMode::Pseudo, "pseudo"),
        (FullscreenMode::None, "none"),
    ] {
        let effects = bench.send(Event::FullscreenChanged(mode));
        let told = Effect::Announce(Announcement::FullscreenChange { mode });
        assert_eq!((effects, mode.name()), (vec![told], name));
    }
}

#[test]
fn the_page_hears_that_what_it_adds_cannot_be_bought() {
    let mut bench = Bench::new();
    for (variant, known) in [("shirt-sand-s", true), ("nothing-like-it", false)] {
        let effects = bench.send(Event::AddedByPage {
            variant: VariantId::parse(variant).unwrap(),
            quantity: 1,
        });
        let refused = Effect::Announce(Announcement::Error {
            code: "variant-unavailable".to_owned(),
        });
        assert_eq!(effects.contains(&refused), !known, "{variant}");
    }
}

#[test]
fn a_video_the_shopper_started_again_is_not_resumed() {
    let mut bench = Bench::new();
    bench.send(Event::PlaybackChanged { playing: true });
    bench.tap("shirt", TapOrigin::Tag);
    bench.send(Event::PlaybackChanged { playing: false });
    bench.send(Event::PlaybackChanged { playing: true });
    bench.send(Event::PlaybackChanged { playing: false });
    assert_eq!(bench.send(Event::SheetClosed), []);
}

#[test]
fn a_tag_without_product_opens_nothing() {
    let mut bench = Bench::new();
    bench.tap("ghost", TapOrigin::Tag);
    bench.tap("no such tag", TapOrigin::List);
    assert_eq!(bench.session.page(), None);
}

#[test]
fn back_leads_from_the_card_to_the_list_it_was_opened_from() {
    let mut bench = Bench::new();
    bench.send(Event::ListOpened(ListKind::Moment));
    bench.send(Event::ListOpened(ListKind::Video));
    bench.tap("lamp", TapOrigin::List);
    bench.send(Event::BagOpened);
    for expected in [Some(Page::Card), Some(Page::List(ListKind::Video)), None] {
        bench.send(Event::BackPressed);
        assert_eq!(bench.session.page(), expected);
    }
}

#[test]
fn lists_name_each_product_once() {
    let mut bench = Bench::new();
    let tags = ["shirt", "ghost", "shirt-again"].map(|tag| TagId::parse(tag).unwrap());
    bench.send(Event::TagsOnScreen(tags.to_vec()));
    assert_eq!(bench.session.in_this_moment().len(), 1);
    assert_eq!(bench.session.shelf().unwrap().all().len(), 3);
}

#[test]
fn what_is_sold_out_does_not_go_into_the_bag() {
    let mut bench = Bench::new();
    bench.put_into_bag("rug");
    assert_eq!(bench.session.bag().count(), 0);
    let entropy = bench.entropy();
    bench.send(Event::BuyNowPressed(entropy));
    assert!(bench.session.checkout().is_none());
}

#[test]
fn the_bag_is_not_written_before_storage_was_read() {
    let mut session = Session::new(setup());
    let now = Timestamp::from_ms(5);
    let _ = session.handle(Event::DocumentLoaded(document()), now);
    let tag = TagId::parse("lamp").unwrap();
    let _ = session.handle(
        Event::TagTapped {
            tag,
            origin: TapOrigin::Tag,
        },
        now,
    );
    let effects = session.handle(Event::AddToBagPressed, now);
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::SaveBag(_)))
    );
    let mut other = Bag::default();
    other.hold_to(fixtures::eur());
    other.add(line("shirt-sand-s", 2, 2_500), 10);
    let stored = Stored {
        bag: other.saved(),
        submissions: vec![],
        touchpoints: None,
        unreadable: 0,
        durable: true,
    };
    let effects = session.handle(Event::StorageLoaded(stored), now);
    let saved = effects.iter().find_map(|effect| match effect {
        Effect::SaveBag(bag) => Some(bag.lines.len()),
        _ => None,
    });
    assert_eq!(saved, Some(2), "both the stored line and the early one");
}

#[test]
fn a_quote_is_asked_for_when_the_checkout_opens_and_again_when_it_matters() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    let (_, request) = bench.asked();
    assert_eq!(
        (request.country.as_str(), request.contact.is_some()),
        ("DE", false)
    );
    bench.answer_quote(8_900);
    let email = "ada@example.org".to_owned();
    let effects = bench.send(Event::FieldTyped {
        field: Field::Email,
        text: email,
    });
    assert_eq!(effects, [], "an incomplete form is not priced again");
    let country = "FR".to_owned();
    let effects = bench.send(Event::FieldTyped {
        field: Field::Country,
        text: country,
    });
    assert!(matches!(
        effects[..],
        [Effect::WakeAt {
            timer: Timer::Quote,
            ..
        }]
    ));
    bench.wait(500, Timer::Quote);
    assert_eq!(bench.asked().1.country, "FR");
    bench.answer_quote(8_900);
    bench.fill_in();
    bench.wait(500, Timer::Quote);
    assert!(bench.asked().1.contact.is_some() && bench.asked().1.address.is_some());
}

#[test]
fn a_late_quote_is_ignored() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    let (first, request) = bench.asked();
    let brand = quote_for(&request, 1).shipments[0].brand.id.clone();
    bench.answer_quote(8_900);
    bench.send(Event::DeliveryChosen {
        brand,
        option: "express".to_owned(),
    });
    let answer = Ok(Rc::new(quote_for(&request, 1)));
    bench.send(Event::QuoteAnswered {
        sequence: first,
        answer,
    });
    assert!(bench.session.checkout().unwrap().is_stale());
    assert_eq!(bench.asked().1.delivery[0].option_id, "express");
}

#[test]
fn an_incomplete_form_is_not_sent_and_the_first_wrong_field_gets_the_focus() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    bench.answer_quote(8_900);
    assert_eq!(bench.press(), []);
    let checkout = bench.session.checkout().unwrap();
    assert_eq!(checkout.focus, Some((Field::Email, 1)));
    assert_eq!(
        bench.session.form().issue(Field::City),
        Some(&crate::checkout::Issue::Missing)
    );
}

#[test]
fn one_press_makes_one_key_and_the_order_is_stored_before_it_is_sent() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.press();
    bench.press();
    let position = |wanted: &dyn Fn(&Effect) -> bool| bench.effects.iter().position(wanted);
    let kept = position(&|effect| matches!(effect, Effect::KeepSubmission(_))).unwrap();
    let sent = position(&|effect| matches!(effect, Effect::Submit { .. })).unwrap();
    assert!(kept < sent);
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn a_placed_order_empties_its_lines_and_shows_the_confirmation() {
    let mut bench = Bench::at_the_button();
    bench.press();
    let order_id = bench.order_id();
    let effects = bench.answer_order(Ok(&order_id));
    assert!(
        effects
            .iter()
            .any(|effect| { matches!(effect, Effect::Announce(Announcement::OrderPlaced { .. })) })
    );
    assert_eq!(bench.session.page(), Some(Page::Confirmation));
    assert_eq!(bench.session.bag().count(), 0);
    assert_eq!(bench.forgotten(), [bench.sent()[0].0.clone()]);
    bench.send(Event::SheetClosed);
    assert_eq!(
        bench.session.form().text(Field::City),
        "Hamburg",
        "what was typed stays"
    );
}

#[test]
fn what_is_bought_now_leaves_the_bag_alone() {
    let mut bench = Bench::at_the_button();
    bench.send(Event::SheetClosed);
    bench.tap("lamp", TapOrigin::Tag);
    let entropy = bench.entropy();
    bench.send(Event::BuyNowPressed(entropy));
    bench.answer_quote(8_900);
    bench.press();
    let order_id = bench.order_id();
    bench.answer_order(Ok(&order_id));
    assert_eq!(bench.session.page(), Some(Page::Confirmation));
    assert_eq!(bench.session.bag().count(), 1);
}

#[test]
fn a_lost_answer_is_followed_by_the_same_bytes_under_the_same_key() {
    let unreadable = |status| Failure::Unreadable { status };
    let failures = vec![
        Failure::Unreachable,
        unreadable(200),
        unreadable(502),
        refusal(503, code::UNAVAILABLE, vec![]),
        refusal(429, code::RATE_LIMIT, vec![]),
        refusal(409, code::IDEMPOTENCY_IN_FLIGHT, vec![]),
        refusal(500, code::INTERNAL, vec![]),
    ];
    let mut bench = Bench::at_the_button();
    bench.press();
    for failure in failures {
        bench.answer_order(Err(failure));
        assert_eq!(bench.forgotten(), [], "nothing is given up");
        bench.wait(4_000_000, Timer::Outbox);
    }
    bench.answer_order(Ok("another order"));
    assert_eq!(
        bench.forgotten(),
        [],
        "a 2xx that names another order is no delivery"
    );
    bench.wait(4_000_000, Timer::Outbox);
    let sent = bench.sent();
    assert_eq!(sent.len(), 9);
    assert!(sent.iter().all(|other| *other == sent[0]));
    let order_id = bench.order_id();
    bench.answer_order(Ok(&order_id));
    assert_eq!(bench.forgotten().len(), 1);
}

#[test]
fn try_again_sends_at_once() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.answer_order(Err(Failure::Unreachable));
    assert!(
        bench
            .session
            .is_waiting_to_retry(Timestamp::from_ms(bench.now_ms))
    );
    let entropy = bench.entropy();
    bench.send(Event::RetryPressed(entropy));
    assert_eq!(bench.sent().len(), 2);
    assert_eq!(bench.sent()[0], bench.sent()[1]);
}

#[test]
fn a_total_that_changed_before_the_press_was_done_is_not_ordered() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    bench.answer_quote(8_900);
    bench.fill_in();
    bench.press();
    bench.answer_quote(9_500);
    assert_eq!(bench.sent(), []);
    assert!(matches!(
        bench.trouble(),
        Some(Trouble::TotalChanged {
            before_minor: 9_390,
            ..
        })
    ));
    let entropy = bench.entropy();
    bench.send(Event::ChangeAccepted(entropy));
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn a_price_refused_at_the_order_is_accepted_under_another_attempt_and_another_key() {
    for code in [code::PRICE_CHANGED, code::QUOTE_EXPIRED] {
        let mut bench = Bench::at_the_button();
        bench.press();
        let (_, request) = bench.asked();
        let anew = Quote {
            checkout_attempt_id: TryFrom::try_from("attempt-2".to_owned()).unwrap(),
            ..quote_for(&request, 9_500)
        };
        let problem = Problem {
            status: 409,
            code: code.to_owned(),
            quote: Some(Box::new(anew)),
            ..Problem::default()
        };
        let problem = Rc::new(problem);
        bench.answer_order(Err(Failure::Refused {
            problem,
            retry_after_ms: None,
        }));
        assert_eq!(bench.forgotten(), [], "kept until the shopper decides");
        assert!(matches!(
            bench.trouble(),
            Some(Trouble::TotalChanged {
                offered: Some(_),
                ..
            })
        ));
        let entropy = bench.entropy();
        bench.send(Event::ChangeAccepted(entropy));
        let sent = bench.sent();
        assert_eq!(sent.len(), 2);
        assert_ne!(sent[0].0, sent[1].0, "another key");
        assert!(sent[1].1.ends_with("|attempt-2"), "another attempt");
        assert_eq!(bench.forgotten(), [sent[0].0.clone()]);
    }
}

#[test]
fn a_shortage_names_its_line_and_is_resolved_by_what_can_be_had() {
    for (available, count) in [(Some(1), 2), (Some(0), 1), (None, 1)] {
        let mut bench = Bench::new();
        bench.put_into_bag("shirt");
        bench.put_into_bag("lamp");
        bench.put_into_bag("lamp");
        bench.open_checkout();
        let errors = vec![error("/lines/1/quantity", available)];
        bench.refuse_quote(refusal(409, code::OUT_OF_STOCK, errors));
        let Some(Trouble::Short(shortages)) = bench.trouble() else {
            panic!("a shortage is told");
        };
        assert_eq!(shortages[0].title, "lamp");
        assert!(!bench.session.checkout().unwrap().can_confirm());
        let entropy = bench.entropy();
        bench.send(Event::ShortageAccepted(entropy));
        assert_eq!(bench.session.bag().count(), count);
        assert_eq!(
            bench
                .asked()
                .1
                .lines
                .iter()
                .map(|line| line.quantity)
                .sum::<u32>(),
            count
        );
    }
}

#[test]
fn a_shortage_of_everything_closes_the_checkout() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.answer_order(Err(refusal(
        409,
        code::OUT_OF_STOCK,
        vec![error("/lines/0", Some(0))],
    )));
    let entropy = bench.entropy();
    bench.send(Event::ShortageAccepted(entropy));
    assert!(bench.session.checkout().is_none());
    assert_eq!(bench.session.bag().count(), 0);
    assert_eq!(bench.forgotten().len(), 1);
}

#[test]
fn what_the_server_says_about_a_field_stands_beside_it_and_nothing_typed_is_lost() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    bench.answer_quote(8_900);
    bench.fill_in();
    bench.press();
    bench.refuse_quote(refusal(
        422,
        code::ADDRESS,
        vec![error("/address/postcode", None)],
    ));
    assert!(bench.session.form().issue(Field::Postcode).is_some());
    assert_eq!(bench.trouble(), None);
    assert_eq!(
        bench.session.checkout().unwrap().focus,
        Some((Field::Postcode, 1))
    );
    for (field, text) in TYPED {
        assert_eq!(bench.session.form().text(field), text);
    }
    let text = "20095".to_owned();
    bench.send(Event::FieldTyped {
        field: Field::Postcode,
        text,
    });
    bench.wait(500, Timer::Quote);
    bench.answer_quote(8_900);
    bench.press();
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn an_unreachable_server_is_asked_again_by_itself() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    let (first, _) = bench.asked();
    let effects = bench.refuse_quote(Failure::Unreachable);
    assert!(matches!(
        effects[..],
        [Effect::WakeAt {
            timer: Timer::Quote,
            ..
        }]
    ));
    bench.wait(2_000, Timer::Quote);
    assert_ne!(bench.asked().0, first);
    bench.answer_quote(8_900);
    assert_eq!(bench.trouble(), None);
}

#[test]
fn a_quote_is_renewed_before_its_hold_ends() {
    let mut bench = Bench::at_the_button();
    let (before, _) = bench.asked();
    bench.wait(880_000, Timer::QuoteExpiry);
    assert_ne!(bench.asked().0, before);
}

#[test]
fn an_order_found_in_storage_is_sent_again() {
    let mut first = Bench::at_the_button();
    first.press();
    let record = first
        .effects
        .iter()
        .find_map(|effect| match effect {
            Effect::KeepSubmission(record) => Some(record.clone()),
            _ => None,
        })
        .unwrap();
    let mut bench = Bench::new();
    let bag = first.session.bag().saved();
    bench.send(Event::StorageLoaded(Stored {
        bag,
        submissions: vec![record],
        touchpoints: None,
        unreadable: 0,
        durable: true,
    }));
    assert!(bench.session.is_sending_elsewhere());
    assert_eq!(bench.sent(), first.sent());
    let order_id = bench.order_id();
    bench.answer_order(Ok(&order_id));
    assert!(matches!(bench.session.news(), [News::Placed(_)]));
    bench.send(Event::NoticeDismissed);
    assert_eq!(bench.session.news(), []);
    assert_eq!(
        bench.session.bag().count(),
        0,
        "what was ordered is no longer in the bag"
    );
}

#[test]
fn a_device_that_cannot_store_still_orders_and_says_so() {
    let mut bench = Bench::at_the_button();
    bench.durable = false;
    bench.press();
    assert_eq!(bench.sent().len(), 1);
    let stage = &bench.session.checkout().unwrap().stage;
    assert!(matches!(stage, Stage::Sending { durable: false, .. }));
}

#[test]
fn a_changed_price_that_came_without_a_quote_is_asked_for_before_it_is_ordered_at() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.answer_order(Err(refusal(409, code::PRICE_CHANGED, vec![])));
    let entropy = bench.entropy();
    let effects = bench.send(Event::ChangeAccepted(entropy));
    assert!(
        matches!(effects.first(), Some(Effect::AskQuote { .. })),
        "{effects:?}"
    );
    bench.answer_quote(8_900);
    let attempts: BTreeSet<String> = bench
        .sent()
        .iter()
        .filter_map(|(_, body)| Some(body.split('|').nth(1)?.to_owned()))
        .collect();
    assert_eq!((bench.sent().len(), attempts.len()), (2, 2));
}

#[test]
fn the_shopper_reads_that_an_order_is_sent_only_once_it_is_stored() {
    let mut bench = Bench::at_the_button();
    let entropy = bench.entropy();
    let now = Timestamp::from_ms(bench.now_ms);
    // By hand: the device takes its time.
    let effects = bench.session.handle(Event::ConfirmPressed(entropy), now);
    let [Effect::FixOrder(request)] = &effects[..] else {
        panic!("{effects:?}");
    };
    let fixed = Event::OrderFixed {
        order_id: request.order_id.clone(),
        body: Some(json(request)),
    };
    let effects = bench.session.handle(fixed, now);
    let stage = |bench: &Bench| bench.session.checkout().unwrap().stage.clone();
    assert!(matches!(stage(&bench), Stage::Fixing { .. }));
    assert!(!bench.session.is_sending_elsewhere());
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::KeepSubmission(record) => Some(record.key.clone()),
        _ => None,
    });
    let leads = true;
    bench.send(Event::LeadChanged { leads, entropy });
    assert_eq!(bench.sent(), [], "nor is it sent before");
    let (key, durable) = (kept.unwrap(), true);
    bench.send(Event::SubmissionKept {
        key,
        durable,
        entropy,
    });
    assert!(matches!(stage(&bench), Stage::Sending { .. }));
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn before_the_shopper_confirms_the_checkout_says_whether_the_order_can_be_saved() {
    let mut bench = Bench::new();
    bench.put_into_bag("lamp");
    bench.open_checkout();
    assert!(bench.effects.contains(&Effect::CheckStorage));
    assert!(bench.session.is_durable());
    bench.send(Event::StorageChecked { durable: false });
    assert!(!bench.session.is_durable());
}

#[test]
fn a_closed_sheet_does_not_interrupt_an_order() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.send(Event::SheetClosed);
    let order_id = bench.order_id();
    bench.answer_order(Ok(&order_id));
    assert_eq!(
        bench.session.page(),
        None,
        "the sheet does not open by itself"
    );
    assert!(matches!(bench.session.news(), [News::Placed(_)]));
}

/// Any event, with parameters small enough to hit what is there.
fn any_event() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::sample::select(vec!["shirt", "lamp", "rug", "ghost"]).prop_map(Step::Tap),
        3 => Just(Step::Add),
        1 => Just(Step::BuyNow),
        1 => (0_u32..4).prop_map(Step::Quantity),
        4 => Just(Step::Checkout),
        4 => Just(Step::FillIn),
        4 => Just(Step::WakeQuote),
        1 => Just(Step::Close),
        1 => Just(Step::Back),
        6 => prop::sample::select(vec![8_900_i64, 9_500]).prop_map(Step::Quote),
        1 => (0_usize..5).prop_map(Step::QuoteFails),
        6 => Just(Step::Confirm),
        2 => Just(Step::AcceptChange),
        1 => Just(Step::AcceptShortage),
        1 => Just(Step::Retry),
        3 => (0_usize..7).prop_map(Step::OrderFails),
        2 => Just(Step::OrderPlaced),
        2 => Just(Step::WakeOutbox),
        1 => Just(Step::Reload),
    ]
}

#[derive(Debug, Clone)]
enum Step {
    Tap(&'static str),
    Add,
    BuyNow,
    Quantity(u32),
    Checkout,
    FillIn,
    WakeQuote,
    Close,
    Back,
    Quote(i64),
    QuoteFails(usize),
    Confirm,
    AcceptChange,
    AcceptShortage,
    Retry,
    OrderFails(usize),
    OrderPlaced,
    WakeOutbox,
    Reload,
}

fn failure(index: usize) -> Failure {
    match index {
        0 => Failure::Unreachable,
        1 => Failure::Unreadable { status: 200 },
        2 => refusal(409, code::OUT_OF_STOCK, vec![error("/lines/0", Some(1))]),
        3 => refusal(422, code::EMAIL, vec![error("/contact/email", None)]),
        4 => refusal(503, code::UNAVAILABLE, vec![]),
        5 => refusal(409, code::PRICE_CHANGED, vec![]),
        _ => refusal(422, code::QUOTE_INVALID, vec![]),
    }
}

impl Bench {
    fn step(&mut self, step: &Step) {
        let entropy = self.entropy();
        let asked = self
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::AskQuote { .. }));
        match step {
            Step::Tap(tag) => self.tap(tag, TapOrigin::Tag),
            Step::Add => drop(self.send(Event::AddToBagPressed)),
            Step::BuyNow => drop(self.send(Event::BuyNowPressed(entropy))),
            Step::Quantity(quantity) => {
                let quantity = *quantity;
                let lines = self.session.bag().lines();
                let Some(line) = lines.first().map(LineId::of) else {
                    return;
                };
                self.send(Event::LineQuantityChanged { line, quantity });
            }
            Step::Checkout => drop(self.send(Event::CheckoutPressed(entropy))),
            Step::FillIn => self.fill_in(),
            Step::WakeQuote => drop(self.wait(500, Timer::Quote)),
            Step::Close => drop(self.send(Event::SheetClosed)),
            Step::Back => drop(self.send(Event::BackPressed)),
            Step::Quote(price_minor) if asked => drop(self.answer_quote(*price_minor)),
            Step::QuoteFails(index) if asked => drop(self.refuse_quote(failure(*index))),
            Step::Quote(_) | Step::QuoteFails(_) => {}
            Step::Confirm => drop(self.send(Event::ConfirmPressed(entropy))),
            Step::AcceptChange => drop(self.send(Event::ChangeAccepted(entropy))),
            Step::AcceptShortage => drop(self.send(Event::ShortageAccepted(entropy))),
            Step::Retry => drop(self.send(Event::RetryPressed(entropy))),
            Step::OrderFails(index) if !self.sent().is_empty() => {
                self.answer_order(Err(failure(*index)));
            }
            Step::OrderPlaced if !self.sent().is_empty() => {
                let order_id = self.order_id();
                self.answer_order(Ok(&order_id));
            }
            Step::OrderFails(_) | Step::OrderPlaced => {}
            Step::WakeOutbox => drop(self.wait(4_000_000, Timer::Outbox)),
            Step::Reload => self.reload(),
        }
    }

    /// The page is gone; storage is what is left.
    fn reload(&mut self) {
        let mut kept: Vec<Record> = Vec::new();
        let mut bag = None;
        for effect in &self.effects {
            match effect {
                Effect::KeepSubmission(record) => kept.push(record.clone()),
                Effect::UpdateSubmission(record) => {
                    kept.retain(|own| own.key != record.key);
                    kept.push(record.clone());
                }
                Effect::ForgetSubmission(key) => kept.retain(|own| own.key != *key),
                Effect::SaveBag(saved) => bag = Some(saved.clone()),
                _ => {}
            }
        }
        self.session = Session::new(setup());
        self.send(Event::DocumentLoaded(document()));
        self.send(Event::StorageLoaded(Stored {
            bag,
            submissions: kept,
            touchpoints: None,
            unreadable: 0,
            durable: true,
        }));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_happens_no_order_is_lost_and_no_attempt_gets_a_second_key(
        steps in prop::collection::vec(any_event(), 0..60)
    ) {
        let mut bench = Bench::new();
        let mut placed = BTreeSet::new();
        let mut refused = BTreeSet::new();
        for step in &steps {
            let before = bench.effects.len();
            let answers = bench.sent().pop().map(|(key, _)| key);
            bench.step(step);
            if let Some(key) = answers {
                match step {
                    Step::OrderPlaced => drop(placed.insert(key)),
                    Step::OrderFails(2 | 3 | 5 | 6) => drop(refused.insert(key)),
                    _ => {}
                }
            }
            for effect in &bench.effects[before..] {
                if let Effect::ForgetSubmission(key) = effect {
                    prop_assert!(placed.contains(key) || refused.contains(key), "lost");
                }
            }
        }
        // One key has one body for ever, one attempt has one key, and every body was stored first.
        let mut kept: Vec<(IdempotencyKey, String)> = Vec::new();
        for effect in &bench.effects {
            match effect {
                Effect::KeepSubmission(record) => {
                    let attempt = record.body.split('|').nth(1);
                    prop_assert!(kept.iter().all(|(key, body)| {
                        *key != record.key && body.split('|').nth(1) != attempt
                    }), "an attempt got a second key");
                    prop_assert!(OrderId::parse(record.order_id.as_str()).is_ok());
                    kept.push((record.key.clone(), record.body.clone()));
                }
                Effect::Submit { key, body, .. } => {
                    prop_assert!(kept.contains(&(key.clone(), body.clone())));
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_change_that_is_accepted_without_an_offer_asks_for_a_quote_of_a_new_attempt() {
    let mut bench = Bench::at_the_button();
    bench.press();
    let (_, first) = bench.asked();
    bench.answer_order(Err(refusal(409, code::PRICE_CHANGED, vec![])));
    let entropy = bench.entropy();
    bench.send(Event::ChangeAccepted(entropy));
    assert_eq!(bench.sent().len(), 1, "nothing is ordered at the old quote");
    let (_, second) = bench.asked();
    assert_ne!(first.checkout_attempt_id, second.checkout_attempt_id);
    // UUIDs of version 7: the bench's instant stands first, 1,000 seconds and a little after 1970.
    for request in [first, second] {
        let id = request.checkout_attempt_id.as_str();
        assert!(id.starts_with("0000000f-42"), "{id}");
        assert_eq!(id.as_bytes().get(14), Some(&b'7'), "{id}");
    }
}

#[test]
fn only_the_tab_that_leads_sends_and_it_leads_only_while_there_is_something_to_send() {
    let mut first = Bench::at_the_button();
    first.press();
    let order_id = first.order_id();
    first.answer_order(Ok(&order_id));
    assert_eq!(first.effects.last(), Some(&Effect::StopLeading));

    let mut bench = Bench::at_the_button();
    bench.press();
    bench.answer_order(Err(Failure::Unreachable));
    let (leads, entropy) = (false, bench.entropy());
    bench.send(Event::LeadChanged { leads, entropy });
    bench.wait(4_000_000, Timer::Outbox);
    assert_eq!(bench.sent().len(), 1, "another tab has taken over");
    assert!(
        bench.session.pending_orders() == 1,
        "and nothing is forgotten"
    );
    let effects = bench.send(Event::PageShown);
    assert_eq!(effects, [Effect::Lead { takes_over: true }]);
    assert_eq!(bench.sent().len(), 2, "the tab in front takes it back");
}

#[test]
fn what_a_dead_tab_has_left_is_sent_by_the_next_leader() {
    let mut first = Bench::at_the_button();
    first.press();
    let record = first.effects.iter().find_map(|effect| match effect {
        Effect::KeepSubmission(record) => Some(record.clone()),
        _ => None,
    });
    let mut bench = Bench::new();
    let (leads, entropy) = (true, bench.entropy());
    let effects = bench.send(Event::LeadChanged { leads, entropy });
    assert_eq!(effects, [Effect::LoadSubmissions]);
    bench.send(Event::SubmissionsLoaded {
        submissions: Some(record.into_iter().collect()),
        entropy,
    });
    assert_eq!(bench.sent(), first.sent());
}

#[test]
fn a_refused_orders_details_name_it_and_no_person() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.send(Event::SheetClosed);
    bench.answer_order(Err(refusal(422, code::QUOTE_INVALID, vec![])));
    let (key, _) = bench.sent().pop().unwrap();
    let effects = bench.send(Event::RefusalCopied(key));
    let [Effect::Copy(text)] = &effects[..] else {
        panic!("copied: {effects:?}");
    };
    assert!(text.contains(&bench.order_id()) && text.contains(code::QUOTE_INVALID));
    assert!(
        TYPED
            .iter()
            .all(|(_, typed)| typed.len() < 3 || !text.contains(typed))
    );
}

#[test]
fn an_order_that_another_tab_delivers_is_neither_sent_nor_shown_as_waiting() {
    let mut first = Bench::at_the_button();
    first.press();
    let record = first.effects.iter().find_map(|effect| match effect {
        Effect::KeepSubmission(record) => Some(record.clone()),
        _ => None,
    });
    let mut bench = Bench::new();
    let effects = bench.send(Event::SubmissionsChangedElsewhere);
    assert_eq!(effects, [Effect::LoadSubmissions]);
    // It waits for its turn, should the first tab die.
    let now = Timestamp::from_ms(bench.now_ms);
    let entropy = bench.entropy();
    let loaded = |submissions| Event::SubmissionsLoaded {
        submissions,
        entropy,
    };
    let effects = bench
        .session
        .handle(loaded(Some(record.into_iter().collect())), now);
    assert_eq!(effects, [Effect::Lead { takes_over: false }]);
    assert!(bench.session.is_sending_elsewhere());
    let effects = bench.session.handle(loaded(Some(Vec::new())), now);
    assert_eq!(effects, [Effect::StopLeading]);
    assert!(!bench.session.is_sending_elsewhere());
    assert_eq!(bench.sent(), []);
}

#[test]
fn the_open_checkouts_order_is_asked_about_again_when_another_tab_has_delivered_it() {
    let mut bench = Bench::at_the_button();
    bench.press();
    let sent = bench.sent();
    let key = sent[0].0.clone();
    bench.send(Event::SubmissionHeld(key));
    let entropy = bench.entropy();
    bench.send(Event::SubmissionsLoaded {
        submissions: Some(Vec::new()),
        entropy,
    });
    bench.wait(30_000, Timer::Outbox);
    let again = bench.sent();
    assert_eq!(again, [sent[0].clone(), sent[0].clone()]);
    let order_id = bench.order_id();
    bench.answer_order(Ok(&order_id));
    assert_eq!(bench.session.page(), Some(Page::Confirmation));
}

#[test]
fn storage_that_cannot_be_read_takes_no_order_away() {
    let mut bench = Bench::at_the_button();
    bench.press();
    bench.answer_order(Err(Failure::Unreachable));
    bench.send(Event::SheetClosed);
    let entropy = bench.entropy();
    bench.send(Event::SubmissionsLoaded {
        submissions: None,
        entropy,
    });
    assert_eq!(bench.session.pending_orders(), 1);
}
