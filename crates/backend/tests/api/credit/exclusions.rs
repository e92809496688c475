//! Every exclusion from the request to the receipt: the order goes through, and earns nobody
//! anything.

use serde_json::{Value, json};
use shoptag_attribution::{CollaborationEnd, EndedBy};
use shoptag_backend::collaborations::Mark;
use shoptag_backend::decisions::{Presented, PresentedCredit};
use shoptag_commerce::{CollaborationId, DAY_MS, TouchId, VariantId};

use super::{
    audit, bind, brand_key, buy, click_body, credits, decision, line, losses, market, nobody,
    place, post, tap, watch,
};
use crate::support::{Backend, order_for, ready_quote_body, tenant};

/// Holds the one line of an order to a reason; without one, Mira earns.
async fn check(backend: &Backend, number: &str, reason: Option<&str>) {
    let key = brand_key(backend, "norrby").await;
    let seen = decision(backend, number, &key).await;
    match reason {
        None => assert_eq!(credits(&seen), [line("bag-binding", "mira", 167)]),
        Some(reason) => {
            assert_eq!(credits(&seen), nobody(), "{reason}");
            assert_eq!(losses(&seen)[0], [format!("excluded-{reason}")]);
        }
    }
    audit(backend).await;
}

/// A mug in the bag by a tap on Mira's video.
async fn bound(backend: &Backend) -> String {
    let session = watch(backend, "day").await;
    backend.clock.advance_ms(5_000);
    let (receipt, _) = tap(backend, &session, "mug").await;
    bind(backend, &receipt, "mug").await
}

/// The order for a mug, quoted now.
async fn quoted(backend: &Backend) -> Value {
    let quote = backend.quote(&ready_quote_body(&[("mug", 1)])).await;
    assert_eq!(quote.outcome(), (200, String::new()));
    order_for(&quote.json())
}

#[tokio::test]
async fn a_video_that_has_gone_to_another_creator_credits_neither() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    backend.execute("UPDATE videos SET creator_id = 'ben' WHERE tenant_id = 'demo'");
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    check(&backend, &number, Some("creator-unlinked")).await;
}

#[tokio::test]
async fn a_video_that_is_gone_credits_nobody() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    backend.execute(
        "DELETE FROM video_products WHERE tenant_id = 'demo' AND video_id = 'day';
         DELETE FROM videos WHERE tenant_id = 'demo' AND video_id = 'day'",
    );
    let (receipt, _) = tap(&backend, &session, "mug").await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
    check(&backend, &number, Some("creator-unknown")).await;
}

#[tokio::test]
async fn an_ended_collaboration_pays_the_clicks_before_its_end_and_none_after() {
    let backend = market().await;
    let before = bound(&backend).await;
    let end = CollaborationEnd {
        at: backend.state.clock.now(),
        by: EndedBy::Agreement,
    };
    let id = CollaborationId::parse("mira/norrby/*/open").unwrap();
    let ended = backend.store.end_collaboration(tenant("demo"), id, end);
    assert!(ended.await.unwrap());
    backend.clock.advance_ms(1_000);
    let after = bound(&backend).await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &before)]).await;
    check(&backend, &number, None).await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &after)]).await;
    check(&backend, &number, Some("collaboration-not-in-force")).await;
}

#[tokio::test]
async fn a_brand_that_withdraws_pays_for_thirty_days_more() {
    for (days, reason) in [(30, None), (31, Some("collaboration-not-in-force"))] {
        let backend = market().await;
        let end = CollaborationEnd {
            at: backend.state.clock.now(),
            by: EndedBy::Brand,
        };
        let id = CollaborationId::parse("mira/norrby/*/open").unwrap();
        let ended = backend.store.end_collaboration(tenant("demo"), id, end);
        assert!(ended.await.unwrap());
        backend.clock.advance_ms(days * DAY_MS - 10_000);
        let receipt = bound(&backend).await;
        let number = buy(&backend, &[("mug", 1)], &[("mug", &receipt)]).await;
        check(&backend, &number, reason).await;
    }
}

#[tokio::test]
async fn an_order_within_two_seconds_of_the_tap_is_no_persons() {
    for (ms, reason) in [(1_999, Some("impossible-dwell")), (2_000, None)] {
        let backend = market().await;
        let receipt = bound(&backend).await;
        let order = quoted(&backend).await;
        backend.clock.advance_ms(ms);
        let number = place(&backend, order, &[("mug", &receipt)]).await;
        check(&backend, &number, reason).await;
    }
}

