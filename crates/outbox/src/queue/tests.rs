//! The promises of the outbox, as scenarios and as a property over any sequence of inputs.

use proptest::prelude::*;
use shoptag_commerce::Timestamp;

use super::*;

fn key(number: u8) -> IdempotencyKey {
    IdempotencyKey::new(Timestamp::from_ms(0), u128::from(number))
}

fn order(number: u8) -> OrderId {
    OrderId::parse(format!("order-{number}")).unwrap()
}

fn record(number: u8) -> Record {
    let body = format!("{{\"order\":{number}}}");
    Record::new(
        key(number),
        order(number),
        "/v1/orders".into(),
        body,
        Timestamp::from_ms(0),
    )
    .unwrap()
}

fn refused(number: u8, reason: &DeadLetter) -> Record {
    let mut record = record(number);
    record.dead = Some(reason.clone());
    record
}

fn accepted(number: u8) -> Answer {
    Answer::Http {
        status: 201,
        order_id: Some(order(number)),
        code: None,
        retry_after_ms: None,
    }
}

fn status(status: u16, code: &str, retry_after_ms: Option<u64>) -> Answer {
    Answer::Http {
        status,
        order_id: None,
        code: Some(code.into()),
        retry_after_ms,
    }
}

fn sent(actions: &[Action]) -> Vec<IdempotencyKey> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Send { key, .. } => Some(key.clone()),
            _ => None,
        })
        .collect()
}

/// A leading outbox with one stored record that is on the wire.
fn in_flight() -> Outbox {
    let mut outbox = Outbox::new();
    outbox.set_leader(true);
    outbox.enqueue(record(1)).unwrap();
    outbox.saved(&key(1), 0);
    assert_eq!(sent(&outbox.poll(0, 0)), [key(1)]);
    outbox
}

#[test]
fn nothing_is_sent_before_storage_has_acknowledged() {
    let mut outbox = Outbox::new();
    outbox.set_leader(true);
    assert_eq!(outbox.enqueue(record(1)).unwrap(), record(1));
    assert_eq!(outbox.poll(1_000_000, 0), []);
    outbox.saved(&key(1), 5);
    assert_eq!(sent(&outbox.poll(5, 0)), [key(1)]);
}

#[test]
fn without_storage_the_order_is_sent_from_memory_and_the_shopper_is_told() {
    let mut outbox = Outbox::new();
    outbox.set_leader(true);
    outbox.enqueue(record(1)).unwrap();
    assert_eq!(outbox.save_failed(&key(1), 5), [Action::NotStored(key(1))]);
    assert_eq!(sent(&outbox.poll(5, 0)), [key(1)]);
}

#[test]
fn a_delivery_removes_by_key_and_tells_the_shopper() {
    let mut outbox = in_flight();
    let actions = outbox.answered(&key(1), &accepted(1), 10, 0);
    let delivered = Action::Delivered {
        key: key(1),
        order_id: order(1),
    };
    assert_eq!(actions, [Action::Delete(key(1)), delivered]);
    assert_eq!(outbox.records().count(), 0);
}

#[test]
fn a_retry_sends_the_same_key_and_bytes() {
    let mut outbox = in_flight();
    assert_eq!(outbox.answered(&key(1), &Answer::Nothing, 10, 0), []);
    let due = outbox.poll_timeout().unwrap();
    assert_eq!(outbox.poll(due - 1, 0), []);
    let again = outbox.poll(due, 0);
    let Record {
        key, path, body, ..
    } = record(1);
    assert_eq!(again, [Action::Send { key, path, body }]);
}

#[test]
fn retry_after_is_honoured_up_to_an_hour() {
    for (asked, due) in [(30_000, 30_010), (7_200_000, RETRY_AFTER_MS_MAX + 10)] {
        let mut outbox = in_flight();
        outbox.answered(&key(1), &status(503, "unavailable", Some(asked)), 10, 0);
        assert_eq!(outbox.poll_timeout(), Some(due));
    }
}

