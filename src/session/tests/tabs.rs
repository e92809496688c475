//! Several tabs of one site, and what one of them leaves behind.

use super::*;

/// The order that a tab has stored first.
fn kept(tab: &Bench) -> Option<Record> {
    tab.effects.iter().find_map(|effect| match effect {
        Effect::KeepSubmission(record) => Some(record.clone()),
        _ => None,
    })
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
    let record = kept(&first);
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
    let record = kept(&first);
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
    let rest_ms = 30_000;
    bench.send(Event::SubmissionHeld { key, rest_ms });
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