#[tokio::test]
async fn the_sixty_first_tap_of_a_minute_is_no_persons() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    let mut last = String::new();
    let mut sixtieth = String::new();
    for _ in 0..61 {
        sixtieth = last;
        let answer = post(&backend, "/v1/clicks", &click_body(&session, "mug")).await;
        assert_eq!(answer.outcome(), (200, String::new()));
        last = answer.json()["receipt"].as_str().unwrap().to_owned();
    }
    let number = buy(&backend, &[("mug", 1)], &[("mug", &sixtieth)]).await;
    check(&backend, &number, None).await;
    let number = buy(&backend, &[("mug", 1)], &[("mug", &last)]).await;
    check(&backend, &number, Some("rate-limited")).await;
}

#[tokio::test]
async fn a_creator_who_is_signed_in_as_a_shopper_earns_nothing() {
    let backend = market().await;
    for (account, reason) in [
        (json!("customer-mira"), Some("self-purchase-account")),
        (json!("customer-jo"), None),
        (Value::Null, None),
    ] {
        let receipt = bound(&backend).await;
        let mut order = quoted(&backend).await;
        order["account"] = account;
        backend.clock.advance_ms(10_000);
        let number = place(&backend, order, &[("mug", &receipt)]).await;
        check(&backend, &number, reason).await;
    }
    // The account itself is kept nowhere.
    let kept = "SELECT count(*) FROM decisions WHERE evidence LIKE '%customer-%'
                OR receipt LIKE '%customer-%'";
    assert_eq!(backend.count(kept), 0);
    for wrong in [String::new(), "x".repeat(256)] {
        let mut order = quoted(&backend).await;
        order["account"] = json!(wrong);
        let answer = backend.order(&crate::support::key(), &order).await;
        assert_eq!(answer.outcome(), (422, "id-format".into()));
    }
}

#[tokio::test]
async fn a_creator_who_pays_by_an_own_card_earns_nothing() {
    // Pay on delivery has no fingerprint, so this one comes in by the store's port, as a payment
    // provider's will.
    for (card, reason) in [
        ("card-of-mira", Some("self-purchase-payment")),
        ("card-of-jo", None),
    ] {
        let backend = market().await;
        let session = watch(&backend, "day").await;
        backend.clock.advance_ms(5_000);
        let (_, touch) = tap(&backend, &session, "mug").await;
        let clicked_at = backend.state.clock.now();
        let quote = backend.ready_quote("mug", 1).await;
        backend.clock.advance_ms(10_000);
        let now = backend.state.clock.now();
        let quote = serde_json::from_value(quote).unwrap();
        let mut submission =
            crate::store_contract::submission(&quote, "key-of-a-card-payment", now);
        submission.credit = PresentedCredit {
            receipts: vec![Presented {
                line: Some(0),
                touch: Some(TouchId::parse(touch).unwrap()),
                clicked_at: Some(clicked_at),
                bag: None,
                defect: None,
            }],
            marks: vec![Mark::payment(card)],
            ..PresentedCredit::default()
        };
        let number = submission.fresh.numbers[0].clone();
        let submitted = backend.store.submit_order(submission).await.unwrap();
        assert!(matches!(
            submitted,
            shoptag_backend::orders::Submitted::Decided { order: Some(_), .. }
        ));
        check(&backend, &number.to_ascii_uppercase(), reason).await;
    }
}

#[tokio::test]
async fn how_long_a_brand_binds_is_what_it_says_now() {
    let backend = market().await;
    let session = watch(&backend, "day").await;
    backend.clock.advance_ms(5_000);
    tap(&backend, &session, "mug").await;
    let touch = backend.database.text("SELECT touch_id FROM clicks");
    for days in [14, 21, 7] {
        backend.execute(&format!(
            "DELETE FROM brand_commission_terms WHERE tenant_id = 'demo' AND brand_id = 'norrby';
             INSERT INTO brand_commission_terms VALUES ('demo', 'norrby', {days}, 15)"
        ));
        let facts = backend.store.binding_facts(
            tenant("demo"),
            TouchId::parse(touch.as_str()).unwrap(),
            VariantId::parse("mug").unwrap(),
        );
        assert_eq!(facts.await.unwrap().unwrap().days, days);
    }
}