#[test]
fn a_refusal_is_kept_saved_and_told_but_never_sent_again() {
    let mut outbox = in_flight();
    let actions = outbox.answered(&key(1), &status(422, "quantity", None), 10, 0);
    let reason = DeadLetter {
        status: 422,
        code: "quantity".into(),
    };
    let saved = refused(1, &reason);
    assert_eq!(
        actions,
        [
            Action::Save(saved),
            Action::Refused {
                key: key(1),
                reason
            }
        ]
    );
    outbox.woken(20);
    assert_eq!(outbox.poll(1_000_000_000, 0), []);
    assert_eq!(outbox.discard(&key(1)), [Action::Delete(key(1))]);
}

#[test]
fn an_order_that_may_still_arrive_cannot_be_discarded() {
    let mut outbox = in_flight();
    assert_eq!(outbox.discard(&key(1)), []);
    assert_eq!(outbox.records().count(), 1);
}

#[test]
fn access_is_renewed_three_times_and_then_the_order_becomes_a_dead_letter() {
    let mut outbox = in_flight();
    let refused = status(401, "token-expired", None);
    for _ in 0..3 {
        assert_eq!(
            outbox.answered(&key(1), &refused, 0, 0),
            [Action::RenewAccess]
        );
        outbox.woken(0);
        assert_eq!(sent(&outbox.poll(0, 0)), [key(1)]);
    }
    let actions = outbox.answered(&key(1), &refused, 0, 0);
    assert!(matches!(actions.last(), Some(Action::Refused { .. })));
}

#[test]
fn only_the_leader_sends() {
    let mut outbox = Outbox::new();
    outbox.enqueue(record(1)).unwrap();
    outbox.saved(&key(1), 0);
    assert_eq!(outbox.poll(0, 0), []);
    assert_eq!(outbox.poll_timeout(), None);
    outbox.set_leader(true);
    assert_eq!(sent(&outbox.poll(0, 0)), [key(1)]);
}

#[test]
fn an_attempt_that_never_settles_is_made_again() {
    let mut outbox = in_flight();
    assert_eq!(outbox.poll_timeout(), Some(REQUEST_TIMEOUT_MS));
    assert_eq!(outbox.poll(REQUEST_TIMEOUT_MS, 0), []);
    let due = outbox.poll_timeout().unwrap();
    assert_eq!(sent(&outbox.poll(due, 0)), [key(1)]);
}

#[test]
fn a_late_failure_does_not_disturb_a_newer_attempt_but_a_late_success_counts() {
    let mut outbox = in_flight();
    outbox.poll(REQUEST_TIMEOUT_MS, 0);
    let waiting = outbox.clone();
    outbox.answered(&key(1), &status(422, "quantity", None), 20_001, 0);
    assert_eq!(outbox, waiting);
    outbox.answered(&key(1), &accepted(1), 20_002, 0);
    assert_eq!(outbox.records().count(), 0);
}

#[test]
fn a_full_outbox_refuses_and_drops_nothing() {
    let mut outbox = Outbox::new();
    for number in 0..200_u8 {
        outbox.enqueue(record(number)).unwrap();
    }
    assert!(!outbox.has_room());
    assert_eq!(outbox.enqueue(record(201)), Err(EnqueueError::Full));
    assert_eq!(outbox.records().count(), ORDERS_MAX);
}

#[test]
fn a_key_is_taken_in_once() {
    let mut outbox = in_flight();
    assert_eq!(outbox.enqueue(record(1)), Err(EnqueueError::KeyInUse));
    assert!(outbox.restore(vec![record(1)], 9).is_empty());
    assert_eq!(outbox.records().count(), 1);
}

#[test]
fn what_was_stored_is_sent_after_a_restart_and_dead_letters_are_not() {
    let reason = DeadLetter {
        status: 409,
        code: "price-changed".into(),
    };
    let dead = refused(2, &reason);
    let mut outbox = Outbox::new();
    outbox.set_leader(true);
    assert!(outbox.restore(vec![record(1), dead], 7).is_empty());
    assert_eq!(sent(&outbox.poll(7, 0)), [key(1)]);
}

