//! Receipts on their way into bag and order, as scenarios.

use std::rc::Rc;

use shoptag_commerce::{SiteKey, TouchId, VariantId};
use shoptag_protocol::{
    BagReceipt, ClickReceipt, CreatorInfo, OrderLine, OrderRequest, SCHEMA_VERSION, SavedBag,
    SavedLine, TagToken, VideoDocument, ViewSession,
};

use super::fixtures::{TYPED, document, entropy, eur, line, quote, setup};
use super::*;
use crate::bag::LINES_MAX;
use crate::event::{Erasable, Stored};

struct Bench {
    session: Session,
    now_ms: i64,
    effects: Vec<Effect>,
}

impl Bench {
    /// A video with tokens for every tag.
    fn new() -> Self {
        let mut bench = Self {
            session: Session::new(setup()),
            now_ms: 1_000_000,
            effects: Vec::new(),
        };
        bench.send(Event::StorageLoaded(Stored {
            bag: None,
            submissions: vec![],
            touchpoints: None,
            unreadable: 0,
            durable: true,
        }));
        let document: Rc<VideoDocument> = document();
        bench.send(Event::DocumentLoaded(document));
        let token = |tag: &str| TagToken {
            tag: TagId::parse(tag).unwrap(),
            token: [tag, "-token"].concat(),
        };
        bench.send(Event::ViewSessionAnswered(Ok(Rc::new(ViewSession {
            view_session_id: "view-1".to_owned(),
            tokens: vec![token("lamp"), token("shirt")],
            issued_at: Timestamp::from_ms(0),
            expires_at: Timestamp::from_ms(900_000),
        }))));
        bench
    }

    fn send(&mut self, event: Event) {
        self.now_ms += 1;
        let effects = self.session.handle(event, Timestamp::from_ms(self.now_ms));
        self.effects.extend(effects);
    }

    fn tap(&mut self, tag: &str) {
        let (tag, origin) = (TagId::parse(tag).unwrap(), TapOrigin::List);
        self.send(Event::TagTapped { tag, origin });
    }

    fn answer_clicks(&mut self, answer: Result<&str, Failure>) {
        let clicks = self.effects.iter().filter_map(|effect| match effect {
            Effect::PostClick(request) => Some(request.touchpoint_id.clone()),
            _ => None,
        });
        let clicks: Vec<String> = clicks.collect();
        for touch in clicks {
            let answer = answer.clone().map(|receipt| ClickReceipt {
                receipt: receipt.to_owned(),
                clicked_at: Timestamp::from_ms(0),
                valid_until: Timestamp::from_ms(i64::MAX / 4),
            });
            let touch = TouchId::parse(touch).unwrap();
            self.send(Event::ClickAnswered { touch, answer });
        }
    }

    fn answer_bindings(&mut self, receipt: &str) {
        let bindings = self.effects.iter().filter_map(|effect| match effect {
            Effect::PostBinding(request) => Some(request.variant_id.clone()),
            _ => None,
        });
        let bindings: Vec<VariantId> = bindings.collect();
        for variant in bindings {
            let answer = Ok(BagReceipt {
                receipt: receipt.to_owned(),
                bound_at: Timestamp::from_ms(0),
                valid_until: Timestamp::from_ms(i64::MAX / 4),
            });
            self.send(Event::BindingAnswered { variant, answer });
        }
    }

    /// Fills in, confirms, and returns the order that is made.
    fn order(&mut self, variant: &str) -> OrderRequest {
        self.order_of(&[(variant, 1, 8_900)])
    }

