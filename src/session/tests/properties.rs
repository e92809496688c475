//! What holds whatever happens, in any order.

use super::*;

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
