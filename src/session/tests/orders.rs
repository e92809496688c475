//! An order on its way: stored, sent, sent again, placed.

use super::*;

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