    fn order_of(&mut self, lines: &[(&str, u32, i64)]) -> OrderRequest {
        for (field, text) in TYPED {
            let text = text.to_owned();
            self.send(Event::FieldTyped { field, text });
        }
        self.send(Event::Woken {
            timer: Timer::Quote,
            entropy: entropy(1),
        });
        self.answer_quote(lines);
        self.send(Event::ConfirmPressed(entropy(2)));
        self.answer_quote(lines);
        let made = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::FixOrder(request) => Some((**request).clone()),
            _ => None,
        });
        made.expect("an order is made")
    }

    fn answer_quote(&mut self, lines: &[(&str, u32, i64)]) {
        let asked = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::AskQuote { sequence, .. } => Some(*sequence),
            _ => None,
        });
        let answer = Ok(Rc::new(quote(lines, true)));
        let sequence = asked.expect("a quote was asked for");
        self.send(Event::QuoteAnswered { sequence, answer });
    }

    fn saved_receipt(&self) -> Option<String> {
        let saved = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::SaveBag(bag) => Some(bag.lines.first()?.receipt.clone()),
            _ => None,
        });
        saved.flatten()
    }
}

#[test]
fn a_line_gets_the_clicks_receipt_and_then_its_own_however_late_they_come() {
    for answered_before_adding in [true, false] {
        let mut bench = Bench::new();
        bench.tap("lamp");
        if answered_before_adding {
            bench.answer_clicks(Ok("click"));
        }
        bench.send(Event::AddToBagPressed);
        if !answered_before_adding {
            assert_eq!(bench.saved_receipt(), None);
            bench.answer_clicks(Ok("click"));
        }
        assert_eq!(bench.saved_receipt().as_deref(), Some("click"));
        bench.answer_bindings("bag");
        assert_eq!(bench.saved_receipt().as_deref(), Some("bag"));
        bench.send(Event::CheckoutPressed(entropy(3)));
        let order = bench.order("lamp");
        assert_eq!(order.lines[0].receipt.as_deref(), Some("bag"));
        assert_eq!(order.receipts, ["click"]);
    }
}

#[test]
fn a_later_unit_of_another_creator_is_bought_in_a_line_of_its_own() {
    let mut bench = Bench::new();
    let of_ben = SavedLine {
        video: VideoId::parse("night").unwrap(),
        tag: Some(TagId::parse("lamp-night").unwrap()),
        creator: Some(CreatorInfo {
            id: TryFrom::try_from("ben".to_owned()).unwrap(),
            name: "Ben Sato".to_owned(),
            handle: "@ben".to_owned(),
        }),
        receipt: Some("bens".to_owned()),
        ..line("lamp", 2, 8_900)
    };
    bench.send(Event::BagChangedElsewhere(Some(SavedBag {
        schema_version: SCHEMA_VERSION,
        currency: eur(),
        lines: vec![of_ben],
    })));
    bench.tap("lamp");
    bench.answer_clicks(Ok("click"));
    bench.send(Event::AddToBagPressed);
    bench.answer_bindings("bag");
    bench.send(Event::CheckoutPressed(entropy(3)));
    let asked = bench.effects.iter().rev().find_map(|effect| match effect {
        Effect::AskQuote { request, .. } => Some(request.lines.clone()),
        _ => None,
    });
    let asked = asked.unwrap();
    let asked: Vec<_> = asked
        .iter()
        .map(|line| (line.quantity, line.receipt.as_deref()))
        .collect();
    assert_eq!(asked, [(2, Some("bens")), (1, Some("bag"))]);
    let order = bench.order_of(&[("lamp", 2, 8_900), ("lamp", 1, 8_900)]);
    let lines = order.lines.iter();
    let lines: Vec<_> = lines
        .map(|line| (line.quantity, line.receipt.as_deref()))
        .collect();
    assert_eq!(lines, [(2, Some("bens")), (1, Some("bag"))]);
}

#[test]
fn a_receipt_that_comes_during_the_checkout_is_still_in_the_order() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    bench.send(Event::BuyNowPressed(entropy(3)));
    bench.answer_clicks(Ok("click"));
    let order = bench.order("lamp");
    assert_eq!(order.lines[0].receipt.as_deref(), Some("click"));
    assert_eq!(order.receipts, ["click"]);
}

