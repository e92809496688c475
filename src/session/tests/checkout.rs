//! The checkout: quotes, the form, and what is refused or has changed.

use super::*;

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