#[test]
fn what_another_tab_delivered_or_saw_refused_is_not_sent_again() {
    let mut outbox = Outbox::new();
    outbox.restore((1..=4).map(record).collect(), 0);
    outbox.enqueue(record(5)).unwrap();
    outbox.enqueue(record(6)).unwrap();
    outbox.save_failed(&key(6), 0);
    let reason = DeadLetter {
        status: 422,
        code: "quantity".into(),
    };
    // 1 was delivered, 2 was refused, 3 is this tab's own, 4 is as it was, 7 is new.
    let kept = vec![refused(2, &reason), record(4), record(7)];
    assert!(outbox.sync(kept, Some(&key(3)), 0).is_empty());
    let mut states: Vec<_> = outbox.records().collect();
    states.sort_by_key(|(record, _)| record.order_id.clone());
    let waiting = State::Waiting { due_ms: 0 };
    let expected = [
        (&refused(2, &reason), State::Dead),
        (&record(3), waiting),
        (&record(4), waiting),
        (&record(5), State::Saving),
        (&record(6), waiting),
        (&record(7), waiting),
    ];
    assert_eq!(states, expected);
}

#[test]
fn an_attempt_on_the_wire_is_not_forgotten_when_its_record_is_gone() {
    let mut outbox = in_flight();
    outbox.sync(vec![], None, 0);
    let actions = outbox.answered(&key(1), &accepted(1), 10, 0);
    assert!(matches!(actions.last(), Some(Action::Delivered { .. })));
}

#[test]
fn an_order_that_another_tab_is_sending_is_left_to_it_for_the_lease() {
    for (rest_ms, left_alone_ms) in [(LEASE_MS, LEASE_MS), (700, 700), (u64::MAX, LEASE_MS)] {
        let mut outbox = in_flight();
        outbox.held(&key(1), rest_ms, 10);
        assert_eq!(outbox.poll_timeout(), Some(10 + left_alone_ms));
        assert_eq!(outbox.poll(10 + left_alone_ms - 1, 0), []);
        assert_eq!(sent(&outbox.poll(10 + left_alone_ms, 0)), [key(1)]);
    }
    const { assert!(LEASE_MS > REQUEST_TIMEOUT_MS) };
}

#[test]
fn thirty_days_without_a_network_and_a_reload_every_day_lose_nothing() {
    let day_ms = 24 * 60 * 60 * 1_000;
    let mut attempts = 0;
    for day in 0..30 {
        let mut outbox = Outbox::new();
        outbox.set_leader(true);
        outbox.restore(vec![record(1)], day * day_ms);
        let mut now = day * day_ms;
        while now < (day + 1) * day_ms {
            attempts += sent(&outbox.poll(now, now)).len();
            outbox.answered(&key(1), &Answer::Nothing, now, now);
            now = outbox.poll_timeout().unwrap();
        }
        assert_eq!(outbox.records().count(), 1);
    }
    assert!((30 * 24..30 * 150).contains(&attempts), "{attempts}");
}

#[derive(Debug, Clone)]
enum Step {
    Enqueue(u8),
    Saved(u8),
    SaveFailed(u8),
    Leader(bool),
    Poll(u64),
    Woken,
    Accepted(u8),
    Lost(u8),
    Answered(u8, u16),
    Held(u8, u64),
    DeliveredElsewhere(u8),
    Crash,
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0_u8..6;
    prop_oneof![
        number.clone().prop_map(Step::Enqueue),
        number.clone().prop_map(Step::Saved),
        number.clone().prop_map(Step::SaveFailed),
        any::<bool>().prop_map(Step::Leader),
        (0_u64..100_000).prop_map(Step::Poll),
        Just(Step::Woken),
        number.clone().prop_map(Step::Accepted),
        number.clone().prop_map(Step::Lost),
        (
            number,
            prop_oneof![
                Just(401_u16),
                Just(409),
                Just(422),
                Just(429),
                Just(500),
                Just(503)
            ]
        )
            .prop_map(|(number, status)| Step::Answered(number, status)),
        (0_u8..6, 0_u64..40_000).prop_map(|(number, rest_ms)| Step::Held(number, rest_ms)),
        (0_u8..6).prop_map(Step::DeliveredElsewhere),
        Just(Step::Crash),
    ]
}

/// A device: an outbox, its storage, and what the world knows.
#[derive(Default)]
struct Device {
    outbox: Outbox,
    storage: Vec<Record>,
    unsaved: Vec<Record>,
    accepted: Vec<IdempotencyKey>,
    now_ms: u64,
}