#[test]
fn a_purchase_goes_on_without_receipts() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    bench.answer_clicks(Err(Failure::Unreachable));
    bench.send(Event::AddToBagPressed);
    bench.send(Event::CheckoutPressed(entropy(3)));
    let order = bench.order("lamp");
    assert_eq!(
        (order.lines[0].receipt.clone(), order.receipts),
        (None, vec![])
    );
}

#[test]
fn what_the_page_adds_credits_nobody() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    bench.answer_clicks(Ok("click"));
    let (variant, quantity) = (VariantId::parse("lamp").unwrap(), 1);
    bench.send(Event::AddedByPage { variant, quantity });
    bench.send(Event::AddToBagPressed);
    bench.answer_bindings("bag");
    assert_eq!(
        bench.saved_receipt(),
        None,
        "the page's line stays the page's"
    );
    let receipts = bench.session.bag().lines().iter();
    let receipts: Vec<_> = receipts.map(|line| line.receipt.as_deref()).collect();
    assert_eq!(receipts, [None, Some("bag")]);
}

#[test]
fn receipts_that_do_not_fit_are_left_out_and_the_order_goes() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    bench.answer_clicks(Ok(&"r".repeat(shoptag_outbox::BODY_BYTES_MAX)));
    bench.send(Event::AddToBagPressed);
    bench.send(Event::CheckoutPressed(entropy(3)));
    let order = bench.order("lamp");
    assert_eq!(order.receipts.len(), 0);
    let bytes = serde_json::to_vec(&order).unwrap().len();
    assert!(bytes < shoptag_outbox::BODY_BYTES_MAX, "{bytes}");
}

#[test]
fn the_largest_bag_keeps_every_receipt_within_the_outboxs_bound() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    let receipt = "r".repeat(700);
    bench.answer_clicks(Ok(&receipt));
    bench.send(Event::AddToBagPressed);
    bench.send(Event::CheckoutPressed(entropy(3)));
    let mut order = bench.order("lamp");
    let line = OrderLine {
        receipt: Some(receipt),
        quantity: 1_000,
        unit_price_minor: i64::MAX / 1_000,
        ..order.lines[0].clone()
    };
    order.lines = (0..LINES_MAX)
        .map(|index| OrderLine {
            variant_id: VariantId::parse(format!("{index:03}{}", "\"".repeat(252))).unwrap(),
            ..line.clone()
        })
        .collect();
    bench.session.add_receipts(&mut order);
    assert!(order.lines.iter().all(|line| line.receipt.is_some()));
    assert_eq!(order.receipts.len(), 1);
    let bytes = serde_json::to_vec(&order).unwrap().len();
    assert!(bytes < shoptag_outbox::BODY_BYTES_MAX, "{bytes}");
}

#[test]
fn what_is_erased_is_gone_from_the_page_and_from_the_device() {
    let mut bench = Bench::new();
    bench.tap("lamp");
    bench.answer_clicks(Ok("click"));
    bench.send(Event::AddToBagPressed);
    bench.send(Event::DeviceOpened);
    assert_eq!(bench.session.page(), Some(Page::Device));
    bench.send(Event::Erased(Erasable::Touchpoints));
    bench.send(Event::Erased(Erasable::Bag));
    assert_eq!(bench.session.touchpoints().receipt_count(), 0);
    assert_eq!(bench.session.bag().count(), 0);
    assert!(bench.effects.contains(&Effect::EraseTouchpoints));
    let emptied = |effect: &Effect| matches!(effect, Effect::SaveBag(bag) if bag.lines.is_empty());
    assert!(bench.effects.iter().any(emptied));
}

#[test]
fn the_fixtures_site_is_the_one_that_is_asked() {
    let bench = Bench::new();
    let asked = bench.effects.iter().find_map(|effect| match effect {
        Effect::AskViewSession(request) => Some(request.site.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(SiteKey::parse("pk_demo").unwrap()));
}