impl Device {
    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Save(saved) => {
                    // The change of a record that is stored already; a new one waits for `Saved`.
                    match self.storage.iter_mut().find(|kept| kept.key == saved.key) {
                        Some(kept) => *kept = saved,
                        None if saved.dead.is_none() => self.unsaved.push(saved),
                        None => {}
                    }
                }
                Action::Delete(key) => self.storage.retain(|kept| kept.key != key),
                Action::Send { key, body, .. } => {
                    let number = body.chars().find(char::is_ascii_digit).unwrap();
                    let number = u8::try_from(number.to_digit(10).unwrap()).unwrap();
                    assert_eq!(key, self::key(number), "key and bytes belong together");
                    let unsaved = self.unsaved.iter().any(|waiting| waiting.key == key);
                    assert!(!unsaved, "sent before storage had acknowledged");
                }
                Action::Delivered { key, .. } => {
                    assert!(
                        self.accepted.contains(&key),
                        "deleted before the backend had it"
                    );
                }
                Action::RenewAccess | Action::Refused { .. } | Action::NotStored(_) => {}
            }
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Enqueue(number) => {
                if !self.accepted.contains(&key(*number))
                    && let Ok(record) = self.outbox.enqueue(record(*number))
                {
                    self.carry_out(vec![Action::Save(record)]);
                }
            }
            Step::Saved(number) => {
                if let Some(place) = self.unsaved.iter().position(|it| it.key == key(*number)) {
                    let saved = self.unsaved.remove(place);
                    self.storage.push(saved);
                    self.outbox.saved(&key(*number), self.now_ms);
                }
            }
            Step::SaveFailed(number) => {
                self.unsaved.retain(|it| it.key != key(*number));
                let actions = self.outbox.save_failed(&key(*number), self.now_ms);
                self.carry_out(actions);
            }
            Step::Leader(leader) => self.outbox.set_leader(*leader),
            Step::Poll(later) => {
                self.now_ms += later;
                let actions = self.outbox.poll(self.now_ms, *later);
                self.carry_out(actions);
            }
            Step::Woken => self.outbox.woken(self.now_ms),
            Step::Accepted(number) => {
                let in_flight = self.outbox.records().any(|(it, state)| {
                    it.key == key(*number) && matches!(state, State::InFlight { .. })
                });
                if in_flight {
                    self.accepted.push(key(*number));
                    self.answer(*number, &accepted(*number));
                }
            }
            Step::Lost(number) => self.answer(*number, &Answer::Nothing),
            Step::Answered(number, code) => self.answer(*number, &status(*code, "some-code", None)),
            Step::Held(number, rest_ms) => {
                self.outbox.held(&key(*number), *rest_ms, self.now_ms);
            }
            Step::DeliveredElsewhere(number) => {
                if self.storage.iter().any(|kept| kept.key == key(*number)) {
                    self.accepted.push(key(*number));
                    self.storage.retain(|kept| kept.key != key(*number));
                }
                let kept = self.storage.clone();
                assert!(self.outbox.sync(kept, None, self.now_ms).is_empty());
            }
            Step::Crash => {
                self.unsaved.clear();
                self.outbox = Outbox::new();
                self.outbox.set_leader(true);
                let quarantined = self.outbox.restore(self.storage.clone(), self.now_ms);
                assert!(quarantined.is_empty());
            }
        }
    }

    fn answer(&mut self, number: u8, answer: &Answer) {
        let actions = self.outbox.answered(&key(number), answer, self.now_ms, 0);
        self.carry_out(actions);
    }
}

proptest! {
    #[test]
    fn a_stored_order_stays_until_the_backend_has_it(
        steps in prop::collection::vec(step(), 0..200),
    ) {
        let mut device = Device::default();
        let mut stored: Vec<IdempotencyKey> = Vec::new();
        for step in &steps {
            device.take(step);
            for record in &device.storage {
                if !stored.contains(&record.key) {
                    stored.push(record.key.clone());
                }
            }
            for key in &stored {
                let kept = device.storage.iter().any(|record| record.key == *key);
                prop_assert!(kept || device.accepted.contains(key), "{:?} is lost", key);
            }
            let on_the_wire = device.outbox.count(|state| matches!(state, State::InFlight { .. }));
            prop_assert!(on_the_wire <= IN_FLIGHT_MAX);
        }
    }
}
